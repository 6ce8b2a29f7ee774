"""Where everybody's day begins, and what stands in the bar on top of the desk."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Flask, current_app, request, url_for
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import clock, security
from app.context import settings
from app.security import DESK, Audience
from app.words import word
from dispatch.accounts import RoleName

# Where each role begins its day; the first that fits.
HOMES = (
    (Audience.DISPATCHER, "board.today"),
    (Audience.AGENT, "desk.queue"),
    (Audience.LEAD, "desk.queue"),
    (Audience.TECHNICIAN, "field.today"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One word in the bar: where it leads, and whether we are there."""

    address: str
    word: str
    icon: str
    here: bool


# Endpoint, word, icon, who sees it; pages whose address begins with the entry's belong to it.
_ENTRIES: tuple[tuple[str, LazyString, str, tuple[Audience, ...]], ...] = (
    ("board.today", _l("Board"), "board", (Audience.DISPATCHER,)),
    ("desk.queue", _l("Tickets"), "inbox", DESK),
    ("desk.visits", _l("Visits"), "van", DESK),
    ("desk.customers", _l("Customers"), "building", DESK),
    ("desk.technicians", _l("Technicians"), "tool", DESK),
    ("desk.outbox", _l("Outbox"), "mail", (Audience.DISPATCHER, Audience.LEAD)),
    ("field.today", _l("My round"), "van", (Audience.TECHNICIAN,)),
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
    return [
        Entry(
            address=url_for(endpoint),
            word=str(name),
            icon=icon,
            here=request.path.startswith(url_for(endpoint)),
        )
        for endpoint, name, icon, audiences in _ENTRIES
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
    """Return the doors without a password: role and word."""
    tiers = [(f"agent-{tier}", _("Support, tier %(tier)s", tier=tier)) for tier in (1, 2, 3)]
    others = (RoleName.LEAD, RoleName.DISPATCHER, RoleName.TECHNICIAN, RoleName.ADMIN)
    return tiers + [(role.value, word(role)) for role in others]


def role_word(name: str) -> str:
    """Say a role's name."""
    return word(RoleName(name))
