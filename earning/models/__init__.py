"""What customers earn and what they have: programs, cards, the rules by which they earn, and the ledger of credits and debits."""

from earning.models.adjustment import Adjustment
from earning.models.award import Award
from earning.models.backtest import BackTest
from earning.models.badge import Badge, BadgeHeld
from earning.models.balance import Balance
from earning.models.card import LoyaltyCard
from earning.models.coupon import Coupon, CouponAttempt, CouponPool
from earning.models.credit import Credit
from earning.models.daily_pass import DailyPass
from earning.models.debit import Allocation, Debit
from earning.models.expiry_warning import ExpiryWarning, WarnedUntil
from earning.models.ledger_transaction import LedgerTransaction
from earning.models.limit import EarningLimit, LimitCounter
from earning.models.order import RewardAllowance, RewardOrder
from earning.models.point import PointDefinition
from earning.models.program import Program
from earning.models.redemption import BalanceRedemption, RedemptionPart
from earning.models.referral import Referral
from earning.models.reported import ReportedEvent
from earning.models.reward import RewardDefinition
from earning.models.rule import EarningRule
from earning.models.tier import TierDefinition
from earning.models.tier_standing import TierChange, TierStanding
from earning.models.version import EarningRuleVersion

__all__ = [
    "Adjustment",
    "Allocation",
    "Award",
    "BackTest",
    "Badge",
    "BadgeHeld",
    "Balance",
    "BalanceRedemption",
    "Coupon",
    "CouponAttempt",
    "CouponPool",
    "Credit",
    "DailyPass",
    "Debit",
    "EarningLimit",
    "EarningRule",
    "EarningRuleVersion",
    "ExpiryWarning",
    "LedgerTransaction",
    "LimitCounter",
    "LoyaltyCard",
    "PointDefinition",
    "Program",
    "RedemptionPart",
    "Referral",
    "ReportedEvent",
    "RewardAllowance",
    "RewardDefinition",
    "RewardOrder",
    "TierChange",
    "TierDefinition",
    "TierStanding",
    "WarnedUntil",
]
