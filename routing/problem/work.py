"""What must be done on site: jobs with their windows, needs, wishes and pins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Window:
    """A closed interval: it holds both ``opens`` and ``closes``."""

    opens: float
    closes: float

    def __post_init__(self) -> None:
        if self.closes < self.opens:
            raise ValueError(f"window closes before it opens: {self.opens} to {self.closes}")


class DeadlineOf(StrEnum):
    """Which end of the work a deadline looks at."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """Soft. Late seconds are those after ``at`` inside ``hours`` (all hours when empty).

    The price is ``cost`` once and ``cost_per_s`` for each late second, rounded up to whole steps of
    ``step_s`` when that is not 0.
    """

    of: DeadlineOf
    at: float
    cost: float = 0
    cost_per_s: float = 0
    step_s: float = 0
    hours: tuple[Window, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DelayStep:
    """What a start from ``start`` on costs (the file's ``from``), until the next step."""

    start: float
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicianWish:
    """Due when none of the crew is among them; they need not be known."""

    technicians: frozenset[str]
    cost: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowWish:
    """Due when the start lies in none of the windows, and for each second to the nearest."""

    windows: tuple[Window, ...]
    cost: float = 0
    cost_per_s: float = 0
    max_cost: float | None = None


Wish = TechnicianWish | WindowWish


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """So many of the crew (``count``) have one of ``names`` at ``level`` or above.

    ``excluded`` turns it round: nobody of the crew may have any of them at that level.
    """

    names: tuple[str, ...]
    level: float = 1
    count: int = 1
    excluded: bool = False

    def __post_init__(self) -> None:
        if not self.names:
            raise ValueError("a requirement names no skill")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A dispatcher's decision. ``position`` 1 is the first job of the route."""

    technician: str | None = None
    shift: str | None = None
    position: int | None = None
    start: float | None = None
    slack_s: float = 0
    must_serve: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One visit as the planner sees it.

    ``windows``, ``promise`` and ``release`` bound the start of the work; no windows is any time.
    With ``finish_inside`` the work must also end by the close. ``max_lateness_s`` None: it may
    start at any time after an opening. ``priority`` 1 is the most urgent class.
    """

    id: str
    name: str = ""
    location: str
    duration_s: float
    duration_by_technician: Mapping[str, float] = field(default_factory=dict)
    windows: tuple[Window, ...] = ()
    finish_inside: bool = False
    max_lateness_s: float | None = 0
    lateness_cost_per_s: float = 0
    promise: Window | None = None
    promise_hard: bool = True
    release: float | None = None
    deadlines: tuple[Deadline, ...] = ()
    delay_cost_per_s: float = 0
    delay_steps: tuple[DelayStep, ...] = ()
    wishes: tuple[Wish, ...] = ()
    skills: tuple[Requirement, ...] = ()
    crew_size: int = 1
    tools: frozenset[str] = frozenset()
    parts: Mapping[str, float] = field(default_factory=dict)
    demand: Mapping[str, float] = field(default_factory=dict)
    equipment: Mapping[str, float] = field(default_factory=dict)
    allowed_technicians: frozenset[str] | None = None
    forbidden_technicians: frozenset[str] = frozenset()
    territory: str | None = None
    tags: frozenset[str] = frozenset()
    priority: int = 3
    mandatory: bool = False
    unserved_penalty: float = 1
    pin: Pin | None = None
    change_factor: float = 1
    known_from: float | None = None
