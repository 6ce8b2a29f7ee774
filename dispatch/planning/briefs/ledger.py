"""Who worked how much in the past weeks, so that hours are shared out fairly.

Hours are those between the first and the last stop of each day, in proportion to the hours that
somebody was there to work: whoever works half the week is not behind.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.planning.tables import Assignment, AssignmentState
from dispatch.workforce import Shift


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """Seconds of past weeks: worked, and there to work."""

    worked_s: int
    available_s: int


def worked(
    session: Session, *, technician_ids: Collection[int], day: date, days: int
) -> Mapping[int, Worked]:
    """What each worked in the ``days`` before a day, as if all had been there equally; two queries."""
    since = day - timedelta(days=days)
    available: dict[int, int] = defaultdict(int)
    for who, starts_at, ends_at in session.execute(
        select(Shift.technician_id, Shift.starts_at, Shift.ends_at).where(
            Shift.technician_id.in_(technician_ids), Shift.day >= since, Shift.day < day
        )
    ):
        available[who] += _seconds(starts_at, ends_at)
    own: dict[int, int] = defaultdict(int)
    for who, starts_at, ends_at in session.execute(
        select(
            Assignment.technician_id,
            func.min(func.coalesce(Assignment.set_off_at, Assignment.starts_at)),
            func.max(func.coalesce(Assignment.finished_at, Assignment.ends_at)),
        )
        .where(
            Assignment.technician_id.in_(technician_ids),
            Assignment.state == AssignmentState.FINISHED,
            Assignment.day >= since,
            Assignment.day < day,
        )
        .group_by(Assignment.technician_id, Assignment.day)
    ):
        own[who] += _seconds(starts_at, ends_at)
    usual = int(statistics.median(available.values())) if available else 0
    return {
        who: Worked(worked_s=own[who] * usual // there, available_s=usual)
        for who, there in available.items()
        if there
    }


def _seconds(starts_at: datetime, ends_at: datetime) -> int:
    return max(int((ends_at - starts_at).total_seconds()), 0)
