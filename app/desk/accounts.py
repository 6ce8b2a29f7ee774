"""For administrators: who may sign in, as what, and how Onsite is set."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, config, errors, security
from app.context import settings
from app.database import db, reads_first, session
from app.desk.pages import blueprint
from app.forms import Form, fields_of
from app.security import Audience, open_to
from app.words import choices
from dispatch import accounts as trade
from dispatch import store
from dispatch.accounts import Account, RoleName
from dispatch.base import DispatchError

SHORTEST_PASSWORD = 12


@blueprint.get("/admin/accounts")
@open_to(Audience.ADMIN)
def accounts() -> str:
    """List who may sign in."""
    rows = session().scalars(select(Account).order_by(Account.active.desc(), Account.name)).all()
    return render_template("desk/accounts.html", accounts=rows)


@blueprint.get("/admin/accounts/new")
@open_to(Audience.ADMIN)
def new_account() -> str:
    """Show the form for a new account."""
    return _form(None)


@blueprint.post("/admin/accounts/new")
@reads_first
@open_to(Audience.ADMIN)
def create_account() -> ResponseReturnValue:
    """Make an account; its owner changes the password later."""
    errors.retry_with(lambda sentence, refusal: _form(None, sentence, refusal))
    form = Form(request.form)
    email = form.email("email")
    name = form.text("name", longest=200)
    roles = _roles(form)
    tier = _tier(form, roles)
    password = form.said("password")
    if len(password) < SHORTEST_PASSWORD:
        form.wrong["password"] = _(
            "A password needs at least %(count)s characters.", count=SHORTEST_PASSWORD
        )
    form.check()
    password_hash = security.hashed(password)
    session().rollback()  # the read ends here; the next statement takes the lock to write
    with store.writing():
        made = trade.create_account(
            session(),
            email=str(email),
            name=name,
            roles=roles,
            tier=tier,
            language=form.said("language") or None,
            password_hash=password_hash,
            now=clock.now(),
        )
        session().commit()
    flash(_("%(name)s may sign in now.", name=made.name), "done")
    return redirect(url_for("desk.accounts"))


@blueprint.get("/admin/accounts/<int:account_id>")
@open_to(Audience.ADMIN)
def account(account_id: int) -> str:
    """Show an account and what it may do."""
    return _form(db.get_or_404(Account, account_id))


@blueprint.post("/admin/accounts/<int:account_id>/roles")
@open_to(Audience.ADMIN)
def change_roles(account_id: int) -> ResponseReturnValue:
    """Change what an account may do."""
    errors.retry_with(
        lambda sentence, refusal: _form(db.get_or_404(Account, account_id), sentence, refusal)
    )
    form = Form(request.form)
    found = db.get_or_404(Account, account_id)
    roles = _roles(form)
    tier = _tier(form, roles)
    form.check()
    trade.set_roles(session(), account=found, roles=roles, tier=tier)
    session().commit()
    flash(_("The roles of %(name)s are changed.", name=found.name), "done")
    return redirect(url_for("desk.account", account_id=account_id))


@blueprint.post("/admin/accounts/<int:account_id>/deactivate")
@open_to(Audience.ADMIN)
def deactivate(account_id: int) -> ResponseReturnValue:
    """Shut an account: its owner is signed out everywhere, its history stays."""
    found = db.get_or_404(Account, account_id)
    trade.deactivate(session(), account=found, now=clock.now())
    session().commit()
    flash(_("%(name)s cannot sign in any more.", name=found.name), "done")
    return redirect(url_for("desk.accounts"))


@blueprint.get("/admin/settings")
@open_to(Audience.ADMIN)
def settings_page() -> str:
    """Show how Onsite is set; to change it, an administrator edits the file or the environment."""
    present = settings()
    rows = [
        (one, "••••" if one.hidden and getattr(present, one.name) else getattr(present, one.name))
        for one in config.described()
    ]
    return render_template("desk/settings.html", rows=rows)


def _form(found: Account | None, refused: str = "", refusal: DispatchError | None = None) -> str:
    held = {role.name for role in found.roles} if found else set()
    sent = set(request.form.getlist("roles"))
    return render_template(
        "desk/account.html",
        account=found,
        roles=choices(RoleName),
        held=sent or held,
        refused=refused,
        wrong=fields_of(refusal) if refusal else {},
    )


def _roles(form: Form) -> list[RoleName]:
    known = {role.value for role in RoleName}
    wanted = [RoleName(name) for name in form.sent.getlist("roles") if name in known]
    if not wanted:
        form.wrong["roles"] = _("Please choose at least one.")
    return wanted


def _tier(form: Form, roles: list[RoleName]) -> int | None:
    """Read the tier, which support agents have and nobody else."""
    if RoleName.AGENT not in roles:
        return None
    return form.number("tier", least=1, most=3)
