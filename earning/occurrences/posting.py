"""What other systems post to customers' accounts: heard once for each external id, and taken back when it is voided (W57)."""

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction

from earning.models import LedgerTransaction, LoyaltyCard, Program
from earning.occurrences.happening import Heard, award_happening, take_back
from earning.refusals import refusal
from earning.snapshot import LEDGER_TRANSACTION, Happening
from profiles.cause import Cause
from profiles.models import Event, Profile
from transactions.locking import in_turn

SAID = ("account", "direction", "amount", "currency")


@transaction.atomic
def post(
    profile: Profile,
    *,
    external_id: str,
    account: str,
    direction: str,
    amount: Decimal,
    currency: str,
    at: datetime,
    cause: Cause,
    program: Program | None = None,
    description: str = "",
) -> tuple[Heard, bool]:
    """Write the posting down and what it earns; says as well whether it is new. The same again changes nothing, and answers the same.

    Records `posting.created`. Raises Refusal: posting_external_id_taken where another one has the id, posting_voided,
    profile_inactive.
    """
    program = program or Program.objects.default()
    card = LoyaltyCard.objects.ensure(in_turn(profile), program, at=at, cause=cause)
    row = LedgerTransaction(
        card=card,
        program=program,
        external_id=external_id,
        account=account,
        direction=direction,
        amount=amount,
        currency=currency,
        description=description,
        posted_at=at,
    )
    held = LedgerTransaction.objects.filter(program=program, external_id=external_id).first()
    if held is None:
        cause, is_new = _written(row, at=at, cause=cause), True
    else:
        row, is_new = _the_same(held, row), False
    return award_happening(card, happening_of(row), at=at, cause=cause), is_new


def happening_of(row: LedgerTransaction) -> Happening:
    """What rules hear of it."""
    return Happening(
        kind=LEDGER_TRANSACTION,
        name=row.account,
        at=row.posted_at,
        key=str(row.pk),
        amount=row.amount,
        currency=row.currency,
        direction=str(row.direction),
    )


def _written(row: LedgerTransaction, *, at: datetime, cause: Cause) -> Cause:
    """Insert it and record it. Returns the cause with that event."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        # The customer is locked, so whoever was as fast spoke of another one.
        raise refusal("posting_external_id_taken") from error
    event = Event.objects.record(
        "posting.created", at=at, cause=cause, profile=row.card.profile, subject=row, payload=row.as_payload()
    )
    return cause.because_of(event)


def _the_same(held: LedgerTransaction, row: LedgerTransaction) -> LedgerTransaction:
    if held.card_id != row.card_id or any(getattr(held, name) != getattr(row, name) for name in SAID):
        raise refusal("posting_external_id_taken")
    if held.voided_at is not None:
        raise refusal("posting_voided")
    return held


@transaction.atomic
def void(external_id: str, *, program: Program, at: datetime, cause: Cause) -> LedgerTransaction:
    """Take back what the posting earned. Records `posting.voided`. Asking again changes nothing.

    Raises LedgerTransaction.DoesNotExist, Refusal `profile_inactive`.
    """
    rows = LedgerTransaction.objects.select_related("card__program", "card__profile")
    found = rows.get(program=program, external_id=external_id)
    in_turn(found.card.profile)
    voided = LedgerTransaction.objects.filter(pk=found.pk, voided_at=None).update(voided_at=at)
    if not voided:
        return found
    found.voided_at = at
    event = Event.objects.record(
        "posting.voided", at=at, cause=cause, profile=found.card.profile, subject=found, payload=found.as_payload()
    )
    because = cause.because_of(event)
    take_back(found.card, LEDGER_TRANSACTION, str(found.pk), at=at, cause=because, reason="The posting was voided.")
    return found
