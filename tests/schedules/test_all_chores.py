"""The product's chores as a whole."""

from __future__ import annotations

from apscheduler.triggers.cron import CronTrigger

from app.config import load
from schedules.chores import all_chores
from schedules.postgres import PostgresQueue


def test_every_chore_has_a_name_of_its_own_and_a_cron_that_both_queues_read(clock):
    chores = all_chores(load({}, environ={}))

    PostgresQueue("postgresql+psycopg:///unused", lambda: None, clock=clock, chores=chores)
    names = [chore.name for chore in chores]
    crons = [CronTrigger.from_crontab(chore.cron) for chore in chores]
    assert len(set(names)) == len(crons)


def test_tomorrow_is_planned_at_the_hour_that_the_settings_name():
    chores = {c.name: c for c in all_chores(load({"nightly_plan_hour": 3}, environ={}))}

    assert chores["nightly_plan"].cron == "0 3 * * *"
