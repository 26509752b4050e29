"""What customers earn and what they have: programs, cards, and the ledger of credits and debits."""

from earning.models.adjustment import Adjustment
from earning.models.balance import Balance
from earning.models.card import LoyaltyCard
from earning.models.credit import Credit
from earning.models.debit import Allocation, Debit
from earning.models.program import Program
from earning.models.tier import TierDefinition
from earning.models.tier_standing import TierChange, TierStanding

__all__ = [
    "Adjustment",
    "Allocation",
    "Balance",
    "Credit",
    "Debit",
    "LoyaltyCard",
    "Program",
    "TierChange",
    "TierDefinition",
    "TierStanding",
]
