"""Processes for tests to kill: forked from one that has imported everything, so they start at once.

Where that one cannot import something beforehand, each process does it for itself.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload(["tests.journeys.installation", "tests.schedules.workshop"])


def start(target: Callable[..., None], *args: object, log: Path) -> BaseProcess:
    """Run ``target`` in a process of its own that writes to ``log`` and dies with this one."""
    process = _SERVER.Process(target=_run, args=(log, target, args), daemon=True)
    process.start()
    return process


def _run(log: Path, target: Callable[..., None], args: tuple[object, ...]) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    target(*args)
