"""What was sold: may we come, who pays, how fast, and what a visit is charged with.

Money in minor units of ``currency``; times in whole minutes. The balance of prepaid minutes is
always the sum of the wallet's entries, never a stored number.
"""

from dispatch.agreements.entitlement import (
    Entitlement,
    Price,
    add_agreement,
    charge_visit,
    entitle,
    estimate,
    matching,
    visits_charged,
)
from dispatch.agreements.tables import (
    Agreement,
    AgreementKind,
    Charge,
    Overage,
    ServiceLevel,
    WalletEntry,
    WalletKind,
)
from dispatch.agreements.wallet import (
    NotEntitled,
    balance,
    buy,
    expire,
    release,
    reserve,
    settle,
)

__all__ = [
    "Agreement",
    "AgreementKind",
    "Charge",
    "Entitlement",
    "NotEntitled",
    "Overage",
    "Price",
    "ServiceLevel",
    "WalletEntry",
    "WalletKind",
    "add_agreement",
    "balance",
    "buy",
    "charge_visit",
    "entitle",
    "estimate",
    "expire",
    "matching",
    "release",
    "reserve",
    "settle",
    "visits_charged",
]
