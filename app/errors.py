"""What people and machines are told when something is refused; the only such table.

A refusal of the trade has a code; here it gets an HTTP status and a sentence. Machines receive a
problem document (RFC 9457) with the code and the details, people a page, or their own form again
with the sentence on top (``retry_with``). A sentence may name details as ``%(name)s``.
"""

from __future__ import annotations

import logging
import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import NamedTuple

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from app.database import db
from dispatch.base import DispatchError, StaleVersion

log = logging.getLogger("onsite.web")
Retry = Callable[[str, DispatchError], str]


class Said(NamedTuple):
    """Status and sentence of one refusal."""

    status: int
    sentence: LazyString


REFUSALS: Mapping[str, Said] = {
    # anything
    "wrong-state": Said(409, _l("This is not possible any more: it has moved on meanwhile.")),
    "forbidden": Said(403, _l("Your role does not allow this.")),
    "incomplete": Said(422, _l("Something is missing: %(missing)s.")),
    "stale-version": Said(
        412, _l("Somebody changed this in the meantime. Look at the present state and try again.")
    ),
    "form-wrong": Said(422, _l("Please look at the marked fields.")),
    "link-unknown": Said(404, _l("This link is not one of ours. Please use it exactly as sent.")),
    "link-expired": Said(410, _l("This link is too old. Please ask us for a new one.")),
    "key-reused": Said(422, _l("This key was used for another request already.")),
    "not-a-demo": Said(409, _l("This database holds real data; a demonstration would harm it.")),
    # accounts, places, people
    "email-taken": Said(409, _l("Another account has the address %(email)s.")),
    "last-admin": Said(409, _l("Nobody would be left who may administer Onsite.")),
    "no-territory": Said(409, _l("There is no territory yet that a site could belong to.")),
    "nothing-to-undo": Said(
        409, _l("There is nothing to take back: the site was changed meanwhile.")
    ),
    "pin-kept": Said(409, _l("A person put this site where it is; that stays.")),
    "place-unsure": Said(
        409,
        _l(
            "Nobody knows yet in which street this site is, so no window can be promised."
            " Place it on the map first, under Addresses."
        ),
    ),
    "other-customer": Said(422, _l("These two belong to different customers.")),
    "shift-overlaps": Said(409, _l("The technician already works at that time.")),
    # tickets
    "attempts-missing": Said(409, _l("This tier has not tried everything yet.")),
    "review-missing": Said(
        409, _l("Tier %(tier)s must first say what it thinks of the attempts before it.")
    ),
    "hand-back-twice": Said(
        409, _l("It was handed back before. A second time is for the desk lead to decide.")
    ),
    "wrong-tier": Said(409, _l("The ticket is at tier %(ticket_tier)s; this does not fit.")),
    "check-elsewhere": Said(409, _l("This check belongs to another kind of fault or tier.")),
    "reopen-too-late": Said(
        409, _l("It was resolved too long ago to be opened again. Please open a new ticket.")
    ),
    "not-entitled": Said(409, _l("Nothing that was sold entitles to a visit: %(why)s.")),
    # visits and promises
    "visit-not-justified": Said(409, _l("The gate is shut: %(missing)s.")),
    "technician-on-the-way": Said(
        409, _l("A technician is on the way already. Only a dispatcher may call it off.")
    ),
    "promise-in-the-way": Said(
        409, _l("The customer was promised an earlier window. Move the appointment first.")
    ),
    "window-taken": Said(409, _l("This window can no longer be kept. Please choose another one.")),
    "hold-expired": Said(
        409, _l("The window was held for too long and is free again. Please choose once more.")
    ),
    "too-many-extensions": Said(
        409, _l("This window cannot be held any longer. Please confirm it or choose another one.")
    ),
    "too-late": Said(
        409, _l("So shortly before we come, only the support desk can change it. Please call us.")
    ),
    # plans
    "technician-busy": Said(409, _l("Somebody would be in two places at once.")),
    "plan-rejected": Said(409, _l("The plan breaks rules and was not put in force.")),
    "worse-than-before": Said(
        409, _l("The search found nothing as good as the plan in force, which stays.")
    ),
    "reason-missing": Said(422, _l("This move breaks rules. Please give a reason.")),
    "already-started": Said(409, _l("Somebody is on the way there, or has been there.")),
    "not-working": Said(409, _l("The technician has no shift at that time.")),
    "pinned": Said(409, _l("This visit is pinned. Unpin it first.")),
    "brief-outdated": Said(
        409, _l("Too much has changed since the search began. Please plan once more.")
    ),
    "run-lost": Said(409, _l("This search is over; nothing was written.")),
    "already-queued": Said(409, _l("The same search is already waiting or running.")),
    "engine-late": Said(
        503,
        _l("There was no time for a plan; the old one stays in force. Give it more seconds."),
    ),
    "engine-died": Said(503, _l("The search ended too early; the old plan stays in force.")),
    "gave-way": Said(503, _l("Other work came first. Please try again.")),
    "unknown-task": Said(500, _l("The queue holds work of another version of Onsite.")),
    "instance-taken": Said(409, _l("Another Onsite already works on this instance folder.")),
    # the field
    "outcome-incomplete": Said(422, _l("The report lacks something: %(missing)s.")),
}

# What a refusal's ``missing`` and ``why`` may name, in words.
NAMED: Mapping[str, LazyString] = {
    "attempts-missing": _l("remote support has not tried everything"),
    "review-missing": _l("a tier has not reviewed what was tried before it"),
    "family-missing": _l("the kind of fault is not known"),
    "site-missing": _l("the site is not known"),
    "not-entitled": _l("no agreement entitles to a visit"),
    "needs-incomplete": _l("what the visit requires is incomplete"),
    "price-not-accepted": _l("the customer has not agreed to the price"),
    "no-agreement": _l("there is no agreement"),
    "on-site-not-included": _l("visits are not part of the agreement"),
    "visits-used-up": _l("the visits of this year are used up"),
    "minutes-used-up": _l("the prepaid time is used up"),
    "reason": _l("the reason"),
    "summary": _l("the summary"),
    "subject": _l("the subject"),
    "body": _l("the words"),
    "question": _l("the question"),
    "gaps": _l("what is missing or wrong"),
    "cause": _l("what it was"),
    "remedy": _l("what helped"),
    "until": _l("the date"),
    "what": _l("what was tried"),
    "minutes_left": _l("the time that is left"),
    "work_minutes": _l("the minutes on site"),
    "environment": _l("what was found on site"),
    "part": _l("the part"),
    "next_needs": _l("what is needed next"),
    "remote_step": _l("what remote support could have done"),
    "arrives_on": _l("the day on which it comes"),
    "waited_minutes": _l("the minutes you waited"),
    "why": _l("why somebody must come again"),
    "signed_by": _l("the signature or why there is none"),
    "skills": _l("the skills"),
    "parts": _l("the parts"),
    "technicians": _l("the technicians"),
    "preferred_windows": _l("the preferred windows"),
    "crew_size": _l("the number of people"),
}

# What HTTP itself refuses: a title, and what to do.
FAILURES: Mapping[int, tuple[LazyString, LazyString]] = {
    400: (
        _l("This request could not be read"),
        _l("The form may have been open for too long. Load the page again and send it once more."),
    ),
    401: (_l("Please sign in"), _l("This is only for people who are signed in.")),
    403: (
        _l("This is not open to you"),
        _l("Your role does not include this. Ask an administrator if you need it."),
    ),
    404: (_l("There is nothing here"), _l("The address may be mistyped, or it was removed.")),
    405: (_l("This does not work that way"), _l("Go back and use the buttons of the page.")),
    409: (_l("This is not possible any more"), _l("Look at the present state and try again.")),
    410: (_l("This is no longer valid"), _l("Please ask us for a new one.")),
    412: (_l("Somebody was faster"), _l("Look at the present state and try again.")),
    413: (_l("This is too large"), _l("Send a smaller file.")),
    415: (_l("This form of data is not understood"), _l("Send JSON.")),
    422: (_l("This cannot be accepted as it is"), _l("Correct what is marked and send it again.")),
    428: (_l("The version is missing"), _l("Say which version you have seen, with If-Match.")),
    429: (_l("Too many tries"), _l("Wait for a minute, then try again.")),
    500: (
        _l("Something broke on our side"),
        _l("It was written down under the number below. Nothing was half done: try again."),
    ),
    503: (_l("Too busy right now"), _l("Wait for a few seconds, then try again.")),
}


def init_app(app: Flask) -> None:
    """Answer every refusal, every HTTP error and every bug in words."""
    app.register_error_handler(DispatchError, _refused)
    app.register_error_handler(StaleDataError, _overtaken)
    app.register_error_handler(OperationalError, _database_busy)
    app.register_error_handler(TimeoutError, _database_busy)
    app.register_error_handler(HTTPException, _failed)
    app.register_error_handler(Exception, _broke)


def sentence_of(refusal: DispatchError) -> str:
    """Say a refusal in the language of the page."""
    details: defaultdict[str, object] = defaultdict(str)
    details.update({name: _readable(value) for name, value in refusal.details.items()})
    return str(REFUSALS[refusal.code].sentence) % details


def retry_with(show: Retry) -> None:
    """Let a refusal in this request show ``show(sentence, refusal)``: the person's form again."""
    g.retry_with = show


def problem(status: int, *, code: str = "", detail: str = "", **more: object) -> Response:
    """Return a problem document; ``code`` and ``more`` become members of it."""
    title, advice = FAILURES.get(status, FAILURES[500])
    document: dict[str, object] = {
        "type": "about:blank",
        "title": str(title),
        "status": status,
        "detail": detail or str(advice),
    }
    if code:
        document["code"] = code
    answer = jsonify(document | more)
    answer.status_code = status
    answer.mimetype = "application/problem+json"
    return answer


def wants_problem() -> bool:
    """Whether this request was made by a machine or a script rather than by a person's browser."""
    if request.path.startswith("/api/"):
        return True
    accepted = request.accept_mimetypes
    return accepted.best == "application/json" or "application/problem+json" in accepted.values()


def _refused(refusal: DispatchError) -> ResponseReturnValue:
    db.session.rollback()
    said = REFUSALS[refusal.code]
    sentence = sentence_of(refusal)
    log.info("refused %s %s", refusal.code, request.endpoint)
    if wants_problem():
        details = {name: _plain(value) for name, value in refusal.details.items()}
        return problem(said.status, code=refusal.code, detail=sentence, details=details)
    return _form_again(said, sentence, refusal) or _page(said.status, advice=sentence)


def _form_again(said: Said, sentence: str, refusal: DispatchError) -> ResponseReturnValue | None:
    """Show the person's form again; none where there is no form, or it cannot be shown either."""
    show: Retry | None = g.pop("retry_with", None)
    if show is None:
        return None
    try:
        return make_response(show(sentence, refusal), said.status)
    except (DispatchError, HTTPException):
        db.session.rollback()
        return None


def _overtaken(_error: StaleDataError) -> ResponseReturnValue:
    return _refused(StaleVersion())


def _database_busy(error: OperationalError | TimeoutError) -> ResponseReturnValue:
    db.session.rollback()
    log.warning("database.busy %s", type(error).__name__, exc_info=error)
    response = make_response(problem(503) if wants_problem() else _page(503))
    response.headers["Retry-After"] = "5"
    return response


def _failed(error: HTTPException) -> ResponseReturnValue:
    if error.code is None or error.code < 400:
        return error.get_response()
    db.session.rollback()
    response = make_response(problem(error.code) if wants_problem() else _page(error.code))
    for name, value in error.get_headers():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response


def _broke(error: Exception) -> ResponseReturnValue:
    """Write a bug down under a number and tell the number, nothing else."""
    db.session.rollback()
    number = secrets.token_hex(4)
    log.error("web.broke %s %s", number, request.endpoint, exc_info=error)
    if wants_problem():
        return problem(500, number=number)
    return _page(500, number=number)


def _page(status: int, *, advice: str = "", number: str = "") -> ResponseReturnValue:
    title, usual = FAILURES.get(status, FAILURES[500])
    page = render_template(
        "error.html", status=status, title=title, advice=advice or usual, number=number
    )
    return make_response(page, status)


def _readable(value: object) -> str:
    if isinstance(value, list | tuple | set | frozenset):
        return str(_(", ")).join(_readable(item) for item in value)
    if isinstance(value, Mapping):
        return str(value.get("text", value.get("code", "")))
    return str(NAMED.get(str(value), value))


def _plain(value: object) -> object:
    """Reduce a detail to what JSON can carry."""
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)
