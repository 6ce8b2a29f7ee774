"""The words for the trade's codes: what a state, a channel or a priority is called on screens.

Also says how a state is coloured; colour never speaks alone, the word always stands beside it.
Tones: ``calm`` nothing to do, ``busy`` under way, ``wait`` somebody else's turn, ``warn`` look
soon, ``bad`` look now, ``good`` well ended.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from flask import Flask
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from dispatch.accounts import RoleName
from dispatch.agreements import AgreementKind, Overage, WalletKind
from dispatch.field import DeedKind, OutcomeKind, OutcomeState, RemoteFixable
from dispatch.notices import NoticeChannel
from dispatch.places import Precision
from dispatch.promises import AppointmentState, HoldState
from dispatch.tickets import (
    AttemptResult,
    Channel,
    ClockKind,
    Direction,
    Priority,
    TicketKind,
    TicketState,
    Verdict,
)
from dispatch.visits import CrewRole, VisitState, Wish
from dispatch.workforce import Employment
from routing.geocode.answer import Verdict as Found
from routing.travel.provider import Profile

WORDS: Mapping[type[StrEnum], Mapping[StrEnum, LazyString]] = {
    TicketState: {
        TicketState.NEW: _l("New"),
        TicketState.OPEN: _l("Open"),
        TicketState.WAITING_CUSTOMER: _l("Waiting for the customer"),
        TicketState.WAITING_OTHER: _l("Waiting for others"),
        TicketState.IN_FIELD: _l("In the field"),
        TicketState.RESOLVED: _l("Resolved"),
        TicketState.CLOSED: _l("Closed"),
        TicketState.WITHDRAWN: _l("Withdrawn"),
        TicketState.MERGED: _l("Merged"),
    },
    Channel: {
        Channel.PHONE: _l("Phone"),
        Channel.EMAIL: _l("E-mail"),
        Channel.WEB: _l("Web form"),
        Channel.CHAT: _l("Chat"),
        Channel.SMS: _l("Text message"),
        Channel.SOCIAL: _l("Social media"),
        Channel.FORUM: _l("Forum"),
        Channel.REMOTE: _l("Remote access"),
        Channel.SELF_HELP: _l("Self-help"),
        Channel.FAX: _l("Fax"),
        Channel.MONITORING: _l("Monitoring"),
        Channel.ON_SITE: _l("On site"),
    },
    Priority: {
        Priority.URGENT: _l("Urgent"),
        Priority.HIGH: _l("High"),
        Priority.NORMAL: _l("Normal"),
        Priority.PLANNED: _l("Planned work"),
    },
    TicketKind: {
        TicketKind.FAULT: _l("Fault"),
        TicketKind.QUESTION: _l("Question"),
        TicketKind.SIGN_IN: _l("Sign-in or access"),
        TicketKind.INSTALLATION: _l("Installation or change"),
        TicketKind.MAINTENANCE: _l("Planned maintenance"),
        TicketKind.ADVICE: _l("Advice"),
        TicketKind.COMPLAINT: _l("Complaint"),
        TicketKind.IDEA: _l("Product idea"),
    },
    AttemptResult: {
        AttemptResult.FIXED: _l("Fixed"),
        AttemptResult.NOT_FIXED: _l("Not fixed"),
        AttemptResult.NOT_POSSIBLE: _l("Not possible"),
    },
    Verdict: {
        Verdict.SUFFICIENT: _l("Sufficient"),
        Verdict.GAPS: _l("Has gaps"),
        Verdict.WRONG_FAMILY: _l("Wrong kind of fault"),
        Verdict.WRONG_PRIORITY: _l("Wrong priority"),
    },
    Direction: {
        Direction.FROM_CUSTOMER: _l("From the customer"),
        Direction.TO_CUSTOMER: _l("To the customer"),
        Direction.INTERNAL: _l("Internal note"),
    },
    ClockKind: {
        ClockKind.RESPOND: _l("First answer"),
        ClockKind.ARRIVE: _l("On site"),
        ClockKind.RESOLVE: _l("Solved"),
    },
    VisitState: {
        VisitState.REQUESTED: _l("Requested"),
        VisitState.READY: _l("Ready to plan"),
        VisitState.BLOCKED: _l("Blocked"),
        VisitState.UNDER_WAY: _l("Under way"),
        VisitState.ON_SITE: _l("On site"),
        VisitState.PAUSED: _l("Paused"),
        VisitState.DONE: _l("Done"),
        VisitState.FOLLOW_UP: _l("Needs a follow-up"),
        VisitState.CANCELLED: _l("Cancelled"),
    },
    Wish: {
        Wish.MUST: _l("Must go"),
        Wish.PREFERRED: _l("Preferred"),
        Wish.NEVER: _l("Must not go"),
    },
    CrewRole: {
        CrewRole.LEAD: _l("Whoever leads"),
        CrewRole.HELPER: _l("Whoever comes along"),
    },
    AgreementKind: {
        AgreementKind.CALL_IN: _l("Call-in (time and material)"),
        AgreementKind.PREPAID: _l("Prepaid hours"),
        AgreementKind.MANAGED: _l("Managed service"),
        AgreementKind.WARRANTY: _l("Warranty"),
        AgreementKind.INTERNAL: _l("Internal"),
    },
    Overage: {
        Overage.REFUSE: _l("No visit beyond the prepaid hours"),
        Overage.CALL_IN_RATE: _l("Beyond the prepaid hours at the call-in rate"),
    },
    WalletKind: {
        WalletKind.PURCHASE: _l("Bought"),
        WalletKind.RESERVE: _l("Set aside for a visit"),
        WalletKind.SETTLE: _l("Used by a visit"),
        WalletKind.RELEASE: _l("Given back by a visit"),
        WalletKind.EXPIRE: _l("Expired"),
        WalletKind.ROLL_OVER: _l("Taken over from before"),
        WalletKind.ADJUST: _l("Corrected by hand"),
    },
    Employment: {
        Employment.OWN: _l("Own"),
        Employment.PARTNER: _l("Partner"),
    },
    Profile: {
        Profile.CAR: _l("Car"),
        Profile.VAN: _l("Van"),
        Profile.BIKE: _l("Bike"),
        Profile.FOOT: _l("On foot"),
    },
    DeedKind: {
        DeedKind.SET_OFF: _l("Set off"),
        DeedKind.ARRIVE: _l("Arrived"),
        DeedKind.TURN_BACK: _l("Turned back"),
        DeedKind.PAUSE: _l("Paused the work"),
        DeedKind.FINISH: _l("Finished"),
    },
    OutcomeKind: {
        OutcomeKind.FIXED: _l("Fixed on site"),
        OutcomeKind.PART_MISSING: _l("A part is missing"),
        OutcomeKind.NO_ACCESS: _l("No access"),
        OutcomeKind.NEEDS_FOLLOW_UP: _l("Another visit is needed"),
        OutcomeKind.NOT_NEEDED: _l("The visit was not needed"),
    },
    OutcomeState: {
        OutcomeState.ACCEPTED: _l("Accepted"),
        OutcomeState.UNDER_REVIEW: _l("Under review"),
        OutcomeState.SET_ASIDE: _l("Set aside"),
        OutcomeState.CORRECTED: _l("Corrected"),
    },
    RemoteFixable: {
        RemoteFixable.YES: _l("Yes, from afar"),
        RemoteFixable.NO: _l("No, only on site"),
        RemoteFixable.UNSURE: _l("Not sure"),
    },
    AppointmentState: {
        AppointmentState.PROMISED: _l("Promised"),
        AppointmentState.MOVED: _l("Moved"),
        AppointmentState.CANCELLED: _l("Cancelled"),
        AppointmentState.KEPT: _l("Kept"),
        AppointmentState.BROKEN: _l("Broken"),
        AppointmentState.VOID: _l("Void: nobody let us in"),
    },
    HoldState: {
        HoldState.HELD: _l("Held"),
        HoldState.CONFIRMED: _l("Confirmed"),
        HoldState.LET_GO: _l("Let go"),
        HoldState.EXPIRED: _l("Expired"),
    },
    NoticeChannel: {
        NoticeChannel.EMAIL: _l("E-mail"),
        NoticeChannel.SMS: _l("Text message"),
    },
    Precision: {
        Precision.MANUAL: _l("Set by hand"),
        Precision.ROOFTOP: _l("House"),
        Precision.INTERPOLATED: _l("House, estimated"),
        Precision.STREET: _l("Street"),
        Precision.LOCALITY: _l("Town"),
        Precision.SYNTHETIC: _l("Made up for the demonstration"),
    },
    Found: {
        Found.ACCEPTED: _l("Found"),
        Found.AMBIGUOUS: _l("Several places fit"),
        Found.UNSURE: _l("Not sure"),
        Found.NOT_FOUND: _l("Not found"),
    },
    RoleName: {
        RoleName.AGENT: _l("Support agent"),
        RoleName.LEAD: _l("Desk lead"),
        RoleName.DISPATCHER: _l("Dispatcher"),
        RoleName.TECHNICIAN: _l("Technician"),
        RoleName.ADMIN: _l("Administrator"),
    },
}

TONES: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    TicketState: {
        TicketState.NEW: "warn",
        TicketState.OPEN: "busy",
        TicketState.WAITING_CUSTOMER: "wait",
        TicketState.WAITING_OTHER: "wait",
        TicketState.IN_FIELD: "busy",
        TicketState.RESOLVED: "good",
    },
    Found: {
        Found.ACCEPTED: "good",
        Found.AMBIGUOUS: "warn",
        Found.UNSURE: "warn",
        Found.NOT_FOUND: "bad",
    },
    Priority: {Priority.URGENT: "bad", Priority.HIGH: "warn"},
    AttemptResult: {AttemptResult.FIXED: "good", AttemptResult.NOT_FIXED: "warn"},
    Verdict: {
        Verdict.SUFFICIENT: "good",
        Verdict.GAPS: "warn",
        Verdict.WRONG_FAMILY: "warn",
        Verdict.WRONG_PRIORITY: "warn",
    },
    OutcomeKind: {
        OutcomeKind.FIXED: "good",
        OutcomeKind.PART_MISSING: "warn",
        OutcomeKind.NO_ACCESS: "warn",
        OutcomeKind.NEEDS_FOLLOW_UP: "warn",
        OutcomeKind.NOT_NEEDED: "good",
    },
    OutcomeState: {OutcomeState.ACCEPTED: "good", OutcomeState.UNDER_REVIEW: "warn"},
    AppointmentState: {
        AppointmentState.PROMISED: "busy",
        AppointmentState.KEPT: "good",
        AppointmentState.BROKEN: "bad",
        AppointmentState.VOID: "warn",
    },
    HoldState: {HoldState.HELD: "wait"},
    VisitState: {
        VisitState.REQUESTED: "wait",
        VisitState.READY: "busy",
        VisitState.BLOCKED: "bad",
        VisitState.UNDER_WAY: "busy",
        VisitState.ON_SITE: "busy",
        VisitState.PAUSED: "wait",
        VisitState.DONE: "good",
        VisitState.FOLLOW_UP: "warn",
    },
}


def init_app(app: Flask) -> None:
    """Let templates write ``{{ visit.state | word }}`` and ``{{ visit.state | tone }}``."""
    app.jinja_env.filters.update(word=word, tone=tone, why_blocked=why_blocked)


def word(code: StrEnum) -> str:
    """Say a code in the language of the page."""
    return str(WORDS[type(code)][code])


def tone(code: StrEnum) -> str:
    """Say how a code is coloured; ``calm`` where nothing speaks for another tone."""
    return TONES.get(type(code), {}).get(code, "calm")


def why_blocked(reason: str) -> str:
    """Say what a blocked visit waits for: an outcome's code in words, a person's words as they are."""
    known = {
        "part-missing": _("a part that is on its way"),
        "customer-not-ready": _("the day on which the customer is ready"),
    }
    return str(known.get(reason, reason))


def choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    """Return value and word of every member, for a form's list."""
    return [(member.value, word(member)) for member in kind]
