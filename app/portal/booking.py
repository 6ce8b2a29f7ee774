"""The customer chooses a window, holds it, confirms it; moves it or calls it off.

A GET only shows. The page is the same address all the time and shows what stands: a promise, a
hold, or windows to choose from.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import groupby

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app import clock, errors, limits, offers
from app.database import reads_first, session
from app.portal.pages import blueprint, visit_of
from app.security import Audience, open_to
from dispatch import booking
from dispatch.booking import Offer, Proposal
from dispatch.planning import cards
from dispatch.promises import Hold, hold_of
from dispatch.visits import Visit, VisitState

OVER = frozenset({VisitState.DONE, VisitState.FOLLOW_UP, VisitState.CANCELLED})
COMING = frozenset({VisitState.UNDER_WAY, VisitState.ON_SITE, VisitState.PAUSED})


@blueprint.get("/<token>")
@open_to(Audience.LINK)
@limits.links
def visit(token: str) -> str:
    """Show how the visit stands, and what can be done next."""
    return _page(token, visit_of(token))


@blueprint.get("/<token>/move")
@open_to(Audience.LINK)
@limits.links
def move(token: str) -> str:
    """Show other windows beside the promise that stands until another is confirmed."""
    return _page(token, visit_of(token), moving=True)


@blueprint.post("/<token>/hold")
@open_to(Audience.LINK)
@limits.links
@reads_first
def hold(token: str) -> ResponseReturnValue:
    """Reserve a window for some minutes; thinks before it writes."""
    errors.retry_with(lambda sentence, _refusal: _again(token, refused=sentence))
    opens_at, closes_at = _window(request.form.get("window", ""))
    offers.take(visit_of(token).id, opens_at=opens_at, closes_at=closes_at, keep=_keep)
    return _back(token)


@blueprint.post("/<token>/extend")
@open_to(Audience.LINK)
@limits.links
def extend(token: str) -> ResponseReturnValue:
    """Give the customer more time to confirm."""
    errors.retry_with(lambda sentence, _refusal: _again(token, refused=sentence))
    booking.extend_hold(session(), hold=_held(token), length=offers.hold_length(), now=clock.now())
    session().commit()
    return _back(token)


@blueprint.post("/<token>/let-go")
@open_to(Audience.LINK)
@limits.links
def let_go(token: str) -> ResponseReturnValue:
    """Give the held window back and choose again."""
    booking.let_go(session(), hold=_held(token), now=clock.now())
    session().commit()
    return _back(token)


@blueprint.post("/<token>/confirm")
@open_to(Audience.LINK)
@limits.links
def confirm(token: str) -> ResponseReturnValue:
    """Make the held window a promise."""
    errors.retry_with(lambda sentence, _refusal: _again(token, refused=sentence))
    booking.confirm(session(), hold=_held(token), now=clock.now())
    session().commit()
    flash(_("Your appointment is confirmed."), "done")
    return _back(token)


@blueprint.post("/<token>/cancel")
@open_to(Audience.LINK)
@limits.links
def cancel(token: str) -> ResponseReturnValue:
    """Call the appointment off; the visit stays and can be booked anew."""
    errors.retry_with(lambda sentence, _refusal: _again(token, refused=sentence))
    appointment = booking.live_appointment(session(), visit_id=visit_of(token).id)
    if appointment is None:
        return _back(token)  # it is off already
    booking.cancel_appointment(
        session(),
        appointment=appointment,
        reason=request.form.get("reason", "")[:400],
        now=clock.now(),
    )
    session().commit()
    flash(_("Your appointment is cancelled. You can choose another time below."), "done")
    return _back(token)


def _page(token: str, visit: Visit, *, moving: bool = False, refused: str = "") -> str:
    now = clock.now()
    held = hold_of(session(), visit_id=visit.id, now=now)
    card = cards.cards_of(session(), visits=[visit])[visit.id]
    choosing = visit.state is VisitState.READY and held is None and (moving or not card.promise)
    lost = choosing and visit.site.is_unsure
    return render_template(
        "portal/visit.html",
        token=token,
        visit=visit,
        promise=card.promise,
        held=held,
        days=_by_day(offers.windows_for(visit), visit=visit) if choosing and not lost else [],
        lost=lost,
        choosing=choosing,
        moving=moving,
        over=visit.state in OVER,
        coming=visit.state in COMING,
        refused=refused,
    )


def _by_day(found: Sequence[Offer], *, visit: Visit) -> list[tuple[date, list[Offer]]]:
    """Offers by day in time order; each keeps its grade, so the best is still marked."""
    tz = visit.site.tz

    def day_of(offer: Offer) -> date:
        return offer.opens_at.astimezone(tz).date()

    in_time = sorted(found, key=lambda offer: offer.opens_at)
    return [(day, list(of_day)) for day, of_day in groupby(in_time, key=day_of)]


def _again(token: str, *, refused: str) -> str:
    return _page(token, visit_of(token), refused=refused)


def _keep(proposal: Proposal) -> None:
    offers.hold(proposal)
    session().commit()


def _held(token: str) -> Hold:
    held = hold_of(session(), visit_id=visit_of(token).id, now=clock.now())
    if held is None:
        raise booking.HoldExpired
    return held


def _window(text: str) -> tuple[datetime, datetime]:
    """Read "opens/closes" as the page wrote it: two ISO instants."""
    try:
        opens, closes = (datetime.fromisoformat(part) for part in text.split("/"))
    except ValueError:
        abort(400)
    if opens.tzinfo is None or closes.tzinfo is None or closes <= opens:
        abort(400)
    return opens, closes


def _back(token: str) -> Response:
    return redirect(url_for("portal.visit", token=token))
