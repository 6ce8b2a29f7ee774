"""Who may open which page: sign-in over the trade's accounts, and deny by default.

Every route declares its audience with ``open_to``. A route without one answers 403 to everybody,
so a forgotten declaration is a broken page and never an open door. Roles are the trade's
(dispatch.accounts); Flask-Security's own classes are mapped onto the same two tables, which keeps
the trade free of the web.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import current_user
from flask_security import (
    RoleMixin,
    Security,
    SQLAlchemySessionUserDatastore,
    UserMixin,
    hash_password,
    login_user,
    logout_user,
    verify_password,
)
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Mapped, relationship
from werkzeug.wrappers import Response as AnyResponse

from app import clock
from app.config import Settings
from app.context import settings
from app.database import SAFE, db
from dispatch.accounts import Account, Role, account_role
from dispatch.base import Base

View = TypeVar("View", bound=Callable[..., Any])
# Name of the header that our own scripts send; a form of another site cannot.
FETCH_HEADER = "X-Onsite"
# Hashing takes 35 ms and 19 MB: no more than two at a time, whatever knocks at the door.
_hashing = threading.Semaphore(2)

csrf = CSRFProtect()
limiter = Limiter(get_remote_address, storage_uri="memory://")


class Audience(StrEnum):
    """Who may open a route. Roles are the trade's; an admin may open what any role may."""

    ANYONE = "anyone"  # no sign-in: the front door, health, assets
    LINK = "link"  # customers: the route itself reads a signed link
    TOKEN = "token"  # noqa: S105 - machines: a bearer token, besides the roles that are named
    SIGNED_IN = "signed-in"
    AGENT = "agent"
    LEAD = "lead"
    DISPATCHER = "dispatcher"
    TECHNICIAN = "technician"
    ADMIN = "admin"


SUPPORT = (Audience.AGENT, Audience.LEAD)
DESK = (*SUPPORT, Audience.DISPATCHER)
_OPEN = frozenset({Audience.ANYONE, Audience.LINK})


class SignInRole(RoleMixin, Base):
    """A role, as Flask-Security wants to see it."""

    __table__ = Role.__table__


class SignIn(UserMixin, Base):
    """An account, as Flask-Security wants to see it."""

    __table__ = Account.__table__
    roles: Mapped[list[SignInRole]] = relationship(  # type: ignore[assignment]
        SignInRole, secondary=account_role, overlaps="roles", lazy="selectin"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Bearer:
    """A machine that proved its token: the account it acts for, and what it may do."""

    account: Account
    scopes: frozenset[str]


def init_app(app: Flask, given: Settings) -> None:
    """Put guard, sessions, tokens of forms and throttles in place."""
    app.config.update(
        SECRET_KEY=given.secret_key,
        SECRET_KEY_FALLBACKS=given.old_secret_keys.split(),
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106
        SECURITY_PASSWORD_SINGLE_HASH=["argon2"],
        SECURITY_PASSWORD_SCHEMES=["argon2"],
        SECURITY_DEPRECATED_PASSWORD_SCHEMES=[],
        SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS={
            "argon2__memory_cost": 19456,
            "argon2__time_cost": 2,
            "argon2__parallelism": 1,
        },
        SESSION_COOKIE_NAME="__Host-onsite" if given.https_only else "onsite",
        SESSION_COOKIE_SECURE=given.https_only,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # bound to the session; phones are offline for hours
        WTF_CSRF_SSL_STRICT=False,  # SameSite and Sec-Fetch-Site say more than a Referer
        MAX_CONTENT_LENGTH=given.upload_megabytes * 1024 * 1024,
        RATELIMIT_HEADERS_ENABLED=True,
    )
    datastore = SQLAlchemySessionUserDatastore(db.session, SignIn, SignInRole)
    Security(app, datastore, register_blueprint=False)
    csrf.init_app(app)
    limiter.init_app(app)
    app.extensions["onsite.datastore"] = datastore
    app.before_request(_guard)
    declare(app, endpoint="static", audiences=(Audience.ANYONE,))


def open_to(*audiences: Audience) -> Callable[[View], View]:
    """Declare who may open a view. Stands nearest to the function, below the route."""
    if not audiences:
        raise ValueError("a route needs an audience")

    def mark(view: View) -> View:
        view.__dict__["audiences"] = frozenset(audiences)
        return view

    return mark


def declare(app: Flask, *, endpoint: str, audiences: tuple[Audience, ...]) -> None:
    """Declare who may open a route whose function is not ours."""
    _foreign(app)[endpoint] = frozenset(audiences)


def audiences_of(app: Flask, *, endpoint: str, method: str = "GET") -> frozenset[Audience] | None:
    """Return who may open an endpoint, or None when nobody declared it: then nobody may."""
    if declared := _foreign(app).get(endpoint):
        return declared
    view = app.view_functions.get(endpoint)
    kind = getattr(view, "view_class", None)
    for place in (view, getattr(kind, method.lower(), None), kind):
        found: frozenset[Audience] | None = getattr(place, "audiences", None)
        if found:
            return found
    return None


def accept_bearers(app: Flask, authenticate: Callable[[str], Bearer | None]) -> None:
    """Let machines in: ``authenticate`` turns a bearer token into who sent it, or None."""
    app.extensions["onsite.bearers"] = authenticate


def account() -> Account:
    """Return the account that acts in this request. A bug where nobody is signed in."""
    bearer: Bearer | None = g.get("bearer")
    if bearer:
        return bearer.account
    found = db.session.get(Account, current_user.id)
    assert found is not None
    return found


def bearer() -> Bearer | None:
    """Return the machine that sent this request; None when a person did."""
    found: Bearer | None = g.get("bearer")
    return found


def signed_in() -> bool:
    """Whether a person is signed in."""
    return bool(current_user and current_user.is_authenticated)


def roles() -> frozenset[str]:
    """Names of the roles of who acts in this request; an admin has every one; empty for nobody."""
    who = g.bearer.account if g.get("bearer") else current_user if signed_in() else None
    held = {role.name for role in who.roles} if who else set()
    everything = {audience.value for audience in (*DESK, Audience.TECHNICIAN, Audience.ADMIN)}
    return frozenset(everything if Audience.ADMIN in held else held)


def has(*audiences: Audience) -> bool:
    """Whether who acts in this request has one of these roles; for templates."""
    return bool(roles().intersection(audiences))


def hashed(password: str) -> str:
    """Hash a password; takes 35 ms, so do it before the first statement."""
    with _hashing:
        return str(hash_password(password))


def proves(found: SignIn | None, password: str) -> bool:
    """Whether ``password`` is that account's; takes as long for an account that does not exist."""
    with _hashing:
        if found is None or not found.password or not found.active:
            hash_password(password)
            return False
        return bool(verify_password(password, found.password))


def enter(person: SignIn) -> None:
    """Sign a person in with a fresh session."""
    session.clear()
    login_user(person, remember=False)
    now = clock.true_now().timestamp()
    session["entered_at"] = now
    session["seen_at"] = now


def leave() -> None:
    """Sign the person out and forget the session."""
    logout_user()
    session.clear()


def replace_password(person: SignIn, password_hash: str) -> None:
    """Give an account a new password and end its sessions everywhere; the caller commits."""
    person.password = password_hash
    person.fs_uniquifier = secrets.token_hex(32)


def find(email: str) -> SignIn | None:
    """Find an account by its address, whatever its letters' size."""
    datastore: SQLAlchemySessionUserDatastore = current_app.extensions["onsite.datastore"]
    found = datastore.find_user(email=email.strip().lower())
    assert found is None or isinstance(found, SignIn)
    return found


def _foreign(app: Flask) -> dict[str, frozenset[Audience]]:
    declared: dict[str, frozenset[Audience]] = app.extensions.setdefault("onsite.audiences", {})
    return declared


def _guard() -> AnyResponse | None:
    """Let only the declared audience through; then ask whether the request is really theirs."""
    if request.endpoint is None:
        return None  # 404 or 405, said by Flask itself
    audiences = audiences_of(current_app, endpoint=request.endpoint, method=request.method)
    if audiences is None:
        current_app.logger.error("route.undeclared %s", request.endpoint)
        abort(403)
    by_token = Audience.TOKEN in audiences and _bearer_came_in()
    if not by_token:
        _end_old_session()
        if not audiences & _OPEN and (refusal := _person_refused(audiences)):
            return refusal
        _refuse_foreign_requests()
    return None


def _bearer_came_in() -> bool:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer":
        return False
    authenticate = current_app.extensions.get("onsite.bearers")
    g.bearer = authenticate(token.strip()) if authenticate else None
    if g.bearer is None:
        abort(401)
    return True


def _person_refused(audiences: frozenset[Audience]) -> AnyResponse | None:
    if not signed_in():
        accepted = request.accept_mimetypes
        wants_page = request.method == "GET" and (accepted.accept_html or not accepted)
        if not wants_page or Audience.TOKEN in audiences:
            abort(401)
        came_from = request.full_path.rstrip("?")
        return redirect(url_for("sign_in.form", next=came_from))
    if Audience.SIGNED_IN not in audiences and not has(*audiences):
        abort(403)
    return None


def _end_old_session() -> None:
    """End a sign-in that is too old or was idle for too long."""
    if "entered_at" not in session:
        return
    now = clock.true_now().timestamp()
    age = timedelta(seconds=now - session["entered_at"])
    idle = timedelta(seconds=now - session["seen_at"])
    limits = settings()
    if age > timedelta(hours=limits.session_hours) or idle > timedelta(
        minutes=limits.session_idle_minutes
    ):
        leave()
    elif idle > timedelta(minutes=1):  # a new cookie each minute, not with each answer
        session["seen_at"] = now


def _refuse_foreign_requests() -> None:
    """Refuse what another site's page sends in this person's name.

    Our scripts send a header of their own, which a foreign form cannot; everything else needs the
    form's token.
    """
    if request.method in SAFE or not current_app.config.get("WTF_CSRF_ENABLED", True):
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site not in {None, "same-origin", "none"}:
        abort(403)
    origin = request.headers.get("Origin")
    # Pages that send no referrer (customers', whose address is the key) hide their origin, too.
    hidden = origin == "null" and (site == "same-origin" or FETCH_HEADER not in request.headers)
    if origin is not None and origin != request.host_url.rstrip("/") and not hidden:
        abort(403)
    if FETCH_HEADER not in request.headers:
        csrf.protect()
