"""Addresses wait, are asked at a pace over all processes, and a person's pin wins for ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from dispatch import geocoding, pinning, places, store
from dispatch.base import StaleVersion
from dispatch.geocoding import PinKept, RequestState
from dispatch.places import Precision
from routing.geocode.answer import Answer, Verdict
from routing.geocode.answer import Precision as Exactness
from tests import build
from tests.clock import NOW

PACE = timedelta(seconds=1)


def answer(latitude=52.25, longitude=20.99, confidence=0.95, precision=Exactness.ROOFTOP):
    return Answer(
        latitude=latitude,
        longitude=longitude,
        label="pl. Defilad 1",
        precision=precision,
        provider="photon",
        attribution="© OpenStreetMap contributors",
        confidence=confidence,
        raw='{"said": "so"}',
    )


@pytest.fixture
def request_(session):
    """A request that waits, of a site that stands in Warsaw provisionally."""
    site = build.site(session, precision=Precision.LOCALITY)
    return geocoding.ask(session, site=site, now=NOW)


def record(session, request, *answers):
    geocoding.record(session, request_id=request.id, provider="photon", answers=answers, now=NOW)


def test_a_sure_answer_puts_the_site_there_and_says_where_from(session, request_):
    record(session, request_, answer())

    site = request_.site
    assert (site.latitude, site.longitude, site.precision) == (52.25, 20.99, Precision.ROOFTOP)
    assert request_.state is RequestState.DECIDED
    assert (request_.provider, request_.confidence) == ("photon", 0.95)
    assert "OpenStreetMap" in request_.attribution
    assert request_.answer.candidates[0]["raw"] == '{"said": "so"}'
    assert request_.answer.fetched_at == NOW


@pytest.mark.parametrize(
    ("answers", "verdict"),
    [
        ([answer(confidence=0.6)], Verdict.UNSURE),
        ([answer(precision=Exactness.LOCALITY)], Verdict.UNSURE),
        ([answer(), answer(latitude=52.3, confidence=0.94)], Verdict.AMBIGUOUS),
        ([answer(confidence=0.3)], Verdict.NOT_FOUND),
        ([], Verdict.NOT_FOUND),
    ],
)
def test_an_unsure_answer_waits_for_a_person_at_a_towns_precision(
    session, request_, answers, verdict
):
    record(session, request_, *answers)

    assert (request_.state, request_.verdict) == (RequestState.REVIEW, verdict)
    assert request_.site.precision is Precision.LOCALITY
    assert pinning.to_review(session) == [(request_.site, request_, None)]
    assert pinning.review_count(session) == 1


def test_a_persons_pin_wins_over_what_is_said_later(session, request_):
    pinning.pin(session, site=request_.site, latitude=52.2, longitude=20.9, now=NOW)

    record(session, request_, answer())

    site = request_.site
    assert (site.latitude, site.longitude, site.precision) == (52.2, 20.9, Precision.MANUAL)
    with pytest.raises(PinKept):
        geocoding.ask(session, site=site, now=NOW)


def test_a_pin_set_while_the_provider_was_being_asked_stays(session, request_):
    places.relocate_site(
        session,
        site=request_.site,
        latitude=52.2,
        longitude=20.9,
        precision=Precision.MANUAL,
        now=NOW,
    )

    record(session, request_, answer())

    assert (request_.site.latitude, request_.state) == (52.2, RequestState.DECIDED)


def test_a_pin_is_refused_where_somebody_else_moved_the_site_meanwhile(session, request_):
    site = request_.site
    seen = site.version
    record(session, request_, answer())

    with pytest.raises(StaleVersion):
        pinning.pin(session, site=site, latitude=1, longitude=1, now=NOW, expected_version=seen)


def test_a_site_at_a_towns_precision_that_nobody_asked_for_is_reviewed_too(session):
    vague = build.site(session, precision=Precision.LOCALITY)
    build.site(session)

    assert pinning.to_review(session) == [(vague, None, None)]
    pinning.pin(session, site=vague, latitude=52.2, longitude=20.9, now=NOW)
    assert pinning.review_count(session) == 0


def test_what_waits_for_a_provider_is_not_a_persons_affair_yet(session, request_):
    assert request_.state is RequestState.WAITING
    assert pinning.review_count(session) == 0


def test_an_answer_is_kept_for_the_address_however_it_is_spelled(session, request_):
    record(session, request_, answer())

    def kept(address, provider="photon", now=NOW):
        return geocoding.kept(session, provider=provider, address=address, now=now)

    assert kept("PL. DEFILAD 1,  00-901 Warszawa") == (answer(),)
    assert kept("pl. Defilad 2, 00-901 Warszawa") is None
    assert kept(request_.address, provider="ban") is None
    assert kept(request_.address, now=NOW + geocoding.KEPT) is None


def test_a_provider_that_is_away_is_asked_less_and_less_and_then_a_person(session, request_):
    waits = []
    while request_.state is RequestState.WAITING:
        geocoding.postpone(session, request_id=request_.id, fault="timed out", now=NOW)
        waits.append(request_.not_before - NOW)

    assert waits[:4] == [timedelta(minutes=n) for n in (1, 2, 4, 8)]
    assert len(waits) == geocoding.MOST_TRIES
    assert (request_.state, request_.fault) == (RequestState.REVIEW, "timed out")


def test_only_what_is_due_is_asked_for(session, request_):
    geocoding.postpone(session, request_id=request_.id, fault="timed out", now=NOW)

    soon, later = NOW + timedelta(seconds=59), NOW + timedelta(seconds=60)
    assert geocoding.due(session, now=soon) == ()
    (due,) = geocoding.due(session, now=later)
    assert (due.address, due.country) == ("pl. Defilad 1, 00-901 Warszawa", "PL")


def test_a_gate_lets_one_pass_at_a_time(session):
    def passes(seconds, provider="photon"):
        now = NOW + timedelta(seconds=seconds)
        return geocoding.pass_gate(session, provider=provider, pace=PACE, now=now)

    assert [passes(0), passes(0.5), passes(1), passes(1), passes(2)] == [
        True, False, True, False, True,
    ]  # fmt: skip
    assert passes(0, provider="ban")


def test_a_gate_that_is_shut_stays_shut_until_its_time(session):
    until = NOW + timedelta(minutes=5)
    geocoding.shut_gate(session, provider="photon", until=until, now=NOW)
    geocoding.shut_gate(session, provider="photon", until=NOW, now=NOW)

    early = until - timedelta(seconds=1)
    assert not geocoding.pass_gate(session, provider="photon", pace=PACE, now=early)
    assert geocoding.pass_gate(session, provider="photon", pace=PACE, now=until)


def test_of_many_at_once_one_passes(open_session):
    def passes(_n):
        with store.writing(), open_session() as session, session.begin():
            return geocoding.pass_gate(session, provider="photon", pace=PACE, now=NOW)

    with ThreadPoolExecutor(8) as threads:
        passed = list(threads.map(passes, range(16)))

    assert passed.count(True) == 1
