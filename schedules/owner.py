"""Who owns the instance folder: one process at a time, by a lock that dies with the process."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO, ClassVar

from dispatch.base import DispatchError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class InstanceTaken(DispatchError):
    """Another process works with this instance folder: ``folder``, and ``pid`` if it is known."""

    code: ClassVar[str] = "instance-taken"


class Owner:
    """A lock on ``owner.lock`` in the folder, kept as long as this object's file is open."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    @classmethod
    def of(cls, folder: Path) -> Owner:
        """Own ``folder``, which is made if need be. Raises InstanceTaken."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "owner.lock"
        file = path.open("a+", encoding="ascii")
        try:
            _lock(file)
        except OSError:
            file.close()
            raise InstanceTaken(folder=str(folder), pid=path.read_text("ascii").strip()) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        return cls(file)

    def let_go(self) -> None:
        """Give the folder back; the file stays, since removing it would race with the next."""
        self._file.close()


def _lock(file: IO[str]) -> None:
    if sys.platform == "win32":
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
