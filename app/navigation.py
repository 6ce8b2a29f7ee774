"""Where everybody's day begins, and what stands in the bar on top of the desk."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import select

from app import clock, security
from app.context import settings
from app.database import session
from app.desk import reports
from app.security import DESK, Audience
from app.words import word
from dispatch import pinning
from dispatch.accounts import Account, Role, RoleName

# Where each role begins its day; the first that fits.
HOMES = (
    (Audience.DISPATCHER, "board.today"),
    (Audience.AGENT, "desk.queue"),
    (Audience.LEAD, "desk.queue"),
    (Audience.TECHNICIAN, "field.today"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One word in the bar: where it leads, how much waits there, and whether we are there."""

    address: str
    word: str
    icon: str
    here: bool
    waiting: int


# Endpoint, word, icon, who sees it; pages whose address begins with the entry's belong to it.
_ENTRIES: tuple[tuple[str, LazyString, str, tuple[Audience, ...]], ...] = (
    ("board.today", _l("Board"), "board", (Audience.DISPATCHER, Audience.LEAD)),
    ("desk.queue", _l("Tickets"), "inbox", DESK),
    ("desk.visits", _l("Visits"), "van", DESK),
    ("desk.customers", _l("Customers"), "building", DESK),
    ("desk.technicians", _l("Technicians"), "tool", DESK),
    ("desk.reports", _l("Reports"), "note", (Audience.DISPATCHER, Audience.LEAD)),
    ("desk.outbox", _l("Outbox"), "mail", (Audience.DISPATCHER, Audience.LEAD)),
)
# Where things wait for somebody to decide: how many.
_WAITING = {"desk.reports": reports.waiting_count}
# In the menu below one's own name.
_OWN: tuple[tuple[str, LazyString, str, tuple[Audience, ...]], ...] = (
    ("field.today", _l("My round"), "van", (Audience.TECHNICIAN,)),
    ("desk.travel_times", _l("Travel times"), "clock", (Audience.DISPATCHER, Audience.LEAD)),
    ("desk.accounts", _l("Accounts"), "people", (Audience.ADMIN,)),
    ("desk.settings_page", _l("Settings"), "settings", (Audience.ADMIN,)),
)


def init_app(app: Flask) -> None:
    """Give every template what its frame needs."""
    app.jinja_env.globals.update(
        demo=demo,
        demo_doors=demo_doors,
        frame=frame,
        here=here,
        navigation=navigation,
        own_menu=own_menu,
        places_to_decide=places_to_decide,
        now=clock.now,
        has=security.has,
    )
    app.jinja_env.filters["role_word"] = role_word


def home() -> str:
    """Return the address where the day of who is signed in begins."""
    for audience, endpoint in HOMES:
        if security.has(audience) and endpoint in current_app.view_functions:
            return url_for(endpoint)
    return url_for("sign_in.account")


def navigation() -> list[Entry]:
    """Return the bar's entries for who is signed in."""
    return _shown(_ENTRIES)


def own_menu() -> list[Entry]:
    """Return what stands below one's own name; a round only for those who really drive one."""
    held = {role.name for role in current_user.roles}
    return _shown(tuple(entry for entry in _OWN if held.intersection(entry[3])))


def places_to_decide() -> int:
    """Return how many sites' places wait for who is signed in to decide; one query."""
    if not security.has(Audience.DISPATCHER, Audience.LEAD):
        return 0
    return pinning.review_count(session())


def _shown(
    entries: tuple[tuple[str, LazyString, str, tuple[Audience, ...]], ...],
) -> list[Entry]:
    return [
        Entry(
            address=url_for(endpoint),
            word=str(name),
            icon=icon,
            here=request.path.startswith(url_for(endpoint)),
            waiting=_WAITING[endpoint](session()) if endpoint in _WAITING else 0,
        )
        for endpoint, name, icon, audiences in entries
        if security.has(*audiences) and endpoint in current_app.view_functions
    ]


def frame() -> str:
    """Return the template that pages for several roles extend."""
    only_field = security.has(Audience.TECHNICIAN) and not security.has(*DESK)
    return "field/base.html" if only_field else "desk/base.html"


def here() -> str:
    """Return the address of this page, for forms that come back to it; after a POST, its home."""
    return request.full_path.rstrip("?") if request.method == "GET" else home()


def demo() -> bool:
    """Whether this is a demonstration."""
    return settings().demo


def demo_doors() -> list[tuple[str, str]]:
    """Return the doors without a password behind which somebody is: role and word."""
    rows = session().execute(
        select(Role.name, Account.tier).join(Account.roles).where(Account.active).distinct()
    )
    held = {(name, tier if name == RoleName.AGENT else None) for name, tier in rows}
    tiers = [
        (f"agent-{tier}", _("Support, tier %(tier)s", tier=tier))
        for tier in (1, 2, 3)
        if (RoleName.AGENT.value, tier) in held
    ]
    others = (RoleName.LEAD, RoleName.DISPATCHER, RoleName.TECHNICIAN, RoleName.ADMIN)
    return tiers + [(role.value, word(role)) for role in others if (role.value, None) in held]


def role_word(name: str) -> str:
    """Say a role's name."""
    return word(RoleName(name))
