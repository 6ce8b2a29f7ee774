"""What all resources share: once-only writes, versions as ETags, and lists by cursor."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, NoReturn, Protocol, TypeVar
from urllib.parse import urlencode

from flask import Response, abort, make_response, request
from marshmallow import Schema, fields, validate

from app import clock, security
from app.database import session
from app.errors import problem, sentence_of
from dispatch import inbound
from dispatch.accounts import Account
from dispatch.base import StaleVersion

View = TypeVar("View", bound=Callable[..., Any])
Row = TypeVar("Row", bound="HasId")
# The largest integer that PostgreSQL's keys hold.
LARGEST_ID = 2**31 - 1
LONGEST_PAGE = 200


class HasId(Protocol):
    """Anything with a number of its own."""

    @property
    def id(self) -> int: ...


class PageQuery(Schema):
    """Where in a list to go on, and how many to send."""

    cursor = fields.String(validate=validate.Length(max=40))
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=LONGEST_PAGE))


def identifier(**more: Any) -> fields.Integer:  # noqa: ANN401 - marshmallow's own
    """A field that holds somebody's number; strict, and never beyond what the database holds."""
    return fields.Integer(strict=True, validate=validate.Range(min=1, max=LARGEST_ID), **more)


class Asked(NamedTuple):
    """What tells one write from another."""

    account: Account
    key: str
    route: str
    body_hash: str


def in_query(**more: Any) -> fields.Integer:  # noqa: ANN401 - marshmallow's own
    """Somebody's number in a query, where every number comes as text."""
    return fields.Integer(validate=validate.Range(min=1, max=LARGEST_ID), **more)


def once(view: View) -> View:
    """Make a POST that creates harmless when repeated with its Idempotency-Key.

    The view must not commit.
    """

    @functools.wraps(view)
    def claimed(*args: object, **kwargs: object) -> Response:
        return only_once(lambda: make_response(view(*args, **kwargs)))

    return claimed  # type: ignore[return-value]


def only_once(act: Callable[[], Response]) -> Response:
    """Do ``act`` unless this request was answered before; then give that answer again.

    The key is claimed by the first statement; the answer is stored in the same transaction, so a
    refused try leaves nothing behind and is judged anew.
    """
    asked = _asked()
    if earlier := inbound.claim(session(), **asked._asdict(), now=clock.true_now()):
        return _replayed(earlier)
    answer = act()
    if answer.status_code >= 400:
        session().rollback()
        return answer
    inbound.store_answer(
        session(),
        account=asked.account,
        key=asked.key,
        status=answer.status_code,
        answer=answer.get_data(as_text=True),
    )
    session().commit()
    return answer


def repeated() -> Response | None:
    """The answer to this very request, when it came before; for views that think, then write."""
    earlier = inbound.find(session(), **_asked()._asdict())
    return _replayed(earlier) if earlier else None


def _asked() -> Asked:
    key = request.headers.get("Idempotency-Key", "").strip()
    if not 8 <= len(key) <= 200:
        abort(problem(400, code="idempotency-key-missing"))
    return Asked(
        account=security.account(),
        key=key,
        route=f"{request.method} {request.path}",
        body_hash=hashlib.sha256(request.get_data()).hexdigest(),
    )


def seen_version() -> int:
    """The version that the caller has read, from If-Match; answers 428 without it."""
    tags = request.if_match
    if not tags or tags.star_tag:
        abort(428)
    (tag, *others) = tags.as_set()
    if others or not tag.isdigit() or int(tag) > LARGEST_ID:
        abort(412)
    return int(tag)


def tagged(answer: Response, *, version: int) -> Response:
    """Give an answer the ETag of its version; 304 for whoever has that version already."""
    answer.set_etag(str(version))
    if request.method == "GET":
        answer.make_conditional(request)
    return answer


@contextmanager
def showing(current: Callable[[], object]) -> Iterator[None]:
    """When the version is an old one, put the present state into the problem document."""
    try:
        yield
    except StaleVersion as stale:
        session().rollback()
        abort(problem(412, code=stale.code, detail=sentence_of(stale), current=current()))


def page_of(rows: Sequence[Row], *, limit: int) -> tuple[Sequence[Row], dict[str, str]]:
    """Cut ``limit`` rows from ``limit + 1`` and say in a Link header where the next begin."""
    if len(rows) <= limit:
        return rows, {}
    kept = rows[:limit]
    more = dict(request.args.items()) | {"cursor": _cursor(kept[-1].id)}
    return kept, {"Link": f'<{request.path}?{urlencode(more)}>; rel="next"'}


def after(cursor: str | None) -> int:
    """The number of the last row that was sent; 0 at the beginning; answers 400 to nonsense."""
    if not cursor:
        return 0
    try:
        number = int(base64.urlsafe_b64decode(cursor.encode()).decode())
    except ValueError:
        _bad_cursor()
    if not 0 <= number <= LARGEST_ID:
        _bad_cursor()
    return number


def _bad_cursor() -> NoReturn:
    abort(problem(400, code="cursor-unknown"))


def _cursor(number: int) -> str:
    return base64.urlsafe_b64encode(str(number).encode()).decode()


def _replayed(earlier: inbound.SeenRequest) -> Response:
    answer = make_response(earlier.answer or "", earlier.status or 200)
    answer.mimetype = "application/json"
    answer.headers["Idempotent-Replayed"] = "true"
    return answer
