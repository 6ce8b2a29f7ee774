"""Which of the road graphs in the instance folder is meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from app import config, imported
from app.imported import Imported
from routing.travel.graph import RoadGraph
from routing.travel.roadfile import RoadsUnusable


class RoadsName(click.ParamType[str]):
    """A name that is good for a folder."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401 - click's signature
        if not isinstance(value, str) or not imported.is_name(value):
            self.fail(imported.SAYS, param, ctx)
        return value


def name_option(text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """``--name`` of a command."""
    return click.option("--name", "name", metavar="NAME", type=RoadsName(), help=text)


def usual() -> str:
    """The name of the graph that is planned with, by the setting."""
    return config.load().roads


def graph_file(name: str) -> Path:
    return Imported(instance=config.load().instance, name=name).graph


def graph_files() -> list[Path]:
    """All graphs of this instance, by name."""
    return imported.graphs(config.load().instance)


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
