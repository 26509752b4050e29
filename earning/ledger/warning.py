"""Who has points or rewards that end soon is told some days ahead (earning-reference 2.3): once for each card, day and number of days.

The program says how many days: by default 30, 7 and 1. Of each number a worker goes through the days that come, and of a
day through the cards, some hundreds at a time. What was earned after its turn is told of with the next number.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Exists, Min, OuterRef, Sum

from earning.amounts import as_text
from earning.ledger.told import name_of
from earning.models import Credit, ExpiryWarning, LoyaltyCard, Program, WarnedUntil
from jobs.housekeeping import tidies
from jobs.rounds import BY_THE_CLOCK, does
from profiles.cause import Cause
from profiles.models import Event

# Cards and units at a time.
LOT = 500
# By the clocks of the program: what reactions send then wakes nobody.
WARNED_FROM = timedelta(hours=9)


@does("points.expiring", rest=BY_THE_CLOCK)
def warn_some(*, at: datetime) -> int:
    """Record `points.expiring` and `reward.expiring` for some hundreds of cards. Returns how many were told. Two queries where nothing is due."""
    programs = list(Program.objects.exclude(expiry_warning_days=[]).order_by("pk"))
    known = {(one.program_id, one.days): one.ends_on for one in WarnedUntil.objects.all()}
    return sum(
        warn_next(program, days, first, last, at=at)
        for program in programs
        for days, first, last in due_days(program, known, at=at)
    )


def due_days(program: Program, known: dict, *, at: datetime) -> Iterator[tuple[int, date, date]]:
    """Each number of days of which ends are to be told, with the first such day and the last.

    Where no worker ran for long, a day may be due by several numbers: it is told with the smallest, so that nobody gets two
    messages at once. A number that is new begins with the day that is so far ahead.
    """
    today = (at.astimezone(ZoneInfo(program.timezone)).replace(tzinfo=None) - WARNED_FROM).date()
    nearest = today
    for days in sorted(program.expiry_warning_days):
        last = today + timedelta(days=days)
        until = known.get((program.pk, days), last - timedelta(days=1))
        if until < last:
            yield days, max(until + timedelta(days=1), nearest), last
        nearest = last + timedelta(days=1)


@transaction.atomic
def warn_next(program: Program, days: int, first: date, last: date, *, at: datetime) -> int:
    """Tell the next cards of which something ends on the first of these days; once there are none, that day is done. Returns how many."""
    mark = in_turn(program, days, before=first)
    if mark is None or mark.ends_on >= first:
        # Another worker is at it, or was.
        return 0
    rows = ending_on(program, first, days, at=at)
    Event.objects.bulk_create([expiring(one, program, first, days, at=at) for one in rows])
    ExpiryWarning.objects.bulk_create(
        [ExpiryWarning(card_id=one["card"], unit=one["unit"], ends_on=first, days=days) for one in rows]
    )
    if len(rows) < LOT:
        mark.ends_on = first
        mark.save(update_fields=["ends_on"])
    return len(rows)


def in_turn(program: Program, days: int, *, before: date) -> WarnedUntil | None:
    """How far it was gone, locked until the transaction ends; None while another worker has it."""
    WarnedUntil.objects.get_or_create(program=program, days=days, defaults={"ends_on": before - timedelta(days=1)})
    rows = WarnedUntil.objects.filter(program=program, days=days)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return rows.first()


def ending_on(program: Program, day: date, days: int, *, at: datetime) -> list[dict]:
    """What ends on that day on active cards, and was not told of with this number: card, customer, unit, amount, and when the first of it ends."""
    zone = ZoneInfo(program.timezone)
    begins, ends = (datetime.combine(one, time.min, zone) for one in (day, day + timedelta(days=1)))
    told = ExpiryWarning.objects.filter(card=OuterRef("card"), unit=OuterRef("unit"), ends_on=day, days=days)
    rows = Credit.objects.filter(
        ~Exists(told),
        state=Credit.State.ACTIVE,
        expires_at__gte=max(begins, at),
        expires_at__lt=ends,
        card__program=program,
        card__status=LoyaltyCard.Status.ACTIVE,
        card__profile__deleted_at=None,
    )
    found = rows.order_by("card", "unit").values("card", "unit", "card__profile")
    return list(found.annotate(amount=Sum("remaining"), ends_at=Min("expires_at"))[:LOT])


def expiring(row: dict, program: Program, day: date, days: int, *, at: datetime) -> Event:
    card = LoyaltyCard(pk=row["card"], profile_id=row["card__profile"])
    payload = {
        "card_id": row["card"],
        "program": program.as_payload(),
        "unit": row["unit"],
        "amount": as_text(row["amount"], row["unit"]),
        "ends_on": day.isoformat(),
        "ends_at": row["ends_at"].isoformat(),
        "days": days,
    }
    event = Event.of(name_of("expiring", row["unit"]), at=at, cause=Cause(), subject=card, payload=payload)
    event.profile_id = row["card__profile"]
    return event


@tidies("expiry_warnings")
def forget_past(*, at: datetime) -> int:
    """Delete what was noted of days that are over everywhere: nobody is warned of them again. Returns how many."""
    deleted, _ = ExpiryWarning.objects.filter(ends_on__lt=at.date() - timedelta(days=2)).delete()
    return deleted
