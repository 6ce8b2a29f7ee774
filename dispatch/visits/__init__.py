"""What must be done on site, why it is justified, and how far it has got.

"Promised" and "planned" are no states of a visit: they are read from its appointment and its
assignment, so that three columns can never drift apart.
"""

from dispatch.visits.deeds import (
    arrive,
    finish,
    finish_for_now,
    pause,
    set_off,
    turn_back,
)
from dispatch.visits.endings import (
    PromiseInTheWay,
    TechnicianOnTheWay,
    block,
    cancel,
    follow_up,
    open_visits,
    refuse,
    reprioritise,
    unblock,
    unblockable,
    withdraw_ticket,
)
from dispatch.visits.needs import (
    NeededPart,
    NeededSkill,
    Needs,
    edit_needs,
    needs_of,
)
from dispatch.visits.requests import (
    Gate,
    VisitNotJustified,
    approve,
    asking_tier,
    gate,
    request_visit,
)
from dispatch.visits.states import (
    FINAL,
    OPEN,
    STEPS,
)
from dispatch.visits.tables import (
    CrewRole,
    PreferredWindow,
    TechnicianWish,
    Visit,
    VisitPart,
    VisitSkill,
    VisitState,
    Wish,
)

__all__ = [
    "FINAL",
    "OPEN",
    "STEPS",
    "CrewRole",
    "Gate",
    "NeededPart",
    "NeededSkill",
    "Needs",
    "PreferredWindow",
    "PromiseInTheWay",
    "TechnicianOnTheWay",
    "TechnicianWish",
    "Visit",
    "VisitNotJustified",
    "VisitPart",
    "VisitSkill",
    "VisitState",
    "Wish",
    "approve",
    "arrive",
    "asking_tier",
    "block",
    "cancel",
    "edit_needs",
    "finish",
    "finish_for_now",
    "follow_up",
    "gate",
    "needs_of",
    "open_visits",
    "pause",
    "refuse",
    "reprioritise",
    "request_visit",
    "set_off",
    "turn_back",
    "unblock",
    "unblockable",
    "withdraw_ticket",
]
