"""Places in rounds: what was driven on paper becomes assignments, with the time they take."""

from __future__ import annotations

from dispatch.demo.drives import Stop
from dispatch.demo.visits import Call
from dispatch.planning.plans import Assignment, AssignmentState, Occupancy


def assign(call: Call, stop: Stop) -> None:
    """Give a visit its place in the technician's round, and take the time."""
    assignment_id = place(call, stop)
    row = call.story.world.rows.of(Assignment)[-1]
    call.story.world.rows.add(
        Occupancy,
        technician_id=stop.man.id,
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        assignment_id=assignment_id,
    )


def place(call: Call, stop: Stop) -> int:
    """A visit's place in the technician's round; returns the assignment's id.

    What is finished takes no time any more, so this writes none.
    """
    world = call.story.world
    starts_at = world.calendar.at(stop.day, stop.starts)
    ends_at = world.calendar.at(stop.day, stop.ends)
    return world.rows.add(
        Assignment,
        visit_id=call.id,
        technician_id=stop.man.id,
        shift_id=stop.shift.shift_id,
        territory_id=call.row["territory_id"],
        day=stop.day,
        position=stop.position,
        state=AssignmentState.PLANNED,
        arrives_at=min(world.calendar.at(stop.day, stop.arrives), starts_at),
        starts_at=starts_at,
        ends_at=ends_at,
        travel_seconds=stop.leg_s,
        travel_metres=stop.leg_m,
    )
