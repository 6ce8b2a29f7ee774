"""Becomes another program, which the kernel ends together with the process that started it.

``python -m schedules.bound PID PROGRAM WORDS``: on systems other than Linux the program outlives a
parent that was killed, until somebody ends it.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Bind this process to its parent, then become the program."""
    parent, *command = sys.argv[1:]
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != int(parent):
            raise SystemExit(1)  # it died before we were bound to it
    os.execv(command[0], command)  # noqa: S606 - a program of ours, no shell


if __name__ == "__main__":
    main()
