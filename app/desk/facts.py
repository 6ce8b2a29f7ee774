"""The journal's facts as sentences, for the story of a ticket.

What has a row of its own there (a message, an attempt, a visit) is not told a second time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dispatch.journal import Fact


class Told(NamedTuple):
    """How a fact is told: a sentence that may name its details, an icon, a tone."""

    sentence: LazyString
    icon: str = "info"
    tone: str = "calm"


FACTS: Mapping[str, Told] = {
    "ticket-opened": Told(_l("Ticket opened"), "flag", "busy"),
    "ticket-classified": Told(_l("Classified more exactly")),
    "ticket-reprioritised": Told(_l("Priority changed: %(reason)s"), "flag", "warn"),
    "agreement-chosen": Told(_l("Another agreement chosen: %(reason)s"), "money", "warn"),
    "owner-assigned": Told(_l("Given to somebody"), "user"),
    "ticket-waited": Told(_l("Waiting for others: %(reason)s"), "clock", "wait"),
    "ticket-went-on": Told(_l("Work goes on"), "play"),
    "ticket-back-from-field": Told(_l("Back at the desk"), "back", "busy"),
    "ticket-resolved": Told(_l("Resolved"), "check", "good"),
    "ticket-reopened": Told(_l("Opened again: %(reason)s"), "back", "warn"),
    "ticket-closed": Told(_l("Closed"), "lock", "good"),
    "ticket-withdrawn": Told(_l("Withdrawn: %(reason)s"), "cross"),
    "ticket-merged": Told(_l("Merged with another ticket"), "next"),
    "clock-warned": Told(_l("Three quarters of the promised time are gone"), "clock", "warn"),
    "clock-missed": Told(_l("The promised time has run out"), "clock", "bad"),
    "visit-approved": Told(_l("Visit approved"), "check", "good"),
    "visit-refused": Told(_l("Visit refused: %(reason)s"), "cross", "bad"),
    "visit-blocked": Told(_l("Visit blocked: %(reason)s"), "lock", "warn"),
    "helper-turned-back": Told(_l("A technician who was to come along turned back"), "van", "warn"),
    "visit-unblocked": Told(_l("Visit may be planned again"), "play"),
    "visit-cancelled": Told(_l("Visit cancelled: %(reason)s"), "cross", "warn"),
    "visit-followed-up": Told(_l("Another visit follows"), "van", "warn"),
    "visit-pinned": Told(_l("The dispatcher pinned the visit"), "pin"),
    "visit-unpinned": Told(_l("The visit is no longer pinned"), "pin"),
    "visit-charged": Told(_l("Charged to the agreement"), "money"),
    "needs-edited": Told(_l("Needs of the visit changed"), "settings"),
    "outcome-set-aside": Told(_l("The report was set aside"), "cross", "warn"),
    "outcome-corrected": Told(_l("The report was corrected"), "note", "warn"),
    "window-held": Told(_l("The customer holds a window"), "clock", "wait"),
    "hold-let-go": Told(_l("The customer let the window go"), "clock"),
    "hold-expired": Told(_l("The held window is free again"), "clock"),
}


class Line(NamedTuple):
    """A fact that is told, in words."""

    fact: Fact
    sentence: str
    icon: str
    tone: str


def lines(facts: Iterable[Fact]) -> Iterator[Line]:
    """Tell the facts that no other event of the story tells."""
    for fact in facts:
        told = FACTS.get(fact.kind)
        if told is not None:
            details: defaultdict[str, object] = defaultdict(str, fact.details)
            sentence = str(told.sentence) % details
            yield Line(fact, sentence.rstrip(": "), told.icon, told.tone)
