"""What we told people, or are about to: readable here also where no mail server is set."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app import clock
from app.context import settings
from app.database import db, session
from app.desk.pages import blueprint
from app.desk.paging import PAGE, after, page
from app.outbox import worded
from app.security import Audience, open_to
from dispatch import notices
from dispatch.notices import Notice

VIEWS = {
    "waiting": _l("Waiting to be sent"),
    "sent": _l("Sent"),
    "dead": _l("Given up"),
}
READERS = (Audience.DISPATCHER, Audience.LEAD)


@blueprint.get("/outbox")
@open_to(*READERS)
def outbox() -> str:
    """List notices, the newest first."""
    chosen = request.args.get("view", "waiting")
    view = chosen if chosen in VIEWS else "waiting"
    query = select(Notice).order_by(Notice.id.desc()).limit(PAGE + 1)
    if view == "waiting":
        query = query.where(Notice.sent_at.is_(None), Notice.dead_at.is_(None))
    else:
        query = query.where(getattr(Notice, f"{view}_at").is_not(None))
    if (last := after()) is not None:
        query = query.where(Notice.id < last)
    found = session().scalars(query).all()
    cursor = str(found[PAGE - 1].id) if len(found) > PAGE else ""
    return render_template(
        "desk/outbox.html",
        shown=page([(notice, worded(notice)) for notice in found], cursor=cursor),
        view=view,
        views=[(name, str(text)) for name, text in VIEWS.items()],
        mail_leaves=bool(settings().smtp_host),
    )


@blueprint.get("/outbox/<int:notice_id>")
@open_to(*READERS)
def notice(notice_id: int) -> str:
    """Show one notice as its recipient reads it."""
    found = db.get_or_404(Notice, notice_id)
    return render_template("desk/notice.html", notice=found, words=worded(found))


@blueprint.post("/outbox/<int:notice_id>/resend")
@open_to(*READERS)
def resend(notice_id: int) -> ResponseReturnValue:
    """Try once more what was given up."""
    notices.resend(session(), notice=db.get_or_404(Notice, notice_id), now=clock.now())
    session().commit()
    flash(_("It will be sent again soon."), "done")
    return redirect(url_for("desk.notice", notice_id=notice_id))
