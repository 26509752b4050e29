"""The codes of coupon pools: made, and used up."""
