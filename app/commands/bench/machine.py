"""Where figures come from: the command, the machine, and the versions of everything that counts."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shlex
from collections.abc import Iterable, Sequence
from pathlib import Path

LIBRARIES = ("onsite", "ortools", "numba", "numpy")
CPU_INFO = Path("/proc/cpuinfo")


def described(command: Sequence[str], *, peers: Iterable[str]) -> list[str]:
    """Sentences below a table, so that it says by itself how it was made."""
    versions = [
        f"{name} {found}"
        for name in dict.fromkeys((*LIBRARIES, *peers))
        if (found := version(name))
    ]
    where = f"{_cores()} cores, {_processor()}, {_system()}, Python {platform.python_version()}"
    return [f"`{shlex.join(command)}`", f"{where}; {', '.join(versions)}"]


def version(library: str) -> str | None:
    """None when it is not installed."""
    try:
        return importlib.metadata.version(library)
    except importlib.metadata.PackageNotFoundError:
        return None


def _cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _processor() -> str:
    if CPU_INFO.exists():
        for line in CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return " ".join(line.partition(":")[2].split())
    return platform.processor() or platform.machine()


def _system() -> str:
    return f"{platform.system()} {platform.release()}"
