"""Addresses whose place a person must decide: the list, and a map with a pin for each.

The pin is dragged, moved with the arrow keys, or put where a candidate or another site is. What a
person decides stays, whatever a geocoder says later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock, errors, security, work
from app import geocoding as asking
from app.database import db, session
from app.desk.board.ground import HEIGHT, WIDTH, Degrees, Frame, Label
from app.desk.pages import blueprint
from app.forms import Form, fields_of
from app.security import Audience, open_to
from dispatch import geocoding, pinning
from dispatch.base import DispatchError
from dispatch.geocoding import GeocodeRequest, RequestState
from dispatch.pinning import Before, FarArrival, NothingToUndo
from dispatch.places import Depot, Precision, Site
from routing.geocode.answer import Answer
from schedules.tasks import locate_sites

DECIDERS = (Audience.DISPATCHER, Audience.LEAD)
# As many sites of the same customer are shown on the map, and can be chosen as the same place.
NEIGHBOURS = 30
# In the cookie of whoever placed it: how the site stood before.
LAST_PIN = "last-pin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A place that may be meant, with its number and where it is on the map."""

    number: int
    precision: Precision
    x: float
    y: float
    answer: Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class PinMap:
    """The map around a site: ``factor``, ``left``, ``top`` lead from degrees to the picture."""

    width: float
    height: float
    factor: float
    left: float
    top: float
    outline: str
    pin: tuple[float, float]
    arrival: tuple[float, float] | None
    candidates: tuple[Candidate, ...]
    others: tuple[Label, ...]


@blueprint.get("/addresses")
@open_to(*DECIDERS)
def addresses() -> str:
    """List the sites whose place a person must decide, the longest waiting first."""
    return _list()


@blueprint.post("/addresses/undo")
@open_to(*DECIDERS)
def undo_pin() -> ResponseReturnValue:
    """Take one's own last pin back, as long as nobody has changed the site since."""
    errors.retry_with(lambda sentence, _refusal: _list(sentence))
    last = cookie.pop(LAST_PIN, None)
    if last is None:
        raise NothingToUndo(site_id=None)
    found = pinning.unpin(session(), before=Before(**last), now=clock.now(), by=security.account())
    session().commit()
    flash(_("%(name)s is where it was before.", name=found.name), "done")
    return redirect(url_for("desk.address", site_id=found.id))


@blueprint.get("/addresses/<int:site_id>")
@open_to(*DECIDERS)
def address(site_id: int) -> str:
    """Show a site on the map with everything that may be meant."""
    return _page(site_id)


@blueprint.post("/addresses/<int:site_id>")
@open_to(*DECIDERS)
def pin_address(site_id: int) -> ResponseReturnValue:
    """Put the site where a person says, for ever, and go on to the next."""
    errors.retry_with(lambda sentence, refusal: _page(site_id, sentence, refusal))
    form = Form(request.form)
    version = form.number("version", least=1, most=10**8)
    same = form.maybe_row(Site, "same_as") if form.said("same_as") else None
    latitude = same.latitude if same else form.decimal("latitude", least=-90, most=90)
    longitude = same.longitude if same else form.decimal("longitude", least=-180, most=180)
    form.check()
    found = db.get_or_404(Site, site_id)
    before = pinning.pin(
        session(),
        site=found,
        latitude=latitude,
        longitude=longitude,
        expected_version=version,
        now=clock.now(),
        by=security.account(),
    )
    session().commit()
    cookie[LAST_PIN] = asdict(before)
    flash(_("%(name)s stays where you put it.", name=found.name), "done")
    onward = pinning.to_review(session(), most=1)
    if not onward:
        return redirect(url_for("desk.addresses"))
    return redirect(url_for("desk.address", site_id=onward[0][0].id))


@blueprint.post("/addresses/<int:site_id>/again")
@open_to(*DECIDERS)
def ask_again(site_id: int) -> ResponseReturnValue:
    """Look the address up once more: there is a new index, or another service."""
    errors.retry_with(lambda sentence, refusal: _page(site_id, sentence, refusal))
    found = db.get_or_404(Site, site_id)
    now = clock.now()
    if asking.ask(found, now=now):
        locate_sites.start(session(), work.queue(), now=now)
        flash(_("The address is being looked up."), "done")
    session().commit()
    return redirect(url_for("desk.address", site_id=site_id))


def _undoable() -> str:
    """The name of the site whose pin can be taken back, or nothing."""
    last = cookie.get(LAST_PIN)
    if last is None:
        return ""
    found = session().get(Site, last["site_id"])
    return found.name if found is not None and found.version == last["version"] else ""


def _list(refused: str = "") -> str:
    return render_template(
        "desk/addresses.html",
        waiting=[
            (site, asked, geocoding.candidates(asked.answer if asked else None), arrival)
            for site, asked, arrival in pinning.to_review(session())
        ],
        count=pinning.review_count(session()),
        undoable=_undoable(),
        refused=refused,
    )


def _page(site_id: int, refused: str = "", refusal: DispatchError | None = None) -> str:
    found = db.get_or_404(Site, site_id)
    asked = geocoding.request_of(session(), site=found)
    answers = geocoding.candidates(asked.answer if asked else None)
    arrival = pinning.doubt(session(), site=found)
    neighbours = (
        session()
        .scalars(
            select(Site)
            .where(Site.customer_id == found.customer_id, Site.id != found.id)
            .order_by(Site.name)
            .limit(NEIGHBOURS)
        )
        .all()
    )
    return render_template(
        "desk/address.html",
        site=found,
        asked=asked,
        arrival=arrival,
        start=_start(found, asked, answers),
        undoable=_undoable(),
        map=_map(found, asked, answers, neighbours, arrival),
        neighbours=[
            (each.id, f"{each.name}, {each.address}, {each.town}")
            for each in neighbours
            if not each.is_unsure
        ],
        left=pinning.review_count(session()),
        askable=asking.available(),
        refused=refused,
        wrong=fields_of(refusal) if refusal else {},
    )


def _start(site: Site, asked: GeocodeRequest | None, answers: Sequence[Answer]) -> Degrees:
    """Where the pin begins: where the site is, or where it likeliest is while that is open."""
    if answers and asked is not None and asked.state is not RequestState.DECIDED:
        return (answers[0].latitude, answers[0].longitude)
    return (site.latitude, site.longitude)


def _map(
    site: Site,
    asked: GeocodeRequest | None,
    answers: Sequence[Answer],
    neighbours: Sequence[Site],
    arrival: FarArrival | None,
) -> PinMap:
    """Everything that may be meant fits in; without any of it the whole territory does."""
    here = (site.latitude, site.longitude)
    places: list[Degrees] = [(each.latitude, each.longitude) for each in answers]
    arrived = None if arrival is None else (arrival.latitude, arrival.longitude)
    if arrived is not None:
        places.append(arrived)
    outline = [(float(corner[0]), float(corner[1])) for corner in site.territory.polygon]
    depots = session().scalars(select(Depot).where(Depot.territory_id == site.territory_id)).all()
    known = [(each.latitude, each.longitude, each.name) for each in neighbours]
    known += [(each.latitude, each.longitude, each.name) for each in depots]
    around = places or outline or [(lat, lon) for lat, lon, _name in known]
    frame = Frame([here, *around, *_margin(here)])
    return PinMap(
        width=WIDTH,
        height=HEIGHT,
        factor=frame.factor,
        left=frame.left,
        top=frame.top,
        outline=frame.line(outline),
        pin=frame.at(_start(site, asked, answers)),
        arrival=None if arrived is None else frame.at(arrived),
        candidates=tuple(
            Candidate(
                number=number,
                precision=Precision(answer.precision.value),
                x=x,
                y=y,
                answer=answer,
            )
            for number, answer in enumerate(answers, 1)
            for x, y in [frame.at((answer.latitude, answer.longitude))]
        ),
        others=tuple(
            Label(x=x, y=y, text=name)
            for lat, lon, name in known
            for x, y in [frame.at((lat, lon))]
            if 0 <= x <= WIDTH and 0 <= y <= HEIGHT
        ),
    )


def _margin(here: Degrees) -> tuple[Degrees, Degrees]:
    """At least about a kilometre around, so that one candidate is no map of one metre."""
    return (here[0] - 0.01, here[1] - 0.015), (here[0] + 0.01, here[1] + 0.015)
