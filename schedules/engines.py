"""Starts processes of the planning engine: one for a search, and one that is kept ready.

To start takes most of a second: the engine's libraries, then its compiled code. A spare one has
that behind it and waits for its words, and the problem, on standard input.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Self

# Between two looks whether an idle spare has died: its remains are cleared away, no more.
LOOK_S = 1.0
# An idle spare ends by itself when its input is closed; later it is killed.
LEAVE_S = 1.0


@dataclass(frozen=True, slots=True)
class Engine:
    """A process of the engine that has had its words, and the file with its diagnostics."""

    process: subprocess.Popen[str]
    said: IO[str]

    def kill(self) -> None:
        """End it, and leave nothing of it behind."""
        self.process.kill()
        self._leave()

    def dismiss(self) -> None:
        """Let one that waits for its words end by itself."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=LEAVE_S)
        self.kill()

    def _leave(self) -> None:
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.said):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()


def start(words: Sequence[str]) -> Engine:
    """Start a process with these words of ``python -m routing.engine``."""
    return _begin("routing.engine", words)


def _begin(module: str, words: Sequence[str]) -> Engine:
    said = tempfile.TemporaryFile(mode="w+", encoding="utf-8")  # noqa: SIM115 - Engine's to close
    process = subprocess.Popen(  # noqa: S603 - our own module, no shell
        [sys.executable, "-m", module, str(os.getpid()), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=said,
        encoding="utf-8",
        start_new_session=True,  # a Ctrl-C at the terminal is the parent's to translate
    )
    return Engine(process, said)


class Spare:
    """Keeps one engine ready, from ``open`` to ``close``; a context manager does both.

    The kernel ends a child together with the thread that started it, so a thread of its own starts
    all of them: close it after the last search with an engine that was taken from here.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready: Engine | None = None
        self._starting: Engine | None = None
        self._closed = False
        self._wanted = threading.Event()
        self._settled = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="spare-engine", daemon=True)

    def open(self) -> None:
        """Start the first one, beside the caller."""
        self.renew()
        self._keeper.start()

    def close(self) -> None:
        """End the one that waits, and make no more."""
        with self._lock:
            self._closed = True
            if self._starting is not None:
                self._starting.process.kill()
        self._wanted.set()
        if self._keeper.is_alive():
            self._keeper.join()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _where: TracebackType | None,
    ) -> None:
        self.close()

    def take(self, words: Sequence[str]) -> Engine | None:
        """The engine that is ready, told its words; None when there is none, or it has died."""
        with self._lock:
            engine, self._ready = self._ready, None
        if engine is None:
            return None
        assert engine.process.stdin is not None
        try:
            engine.process.stdin.write(json.dumps(list(words)) + "\n")
            engine.process.stdin.flush()
        except BrokenPipeError:
            engine.kill()
            return None
        return engine

    def renew(self) -> None:
        """Get another one ready where there is none; call it when a search is over."""
        self._settled.clear()
        self._wanted.set()

    def settle(self, *, timeout_s: float) -> bool:
        """Wait until one is ready, or could not be made ready; False when that takes longer."""
        return self._settled.wait(timeout_s) and self._ready is not None

    def _keep(self) -> None:
        while not self._closed:
            if self._wanted.wait(LOOK_S):
                self._wanted.clear()
                self._make_ready()
            else:
                self._clear_away()
        with self._lock:
            engine, self._ready = self._ready, None
        if engine is not None:
            engine.dismiss()

    def _make_ready(self) -> None:
        self._clear_away()
        with self._lock:
            if self._closed or self._ready is not None:
                self._settled.set()
                return
            try:
                engine = self._starting = _begin("routing.engine.spare", ())
            except OSError:  # no room for a process now; a search will say so when it finds none
                self._settled.set()
                return
        assert engine.process.stdout is not None
        is_warm = engine.process.stdout.readline().endswith("\n")
        with self._lock:
            self._starting = None
            is_kept = is_warm and not self._closed
            if is_kept:
                self._ready = engine
        if not is_kept:
            engine.kill()
        self._settled.set()

    def _clear_away(self) -> None:
        """Forget one that died while it waited; the next search starts another."""
        with self._lock:
            engine = self._ready
            if engine is None or engine.process.poll() is None:
                return
            self._ready = None
        engine.kill()
