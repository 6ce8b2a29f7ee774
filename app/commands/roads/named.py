"""Where road graphs lie in the instance folder, and which one is meant."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from app import config
from routing.travel.graph import RoadGraph
from routing.travel.roadfile import FILE, RoadsUnusable

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


class RoadsName(click.ParamType[str]):
    """A name that is good for a folder."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's signature
        if not isinstance(value, str) or not NAME.fullmatch(value):
            self.fail("letters, digits, - and _, at most 64 of them", param, ctx)
        return value


def name_option(text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--name`` of a command."""
    return click.option("--name", "name", metavar="NAME", type=RoadsName(), help=text)


def folder() -> Path:
    """Where this instance keeps everything that is made from extracts."""
    return config.load().instance / "roads"


def usual() -> str:
    """The name of the graph that is planned with, by the setting."""
    return config.load().roads


def graph_file(name: str) -> Path:
    return folder() / name / FILE


def graph_files() -> list[Path]:
    """All graphs of this instance, by name."""
    return sorted(folder().glob(f"*/{FILE}"))


def open_graph(name: str | None) -> RoadGraph:
    """The graph of this name, else the usual one, else the only one. Refuses with a sentence."""
    if name is None and graph_file(usual()).exists():
        name = usual()
    if name is None:
        found = graph_files()
        if len(found) != 1:
            names = ", ".join(each.parent.name for each in found)
            raise click.UsageError(
                f"there are several road graphs; add --name with one of {names}"
                if found
                else "there is no road graph yet; make one with: onsite roads import FILE.osm.pbf"
            )
        name = found[0].parent.name
    try:
        return RoadGraph(graph_file(name))
    except RoadsUnusable as wrong:
        raise click.ClickException(str(wrong)) from wrong
