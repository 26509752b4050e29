"""No sale lies in the future: one that did would be the latest purchase for years. A day is left for clocks and zones that differ."""

from datetime import datetime, timedelta

LEEWAY = timedelta(days=1)
AHEAD = "A transaction cannot lie in the future."


def is_ahead(moment: datetime, *, at: datetime) -> bool:
    """Whether the moment lies further ahead than a clock that is set wrong explains. Asked at the doors, of what they are sent."""
    return moment > at + LEEWAY
