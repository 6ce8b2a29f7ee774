"""Keeps a server beside us alive: starts it, looks after it, restarts it, and ends it with us.

Its address stands in a file while it answers, so that other processes of this instance find it.
It is told of nothing that a caller asks it, and its words are dropped: they name places.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

import structlog

# Seconds: between looks, until a server that has just been started must answer, until one that is
# told to end must have ended; and between restarts, doubled each time up to the longest.
LOOK_S, START_S, END_S, REST_S, LONGEST_REST_S = 1.0, 60.0, 5.0, 1.0, 60.0
# A server that holds three looks without an answer is ended and started again.
PATIENCE = 3
BOUND = (sys.executable, "-m", "schedules.bound")
log = structlog.get_logger(__name__)


class Sidecar:
    """One server. ``command`` gives what starts it on a port; ``answers`` asks it at an address.

    A context: it runs inside, and has ended afterwards.
    """

    def __init__(
        self,
        *,
        name: str,
        command: Callable[[int], Sequence[str]],
        answers: Callable[[str], bool],
        address: Path,
        look_s: float = LOOK_S,
        rest_s: float = REST_S,
    ) -> None:
        self._name, self._command, self._answers = name, command, answers
        self._address, self._look_s, self._rest_s = address, look_s, rest_s
        self._over = threading.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._watch, name=f"sidecar-{name}", daemon=True)
        self.starts = 0

    def __enter__(self) -> Self:
        self._address.unlink(missing_ok=True)  # of a process that was killed
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join(START_S)

    @property
    def name(self) -> str:
        """What it is called in the log."""
        return self._name

    def wait(self, seconds: float) -> bool:
        """Whether it answers within so many seconds."""
        return self._ready.wait(seconds)

    def _watch(self) -> None:
        """Start it again and again until it is over; the longer, the sooner it fails."""
        rest = self._rest_s
        while not self._over.is_set():
            port = _free_port()
            self.starts += 1
            try:
                process = subprocess.Popen(  # noqa: S603 - a program of ours, no shell
                    [*BOUND, str(os.getpid()), *self._command(port)],
                    env=os.environ | {"DISABLE_ACCESS_LOGGING": "1"},  # noqa: TID251 - handed on
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,  # a Ctrl-C at the terminal is ours to translate
                )
            except OSError as fault:
                log.warning("sidecar.not-started", name=self._name, fault=type(fault).__name__)
            else:
                if self._tend(process, address=f"http://127.0.0.1:{port}"):
                    rest = self._rest_s
            if not self._over.wait(rest):
                rest = min(LONGEST_REST_S, 2 * rest)

    def _tend(self, process: subprocess.Popen[bytes], *, address: str) -> bool:
        """Look after one process until it dies, is stuck, or we are over; whether it ever answered."""
        answered, silent, looks = False, 0, 0
        try:
            while not self._over.wait(self._look_s if answered else self._look_s / 10):
                if process.poll() is not None:
                    log.warning("sidecar.died", name=self._name, code=process.returncode)
                    break
                looks += 1
                if self._answers(address):
                    silent = 0
                    if not answered:
                        answered = True
                        self._tell(address)
                elif answered and (silent := silent + 1) >= PATIENCE:
                    log.warning("sidecar.stuck", name=self._name)
                    break
                elif not answered and looks * self._look_s / 10 > START_S:
                    log.warning("sidecar.never-answered", name=self._name)
                    break
        finally:
            self._ready.clear()
            self._address.unlink(missing_ok=True)
            _end(process)
        return answered

    def _tell(self, address: str) -> None:
        draft = self._address.with_suffix(".draft")
        draft.write_text(address, encoding="ascii")
        draft.replace(self._address)
        self._ready.set()
        log.info("sidecar.answers", name=self._name)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process: politely, then for certain."""
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(END_S)
        return
    process.kill()
    process.wait()


def _free_port() -> int:
    """A port that is free now; who takes it before the server costs one restart."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
