"""What happens by itself at set times, one file each: ``chore(..)`` makes it for the queue.

Each is one short transaction and harmless when repeated; one bad item does not stop the others.
"""

from __future__ import annotations

from typing import Protocol

from schedules.chores import (
    close_days,
    close_tickets,
    drop_proposals,
    drop_travel,
    end_waits,
    geocode_backlog,
    hold_expiry,
    learn_travel,
    mend_plans,
    mend_runs,
    move_up,
    nightly_plan,
    post_notices,
    reminders,
    retention,
    sla_watch,
    unblock_visits,
)
from schedules.queue import Chore


class Choices(Protocol):
    """What an installation chooses: the hour (UTC) of the nightly plan, and how plans are made."""

    @property
    def nightly_plan_hour(self) -> int: ...
    @property
    def plan_seconds(self) -> int: ...
    @property
    def plan_seed(self) -> int: ...
    @property
    def plan_workers(self) -> int: ...


def all_chores(choices: Choices) -> tuple[Chore, ...]:
    """Every chore of the product."""
    return (
        nightly_plan.chore(
            hour=choices.nightly_plan_hour,
            limit_seconds=choices.plan_seconds,
            seed=choices.plan_seed,
            workers=choices.plan_workers,
        ),
        hold_expiry.chore(),
        mend_plans.chore(
            limit_seconds=choices.plan_seconds,
            seed=choices.plan_seed,
            workers=choices.plan_workers,
        ),
        post_notices.chore(),
        geocode_backlog.chore(),
        reminders.chore(),
        sla_watch.chore(),
        move_up.chore(),
        end_waits.chore(),
        unblock_visits.chore(),
        close_tickets.chore(),
        close_days.chore(),
        drop_proposals.chore(),
        drop_travel.chore(),
        learn_travel.chore(),
        mend_runs.chore(),
        retention.chore(),
    )
