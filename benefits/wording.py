"""How moments, ends and uses read on screens."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.timezone import localtime  # noqa: TID251 (converts, reads no clock)

from benefits.models import Benefit
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


def day(moment: datetime, *, timezone: str, at: datetime) -> str:
    """The day there: “31 May”, with the year when it is not this one."""
    local, today = moment.astimezone(ZoneInfo(timezone)), at.astimezone(ZoneInfo(timezone))
    return f"{local.day} {local:%B}" + (f" {local.year}" if local.year != today.year else "")


def date_of(moment: datetime) -> str:
    """The day where the viewer is: “31 May 2026”."""
    return f"{localtime(moment):%-d %b %Y}"


def moment_of(moment: datetime) -> str:
    """Day and time where the viewer is: “31 May 2026, 14:05”."""
    return f"{localtime(moment):%-d %b %Y, %H:%M}"


def ends(benefit: Benefit, *, at: datetime) -> str:
    """When it ends or ended, where the customer is: “Ends 31 May, in 30 days.”"""
    return sentence_of_end(benefit.expires_at, timezone=benefit.timezone, at=at)


def sentence_of_end(expires_at: datetime, *, timezone: str, at: datetime) -> str:
    zone = ZoneInfo(timezone)
    days = (expires_at.astimezone(zone).date() - at.astimezone(zone).date()).days
    on = day(expires_at, timezone=timezone, at=at)
    if expires_at <= at:
        return f"Ended {on}." if days else f"Ended today at {expires_at.astimezone(zone):%H:%M}."
    return f"Ends {on}, {in_days(days)}."


def in_days(days: int) -> str:
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days:,} days")


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
