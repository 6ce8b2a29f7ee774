"""Promises in the making: windows that the plan in force can truly keep, held, then confirmed.

An offer is no row. A hold reserves a proved insertion until it expires; confirming it makes a
numbered promise that is never overwritten (rows: dispatch/promises.py).

Why a package: ``grid`` cuts windows, ``offers`` prove them, ``holding`` reserves one under the
day's lock, ``promising`` makes, moves and takes back promises.
"""

from __future__ import annotations

from dispatch.booking.holding import (
    HoldExpired,
    Proposal,
    TooManyExtensions,
    WindowTaken,
    expire_holds,
    extend_hold,
    hold,
    let_go,
    overtaken,
    propose,
)
from dispatch.booking.offers import Booking, Grade, Offer, PlaceUnsure, offer_windows
from dispatch.booking.promising import (
    TooLate,
    break_missed,
    cancel_appointment,
    confirm,
    move_appointment,
)
from dispatch.promises import live_appointment

__all__ = [
    "Booking",
    "Grade",
    "HoldExpired",
    "Offer",
    "PlaceUnsure",
    "Proposal",
    "TooLate",
    "TooManyExtensions",
    "WindowTaken",
    "break_missed",
    "cancel_appointment",
    "confirm",
    "expire_holds",
    "extend_hold",
    "hold",
    "let_go",
    "live_appointment",
    "move_appointment",
    "offer_windows",
    "overtaken",
    "propose",
]
