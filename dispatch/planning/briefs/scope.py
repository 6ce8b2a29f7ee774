"""What of a day a brief is about: all of it, some rounds, or one visit beside what is planned."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.places import Site
from dispatch.planning import assignments
from dispatch.planning.tables import Assignment
from dispatch.promises import Hold, HoldHelper
from dispatch.visits import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Time in a round that cannot move: a live hold, or a promise that is being moved."""

    id: str
    site: Site
    technician_id: int
    shift_id: int
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How far a reading goes; ``technician_ids`` limits it to their rounds.

    With a ``candidate`` only that visit is considered beside what is planned, as one that looks for
    another window: its place is free again, unless it was promised, then it stays taken. A
    ``mover`` looks for another place with the promise that it has; its own is free.
    """

    candidate: Visit | None = None
    mover: Visit | None = None
    technician_ids: Collection[int] | None = None

    @property
    def visit(self) -> Visit | None:
        """The one visit that the brief is about, if it is about one."""
        return self.candidate or self.mover

    def has_round(self, technician_id: int) -> bool:
        """Whether this technician's round is read."""
        return self.technician_ids is None or technician_id in self.technician_ids

    def counts(self, hold: Hold) -> bool:
        """Whether a hold takes time: the candidate's own ends when it takes another."""
        return self.candidate is None or hold.visit_id != self.candidate.id

    def keeps_promise(self, visit_id: int) -> bool:
        """Whether a promise binds: the candidate looks for another window."""
        return self.candidate is None or visit_id != self.candidate.id

    def keeps_pin(self, visit_id: int) -> bool:
        """Whether a pin binds: whoever moves the visit decides anew."""
        return self.mover is None or visit_id != self.mover.id

    def wants(self, visit_id: int, *, taken: Collection[int]) -> bool:
        """Whether a visit without a place is asked about; ``taken`` ones are seen to elsewhere."""
        if self.visit is not None and visit_id == self.visit.id:
            return True
        return visit_id not in taken

    def set_aside(
        self, planned: Sequence[Assignment], *, promised: Collection[int], sites: Mapping[int, Site]
    ) -> tuple[tuple[Assignment, ...], tuple[Block, ...]]:
        """The plan without the visit's own places, which stay as blocks while they are promised."""
        own = [row for row in planned if self._is_free(row)]
        rest = tuple(row for row in planned if row not in own)
        if self.candidate is None or self.candidate.id not in promised:
            return rest, ()
        blocks = (
            Block(
                id=f"before-{row.id}",
                site=sites[row.visit_id],
                technician_id=row.technician_id,
                shift_id=row.shift_id,
                starts_at=row.starts_at,
                ends_at=row.ends_at,
            )
            for row in own
            if row.visit_id == self.candidate.id
        )
        return rest, tuple(blocks)

    def _is_free(self, row: Assignment) -> bool:
        """Whether the planner gives this place away."""
        if self.candidate is not None and row.visit_id == self.candidate.id:
            return row.state in assignments.MOVABLE
        if self.mover is not None and row.visit_id == self.mover.id:
            return row.state not in assignments.STARTED
        return False


def held(hold: Hold) -> tuple[Block, ...]:
    """The time that a live hold takes of each who would come."""
    seats: tuple[Hold | HoldHelper, ...] = (hold, *hold.helpers)
    return tuple(
        Block(
            id=f"hold-{hold.id}" if number == 1 else f"hold-{hold.id}.{number}",
            site=hold.visit.site,
            technician_id=seat.technician_id,
            shift_id=seat.shift_id,
            starts_at=seat.starts_at,
            ends_at=seat.ends_at,
        )
        for number, seat in enumerate(seats, start=1)
    )


def awaited(row: Assignment, *, site: Site) -> Block:
    """The time of somebody who joins a visit that others have begun."""
    return Block(
        id=f"joins-{row.id}",
        site=site,
        technician_id=row.technician_id,
        shift_id=row.shift_id,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
    )
