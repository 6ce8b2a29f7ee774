"""Peers run beside us in processes of their own, and leave none behind."""

from __future__ import annotations

import threading
import time

import pytest

from routing.invented import technician_day
from routing.peers import PEERS, Peer
from schedules import peers
from tests.routing import build

STOP = threading.Event()


def installed(name: str) -> Peer:
    peer = PEERS[name]
    if not peers.is_installed(peer):
        pytest.skip(f"{peer.package} is not installed: pip install -e '.[bench]'")
    return peer


def asked(peer, problem, *, limit_s=2.0, workers=1, stop=STOP):
    return peers.ask(peer, problem, limit_s=limit_s, seed=1, workers=workers, stop=stop)


@pytest.mark.slow
@pytest.mark.parametrize("name", PEERS)
def test_a_peer_answers_with_plans_within_its_seconds(name):
    problem = technician_day(visits=10, technicians=2, seed=1)

    said = asked(installed(name), problem)

    assert [reply.solution is None for reply in said.replies] == [False]
    assert said.seconds < 2 + 2


@pytest.mark.slow
def test_a_peer_with_one_core_is_started_once_a_worker():
    problem = technician_day(visits=6, technicians=2, seed=1)

    said = asked(installed("ortools"), problem, limit_s=1.5, workers=2)

    assert len(said.replies) == 2


@pytest.mark.slow
def test_a_peer_with_threads_is_started_once():
    said = asked(installed("vroom"), technician_day(visits=6, technicians=2, seed=1), workers=2)

    assert len(said.replies) == 1


@pytest.mark.slow
def test_what_a_peer_cannot_state_comes_back_in_words():
    problem = build.problem(build.job(max_lateness_s=60))

    [reply] = asked(installed("ortools"), problem).replies

    assert reply.cannot == ("late starts",)
    assert reply.solution is None


@pytest.mark.slow
def test_a_peer_that_fails_tells_its_last_words():
    broken = Peer(name="broken", package="broken", library="broken", module="routing.nowhere")

    [reply] = asked(broken, build.problem(build.job())).replies

    assert "No module named 'routing.nowhere'" in reply.words


@pytest.mark.slow
def test_a_wish_to_stop_ends_a_peer_at_once():
    stop = threading.Event()
    stop.set()
    began = time.monotonic()

    [reply] = asked(installed("ortools"), build.problem(build.job()), limit_s=60, stop=stop).replies

    assert time.monotonic() - began < 5
    assert reply.solution is None


def test_a_library_that_is_not_there_is_known_without_starting_anything():
    absent = Peer(name="absent", package="absent", library="no_such_library", module="nowhere")

    assert not peers.is_installed(absent)
