"""What was taken back comes again, where what took it is undone; and badges go with the awards that brought them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cxmanager.periods import end_of_day
from earning.awards.awarding import event_of
from earning.ledger.crediting import Grant, put_on
from earning.ledger.wallet import Wallet
from earning.locking import balance_of
from earning.models import Award, BadgeHeld, Credit, Debit
from profiles.cause import Cause
from profiles.models import Event


def bring_back(debits: Sequence[Debit], *, at: datetime, cause: Cause) -> None:
    """Put back what these reversals took, each as a credit that continues the one that it was taken of. A debt is repaid by it first.

    What has ended meanwhile can be used for the program's days of grace, or not at all.
    """
    for debit in debits:
        source = debit.reverses
        ends_at = still_ends_at(source, at=at)
        if ends_at is not None and ends_at <= max(at, source.active_from):
            continue
        one = Grant(
            value=debit.amount,
            unit=debit.unit,
            kind=source.kind,
            earned_at=source.earned_at,
            active_from=source.active_from,
            expires_at=ends_at,
            note=source.note,
            needs_approval=source.award is not None and source.award.was_never_approved,
            transaction=source.transaction,
            more={"award": source.award, "source": source, "answers": debit},
        )
        wallet = Wallet.of(balance_of(debit.card, debit.unit, debit.card.profile), at=at)
        put_on(wallet, [one], at=at, cause=cause)


def still_ends_at(source: Credit, *, at: datetime) -> datetime | None:
    program, ends_at = source.card.program, source.expires_at
    if ends_at is not None and ends_at <= at and program.restore_grace_days:
        zone = ZoneInfo(program.timezone)
        on = at.astimezone(zone).date() + timedelta(days=program.restore_grace_days)
        return end_of_day(on, timezone=program.timezone)
    return ends_at


def take_badges(awards: Sequence[Award], *, at: datetime, cause: Cause) -> None:
    """Take the badges that these awards brought, and record `badge.reversed`. A badge that was held before stays. Three queries, or none."""
    if not awards:
        return
    held = list(BadgeHeld.objects.filter(award__in=[one.pk for one in awards]).select_related("badge"))
    by_award = {one.pk: one for one in awards}
    events = [
        event_of("badge.reversed", by_award[row.award_id], at=at, cause=cause, badge=row.badge.as_payload())
        for row in held
    ]
    Event.objects.bulk_create(events)
    BadgeHeld.objects.filter(pk__in=[row.pk for row in held]).delete()
