"""Addresses that wait for a coordinate: asked in turn, kept, and shown to a person when unsure.

A site without a coordinate stands provisionally where its territory is, at town precision, until
its request is answered. Each provider is asked at its own pace over all processes (``pass_gate``);
what it said is kept, and the same address is not asked again. A person's pin wins for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dispatch import places
from dispatch.base import Base, DispatchError, one_of
from dispatch.places import Precision, Site
from routing.geocode.answer import Answer, Verdict, judge
from routing.geocode.answer import Precision as Exactness
from routing.geocode.fold import fold

# After a fault: doubled each time. A refused key is a person's affair, so it is tried seldom.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
REFUSED_WAIT = timedelta(hours=1)
# So often a provider that is away is asked before a person looks at the address.
MOST_TRIES = 8
# What a provider said is asked for again after so long; streets are built slowly.
KEPT = timedelta(days=180)


class RequestState(StrEnum):
    """How far a request has got: not answered yet, for a person to look at, or decided."""

    WAITING = "waiting"
    REVIEW = "review"
    DECIDED = "decided"


class GeocodeAnswer(Base):
    """What a provider said to one folded address; the candidates best first, with what it sent."""

    __tablename__ = "geocode_answer"
    __table_args__ = (UniqueConstraint("provider", "query"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(String(64))
    query: Mapped[str] = mapped_column(String(700))
    candidates: Mapped[list[Any]]
    fetched_at: Mapped[datetime]


class GeocodeRequest(Base):
    """One site's address on its way to a coordinate, and then where that came from."""

    __tablename__ = "geocode_request"
    __table_args__ = (
        CheckConstraint("confidence BETWEEN 0 AND 1", name="confidence"),
        CheckConstraint("tries >= 0", name="tries"),
        Index("ix_geocode_request_state_not_before", "state", "not_before"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[int] = mapped_column(ForeignKey("site.id"), unique=True)
    answer_id: Mapped[int | None] = mapped_column(ForeignKey("geocode_answer.id"))
    address: Mapped[str] = mapped_column(String(700))
    state: Mapped[RequestState] = mapped_column(one_of(RequestState, name="state"))
    verdict: Mapped[Verdict | None] = mapped_column(one_of(Verdict, name="verdict"))
    provider: Mapped[str] = mapped_column(String(64), default="")
    attribution: Mapped[str] = mapped_column(String(400), default="")
    confidence: Mapped[float] = mapped_column(default=0.0)
    tries: Mapped[int] = mapped_column(default=0)
    fault: Mapped[str] = mapped_column(Text, default="")
    not_before: Mapped[datetime]
    asked_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    site: Mapped[Site] = relationship()
    answer: Mapped[GeocodeAnswer | None] = relationship()


class RateGate(Base):
    """When a provider may be asked next, by whichever process comes first."""

    __tablename__ = "rate_gate"

    provider: Mapped[str] = mapped_column(String(64), primary_key=True)
    next_at: Mapped[datetime]


class PinKept(DispatchError):
    """A person put the site where it is; ``site_id``. No geocoder may move it."""

    code: ClassVar[str] = "pin-kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An address to be asked for, detached from the database."""

    request_id: int
    address: str
    country: str


def ask(session: Session, *, site: Site, now: datetime) -> GeocodeRequest:
    """Let a site's address be asked for, from the beginning. Raises PinKept."""
    if site.precision is Precision.MANUAL:
        raise PinKept(site_id=site.id)
    request = request_of(session, site=site)
    if request is None:
        request = GeocodeRequest(site=site)
        session.add(request)
    request.address = address_of(site)
    request.state, request.verdict, request.answer = RequestState.WAITING, None, None
    request.provider, request.attribution, request.confidence = "", "", 0.0
    request.tries, request.fault, request.decided_at = 0, "", None
    request.asked_at = request.not_before = now
    session.flush()
    return request


def address_of(site: Site) -> str:
    """A site's address as one line, as on a letter."""
    town = f"{site.postcode} {site.town}".strip()
    return ", ".join(part for part in (site.address, town) if part)


def request_of(session: Session, *, site: Site) -> GeocodeRequest | None:
    """A site's request, or None: its coordinate was typed."""
    return session.scalars(
        select(GeocodeRequest).where(GeocodeRequest.site_id == site.id)
    ).one_or_none()


def due(session: Session, *, now: datetime, most: int = 100) -> tuple[Due, ...]:
    """Requests whose turn has come, the oldest first."""
    rows = session.scalars(
        select(GeocodeRequest)
        .where(GeocodeRequest.state == RequestState.WAITING, GeocodeRequest.not_before <= now)
        .order_by(GeocodeRequest.not_before, GeocodeRequest.id)
        .limit(most)
    )
    return tuple(
        Due(request_id=row.id, address=row.address, country=row.site.territory.country)
        for row in rows
    )


def kept(
    session: Session, *, provider: str, address: str, now: datetime
) -> tuple[Answer, ...] | None:
    """What the provider said to this address lately, or None: it has to be asked."""
    row = session.scalars(
        select(GeocodeAnswer).where(
            GeocodeAnswer.provider == provider,
            GeocodeAnswer.query == _query(address),
            GeocodeAnswer.fetched_at > now - KEPT,
        )
    ).one_or_none()
    return None if row is None else candidates(row)


def keep(
    session: Session, *, provider: str, address: str, answers: Sequence[Answer], now: datetime
) -> GeocodeAnswer:
    """Keep what the provider said to this address, in place of what it said before."""
    query = _query(address)
    row = session.scalars(
        select(GeocodeAnswer).where(
            GeocodeAnswer.provider == provider, GeocodeAnswer.query == query
        )
    ).one_or_none()
    if row is None:
        row = GeocodeAnswer(provider=provider, query=query)
        session.add(row)
    row.candidates = [asdict(answer) for answer in answers]
    row.fetched_at = now
    session.flush()
    return row


def candidates(answer: GeocodeAnswer | None) -> tuple[Answer, ...]:
    """The places of a kept answer, best first."""
    return tuple(
        Answer(**{**each, "precision": Exactness(each["precision"])})
        for each in (answer.candidates if answer else ())
    )


def pass_gate(session: Session, *, provider: str, pace: timedelta, now: datetime) -> bool:
    """Take this moment for one question; False when the provider must be left alone now.

    One conditional UPDATE decides, so of any number of processes one passes.
    """
    _have_gate(session, provider=provider, now=now)
    passed = session.execute(
        update(RateGate)
        .where(RateGate.provider == provider, RateGate.next_at <= now)
        .values(next_at=now + pace)
        .execution_options(synchronize_session=False)
    )
    return bool(passed.rowcount)  # type: ignore[attr-defined]


def shut_gate(session: Session, *, provider: str, until: datetime, now: datetime) -> None:
    """Leave a provider alone until then: it asked for it, or a person must mend something."""
    _have_gate(session, provider=provider, now=now)
    session.execute(
        update(RateGate)
        .where(RateGate.provider == provider, RateGate.next_at < until)
        .values(next_at=until)
        .execution_options(synchronize_session=False)
    )


def opens_at(session: Session, *, provider: str) -> datetime | None:
    """When the provider may be asked next; None when it never was."""
    return session.scalar(select(RateGate.next_at).where(RateGate.provider == provider))


def record(
    session: Session,
    *,
    request_id: int,
    provider: str,
    answers: Sequence[Answer],
    now: datetime,
) -> None:
    """Keep what a provider said, and put the site there if it is sure; else a person will look.

    Nothing happens to a request that was decided meanwhile, and a person's pin is left alone.
    """
    request = session.get(GeocodeRequest, request_id)
    if request is None or request.state is RequestState.DECIDED:
        return
    request.answer = keep(
        session, provider=provider, address=request.address, answers=answers, now=now
    )
    request.verdict, request.fault = judge(answers), ""
    request.state = RequestState.REVIEW
    if request.site.precision is Precision.MANUAL:
        _decide(request, now=now)
    elif request.verdict is Verdict.ACCEPTED:
        _put(session, request, answers[0], now=now)
        _decide(request, now=now)
    elif answers and request.verdict is not Verdict.NOT_FOUND:
        # The likeliest place is nearer to the truth than the territory; it is only a town's worth.
        _put(session, request, answers[0], now=now, precision=Precision.LOCALITY)
    session.flush()


def postpone(
    session: Session, *, request_id: int, fault: str, now: datetime, wait: timedelta | None = None
) -> None:
    """Ask again later: after ``wait``, or a time that doubles. In the end a person looks."""
    request = session.get(GeocodeRequest, request_id)
    if request is None or request.state is not RequestState.WAITING:
        return
    request.fault = fault
    if wait is None:
        request.tries += 1
        wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** (request.tries - 1))
    request.not_before = now + wait
    if request.tries >= MOST_TRIES:
        request.state, request.verdict = RequestState.REVIEW, Verdict.NOT_FOUND
    session.flush()


def give_up(session: Session, *, request_id: int, fault: str) -> None:
    """No provider can read this address: a person will look."""
    request = session.get(GeocodeRequest, request_id)
    if request is not None and request.state is RequestState.WAITING:
        request.state, request.verdict = RequestState.REVIEW, Verdict.NOT_FOUND
        request.fault = fault
        session.flush()


def decide(session: Session, *, request: GeocodeRequest, now: datetime) -> None:
    """A person has said where the site is; no provider is behind it any more."""
    request.provider, request.attribution, request.confidence = "", "", 1.0
    _decide(request, now=now)
    session.flush()


def _query(address: str) -> str:
    return " ".join(fold(address).split())


def _put(
    session: Session,
    request: GeocodeRequest,
    answer: Answer,
    *,
    now: datetime,
    precision: Precision | None = None,
) -> None:
    places.relocate_site(
        session,
        site=request.site,
        latitude=answer.latitude,
        longitude=answer.longitude,
        precision=precision or Precision(answer.precision.value),
        now=now,
    )
    request.provider, request.attribution = answer.provider, answer.attribution
    request.confidence = answer.confidence


def _decide(request: GeocodeRequest, *, now: datetime) -> None:
    request.state, request.decided_at, request.fault = RequestState.DECIDED, now, ""


def _have_gate(session: Session, *, provider: str, now: datetime) -> None:
    """Make the provider's gate, open; two that make it at once find one."""
    if opens_at(session, provider=provider) is not None:
        return
    try:
        with session.begin_nested():
            session.add(RateGate(provider=provider, next_at=now))
    except IntegrityError:  # another process made it in between
        pass
