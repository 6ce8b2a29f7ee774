"""Windows for a customer who calls while the days fill up: which to offer, and in which order.

``Ledger`` holds what was promised and a plan that keeps it. It offers a window only when it has a
whole plan with the new job in that window which the judge accepts, and on the customer's choice
that plan is the new one, so no promise can be lost. ``Replan`` is the engine as seen from here: it
makes plans better between two customers and tries harder where plain insertion finds no room.

Times are seconds after the problem's zero, prices are seconds of road.
"""

from __future__ import annotations

from routing.offers.ledger import FIT_S, Ledger, Proposal
from routing.offers.replan import Replan, Still

__all__ = ["FIT_S", "Ledger", "Proposal", "Replan", "Still"]
