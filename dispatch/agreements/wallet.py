"""Prepaid minutes: bought, set aside for a visit, taken, given back.

Every movement is an entry that never changes; the balance is their sum. Whoever moves it holds the
agreement's row, so that two visits cannot set the same last hour aside.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch import journal
from dispatch.accounts import Account
from dispatch.agreements.tables import Agreement, AgreementKind, Overage, WalletEntry, WalletKind
from dispatch.base import DispatchError


class NotEntitled(DispatchError):
    """Nothing that was sold lets us come; ``why`` says it, ``tried`` per agreement.

    ``no-agreement``, ``on-site-not-included``, ``visits-used-up`` or ``minutes-used-up``.
    """

    code: ClassVar[str] = "not-entitled"


def balance(session: Session, *, agreement_id: int) -> int:
    """Prepaid minutes that are left, what is reserved taken off; the sum of all entries."""
    entries = select(func.coalesce(func.sum(WalletEntry.minutes), 0))
    return session.scalar(entries.where(WalletEntry.agreement_id == agreement_id)) or 0


def buy(
    session: Session,
    *,
    agreement: Agreement,
    minutes: int,
    now: datetime,
    by: Account | None = None,
    kind: WalletKind = WalletKind.PURCHASE,
) -> WalletEntry:
    """Add prepaid minutes: bought, rolled over or (also less than none) adjusted."""
    assert kind in {WalletKind.PURCHASE, WalletKind.ROLL_OVER, WalletKind.ADJUST}
    _lock(session, agreement)
    entry = _enter(session, agreement=agreement, kind=kind, minutes=minutes, now=now, by=by)
    _tell(session, "minutes-added", agreement=agreement, now=now, by=by, minutes=minutes)
    return entry


def expire(session: Session, *, agreement: Agreement, now: datetime) -> int:
    """Take away what is left and not reserved; returns how many minutes that was."""
    _lock(session, agreement)
    left = max(balance(session, agreement_id=agreement.id), 0)
    if left:
        _enter(session, agreement=agreement, kind=WalletKind.EXPIRE, minutes=-left, now=now)
        _tell(session, "minutes-expired", agreement=agreement, now=now, by=None, minutes=left)
    return left


def reserve(
    session: Session,
    *,
    agreement: Agreement,
    visit_id: int,
    minutes: int,
    now: datetime,
    by: Account | None = None,
) -> int:
    """Set prepaid minutes aside for a visit, as far as they last; returns how many.

    Nothing is set aside for other kinds of agreement, nor twice for one visit. Raises NotEntitled
    when they do not last and the agreement refuses to go over.
    """
    if agreement.kind is not AgreementKind.PREPAID:
        return 0
    _lock(session, agreement)
    before = _reserved(session, agreement=agreement, visit_id=visit_id)
    if before:
        return before
    wanted = agreement.billed(minutes)
    free = max(balance(session, agreement_id=agreement.id), 0)
    if free < wanted and agreement.overage is Overage.REFUSE:
        raise NotEntitled(why="minutes-used-up", agreement_id=agreement.id, left=free)
    taken = min(wanted, free)
    if taken:
        kind = WalletKind.RESERVE
        _enter(
            session, agreement=agreement, kind=kind, minutes=-taken, now=now, by=by, visit=visit_id
        )
    return taken


def release(
    session: Session,
    *,
    agreement: Agreement,
    visit_id: int,
    now: datetime,
    by: Account | None = None,
) -> int:
    """Give back what is set aside for a visit; returns how many minutes, nothing the second time."""
    _lock(session, agreement)
    taken = _reserved(session, agreement=agreement, visit_id=visit_id)
    if taken:
        kind = WalletKind.RELEASE
        _enter(
            session, agreement=agreement, kind=kind, minutes=taken, now=now, by=by, visit=visit_id
        )
    return taken


def settle(
    session: Session, *, agreement: Agreement, visit_id: int, minutes: int, now: datetime
) -> int:
    """Take the minutes that a visit really took, as far as they last, in place of its reserve.

    Returns how many were taken; what is left over is billed by the agreement's rate.
    """
    if agreement.kind is not AgreementKind.PREPAID:
        return 0
    release(session, agreement=agreement, visit_id=visit_id, now=now)
    taken = min(minutes, max(balance(session, agreement_id=agreement.id), 0))
    if taken:
        kind = WalletKind.SETTLE
        _enter(session, agreement=agreement, kind=kind, minutes=-taken, now=now, visit=visit_id)
    return taken


def _lock(session: Session, agreement: Agreement) -> None:
    """Until the transaction ends, nobody else moves this balance."""
    session.execute(select(Agreement.id).where(Agreement.id == agreement.id).with_for_update())


def _reserved(session: Session, *, agreement: Agreement, visit_id: int) -> int:
    entries = select(func.coalesce(func.sum(WalletEntry.minutes), 0)).where(
        WalletEntry.agreement_id == agreement.id,
        WalletEntry.visit_id == visit_id,
        WalletEntry.kind.in_([WalletKind.RESERVE, WalletKind.RELEASE]),
    )
    return -(session.scalar(entries) or 0)


def _enter(
    session: Session,
    *,
    agreement: Agreement,
    kind: WalletKind,
    minutes: int,
    now: datetime,
    by: Account | None = None,
    visit: int | None = None,
) -> WalletEntry:
    entry = WalletEntry(
        agreement_id=agreement.id,
        visit_id=visit,
        kind=kind,
        minutes=minutes,
        at=now,
        account_id=by.id if by else None,
    )
    session.add(entry)
    session.flush()
    return entry


def _tell(
    session: Session,
    kind: str,
    *,
    agreement: Agreement,
    now: datetime,
    by: Account | None,
    minutes: int,
) -> None:
    journal.record(
        session, kind, thing="agreement", thing_id=agreement.id, now=now, by=by, minutes=minutes
    )
