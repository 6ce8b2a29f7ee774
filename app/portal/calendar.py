"""The appointment as a calendar file that every calendar program understands."""

from __future__ import annotations

from datetime import UTC

from flask import Response, abort, url_for
from flask_babel import gettext as _
from icalendar import Calendar, Event
from sqlalchemy import select

from app import clock
from app.context import settings
from app.database import session
from app.portal.pages import blueprint, visit_of
from app.security import Audience, open_to
from dispatch.promises import Appointment, AppointmentState
from dispatch.visits import Visit


@blueprint.get("/<token>/appointment.ics")
@open_to(Audience.LINK)
def appointment(token: str) -> Response:
    """Send the appointment in force; after a cancellation, the file that takes it out again."""
    visit = visit_of(token)
    found = session().scalar(
        select(Appointment)
        .where(Appointment.visit_id == visit.id)
        .order_by(Appointment.number.desc())
        .limit(1)
    )
    if found is None:
        abort(404)
    address = url_for("portal.visit", token=token, _external=True)
    body = written(found, visit=visit, address=address)
    response = Response(body, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="onsite.ics"'
    return response


def written(appointment: Appointment, *, visit: Visit, address: str) -> bytes:
    """Write an appointment as iCalendar (RFC 5545): one stable UID, a growing SEQUENCE."""
    called_off = appointment.state is AppointmentState.CANCELLED
    event = Event()
    event.add("uid", appointment.uid)
    event.add("sequence", appointment.sequence)
    event.add("dtstamp", clock.now().astimezone(UTC))
    event.add("dtstart", appointment.opens_at.astimezone(visit.site.tz))
    event.add("dtend", appointment.closes_at.astimezone(visit.site.tz))
    event.add("summary", _("Technician's visit: %(what)s", what=visit.summary))
    event.add("location", f"{visit.site.address}, {visit.site.postcode} {visit.site.town}")
    event.add(
        "description",
        _("The work begins within this time. Move or cancel: %(address)s", address=address),
    )
    event.add("status", "CANCELLED" if called_off else "CONFIRMED")
    calendar = Calendar()
    calendar.add("prodid", f"-//Onsite//{settings().language}//")
    calendar.add("version", "2.0")
    calendar.add("method", "CANCEL" if called_off else "PUBLISH")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())
