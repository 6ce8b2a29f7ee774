"""What all pages of the portal share: which visit a link is for, and its language."""

from __future__ import annotations

from flask import Blueprint, Response, abort

from app import i18n, links
from app.database import session
from dispatch.visits import Visit

blueprint = Blueprint("portal", __name__, url_prefix="/b")


@blueprint.after_request
def _tell_nobody(response: Response) -> Response:
    """Keep the link to ourselves: it is as good as a key."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def visit_of(token: str) -> Visit:
    """The visit that a link is for, in the language of its ticket unless the reader chose one.

    Raises LinkUnknown and LinkExpired; 404 when the visit is gone.
    """
    visit = session().get(Visit, links.read(links.Purpose.VISIT, token))
    if visit is None:
        abort(404)
    i18n.speak(visit.ticket.language)
    return visit
