"""What the planner may not change: what a dispatcher decided, and what begins too soon."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from dispatch.planning import seats
from dispatch.planning.briefs.crews import Crews
from dispatch.planning.briefs.people import Piece, piece_at
from dispatch.planning.briefs.prices import Settings
from dispatch.planning.briefs.reading import Reading
from dispatch.planning.tables import Assignment
from dispatch.visits import CrewRole, Visit
from routing.problem import Pin


class Pins:
    """The pins of one question, by job."""

    def __init__(
        self, reading: Reading, *, crews: Crews, pieces: Sequence[Piece], settings: Settings
    ) -> None:
        self._reading, self._crews, self._settings = reading, crews, settings
        self._pieces = pieces
        self._known = {piece.technician.id for piece in pieces}
        self._frozen = _frozen(reading, crews=crews, pieces=pieces, settings=settings)

    def of(self, visit: Visit, *, job: str) -> Pin | None:
        """A dispatcher's decision, and on top of it what is too soon to change."""
        return _both(self._decided(visit, job), self._frozen.get(job))

    def _decided(self, visit: Visit, job: str) -> Pin | None:
        """What somebody decided; of a visit that others share, the start stays near theirs."""
        met = self._crews.met_at(visit)
        if met is not None:
            within = self._settings.together.total_seconds()
            return Pin(start=self._reading.seconds(met), slack_s=within, must_serve=False)
        if seats.role_of(job) is CrewRole.LEAD:
            return self._of_lead(visit)
        return self._of_helper(visit, job)

    def _of_lead(self, visit: Visit) -> Pin | None:
        reading = self._reading
        pin = reading.pins.get(visit.id)
        if pin is None or (pin.technician_id is not None and pin.technician_id not in self._known):
            return None
        begun = sum(row.technician_id == pin.technician_id for row in reading.started)
        position = pin.position - begun if pin.position is not None else None
        ahead = pin.starts_at is not None and pin.starts_at >= reading.now
        return Pin(
            technician=None if pin.technician_id is None else str(pin.technician_id),
            position=position if position is not None and position > 0 else None,
            start=reading.seconds(pin.starts_at) if pin.starts_at is not None and ahead else None,
            must_serve=pin.technician_id is not None or ahead,
        )

    def _of_helper(self, visit: Visit, job: str) -> Pin | None:
        """Helpers stay with a lead who is pinned, as long as they work on this day."""
        pin, row = self._reading.pins.get(visit.id), self._crews.row_of(job)
        if pin is None or pin.technician_id is None or row is None:
            return None
        if row.technician_id not in self._known:
            return None
        return Pin(technician=str(row.technician_id), must_serve=False)


def is_pinned_to_nobody(reading: Reading, visit: Visit, *, known: Collection[int]) -> bool:
    """Pinned to somebody who does not work on this day: nobody else may take it."""
    pin = reading.pins.get(visit.id)
    return pin is not None and pin.technician_id is not None and pin.technician_id not in known


def _frozen(
    reading: Reading, *, crews: Crews, pieces: Sequence[Piece], settings: Settings
) -> Mapping[str, Pin]:
    """What starts so soon that technician and order are kept, by job.

    A stop that should have begun and has not is free: the round must be mended around it, and the
    order of what follows with it.
    """
    until = reading.now + settings.frozen
    found: dict[str, Pin] = {}
    for piece in pieces:
        stops = [place for place in reading.ahead if piece_at(pieces, place) is piece]
        stops.sort(key=lambda place: place.starts_at)
        in_time = not any(
            place.shift_id == piece.shift.id and place.starts_at < reading.now
            for place in reading.ahead
        )
        for position, place in enumerate(stops, start=1):
            if isinstance(place, Assignment) and reading.now <= place.starts_at < until:
                found[crews.name(place)] = Pin(
                    technician=str(place.technician_id),
                    shift=piece.id,
                    position=position if in_time else None,
                    must_serve=False,
                )
    return found


def _both(decided: Pin | None, frozen: Pin | None) -> Pin | None:
    """A dispatcher's decision, and on top of it what is too soon to change; the decision wins."""
    if decided is None or frozen is None:
        return decided or frozen
    if decided.technician not in {None, frozen.technician}:
        return decided
    return replace(
        frozen, start=decided.start, slack_s=decided.slack_s, must_serve=decided.must_serve
    )
