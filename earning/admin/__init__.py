"""The back office's pages about earning: what is set up, and what customers have, get and spend."""

from earning.admin import (  # noqa: F401
    adjustments,
    awards,
    backtests,
    badges,
    cards,
    coupon_pools,
    ledger,
    payments,
    points,
    programs,
    rewards,
    rules,
    tiers,
)
