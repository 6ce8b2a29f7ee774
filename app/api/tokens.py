"""Machines prove themselves by a bearer token; scopes bound what it may do.

A token acts for an account: it can never do more than that account's roles allow, and only what
its scopes name. People who are signed in may use the same routes with their roles alone.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import abort

from app import clock, security
from app.database import session
from app.security import Audience, Bearer
from dispatch import accounts, store

View = TypeVar("View", bound=Callable[..., Any])


class Scope(StrEnum):
    """What a token may be good for."""

    TICKETS_READ = "tickets:read"
    TICKETS_WRITE = "tickets:write"
    VISITS_READ = "visits:read"
    VISITS_WRITE = "visits:write"
    BOOKING = "booking"
    PLANS_READ = "plans:read"
    PLANS_WRITE = "plans:write"
    FIELD = "field"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"


def authenticate(secret: str) -> Bearer | None:
    """Find who sent ``secret``; None when it is unknown, revoked or past its date."""
    with store.writing():
        token = accounts.token_of(session(), secret=secret, now=clock.true_now())
        if token is None:
            return None
        bearer = Bearer(account=token.account, scopes=frozenset(token.scopes))
        session().commit()
    return bearer


def needs(scope: Scope, *roles: Audience) -> Callable[[View], View]:
    """Open a view to these roles, and to tokens that have ``scope`` besides such a role."""

    def guard(view: View) -> View:
        @functools.wraps(view)
        def checked(*args: object, **kwargs: object) -> object:
            bearer = security.bearer()
            if bearer and (scope not in bearer.scopes or not security.has(*roles)):
                abort(403)
            return view(*args, **kwargs)

        return security.open_to(Audience.TOKEN, *roles)(checked)  # type: ignore[return-value]

    return guard
