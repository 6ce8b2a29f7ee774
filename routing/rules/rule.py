"""The shape of a rule, and what it reports.

A rule about one route looks at a ``TimedRoute``, a rule between routes at the whole ``Timetable``.
Each rule is a module with ``CODES`` and ``check``; nothing is forgiven beyond ``TOLERANCE``. What a
rule can say before a search begins, it says by ``impose``, on a draft.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from routing.problem import Problem
from routing.rules.draft import Draft
from routing.timing import TimedRoute, Timetable


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule that a solution breaks, where it is known: on which route, for which job.

    ``code`` belongs to the format; ``text`` is for whoever reads a finding, not for customers.
    """

    code: str
    text: str
    route: str | None = None
    job: str | None = None


class RouteRule(Protocol):
    """``CODES`` are all that ``check`` may report."""

    @property
    def CODES(self) -> tuple[str, ...]: ...  # noqa: N802 - a constant of the module

    def check(self, route: TimedRoute, /) -> Iterator[Violation]: ...


class PlanRule(Protocol):
    """``CODES`` are all that ``check`` may report."""

    @property
    def CODES(self) -> tuple[str, ...]: ...  # noqa: N802 - a constant of the module

    def check(self, timetable: Timetable, /) -> Iterator[Violation]: ...


class Imposing(Protocol):
    """Demands of the rule for the jobs that are pending on the draft, and for its vehicles."""

    def impose(self, draft: Draft, /, *, problem: Problem) -> None: ...
