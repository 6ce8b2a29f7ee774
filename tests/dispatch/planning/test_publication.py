"""Solutions come into force only when they are right, and never over what people did."""

from __future__ import annotations

from dispatch.planning import plans
from tests import build, clock
from tests.dispatch.planning.day import plan_day


def test_a_published_plan_gives_each_visit_a_place_in_a_round(session):
    territory = build.territory(session)
    shift = build.shift(session, technician=build.technician(session, territory=territory))
    visit = build.visit(session, territory=territory)

    published = plan_day(session, territory)

    (row,) = plans.incumbent(session, territory_id=territory.id, day=clock.DAY)
    assert published.moved == (visit.id,)
    assert (row.visit_id, row.shift_id, row.position) == (visit.id, shift.id, 1)
    assert shift.starts_at < row.starts_at < row.ends_at < shift.ends_at
