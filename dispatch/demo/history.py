"""The weeks before the demo day: tickets that remote support solved, and visits as they went.

The laws (shares, spreads) are those of DESIGN's reference data; each number below is one of them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import groupby

from dispatch.demo.catalogue import FAMILIES
from dispatch.demo.drives import Errand, Fleet, Stop
from dispatch.demo.places import place
from dispatch.demo.stories import begin
from dispatch.demo.visits import Call, hours_of, lately, promise, request, settle, window_around
from dispatch.demo.world import World
from dispatch.field import Deed, DeedKind, Outcome, OutcomeKind, OutcomeState, RemoteFixable
from dispatch.planning.plans import Assignment, AssignmentState, Override
from dispatch.promises import AppointmentState
from dispatch.tickets import Priority
from dispatch.visits import TechnicianWish, VisitState, Wish

# Which tier solved a ticket that needed no visit.
SOLVED_BY = {0: 9, 1: 31, 2: 18, 3: 4}
ENDS = {
    OutcomeKind.FIXED: 79,
    OutcomeKind.PART_MISSING: 7,
    OutcomeKind.NEEDS_FOLLOW_UP: 7,
    OutcomeKind.NO_ACCESS: 4,
    OutcomeKind.NOT_NEEDED: 3,
}
COMES_BACK = 0.04
REMOTE_FIXABLE = 0.09
MOVED = 0.09
OVERRIDDEN = 0.07
MONDAY = 1.18
STORM_URGENT = 0.35
# Work takes a log-normal time around the plan; sigma for a coefficient of variation of 0.45.
SIGMA = 0.43
# What is most often missing where a family has no part of its own.
USUAL_PARTS = ("patch-cable",)
# Something comes between two visits: a colleague needs help, a road is closed, a call takes long.
HELD_UP = 0.085
# Which rule a person overrode: one is overridden far more often than the others.
OVERRULED = {"E_TERRITORY": 70, "E_WINDOW": 15, "E_SHIFT": 15}


def tell_history(world: World, fleet: Fleet, *, tell: Callable[[float], None]) -> None:
    """All past days in order; ``fleet`` keeps what is still to be done afterwards."""
    drawn = world.drawn("history")
    storm = drawn.randrange(max(1, len(world.past) // 5))
    for number, day in enumerate(world.past):
        monday = day.weekday() == 0
        stops = fleet.drive(day, visits=world.profile.visits_per_day, drawn=drawn)
        fresh = sum(stop.errand.call is None for stop in stops)
        tickets = round(world.profile.tickets_per_day * (MONDAY if monday else 0.955))
        for _ in range(max(0, tickets - fresh)):
            _remote_ticket(world, day=day, storm=number // 5 == storm, drawn=drawn)
        for _, own in groupby(
            sorted(stops, key=lambda s: (s.man.id, s.position)), key=lambda s: s.man.id
        ):
            _drive_round(world, fleet, list(own), drawn=drawn)
        tell((number + 1) / len(world.past))


def _remote_ticket(world: World, *, day: date, storm: bool, drawn: random.Random) -> None:
    """Solved without a visit, by some tier."""
    device = drawn.choice(world.devices)
    codes = device.families
    code = drawn.choices(codes, [FAMILIES[each].often for each in codes])[0]
    minute = drawn.choice((drawn.triangular(450, 750, 560), drawn.triangular(780, 1060, 880)))
    urgent = Priority.URGENT if storm and drawn.random() < STORM_URGENT else None
    story = begin(
        world, device, code, at=world.calendar.at(day, minute), drawn=drawn, priority=urgent
    )
    solved_by = drawn.choices(list(SOLVED_BY), list(SOLVED_BY.values()))[0]
    if solved_by == 0 or drawn.random() < 0.2:
        story.help_oneself(fixed=solved_by == 0)
    if solved_by:
        story.answer()
    for tier in range(1, solved_by + 1):
        story.work(tier, fixed=tier == solved_by)
        if tier < solved_by:
            story.escalate()
    story.mend()


def call_for(world: World, errand: Errand, *, day: date, drawn: random.Random) -> Call:
    """The ticket of a new errand, tried by every tier that must, and the visit asked for."""
    story = begin(
        world, errand.device, errand.code, at=lately(world, day, drawn=drawn), drawn=drawn
    )
    if drawn.random() < 0.2:
        story.help_oneself(fixed=False)
    story.answer()
    story.work(1, fixed=False)
    if not FAMILIES[errand.code].physical:
        story.escalate()
        story.work(2, fixed=False)
    story.later(5, 30)
    story.note(drawn.choice(world.pack.texts["visit"]), by=story.row["owner_id"], for_visit=True)
    return request(story, minutes=errand.minutes)


def _drive_round(world: World, fleet: Fleet, stops: list[Stop], *, drawn: random.Random) -> None:
    """One technician's day as it really went: later and longer than planned, now and then."""
    free_at = world.calendar.at(stops[0].day, stops[0].shift.opens)
    for stop in stops:
        call = stop.errand.call or call_for(world, stop.errand, day=stop.day, drawn=drawn)
        trip = _Trip(world, stop, call, drawn=drawn, free_at=free_at)
        trip.write()
        free_at = trip.finished_at
        if stop.errand.call is None and trip.kind is OutcomeKind.FIXED:
            _perhaps_again(world, fleet, stop, drawn=drawn)
        if trip.successor is not None:
            fleet.waiting.append(trip.successor)


def _perhaps_again(world: World, fleet: Fleet, stop: Stop, *, drawn: random.Random) -> None:
    if drawn.random() < COMES_BACK:
        due = world.calendar.shifted(stop.day, drawn.randint(3, 15))
        errand = stop.errand
        fleet.waiting.append(
            Errand(device=errand.device, code=errand.code, minutes=errand.minutes, due=due)
        )


class _Trip:
    """One past visit: promise, assignment, deeds, outcome, charge, and what comes of it."""

    def __init__(
        self, world: World, stop: Stop, call: Call, *, drawn: random.Random, free_at: datetime
    ) -> None:
        self._world = world
        self._stop = stop
        self._call = call
        self._drawn = drawn
        self.kind = drawn.choices(list(ENDS), list(ENDS.values()))[0]
        at = world.calendar.at
        jam = timedelta(seconds=round(stop.leg_s * drawn.uniform(1.0, 1.4)))
        planned_off = at(stop.day, stop.arrives) - timedelta(seconds=stop.leg_s)
        held_up = drawn.uniform(30, 110) if drawn.random() < HELD_UP else 0
        self._set_off_at = max(free_at, planned_off) + timedelta(minutes=round(held_up))
        self._arrived_at = self._set_off_at + jam
        begun_at = max(self._arrived_at, at(stop.day, stop.starts) - timedelta(minutes=20))
        self._minutes = self._worked()
        self._cause, self._remedy = call.story.found()
        self._said = self._in_words()
        wait = drawn.randint(2, 4) if self.kind is OutcomeKind.PART_MISSING else 1
        self._again_on = world.calendar.shifted(stop.day, wait)
        self.finished_at = begun_at + timedelta(minutes=self._minutes)
        self.successor: Errand | None = None

    def write(self) -> None:
        self._promise()
        self._assign()
        self._deeds()
        self._outcome()
        self._told()

    def _worked(self) -> int:
        if self.kind is OutcomeKind.NO_ACCESS:
            return 12
        planned = self._stop.ends - self._stop.starts
        if self.kind is OutcomeKind.NOT_NEEDED:
            return max(10, round(planned / 3))
        return max(10, round(planned * math.exp(self._drawn.gauss(-(SIGMA**2) / 2, SIGMA))))

    def _promise(self) -> None:
        stop, call, drawn = self._stop, self._call, self._drawn
        window = window_around(
            stop.starts, hours=hours_of(stop.errand.device.door, stop.day), drawn=drawn
        )
        number, confirmed_at = 1, call.story.later(10, 60)
        if drawn.random() < MOVED:
            first_day = self._world.calendar.shifted(stop.day, -1)
            moved = promise(
                call, day=first_day, window=window, at=confirmed_at, state=AppointmentState.MOVED
            )
            moved["ended_at"] = call.story.later(5, 30)
            number, confirmed_at = 2, call.story.at
        row = promise(call, day=stop.day, window=window, at=confirmed_at, number=number)
        late = (self._arrived_at - row["closes_at"]).total_seconds() / 60
        state = AppointmentState.BROKEN if late > 0 else AppointmentState.KEPT
        if self.kind is OutcomeKind.NO_ACCESS and late <= 0:
            state = AppointmentState.VOID
        row.update(state=state, ended_at=self._arrived_at, late_minutes=max(0, round(late)))

    def _assign(self) -> None:
        assignment_id = place(self._call, self._stop)
        self._world.rows.of(Assignment)[-1].update(
            state=AssignmentState.FINISHED,
            set_off_at=self._set_off_at,
            arrived_at=self._arrived_at,
            finished_at=self.finished_at,
        )
        if self._drawn.random() < OVERRIDDEN:
            self._override(assignment_id)

    def _override(self, assignment_id: int) -> None:
        code = self._drawn.choices(list(OVERRULED), list(OVERRULED.values()))[0]
        self._world.rows.add(
            Override,
            assignment_id=assignment_id,
            codes=[code],
            reason=self._drawn.choice(self._world.pack.texts["overrides"]),
            account_id=self._drawn.choice(self._world.dispatchers),
            at=self._set_off_at - timedelta(hours=2),
        )

    def _deeds(self) -> None:
        moments = {
            DeedKind.SET_OFF: self._set_off_at,
            DeedKind.ARRIVE: self._arrived_at,
            DeedKind.FINISH: self.finished_at,
        }
        for kind, moment in moments.items():
            self._world.rows.add(
                Deed,
                client_id=f"demo-{self._call.id}-{kind}",
                visit_id=self._call.id,
                technician_id=self._stop.man.id,
                kind=kind,
                device_at=moment,
                server_at=moment + timedelta(seconds=self._drawn.randint(1, 40)),
            )

    def _outcome(self) -> None:
        story, drawn, texts = self._call.story, self._drawn, self._world.pack.texts
        fixed = self.kind is OutcomeKind.FIXED
        reached = self.kind is not OutcomeKind.NO_ACCESS
        remote = self.kind is OutcomeKind.NOT_NEEDED or drawn.random() < REMOTE_FIXABLE
        self._world.rows.add(
            Outcome,
            client_id=f"demo-{self._call.id}-outcome",
            visit_id=self._call.id,
            technician_id=self._stop.man.id,
            kind=self.kind,
            state=OutcomeState.ACCEPTED,
            cause=self._cause if fixed else self._said,
            remedy=self._remedy if fixed else "",
            environment=drawn.choice(texts["environment"]) if reached else "",
            work_minutes=self._minutes if reached else 0,
            waited_minutes=0 if reached else self._minutes,
            parts_used=self._parts() if fixed else [],
            next_needs=self._next_needs(),
            remote_fixable=RemoteFixable.YES if remote else RemoteFixable.NO,
            remote_step=drawn.choice(self._world.checks[story.code, 2])[1] if remote else "",
            signed_by=story.device.door.contact_name if reached else "",
            device_at=self.finished_at,
            server_at=self.finished_at + timedelta(seconds=20),
        )

    def _parts(self) -> list[dict[str, int]]:
        return [part for part in self._family_parts if self._drawn.random() < 0.5]

    @property
    def _family_parts(self) -> list[dict[str, int]]:
        codes = FAMILIES[self._call.story.code].parts or USUAL_PARTS
        return [{"part_id": self._world.parts[code], "pieces": 1} for code in codes]

    def _next_needs(self) -> dict[str, object]:
        """What the next visit must bring, in the words of a report from the field."""
        if self.kind is OutcomeKind.PART_MISSING:
            return {"parts": self._family_parts, "arrives_on": self._again_on.isoformat()}
        if self.kind is OutcomeKind.NEEDS_FOLLOW_UP:
            return {"why": self._said}
        return {}

    def _in_words(self) -> str:
        """What the technician writes when nothing could be mended."""
        texts = self._world.pack.texts
        said = {
            OutcomeKind.PART_MISSING: texts["part_missing"],
            OutcomeKind.NEEDS_FOLLOW_UP: self._drawn.choice(texts["follow_up"]),
            OutcomeKind.NO_ACCESS: texts["no_access"],
            OutcomeKind.NOT_NEEDED: texts["not_needed"],
        }
        return str(said.get(self.kind, ""))

    def _told(self) -> None:
        """The outcome reaches visit, agreement and ticket in one go."""
        call, story = self._call, self._call.story
        story.at = max(story.at, self.finished_at)
        in_vain = self.kind in {OutcomeKind.NO_ACCESS, OutcomeKind.NOT_NEEDED}
        settle(call, minutes=0 if in_vain else self._minutes, at=self.finished_at)
        done = self.kind in {OutcomeKind.FIXED, OutcomeKind.NOT_NEEDED}
        call.row.update(
            state=VisitState.DONE if done else VisitState.FOLLOW_UP, closed_at=self.finished_at
        )
        if self.kind is OutcomeKind.FIXED:
            story.resolve(cause=self._cause, remedy=self._remedy)
        elif done:
            story.resolve(cause=self._said, remedy=self._said)
        else:
            self.successor = self._follow_up()

    def _follow_up(self) -> Errand:
        world, errand, due = self._world, self._stop.errand, self._again_on
        call = request(self._call.story, minutes=errand.minutes, follows=self._call)
        world.rows.add(
            TechnicianWish,
            visit_id=call.id,
            technician_id=self._stop.man.id,
            wish=Wish.PREFERRED,
        )
        if self.kind is OutcomeKind.PART_MISSING:
            call.row["release_at"] = world.calendar.at(due, 0)
            if call.row["release_at"] > world.now:
                call.row["blocked_reason"] = world.pack.texts["part_missing"]
                call.row["state"] = VisitState.BLOCKED
        return Errand(
            device=errand.device, code=errand.code, minutes=errand.minutes, call=call, due=due
        )
