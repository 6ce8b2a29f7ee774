"""Processes that do not outlive those who started them."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

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
