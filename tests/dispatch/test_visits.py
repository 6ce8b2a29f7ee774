"""Visits: the gate, and what becomes of a visit after it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from dispatch import agreements, tickets, visits
from dispatch.accounts import RoleName
from dispatch.agreements import AgreementKind, Overage, WalletKind
from dispatch.base import Forbidden, Incomplete, StaleVersion, WrongState
from dispatch.journal import Fact
from dispatch.tickets import (
    AttemptResult,
    Channel,
    Check,
    Priority,
    TicketKind,
    TicketState,
    Verdict,
)
from dispatch.visits import NeededPart, NeededSkill, Needs, VisitNotJustified, VisitState, Wish
from tests import build
from tests.clock import NOW

NEEDS = Needs(summary="Replace the fuser", work_minutes=60)
MANAGED = {"kind": AgreementKind.MANAGED}


def a_ticket(session, *, agreement=MANAGED, **columns):
    """A fault at a site that a managed service covers, of a family without checklist."""
    site = build.site(session)
    covered = agreement and build.agreement(session, customer=site.customer, **agreement)
    family = columns.pop("family", None) or build.family(session)
    return build.ticket(session, site=site, family=family, agreement=covered or None, **columns)


def exhausted(session, **columns):
    """A ticket on which tiers 1 and 2 have tried in vain, tier 2 after its review."""
    ticket = a_ticket(session, **columns)
    reception, expert = build.agent(session, tier=1), build.agent(session, tier=2)
    attempt = {"channel": Channel.REMOTE, "what": "Restart", "result": AttemptResult.NOT_FIXED}
    tickets.record_attempt(session, ticket=ticket, tier=1, by=reception, now=NOW, **attempt)
    tickets.escalate(session, ticket=ticket, to_tier=2, summary="?", by=reception, now=NOW)
    tickets.review(session, ticket=ticket, verdict=Verdict.SUFFICIENT, by=expert, now=NOW)
    tickets.record_attempt(session, ticket=ticket, tier=2, by=expert, now=NOW, **attempt)
    return ticket


def missing(session, ticket, **asked):
    return set(visits.gate(session, ticket=ticket, now=NOW, **asked).missing)


def requested(session, ticket, *, needs=NEEDS, **asked):
    asked.setdefault("by", build.agent(session, tier=2))
    return visits.request_visit(session, ticket=ticket, needs=needs, now=NOW, **asked)


def test_a_ticket_on_which_both_tiers_failed_passes_the_gate(session):
    """D5."""
    ticket = exhausted(session)

    gate = visits.gate(session, ticket=ticket, now=NOW)

    assert gate.passed
    assert (gate.attempts, gate.failed) == ({1: 1, 2: 1}, {1: 1, 2: 1})


def test_without_attempts_the_gate_is_shut(session):
    """D5: attempts-missing."""
    assert missing(session, a_ticket(session)) == {"attempts-missing"}


def test_the_gate_names_the_checks_that_nobody_tried(session):
    """D5: attempts-missing."""
    family = build.family(session)
    family.checks = [Check(tier=1, position=1, text="Cable"), Check(tier=2, position=1, text="Log")]
    session.flush()
    ticket = exhausted_but_for_the_list(session, family)

    gate = visits.gate(session, ticket=ticket, now=NOW)

    assert [check["text"] for check in gate.checks] == ["Cable", "Log"]


def exhausted_but_for_the_list(session, family):
    ticket = a_ticket(session, family=family)
    build.attempt(session, ticket=ticket, tier=1)
    build.attempt(session, ticket=ticket, tier=2)
    session.refresh(ticket)
    ticket.reviews.append(tickets.Review(tier=2, verdict=Verdict.SUFFICIENT, at=NOW))
    session.flush()
    return ticket


def test_attempts_that_all_helped_justify_no_visit(session):
    """D5: attempts-missing."""
    ticket = exhausted(session)
    for attempt in ticket.attempts:
        attempt.result = AttemptResult.FIXED

    assert missing(session, ticket) == {"attempts-missing"}


def test_without_the_review_of_tier_one_the_gate_is_shut(session):
    """D5: review-missing."""
    ticket = a_ticket(session, tier=2)
    build.attempt(session, ticket=ticket, tier=1)
    build.attempt(session, ticket=ticket, tier=2)
    session.refresh(ticket)

    assert missing(session, ticket) == {"review-missing"}


def test_the_gate_names_attempts_that_wait_for_the_review(session):
    """D5: all that is missing, at once."""
    ticket = a_ticket(session, tier=2)
    build.attempt(session, ticket=ticket, tier=1)
    session.refresh(ticket)

    assert missing(session, ticket) == {"review-missing", "attempts-missing"}


def test_without_a_family_the_gate_is_shut(session):
    """D5: family-missing."""
    ticket = exhausted(session)
    ticket.family = None

    assert missing(session, ticket) == {"family-missing"}


def test_without_a_site_the_gate_is_shut(session):
    """D5: site-missing."""
    ticket = exhausted(session)
    ticket.site = None

    assert missing(session, ticket) == {"site-missing"}


def test_what_was_not_sold_shuts_the_gate(session):
    """D5: not-entitled."""
    ticket = exhausted(session, agreement=None)

    with pytest.raises(VisitNotJustified) as refusal:
        requested(session, ticket)

    assert refusal.value.details["missing"] == ["not-entitled"]
    assert refusal.value.details["why"] == "no-agreement"


def test_remote_support_alone_entitles_to_no_visit(session):
    """D5: not-entitled."""
    ticket = exhausted(session, agreement={**MANAGED, "on_site": False})

    gate = visits.gate(session, ticket=ticket, now=NOW)

    assert gate.not_entitled == "on-site-not-included"


@pytest.mark.parametrize(
    "incomplete",
    [
        {"summary": " "},
        {"work_minutes": 0},
        {"crew_size": 7},
        {"skills": (NeededSkill(skill_id=1, level=4),)},
        {"parts": (NeededPart(part_id=1), NeededPart(part_id=1))},
        {"must": (1,), "never": (1,)},
        {"preferred_windows": ((NOW, NOW),)},
    ],
)
def test_needs_that_nobody_can_plan_shut_the_gate(session, incomplete):
    """D5: needs-incomplete."""
    ticket = exhausted(session)

    assert missing(session, ticket, needs=replace(NEEDS, **incomplete)) == {"needs-incomplete"}


def test_a_price_that_is_not_accepted_yet_lets_the_visit_wait(session):
    """D5: price-not-accepted."""
    ticket = exhausted(session, agreement={"kind": AgreementKind.CALL_IN})

    visit = requested(session, ticket)

    assert visit.state is VisitState.REQUESTED
    assert visit.evidence["missing"] == ["price-not-accepted"]
    assert visit.evidence["price"]["labour_minor"] == 24_000


def test_a_visit_is_ready_at_once_when_the_price_is_accepted(session):
    ticket = exhausted(session, agreement={"kind": AgreementKind.CALL_IN})

    visit = requested(session, ticket, price_accepted=True)

    assert (visit.state, ticket.state) == (VisitState.READY, TicketState.IN_FIELD)


def test_a_visit_is_ready_at_once_when_nothing_is_to_pay(session):
    assert requested(session, exhausted(session)).state is VisitState.READY


def test_an_approved_visit_may_be_planned(session):
    visit = requested(session, exhausted(session, agreement={"kind": AgreementKind.CALL_IN}))

    visits.approve(session, visit=visit, by=build.agent(session, tier=3), now=NOW)

    assert visit.state is VisitState.READY


def test_everything_that_is_missing_is_said_at_once(session):
    """D5."""
    ticket = a_ticket(session, agreement=None)
    ticket.family = None

    with pytest.raises(VisitNotJustified) as refusal:
        requested(session, ticket, needs=replace(NEEDS, work_minutes=0))

    assert set(refusal.value.details["missing"]) == {
        "attempts-missing",
        "family-missing",
        "not-entitled",
        "needs-incomplete",
    }


def test_a_refused_request_leaves_nothing_behind(session):
    ticket = a_ticket(session)

    with pytest.raises(VisitNotJustified):
        requested(session, ticket)

    assert ticket.state is TicketState.OPEN
    assert visits.open_visits(session, ticket_id=ticket.id) == []


def test_a_forced_visit_keeps_its_reason_and_what_was_missing(session):
    """D5."""
    ticket = a_ticket(session)

    visit = requested(
        session, ticket, by=build.dispatcher(session), force_reason="The minister waits"
    )

    assert (visit.state, visit.forced_reason) == (VisitState.READY, "The minister waits")
    assert visit.evidence["missing"] == ["attempts-missing"]


def test_an_expert_may_not_force_the_gate(session):
    with pytest.raises(Forbidden):
        requested(session, a_ticket(session), force_reason="I am sure")


def test_no_reason_makes_a_visit_without_a_place(session):
    ticket = a_ticket(session)
    ticket.site = None

    with pytest.raises(VisitNotJustified) as refusal:
        requested(session, ticket, by=build.dispatcher(session), force_reason="Go anyway")

    assert refusal.value.details["missing"] == ["site-missing"]


def test_reception_asks_for_no_visit(session):
    with pytest.raises(Forbidden):
        requested(session, exhausted(session), by=build.agent(session, tier=1))


def test_what_is_broken_in_the_hand_goes_from_receptions_list_to_the_gate(session):
    ticket = a_ticket(session, family=build.family(session, physical=True))
    build.attempt(session, ticket=ticket, tier=1)
    session.refresh(ticket)

    visit = requested(session, ticket, by=build.agent(session, tier=1))

    assert visit.state is VisitState.READY


def test_danger_goes_straight_to_a_visit_and_the_gate_is_filled_in_later(session):
    ticket = a_ticket(session, agreement=None, danger=True, priority=Priority.URGENT)

    visit = requested(session, ticket, by=build.agent(session, tier=1))

    assert visit.state is VisitState.READY
    assert visit.evidence["missing"] == ["attempts-missing", "not-entitled"]


def test_an_installation_needs_no_failed_attempts(session):
    assert missing(session, a_ticket(session, kind=TicketKind.INSTALLATION)) == set()


def test_a_desk_without_tier_two_goes_on_to_tier_three(session):
    ticket = a_ticket(session)
    reception, specialist = build.agent(session, tier=1), build.agent(session, tier=3)
    attempt = {"channel": Channel.REMOTE, "what": "Restart", "result": AttemptResult.NOT_FIXED}
    tickets.record_attempt(session, ticket=ticket, tier=1, by=reception, now=NOW, **attempt)
    tickets.escalate(session, ticket=ticket, to_tier=3, summary="?", by=reception, now=NOW)
    tickets.review(session, ticket=ticket, verdict=Verdict.SUFFICIENT, by=specialist, now=NOW)
    tickets.record_attempt(session, ticket=ticket, tier=3, by=specialist, now=NOW, **attempt)

    assert missing(session, ticket) == set()


def test_the_gate_shows_how_likely_remote_support_could_have_helped(session):
    ticket = exhausted(session)

    gate = visits.gate(session, ticket=ticket, now=NOW, share_of={ticket.family_id: 0.4}.get)

    assert gate.likely_remote_fixable == 0.4


def test_a_visit_keeps_every_need_in_words_of_its_own(session):
    skill, part = build.skill(session), build.part(session)
    liked, disliked = build.technician(session), build.technician(session)
    needs = replace(
        NEEDS,
        skills=(NeededSkill(skill_id=skill.id, level=2, any_of_group=1),),
        parts=(NeededPart(part_id=part.id, pieces=2),),
        preferred=(liked.id,),
        never=(disliked.id,),
        preferred_windows=((NOW, NOW + timedelta(hours=2)),),
    )

    visit = requested(session, exhausted(session), needs=needs)

    session.expire(visit)
    assert visits.needs_of(visit) == needs
    assert {row.wish for row in visit.technician_wishes} == {Wish.PREFERRED, Wish.NEVER}


def test_needs_can_be_said_anew(session):
    skill = build.skill(session)
    visit = build.visit(session, skills={"printer": 1})
    needs = replace(NEEDS, skills=(NeededSkill(skill_id=skill.id, level=3),))

    visits.edit_needs(session, visit=visit, needs=needs, expected_version=visit.version, now=NOW)

    assert [row.level for row in visit.skills] == [3]


def test_nobody_overwrites_needs_they_have_not_seen(session):
    visit = build.visit(session)

    with pytest.raises(StaleVersion):
        visits.edit_needs(session, visit=visit, needs=NEEDS, expected_version=99, now=NOW)


def test_a_refused_visit_gives_its_ticket_back(session):
    ticket = exhausted(session, agreement={"kind": AgreementKind.CALL_IN})
    visit = requested(session, ticket)

    visits.refuse(
        session, visit=visit, reason="Try the log", by=build.agent(session, tier=3), now=NOW
    )

    assert (visit.state, ticket.state) == (VisitState.CANCELLED, TicketState.OPEN)


def test_a_ticket_stays_in_the_field_while_another_visit_is_open(session):
    ticket = exhausted(session)
    first, second = requested(session, ticket), requested(session, ticket)

    visits.cancel(session, visit=first, reason="Twice", now=NOW)

    assert (ticket.state, second.state) == (TicketState.IN_FIELD, VisitState.READY)


def test_a_cancelled_visit_gives_reserved_minutes_back(session):
    """D6."""
    prepaid = {"kind": AgreementKind.PREPAID, "overage": Overage.REFUSE}
    ticket = exhausted(session, agreement=prepaid)
    agreements.buy(session, agreement=ticket.agreement, minutes=120, now=NOW)
    visit = requested(session, ticket, price_accepted=True)
    agreements.reserve(session, agreement=visit.agreement, visit_id=visit.id, minutes=60, now=NOW)

    visits.cancel(session, visit=visit, reason="Works again", now=NOW)

    assert agreements.balance(session, agreement_id=ticket.agreement.id) == 120


def test_only_a_dispatcher_calls_off_a_visit_that_somebody_drives_to(session):
    visit = build.visit(session, state=VisitState.UNDER_WAY)

    with pytest.raises(visits.TechnicianOnTheWay):
        visits.cancel(session, visit=visit, reason="?", by=build.agent(session, tier=3), now=NOW)

    visits.cancel(session, visit=visit, reason="?", by=build.dispatcher(session), now=NOW)
    assert visit.state is VisitState.CANCELLED


def test_a_withdrawn_ticket_calls_its_visits_off(session):
    ticket = exhausted(session)
    visit = requested(session, ticket)

    visits.withdraw_ticket(session, ticket=ticket, reason="Bought another", now=NOW)

    assert (visit.state, ticket.state) == (VisitState.CANCELLED, TicketState.WITHDRAWN)


def test_a_promise_stands_in_the_way_of_a_later_part(session):
    visit = build.visit(session)
    blocked = {"reason": "Fuser", "release_at": NOW + timedelta(days=2), "now": NOW}

    with pytest.raises(visits.PromiseInTheWay):
        visits.block(session, visit=visit, promised_at=NOW + timedelta(days=1), **blocked)

    visits.block(session, visit=visit, promised_at=None, **blocked)
    assert visit.state is VisitState.BLOCKED


def test_a_blocked_visit_is_found_when_its_part_should_be_there(session):
    visit = build.visit(session, state=VisitState.BLOCKED, blocked_reason="Fuser", release_at=NOW)

    assert visit in visits.unblockable(session, now=NOW)
    assert visit not in visits.unblockable(session, now=NOW - timedelta(seconds=1))


def test_what_was_learnt_goes_into_the_next_visit(session):
    visit = build.visit(session, state=VisitState.FOLLOW_UP, due_at=NOW + timedelta(days=3))
    part = build.part(session)
    needs = replace(NEEDS, parts=(NeededPart(part_id=part.id),))

    successor = visits.follow_up(
        session,
        visit=visit,
        needs=needs,
        blocked_reason="Fuser",
        release_at=NOW + timedelta(days=2),
        now=NOW,
    )

    assert (successor.predecessor, successor.state) == (visit, VisitState.BLOCKED)
    assert (successor.ticket, successor.due_at) == (visit.ticket, visit.due_at)


def test_paused_work_is_planned_with_the_minutes_that_are_left(session):
    visit = build.visit(session, state=VisitState.ON_SITE)

    visits.pause(session, visit=visit, minutes_left=25, now=NOW)

    assert (visit.state, visit.work_minutes) == (VisitState.PAUSED, 25)


def test_a_drive_is_not_given_up_without_a_reason(session):
    visit = build.visit(session, state=VisitState.UNDER_WAY)

    with pytest.raises(Incomplete):
        visits.turn_back(session, visit=visit, reason="", now=NOW)

    assert visit.state is VisitState.UNDER_WAY


def test_a_visit_can_be_finished_though_its_arrival_was_lost(session):
    visit = build.visit(session, state=VisitState.UNDER_WAY)

    visits.finish(session, visit=visit, now=NOW)

    kinds = session.scalars(select(Fact.kind).where(Fact.thing_id == visit.id)).all()
    assert (visit.state, visit.closed_at) == (VisitState.DONE, NOW)
    assert kinds == ["visit-arrived", "visit-finished"]


def test_a_finished_visit_is_final(session):
    visit = build.visit(session, state=VisitState.DONE)

    with pytest.raises(WrongState):
        visits.finish_for_now(session, visit=visit, now=NOW)


def test_a_lead_decides_like_a_dispatcher_at_the_gate(session):
    lead = build.account(session, roles=[RoleName.LEAD])

    visit = requested(session, a_ticket(session), by=lead, force_reason="Known fault")

    assert visit.forced_reason == "Known fault"


def test_the_reserve_of_a_visit_is_one_entry(session):
    ticket = a_ticket(session, agreement={"kind": AgreementKind.PREPAID})
    agreements.buy(session, agreement=ticket.agreement, minutes=60, now=NOW)
    visit = build.visit(session, ticket=ticket)
    asked = {"agreement": ticket.agreement, "visit_id": visit.id, "minutes": 50, "now": NOW}

    agreements.reserve(session, **asked)
    agreements.reserve(session, **asked)

    entries = session.scalars(
        select(agreements.WalletEntry.minutes).where(
            agreements.WalletEntry.kind == WalletKind.RESERVE,
            agreements.WalletEntry.visit_id == visit.id,
        )
    ).all()
    assert entries == [-60]


def test_a_visit_follows_the_priority_of_its_ticket(session):
    ticket = exhausted(session)
    visit, over = requested(session, ticket), build.visit(session, ticket=ticket)
    visits.cancel(session, visit=over, reason="Twice", now=NOW)

    visits.reprioritise(session, ticket=ticket, priority=Priority.URGENT, reason="Dark", now=NOW)

    assert (ticket.priority, visit.priority) == (Priority.URGENT, Priority.URGENT)
    assert over.priority is Priority.NORMAL
