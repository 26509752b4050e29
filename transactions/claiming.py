"""Receipts that nobody showed a card for find their customer later (omneo-reference 4.12)."""

from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Q
from django.utils.formats import date_format

from cxmanager.nearness import did_you_mean
from cxmanager.refusals import Refusal
from profiles.cause import Cause
from profiles.models import Location, Profile
from transactions import following, summing
from transactions.locking import in_turn
from transactions.models import Transaction, TransactionClaim
from transactions.models.transaction import day_of
from transactions.refusals import refusal

RECHECKED_AT_ONCE = 500


@transaction.atomic
def claim(held: Transaction, profile: Profile, *, at: datetime, cause: Cause) -> None:
    """As `Transaction.claim`: a conditional update, which one of any number of callers wins."""
    following.lock_others(profile.pk)
    profile = in_turn(profile)
    foreseen = following.foresee(profile, at=at)
    whole = _taken(held, profile, at=at)
    theirs = [whole, *Transaction.objects.filter(returns=whole, profile=None).values_list("pk", flat=True)]
    Transaction.objects.filter(pk__in=theirs[1:]).update(profile=profile, claimed_at=at, updated_at=at)
    claimed = []
    for one in Transaction.objects.select_related("profile", "location").filter(pk__in=theirs).order_by("pk"):
        name = "transaction.returned" if one.type == Transaction.Type.RETURN else "transaction.created"
        claimed.append((one, one.record_event(name, at=at, cause=cause, is_claimed=True)))
    held.profile, held.claimed_at = profile, at
    summing.refresh(profile, at=at, cause=cause)
    # Points are earned before a return takes them back.
    for one, event in sorted(claimed, key=lambda row: row[0].returns_id is not None):
        following.follow(following.What.CLAIMED, one, event=event, at=at, cause=cause, foreseen=foreseen)


def _taken(held: Transaction, profile: Profile, *, at: datetime) -> int:
    """The key of what is the customer's now: the transaction, or for a return the sale that it is of, first of all.

    Raises Refusal `already_claimed`.
    """
    while True:
        whole = Transaction.objects.values_list("returns_id", flat=True).get(pk=held.pk) or held.pk
        nobodys = Transaction.objects.filter(pk=whole, profile=None)
        # A return may be told its sale between the queries; then that is what is claimed.
        if nobodys.filter(returns=None).update(profile=profile, claimed_at=at, updated_at=at):
            return whole
        if not nobodys.exists():
            raise refusal("already_claimed")


@transaction.atomic
def ask(
    profile: Profile,
    *,
    receipt_ref: str,
    transacted_on: date,
    total: Decimal,
    location_external_code: str = "",
    timezone: str = "",
    at: datetime,
    cause: Cause,
) -> TransactionClaim:
    """As `TransactionClaim.objects.ask`."""
    profile, code = in_turn(profile), location_external_code.strip()
    shop = shop_of(code)
    today = day_of(at, timezone or (shop.timezone if shop is not None else settings.TIME_ZONE))
    if transacted_on > today:
        ahead = f"This day has not begun. Where the receipt was printed it is {date_format(today, 'j M Y')}."
        raise ValidationError({"transaction_transacted_at": ahead})
    asked = {
        "transaction_receipt_ref": receipt_ref.strip(),
        "transaction_transacted_at": transacted_on,
        "transaction_total": total,
        "transaction_location_external_code": code,
    }
    earlier = TransactionClaim.objects.filter(profile=profile, **asked).exclude(status="rejected").first()
    if earlier is not None:
        return earlier
    new = TransactionClaim.objects.create(profile=profile, transaction_timezone=timezone, **asked)
    look_for(new, at=at, cause=cause)
    return new


def shop_of(code: str) -> Location | None:
    """The location that a receipt names by its external code or id; None for an empty one. One query.

    Raises ValidationError for one that is not there, naming what is near among those that customers are shown.
    """
    if not code:
        return None
    found = Location.objects.filter(Q(external_code=code) | Q(external_id=code)).order_by("pk").first()
    if found is None:
        known = Location.objects.filter(is_published=True, external_code__isnull=False)
        near = did_you_mean(code, known.values_list("external_code", flat=True))
        raise ValidationError({"transaction_location_external_code": f"There is no shop with the code “{code}”.{near}"})
    return found


def look_for(asked: TransactionClaim, *, at: datetime, cause: Cause) -> bool:
    """Look once for the receipt that the claim describes; say whether it is the customer's now.

    Where it is somebody else's the claim is rejected. Call it in a transaction.
    """
    TransactionClaim.objects.filter(pk=asked.pk).update(attempts=F("attempts") + 1, last_checked_at=at)
    found = described_by(asked)
    if found is not None:
        _settle(asked, found, at=at, cause=cause)
    asked.refresh_from_db()
    return asked.status == TransactionClaim.Status.CLAIMED


def described_by(asked: TransactionClaim) -> Transaction | None:
    """The transaction with that receipt, day, shop and total: one that nobody has, else one that somebody has."""
    rows = Transaction.objects.filter(
        receipt_ref=asked.transaction_receipt_ref,
        transacted_on=asked.transaction_transacted_at,
        total=asked.transaction_total,
        is_void=False,
        type=Transaction.Type.SALE,
    )
    code = asked.transaction_location_external_code
    if code:
        rows = rows.filter(Q(location__external_code=code) | Q(location__external_id=code))
    # False sorts before true: those without an owner first.
    return rows.order_by(F("profile").asc(nulls_first=True), "pk").first()


def _settle(asked: TransactionClaim, found: Transaction, *, at: datetime, cause: Cause) -> None:
    answer = {"status": TransactionClaim.Status.REJECTED}
    if found.profile_id in (None, asked.profile_id) and not hasattr(found, "claim_row"):
        try:
            if found.profile_id is None:
                claim(found, asked.profile, at=at, cause=cause)
            answer = {"status": TransactionClaim.Status.CLAIMED, "claimed_transaction": found, "claimed_at": at}
        except Refusal:
            # Another customer was faster, or this one is gone.
            answer = {"status": TransactionClaim.Status.REJECTED}
    TransactionClaim.objects.filter(pk=asked.pk).update(**answer, updated_at=at)


def match_waiting(new: Transaction, *, at: datetime, cause: Cause) -> None:
    """A receipt has arrived that somebody may be waiting for: the first who asked gets it. One query where none is."""
    if not new.receipt_ref or new.type != Transaction.Type.SALE:
        return
    waiting = TransactionClaim.objects.pending().filter(transaction_receipt_ref=new.receipt_ref).order_by("pk")
    for asked in waiting:
        look_for(asked, at=at, cause=cause)
    new.refresh_from_db(fields=["profile", "claimed_at"])
