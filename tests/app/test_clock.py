"""The demo's clock can be set, stopped and hurried, also from another process."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.clock import DemoClock, system
from tests import clock


def test_a_demo_begins_at_true_time(tmp_path):
    demo = DemoClock(path=tmp_path / "clock.json")

    assert abs(demo() - system()) < timedelta(seconds=5)
    assert demo.speed == 1


def test_a_clock_that_was_set_and_stopped_stands_still(tmp_path):
    DemoClock(path=tmp_path / "clock.json").set(moment=clock.NOW, speed=0)

    assert DemoClock(path=tmp_path / "clock.json")() == clock.NOW


def test_a_step_keeps_the_speed(tmp_path):
    demo = DemoClock(path=tmp_path / "clock.json")
    demo.set(moment=clock.NOW, speed=0)

    demo.step(by=timedelta(minutes=30))

    assert (demo(), demo.speed) == (clock.NOW + timedelta(minutes=30), 0)


def test_a_hurried_clock_runs_faster_than_true_time(tmp_path):
    demo = DemoClock(path=tmp_path / "clock.json")
    demo.set(moment=clock.NOW, speed=3600)

    first, second = demo(), demo()

    assert clock.NOW <= first < second


def test_a_forgotten_clock_tells_true_time_again(tmp_path):
    demo = DemoClock(path=tmp_path / "clock.json")
    demo.set(moment=clock.NOW, speed=0)

    demo.forget()

    assert abs(demo() - system()) < timedelta(seconds=5)


def test_a_clock_faster_than_chores_can_follow_is_refused(tmp_path):
    with pytest.raises(ValueError, match="speed"):
        DemoClock(path=tmp_path / "clock.json").set(moment=clock.NOW, speed=10_000)
