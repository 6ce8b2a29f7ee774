"""Rows of a run that are done, kept beside its target until all of them are.

One JSON object a line, the first says what the run is about; a line that was cut off is forgotten.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is added to one row; ``fault`` says why nothing could be found."""

    cells: tuple[str, ...]
    fault: str = ""


class Begun:
    """A run that may have been begun before; ``about`` is the same for the same run."""

    def __init__(self, target: Path, *, about: str) -> None:
        self.path = target.parent / f".{target.name}.begun"
        self.done: list[Found] = []
        self._about = about
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        """Read what is done. Raises OSError when nothing can be written there."""
        self.done = self._read()
        self._file = self.path.open("w", encoding="utf-8", buffering=1)
        self._file.write(json.dumps({"about": self._about}) + "\n")
        for one in self.done:
            self._write(one)
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _fault: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        assert self._file is not None
        self._file.close()

    def add(self, found: Found) -> None:
        """Keep what was found for the next row."""
        self.done.append(found)
        self._write(found)

    def forget(self) -> None:
        """All is done, and written elsewhere."""
        self.path.unlink(missing_ok=True)

    def _write(self, found: Found) -> None:
        assert self._file is not None
        self._file.write(json.dumps(asdict(found), ensure_ascii=False) + "\n")

    def _read(self) -> list[Found]:
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").split("\n")[:-1]
        except FileNotFoundError:
            return []
        done: list[Found] = []
        try:
            if not lines or json.loads(lines[0]) != {"about": self._about}:
                return []
            for line in lines[1:]:
                one = json.loads(line)
                done.append(Found(cells=tuple(one["cells"]), fault=one["fault"]))
        except (ValueError, KeyError, TypeError):  # written to by somebody else: what came before
            return done
        return done
