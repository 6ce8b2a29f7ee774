"""The queue of the desk: which tickets wait for whom, and what is due next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask import render_template, request
from flask_babel import lazy_gettext as _l

from app import clock, security
from app.database import session
from app.desk.clocks import Due, next_due
from app.desk.pages import blueprint
from app.desk.paging import PAGE, after, page
from app.security import DESK, open_to
from app.words import choices
from dispatch import tickets
from dispatch.tickets import LIVE, Priority, Ticket, TicketState

State = TicketState
ENDED = (State.RESOLVED, State.CLOSED, State.WITHDRAWN, State.MERGED)
# The tabs above the list: word, and the states they show.
VIEWS = {
    "work": (_l("To do"), (State.NEW, State.OPEN)),
    "waiting": (_l("Waiting"), (State.WAITING_CUSTOMER, State.WAITING_OTHER)),
    "field": (_l("In the field"), (State.IN_FIELD,)),
    "live": (_l("All open"), LIVE),
    "ended": (_l("Ended"), ENDED),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One ticket of the list."""

    id: int
    subject: str
    state: TicketState
    priority: Priority
    tier: int
    customer: str
    place: str
    owner: str
    due: Due | None
    zone: str | None
    opened_at: datetime
    danger: bool


@blueprint.get("/tickets")
@open_to(*DESK)
def queue() -> str:
    """List tickets by view, tier, priority and search, the most pressing first."""
    chosen = request.args.get("view", "work")
    view = chosen if chosen in VIEWS else "work"
    tier, priority, mine = _tier(), _priority(), bool(request.args.get("mine"))
    search = request.args.get("search", "").strip()[:200]
    last = after()
    found = tickets.queue(
        session(),
        states=VIEWS[view][1],
        tier=tier,
        owner_id=security.account().id if mine else None,
        priority=priority,
        text=search,
        after=session().get(Ticket, last) if last else None,
        limit=PAGE + 1,
    )
    now = clock.now()
    shown = page(
        [_line(each, now) for each in found],
        cursor=str(found[PAGE - 1].id) if len(found) > PAGE else "",
    )
    return render_template(
        "desk/queue.html",
        shown=shown,
        view=view,
        views=[(name, str(text)) for name, (text, _states) in VIEWS.items()],
        asked={"tier": tier, "priority": priority, "mine": mine, "search": search},
        filtered=bool(tier or priority or mine or search),
        priorities=choices(Priority),
    )


def _line(ticket: Ticket, now: datetime) -> Line:
    return Line(
        id=ticket.id,
        subject=ticket.subject,
        state=ticket.state,
        priority=ticket.priority,
        tier=ticket.tier,
        customer=ticket.customer.name,
        place=ticket.site.town if ticket.site else "",
        owner=ticket.owner.name if ticket.owner else "",
        due=next_due(ticket, now=now) if ticket.state in LIVE else None,
        zone=ticket.site.zone if ticket.site else None,
        opened_at=ticket.opened_at,
        danger=ticket.danger,
    )


def _tier() -> int | None:
    asked = request.args.get("tier", "")
    return int(asked) if asked in {"1", "2", "3"} else None


def _priority() -> Priority | None:
    asked = request.args.get("priority", "")
    return Priority(asked) if asked in {each.value for each in Priority} else None
