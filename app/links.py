"""Signed links: how customers come in without an account.

A link carries the id of one thing, signed for one purpose, and a date; it cannot be guessed,
altered, or used for another purpose. It is good for ``link_days``. Following one only shows a
page: whatever changes something is a POST, since mail scanners open links.
"""

from __future__ import annotations

from enum import StrEnum

from flask import Flask, current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from app.context import settings_of
from dispatch.base import DispatchError

DAY = 24 * 3600


class Purpose(StrEnum):
    """What a link is for; one purpose's link opens no other's door."""

    VISIT = "visit"
    TICKET = "ticket"
    CALENDAR = "calendar"


class LinkUnknown(DispatchError):
    """The link was not signed by us for this purpose."""

    code = "link-unknown"


class LinkExpired(DispatchError):
    """The link was ours, but it is too old."""

    code = "link-expired"


def sign(purpose: Purpose, thing_id: int, *, app: Flask | None = None) -> str:
    """Return the token for a thing's page; about 40 characters, safe in a URL."""
    return _signer(purpose, app=app).dumps(thing_id)


def read(purpose: Purpose, token: str) -> int:
    """Return the id in a token. Raises LinkUnknown or LinkExpired."""
    signer = _signer(purpose)
    days = settings_of(current_app).link_days
    try:
        thing_id = signer.loads(token, max_age=days * DAY)
    except SignatureExpired as late:
        raise LinkExpired(days=days) from late
    except BadSignature as wrong:
        raise LinkUnknown from wrong
    if not isinstance(thing_id, int):
        raise LinkUnknown
    return thing_id


def _signer(purpose: Purpose, *, app: Flask | None = None) -> URLSafeTimedSerializer:
    keys = settings_of(app or current_app).signing_keys
    return URLSafeTimedSerializer(keys, salt=f"onsite.link.{purpose}")
