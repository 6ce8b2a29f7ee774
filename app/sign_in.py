"""Coming in, going out, and one's own account; and, in demo mode, doors without a password."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import refresh
from flask_limiter.util import get_remote_address
from flask_login import current_user
from sqlalchemy import select

from app import i18n, navigation, security
from app.config import LANGUAGES
from app.context import settings, settings_of
from app.database import db, reads_first
from app.security import Audience, SignIn, limiter, open_to
from dispatch import store
from dispatch.accounts import Account, Role

SHORTEST_PASSWORD = 12

blueprint = Blueprint("sign_in", __name__)


def init_app(app: Flask) -> None:
    """Register the pages; the doors without a password only in demo mode."""
    if settings_of(app).demo:
        blueprint_demo = Blueprint("demo", __name__)
        blueprint_demo.add_url_rule("/demo/sign-in/<role>", view_func=demo_door)
        app.register_blueprint(blueprint_demo)
    app.register_blueprint(blueprint)


@blueprint.get("/")
@open_to(Audience.SIGNED_IN)
def home() -> ResponseReturnValue:
    """Send everybody to the page where their day begins."""
    return redirect(navigation.home())


@blueprint.get("/sign-in")
@open_to(Audience.ANYONE)
def form() -> ResponseReturnValue:
    """Show the form, or go on when somebody is signed in already."""
    if security.signed_in():
        return redirect(_next())
    return render_template("sign_in.html", email="", refused="")


@blueprint.post("/sign-in")
@reads_first
@open_to(Audience.ANYONE)
@limiter.limit(lambda: f"{settings().sign_ins_per_minute} per minute", key_func=get_remote_address)
def enter() -> ResponseReturnValue:
    """Sign a person in. Says the same, after the same time, whatever was wrong."""
    email = request.form.get("email", "")
    found = security.find(email)
    if not security.proves(found, request.form.get("password", "")):
        page = render_template(
            "sign_in.html", email=email, refused=_("Address or password is wrong.")
        )
        return make_response(page, 422)
    assert found is not None
    security.enter(found)
    return redirect(_next())


@blueprint.post("/sign-out")
@open_to(Audience.SIGNED_IN)
def leave() -> ResponseReturnValue:
    """Sign the person out."""
    security.leave()
    flash(_("You are signed out."), "done")
    return redirect(url_for("sign_in.form"))


@blueprint.post("/language")
@open_to(Audience.ANYONE)
def speak() -> ResponseReturnValue:
    """Change the language: for this browser, and for the account of who is signed in."""
    language = request.form.get("language", "")
    if language not in LANGUAGES:
        abort(422)
    if security.signed_in():
        security.account().language = language
        db.session.commit()
    response = make_response(redirect(_next()))
    i18n.remember(response, language)
    return response


@blueprint.get("/account")
@open_to(Audience.SIGNED_IN)
def account() -> ResponseReturnValue:
    """Show one's own account."""
    return render_template("account.html", account=security.account(), refused="")


@blueprint.post("/account/password")
@reads_first
@open_to(Audience.SIGNED_IN)
@limiter.limit(lambda: f"{settings().sign_ins_per_minute} per minute", key_func=get_remote_address)
def change_password() -> ResponseReturnValue:
    """Change one's password; whoever is signed in elsewhere with the old one is signed out."""
    wanted = request.form.get("wanted", "")
    if not security.proves(security.find(current_user.email), request.form.get("present", "")):
        return _account_again(_("The present password is wrong."))
    if len(wanted) < SHORTEST_PASSWORD:
        return _account_again(
            _("A password needs at least %(count)s characters.", count=SHORTEST_PASSWORD)
        )
    password_hash = security.hashed(wanted)
    db.session.rollback()  # the read ends here; the next statement takes the lock to write
    with store.writing():
        person = db.session.get(SignIn, current_user.id)
        assert person is not None
        security.replace_password(person, password_hash)
        db.session.commit()
    security.enter(person)
    refresh()
    flash(_("Your password is changed."), "done")
    return redirect(url_for("sign_in.account"))


@open_to(Audience.ANYONE)
def demo_door(role: str) -> ResponseReturnValue:
    """Sign in as the first account of a role ("agent-2": of that tier). Only in demo mode."""
    name, _dash, tier = role.partition("-")
    query = (
        select(Account.id)
        .join(Account.roles)
        .where(Role.name == name, Account.active)
        .order_by(Account.id)
    )
    if tier:
        query = query.where(Account.tier == (int(tier) if tier.isdecimal() else None))
    person = db.session.get(SignIn, db.session.scalars(query).first() or abort(404))
    assert person is not None
    security.enter(person)
    return redirect(navigation.home())


def _account_again(refused: str) -> ResponseReturnValue:
    page = render_template("account.html", account=security.account(), refused=refused)
    return make_response(page, 422)


def _next() -> str:
    """Where the person wanted to go: a path of ours, never another site."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    ours = not parts.scheme and not parts.netloc and "\\" not in wanted
    return wanted if wanted.startswith("/") and ours else navigation.home()
