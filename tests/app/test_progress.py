"""Live streams: everybody who watches is told, nobody holds the server up."""

from __future__ import annotations

import pytest

from app import progress, watching
from app.progress import BACKLOG, Bus
from dispatch.planning.runs import PlanRun, RunState


@pytest.fixture
def bus():
    return Bus()


def test_a_message_reaches_those_who_watch_its_channel(bus):
    watching = bus.join("run:1", limit=10)
    elsewhere = bus.join("run:2", limit=10)

    bus.tell("run:1", event="progress", data={"score": 7})

    assert watching.get_nowait() == 'event: progress\ndata: {"score":7}\n\n'
    assert elsewhere.empty()


def test_an_event_of_record_carries_its_number(bus):
    watching = bus.join("day", limit=10)

    bus.tell("day", event="visit", data={}, id=42)

    assert watching.get_nowait().startswith("id: 42\n")


def test_one_stream_too_many_is_not_opened(bus):
    bus.join("day", limit=1)

    assert bus.join("day", limit=1) is None


def test_a_stream_that_was_left_makes_room(bus):
    bus.leave(bus.join("day", limit=1))

    assert bus.join("day", limit=1) is not None


def test_a_reader_that_falls_behind_is_cut_off(bus):
    slow = bus.join("day", limit=10)
    for _ in range(BACKLOG + 1):
        bus.tell("day", event="visit", data={})

    assert bus.open == 0
    assert list(slow.queue)[-1] is None


def test_a_stream_begins_with_the_present_state(app):
    with app.test_request_context():
        response = progress.stream("run:1", event="progress", first=lambda: {"score": 9})
        beginning = next(iter(response.response))
        held = progress.bus().open
        response.close()

        assert beginning == 'retry: 2000\n\nevent: progress\ndata: {"score":9}\n\n'
        assert (held, progress.bus().open) == (1, 0)


def test_a_server_without_room_asks_to_poll(make_app):
    app = make_app(streams=1)
    with app.test_request_context():
        first = progress.stream("run:1", event="progress", first=dict)
        second = progress.stream("run:1", event="progress", first=dict)

        assert (first.status_code, second.status_code) == (200, 503)
        assert second.headers["Retry-After"] == "5"
        first.close()


def test_a_page_says_that_the_engine_is_being_compiled(app):
    found = {"seconds": 3.2, "limit_s": 20, "served": 5, "jobs": 7, "objective": [1.0]}
    run = PlanRun(state=RunState.RUNNING, progress=found | {"compiling": True}, limit_seconds=20)

    with app.test_request_context():
        said = watching.said(run)

    assert "being compiled" in said
    assert "5 of 7" in said
