"""A file that a command will write: refused before any work when its folder is not there."""

from __future__ import annotations

import os
from pathlib import Path

import click


class Target(click.Path):
    """The path of a file that need not exist, in a folder that must."""

    name = "target"

    def __init__(self) -> None:
        super().__init__(dir_okay=False, writable=True, path_type=Path)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if not path.absolute().parent.is_dir():
            self.fail(f"there is no folder {path.parent}", param, ctx)
        return path
