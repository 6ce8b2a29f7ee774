"""What technicians do on their round, and what came of each visit.

Deeds and outcomes from phones are never refused: what does not fit is kept and put under review.
Times of the device and of the server are both kept; the phone's own id makes a repeat harmless.

Why a package: ``deeds`` are steps on the round, ``reports`` what a technician says, ``outcomes``
what is believed, ``effects`` what follows from it.
"""

from __future__ import annotations

from dispatch.field.deeds import arrive, record_deed, set_off
from dispatch.field.outcomes import (
    accept_outcome,
    accepted_outcome,
    correct_outcome,
    finish,
    remote_fixable_share,
    report_of,
    set_outcome_aside,
)
from dispatch.field.reports import OutcomeIncomplete, OutcomeReport
from dispatch.field.tables import (
    Deed,
    DeedKind,
    Outcome,
    OutcomeKind,
    OutcomeState,
    RemoteFixable,
)
from dispatch.planning.rounds import round_of

__all__ = [
    "Deed",
    "DeedKind",
    "Outcome",
    "OutcomeIncomplete",
    "OutcomeKind",
    "OutcomeReport",
    "OutcomeState",
    "RemoteFixable",
    "accept_outcome",
    "accepted_outcome",
    "arrive",
    "correct_outcome",
    "finish",
    "record_deed",
    "remote_fixable_share",
    "report_of",
    "round_of",
    "set_off",
    "set_outcome_aside",
]
