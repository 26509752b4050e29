"""The back office's pages about earning: programs, the rules by which customers earn, tiers, badges and rewards."""

from earning.admin import badges, coupon_pools, points, programs, rewards, rules, tiers  # noqa: F401
