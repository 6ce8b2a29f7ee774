"""Tickets with their whole story: what was asked, what each tier tried, how it went on.

A story is told in order: open, answer, try, escalate, review, resolve. Every step moves its clock
on, in office hours only as far as the caller sees to it.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dispatch.demo.world import Device, World
from dispatch.tickets import (
    Attempt,
    AttemptResult,
    Channel,
    Direction,
    Escalation,
    Message,
    Priority,
    Review,
    Ticket,
    TicketKind,
    TicketState,
    Verdict,
)

CHANNELS = {
    Channel.PHONE: 37,
    Channel.EMAIL: 24,
    Channel.WEB: 14,
    Channel.CHAT: 10,
    Channel.SMS: 4,
    Channel.MONITORING: 3,
    Channel.REMOTE: 2,
    Channel.SOCIAL: 2,
    Channel.FORUM: 2,
    Channel.FAX: 1,
    Channel.ON_SITE: 1,
}
PRIORITIES = {Priority.URGENT: 6, Priority.HIGH: 20, Priority.NORMAL: 68, Priority.PLANNED: 6}
VERDICTS = {Verdict.SUFFICIENT: 83, Verdict.GAPS: 12, Verdict.WRONG_FAMILY: 5}
HANDED_BACK = 0.08
# How a tier reaches the customer while it tries.
TRIED_BY = {1: (Channel.PHONE, Channel.CHAT), 2: (Channel.REMOTE, Channel.PHONE)}


@dataclass(slots=True, kw_only=True)
class Story:
    """A ticket being told. ``row`` is what will be written; ``at`` is where the story stands.

    ``tries`` and ``failures`` count attempts by tier.
    """

    world: World
    drawn: random.Random
    device: Device
    code: str
    id: int
    row: dict[str, Any]
    at: datetime
    tries: Counter[int] = field(default_factory=Counter)
    failures: Counter[int] = field(default_factory=Counter)
    verdicts: list[tuple[int, Verdict]] = field(default_factory=list)

    @property
    def words(self) -> dict[str, Any]:
        """The texts of the fault family."""
        words: dict[str, Any] = self.world.pack.texts["families"][self.code]
        return words

    def later(self, least: float, most: float) -> datetime:
        """Move on by so many minutes, between the two."""
        self.at += timedelta(seconds=round(60 * self.drawn.uniform(least, most)))
        return self.at

    def agent(self, tier: int) -> int:
        return self.drawn.choice(self.world.desk[tier])

    def say(self, body: str, *, by: int | None, channel: Channel | None = None) -> int:
        """One message; without ``by`` it comes from the customer. Returns its id."""
        return self.world.rows.add(
            Message,
            ticket_id=self.id,
            account_id=by,
            direction=Direction.TO_CUSTOMER if by else Direction.FROM_CUSTOMER,
            channel=channel or self.row["channel"],
            body=body,
            at=self.at,
        )

    def note(self, body: str, *, by: int, tier: int = 1, for_visit: bool = False) -> None:
        """An internal note; the technician sees those for the visit."""
        self.world.rows.add(
            Message,
            ticket_id=self.id,
            account_id=by,
            direction=Direction.INTERNAL,
            channel=self.row["channel"],
            min_tier=tier,
            for_visit=for_visit,
            body=body,
            at=self.at,
        )

    def answer(self) -> None:
        """The first human answer; the ticket is open."""
        owner = self.agent(1)
        self.later(3, 90)
        self.row.update(state=TicketState.OPEN, owner_id=owner, answered_at=self.at)
        self.say(self.drawn.choice(self.world.pack.texts["answers"]), by=owner)

    def help_oneself(self, *, fixed: bool) -> None:
        """The customer follows the public steps before anybody answers."""
        for check_id, line in self.world.checks[self.code, 0]:
            self._attempt(0, check_id, line, fixed=fixed, by=None, channel=Channel.SELF_HELP)
        if fixed:
            self.row["tier"] = 0

    def work(self, tier: int, *, fixed: bool) -> None:
        """Every check of the tier's list, in order; the last one mends it, or none does."""
        checks = self.world.checks.get((self.code, tier), [])
        by = self.agent(tier)
        self.row.update(owner_id=by)
        until = self.drawn.randint(1, len(checks)) if fixed and checks else len(checks)
        for number, (check_id, line) in enumerate(checks[:until], start=1):
            channel = self.drawn.choice(TRIED_BY[tier])
            mended = fixed and number == until
            self._attempt(tier, check_id, line, fixed=mended, by=by, channel=channel)
        if not checks:
            line = self.drawn.choice(self.world.pack.texts["deep"])
            self._attempt(tier, None, line, fixed=fixed, by=by, channel=Channel.REMOTE)

    def escalate(self) -> None:
        """One tier up, with a summary, and reviewed there; some come back once."""
        tier, texts = self.row["tier"], self.world.pack.texts
        summary = self.drawn.choice(texts["escalation"])
        self._change_tier(tier, tier + 1, summary=summary)
        if tier == 1 and self.drawn.random() < HANDED_BACK:
            self._review(2, Verdict.GAPS)
            self._change_tier(2, 1, summary=texts["hand_back"])
            check_id, line = self.world.checks[self.code, 1][-1]
            by = self.agent(1)
            self._attempt(1, check_id, line, fixed=False, by=by, channel=Channel.PHONE)
            self._change_tier(1, 2, summary=summary)
        verdict = self.drawn.choices(list(VERDICTS), list(VERDICTS.values()))[0]
        self._review(tier + 1, verdict)

    def resolve(self, *, cause: str, remedy: str) -> None:
        """Mended: the customer is told and often thanks; old ones are closed."""
        texts = self.world.pack.texts
        self.later(2, 20)
        self.row.update(state=TicketState.RESOLVED, resolved_at=self.at, cause=cause, remedy=remedy)
        if self.row["tier"]:
            self.say(self.drawn.choice(texts["closings"]), by=self.row["owner_id"])
        if self.drawn.random() < 0.4:
            self.later(5, 60)
            self.say(self.drawn.choice(texts["thanks"]), by=None)
        # Closed by the chore after five business days, a week on the calendar.
        if (closed_at := self.at + timedelta(days=7)) < self.world.now:
            self.row.update(state=TicketState.CLOSED, closed_at=closed_at)

    def mend(self) -> None:
        """Resolve with one of the family's own causes and its remedy."""
        cause, remedy = self.found()
        self.resolve(cause=cause, remedy=remedy)

    def found(self) -> tuple[str, str]:
        """One of the family's causes, with its remedy."""
        return self.drawn.choice(
            list(zip(self.words["causes"], self.words["remedies"], strict=True))
        )

    def _attempt(
        self,
        tier: int,
        check_id: int | None,
        line: str,
        *,
        fixed: bool,
        by: int | None,
        channel: Channel,
    ) -> None:
        self.tries[tier] += 1
        self.failures[tier] += not fixed
        refused = not fixed and tier > 0 and self.drawn.random() < 0.08
        result = AttemptResult.FIXED if fixed else AttemptResult.NOT_FIXED
        self.world.rows.add(
            Attempt,
            ticket_id=self.id,
            check_id=check_id,
            account_id=by,
            tier=tier,
            channel=channel,
            what=line,
            result=AttemptResult.NOT_POSSIBLE if refused else result,
            reason=self.world.pack.texts["results"]["not-possible"] if refused else "",
            minutes=self.drawn.randint(2, 9) if tier else 0,
            at=self.later(2, 12),
        )

    def _change_tier(self, tier: int, to: int, *, summary: str) -> None:
        self.world.rows.add(
            Escalation,
            ticket_id=self.id,
            account_id=self.row["owner_id"],
            from_tier=tier,
            to_tier=to,
            summary=summary,
            at=self.later(1, 10),
        )
        self.row.update(tier=to, tier_since=self.at, owner_id=self.agent(to))

    def _review(self, tier: int, verdict: Verdict) -> None:
        self.verdicts.append((tier, verdict))
        self.world.rows.add(
            Review,
            ticket_id=self.id,
            account_id=self.row["owner_id"],
            tier=tier,
            verdict=verdict,
            gaps="" if verdict is Verdict.SUFFICIENT else self.world.pack.texts["reviews"][verdict],
            at=self.later(5, 40),
        )


def begin(
    world: World,
    device: Device,
    code: str,
    *,
    at: datetime,
    drawn: random.Random,
    priority: Priority | None = None,
    channel: Channel | None = None,
    symptom: str | None = None,
) -> Story:
    """A new ticket with the customer's first words."""
    texts, door = world.pack.texts, device.door
    words = texts["families"][code]
    symptom = symptom or drawn.choice(words["symptoms"])
    channel = channel or drawn.choices(list(CHANNELS), list(CHANNELS.values()))[0]
    ticket_id = world.rows.add(
        Ticket,
        customer_id=door.customer_id,
        contact_id=door.contact_id,
        site_id=door.id,
        asset_id=device.id,
        family_id=world.families[code],
        agreement_id=door.deal.id,
        kind=TicketKind.FAULT,
        channel=channel,
        priority=priority or drawn.choices(list(PRIORITIES), list(PRIORITIES.values()))[0],
        state=TicketState.NEW,
        subject=texts["kinds"]["fault"].format(family=words["name"], asset=device.name),
        description=symptom,
        language=door.language,
        opened_at=at,
        tier_since=at,
        synthetic=True,
    )
    row = world.rows.of(Ticket)[-1]
    story = Story(world=world, drawn=drawn, device=device, code=code, id=ticket_id, row=row, at=at)
    story.say(drawn.choice(texts["openings"]).format(symptom=symptom), by=None)
    return story
