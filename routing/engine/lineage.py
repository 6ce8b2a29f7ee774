"""Processes that do not outlive those who started them, and do not linger when they are done."""

from __future__ import annotations

import atexit
import ctypes
import os
import signal
import sys
from typing import NoReturn

PR_SET_PDEATHSIG = 1  # linux/prctl.h
ORPHANED = 3


def die_with(parent: int) -> None:
    """Let the kernel end this process when the thread that started it ends; Linux only.

    Elsewhere an orphan ends at its own deadline. Leaves at once when the parent is already gone.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(ORPHANED)


def leave(code: int) -> NoReturn:
    """End this process now, with what was left to do at its end.

    To give back the tables of a large day cell by cell would take half a second of its limit.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    atexit._run_exitfuncs()  # noqa: SLF001 - nothing public runs them without the tables going first
    os._exit(code)
