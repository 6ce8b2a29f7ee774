"""How the kernel is compiled, and where its machine code is kept.

Compiled code lies beside the byte code, in a folder named for all sources and versions: numba looks
only at the file of the function itself, so a change elsewhere would go unnoticed. Where that folder
cannot be written, a copy of it in a folder of this process serves.
"""

from __future__ import annotations

import atexit
import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numba
import numpy as np

_HERE = Path(__file__).parent
# Says that everything has been compiled.
_DONE = "complete"
# Held by whoever compiles.
_LOCK = "compiling.lock"


def _stamp() -> str:
    seen = hashlib.blake2b(digest_size=8)
    for file in sorted(_HERE.glob("*.py")):
        seen.update(file.read_bytes())
    seen.update(f"{sys.version} {numba.__version__} {np.__version__}".encode())
    return seen.hexdigest()


def _folder(folder: Path) -> Path:
    try:
        _drop_others(folder)
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        private = Path(tempfile.mkdtemp(prefix="onsite-numba-"))
        atexit.register(shutil.rmtree, private, ignore_errors=True)
        if folder.is_dir():
            shutil.copytree(folder, private, dirs_exist_ok=True)
            for each in (private, *private.rglob("*/")):
                each.chmod(0o700)  # it came read-only with what it holds
        return private
    return folder


def _drop_others(folder: Path) -> None:
    """Remove what former sources were compiled to."""
    for other in folder.parent.glob("numba-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


_SHARED = _HERE / "__pycache__" / f"numba-{_stamp()}"
FOLDER = _folder(_SHARED)
numba.config.CACHE_DIR = os.fspath(FOLDER)  # type: ignore[attr-defined]

# The kernel makes no arrays, so nobody needs to count who holds them: counting, which is atomic, took
# four fifths of all time. Slices are written as loops because numba may copy them.
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}
kernel = numba.njit(**_OPTIONS)
inlined = numba.njit(**_OPTIONS, inline="always")


def is_compiled() -> bool:
    """Whether everything is there, so that a search begins at once."""
    return (FOLDER / _DONE).exists()


def is_kept() -> bool:
    """Whether what is compiled now will be there for others."""
    return FOLDER == _SHARED


def state() -> str:
    """How it stands, in one word, for whoever looks after the installation."""
    if is_compiled():
        return "compiled"
    if not is_kept():
        return "read-only"
    return "compiling" if is_being_compiled() else "missing"


def note_compiled() -> None:
    """Remember that everything is there."""
    (FOLDER / _DONE).touch()


@contextmanager
def one_by_one() -> Iterator[None]:
    """Wait while another process compiles: twenty beside each other take ten minutes."""
    with (FOLDER / _LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_being_compiled() -> bool:
    """Whether a process is at it now."""
    with (FOLDER / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
