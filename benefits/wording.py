"""How ends, uses and statuses of benefits read on screens."""

from datetime import datetime

from benefits.models import Benefit
from cxmanager.moments import sentence_of_end
from cxmanager.refusals import Refusal

# What a refusal to redeem means for a list: label and colour.
STATUSES = {
    None: ("Active", "success"),
    "not_issued_yet": ("Not yet", "info"),
    "expired": ("Expired", "warning"),
    "revoked": ("Revoked", "danger"),
    "fully_redeemed": ("Used", "default"),
    "globally_redeemed": ("All taken", "warning"),
    "archived": ("Archived", "warning"),
}


def ends(benefit: Benefit, *, at: datetime) -> str:
    """When it ends or ended, where the customer is: “Ends 31 May, in 30 days.”"""
    return sentence_of_end(benefit.expires_at, timezone=benefit.timezone, at=at)


def uses_left(benefit: Benefit) -> str:
    """“2 of 3 uses left”, or how often it was used where there is no limit."""
    if benefit.max_redemptions is None:
        return f"used {times(benefit.redemptions)}, no limit" if benefit.redemptions else "no limit of uses"
    left = benefit.redemptions_remaining
    return f"{left} of {benefit.max_redemptions} {'use' if benefit.max_redemptions == 1 else 'uses'} left"


def times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{count:,} times")


def status_of(no: Refusal | None) -> tuple[str, str]:
    """The label and colour of a benefit for which redeeming is refused so, or not."""
    return STATUSES[no and no.code]
