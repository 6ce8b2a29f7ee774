"""Keeps questions away from somebody who failed a moment ago, so that one failure costs once."""

from __future__ import annotations

import threading
from collections.abc import Callable

# Seconds without a question after a failure that may pass by itself, and after a refusal, which
# only a person can mend. Starting values.
REST_S = 30.0
LONG_REST_S = 300.0
# Seconds that the one question after a rest may take before another is let through.
TRIAL_S = 10.0


class Breaker:
    """Closed at first. After a failure it is open for a while, then lets one question through."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._until: float | None = None

    def admits(self) -> bool:
        """Whether to ask now. After a rest only one caller hears yes, until its answer is known."""
        with self._lock:
            now = self._monotonic()
            if self._until is None:
                return True
            if now < self._until:
                return False
            self._until = now + TRIAL_S
            return True

    @property
    def resting(self) -> bool:
        """Whether nobody is asked at present."""
        with self._lock:
            return self._until is not None and self._monotonic() < self._until

    def succeed(self) -> None:
        """It answered: everybody may ask again."""
        with self._lock:
            self._until = None

    def fail(self, *, rest_s: float = REST_S) -> None:
        """It did not answer: nobody asks for so long."""
        with self._lock:
            self._until = self._monotonic() + rest_s
