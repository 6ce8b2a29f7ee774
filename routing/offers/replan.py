"""What the ledger asks of an engine, and the engine that does nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from routing.problem import Problem, Window
from routing.solution import Solution


class Replan(Protocol):
    """An engine that goes on thinking. Nothing that it answers is believed before it is judged.

    The problem's incumbent is where it begins.
    """

    def begin(self, problem: Problem, *, seconds: float) -> None:
        """Look for a better plan, for so long at most. Ends what was begun before."""
        ...

    def better(self) -> Solution | None:
        """The best plan found since `begin`, or None while there is none; does not wait."""
        ...

    def fit(
        self, problem: Problem, *, job: str, windows: Sequence[Window], seconds: float
    ) -> Sequence[Solution | None]:
        """For each window a plan that serves the job in it, or None where none was found.

        The incumbent lacks the job. Takes about so long, and ends what was begun before.
        """
        ...


class Still:
    """Never finds anything: plans by insertion alone."""

    def begin(self, problem: Problem, *, seconds: float) -> None:
        """Do nothing."""

    def better(self) -> Solution | None:
        """None."""
        return None

    def fit(
        self,
        problem: Problem,  # noqa: ARG002 - the protocol's signature
        *,
        job: str,  # noqa: ARG002
        windows: Sequence[Window],
        seconds: float,  # noqa: ARG002
    ) -> Sequence[Solution | None]:
        """None for each window."""
        return [None] * len(windows)
