"""A document becomes a transaction, in the customer's turn, with all that follows from it.

A document is what has been read and found well formed: fields of `Transaction` by their names (`location` and `staff` as
rows), and
- `items`: dicts of the fields of TransactionItem, with `id`, `product_variant_id` or `variant` {sku, barcode, title,
  brand, category, subcategory, price, product_id}, and for a return `returns_id`, the sale's line;
- `payments`: dicts of the fields of Payment;
- `tags` and `systems`: handles;
- `returns`: the external id of the sale that a return takes back; the lines' `returns_id` may say it instead.
What it does not name takes its usual value.
"""

from datetime import datetime
from decimal import Decimal
from types import EllipsisType

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from cxmanager.inserting import insert, insert_all, keep_loaded
from profiles.cause import Cause
from profiles.models import Profile, Tag
from transactions import following, summing
from transactions.cataloguing import with_catalogue
from transactions.claiming import claim, match_waiting
from transactions.currencies import check_converted, programme_currency
from transactions.lines import check_sold, new_line, quantities_of
from transactions.locking import in_turn, transaction_in_turn
from transactions.models import Payment, System, Transaction, TransactionItem, TransactionSystem, TransactionTag
from transactions.paying_back import refuse_too_much
from transactions.refusals import refusal
from transactions.returning import check_quantities, refuse_before, refuse_undone, sale_meant, tied

NOTHING_SOLD = "Send lines, a total, or both."
NESTED = {"items", "payments", "tags", "systems", "returns", "delete_existing_items", "delete_items"}


@transaction.atomic
def record(profile: Profile | None, document: dict, *, at: datetime, cause: Cause) -> tuple[Transaction, bool]:
    """As `Transaction.objects.record`; says as well whether the transaction is new."""
    if document.get("total") is None and not document.get("items"):
        raise ValidationError({"items": NOTHING_SOLD})
    following.lock_others(profile and profile.pk)
    profile, sale = in_turn(profile), sale_meant(document, type=document.get("type") or Transaction.Type.SALE)
    if sale is not None:
        profile, sale = _with_sale(profile, sale, moment=document.get("transacted_at") or at)
    new = unsaved(document, profile=profile, sale=sale, at=at)
    lines = [new_line(one, number=number) for number, one in enumerate(with_catalogue(document.get("items") or ()))]
    if new.type == Transaction.Type.RETURN:
        check_quantities(lines)
    if document.get("total") is None:
        new.total = sum((line.amount for line in lines if not line.is_void), Decimal(0))
    if new.type == Transaction.Type.SALE:
        check_sold(new.total, quantities_of(lines))
    if document.get("currency"):
        check_converted(new)
    new.settle()
    foreseen = following.foresee(profile, at=at)
    if not _put_down(new):
        return _recorded_before(profile, new.external_id), False
    if sale is not None and sale.profile_id is None and profile is not None:
        # Whose goods come back, theirs is the receipt.
        claim(sale, profile, at=at, cause=cause)
    if sale is not None and new.takes_back:
        lines = tied(sale, lines)
        refuse_too_much(new, sale)
    write_lines(new, lines)
    payments = write_payments(new, document.get("payments") or ())
    tags, systems = write_words(new, document)
    # Whoever shows it next has all of it in hand.
    for name, rows in (("items", lines), ("payments", payments), ("tag_rows", tags), ("system_rows", systems)):
        keep_loaded(new, name, rows)
    name = "transaction.returned" if new.type == Transaction.Type.RETURN else "transaction.created"
    event = new.record_event(name, at=at, cause=cause, items=lines)
    if new.counts:
        only_more = new.type == Transaction.Type.SALE and all(line.quantity > 0 for line in lines)
        summing.refresh(profile, at=at, cause=cause, is_only_more=only_more)
    what = following.What.RECORDED
    following.follow(what, new, event=event, at=at, cause=cause, lines=lines, foreseen=foreseen)
    if profile is None:
        match_waiting(new, at=at, cause=cause)
    return new, True


def _with_sale(profile: Profile | None, sale: Transaction, *, moment: datetime) -> tuple[Profile | None, Transaction]:
    """Whose return of that moment it is, and the sale, locked so that nobody undoes it meanwhile.

    Raises Refusal: sale_undone, before_its_sale, other_customers_sale.
    """
    sale = transaction_in_turn(sale, profile)
    refuse_undone(sale)
    refuse_before(sale, moment)
    if profile is not None and sale.profile is not None and profile.pk != sale.profile_id:
        raise refusal("other_customers_sale")
    return sale.profile or profile, sale


@transaction.atomic
def update_create(
    document: dict, *, at: datetime, cause: Cause, profile: Profile | EllipsisType | None = ...
) -> tuple[Transaction, bool]:
    """As `Transaction.objects.update_create`."""
    held = Transaction.objects.filter(external_id=document["external_id"]).first()
    if held is None:
        held, is_new = record(None if profile is ... else profile, document, at=at, cause=cause)
        if is_new:
            return held, True
    held.change(document, profile=profile, at=at, cause=cause)
    return held, False


def _recorded_before(profile: Profile | None, external_id: str) -> Transaction:
    """What the same external id made before. Raises Refusal `external_id_taken` where that is another customer's."""
    earlier = Transaction.objects.select_related("profile", "location", "staff", "returns").get(external_id=external_id)
    if profile is not None and earlier.profile_id not in (None, profile.pk):
        raise refusal("external_id_taken")
    return earlier


def unsaved(document: dict, *, profile: Profile | None, sale: Transaction | None, at: datetime) -> Transaction:
    """The transaction with its usual values: now, in the shop's time zone and the programme's currency."""
    fields = {name: value for name, value in document.items() if name not in NESTED and value is not None}
    location = fields.get("location")
    usual = {
        "transacted_at": at,
        "timezone": location.timezone if location is not None else settings.TIME_ZONE,
        "currency": fields.get("currency") or programme_currency(),
        "total": Decimal(0),
    }
    new = Transaction(**(usual | fields))
    new.external_id = new.external_id or None
    new.profile, new.returns = profile, sale
    new.total = positive(new.total, type=new.type)
    return new


def positive(total: Decimal, *, type: str) -> Decimal:
    """A return's total says how much came back: some tills send it below zero."""
    return abs(total) if type == Transaction.Type.RETURN else total


def _put_down(new: Transaction) -> bool:
    """Insert it; False when another caller was faster with the same external id."""
    return insert(new, unless_held="external_id")


def write_lines(of: Transaction, lines: list[TransactionItem]) -> None:
    for line in lines:
        line.transaction = of
    insert_all(lines)


def write_payments(of: Transaction, payments: list[dict]) -> list[Payment]:
    return Payment.objects.bulk_create([Payment(transaction=of, **one) for one in payments]) if payments else []


def write_words(of: Transaction, document: dict) -> tuple[list[TransactionTag], list[TransactionSystem]]:
    """Its tags and systems, in the order in which they were sent."""
    tags, systems = dict.fromkeys(document.get("tags") or ()), dict.fromkeys(document.get("systems") or ())
    tag_rows, system_rows = [], []
    if tags:
        held = {tag.handle: tag for tag in Tag.objects.named(*tags)}
        tag_rows = TransactionTag.objects.bulk_create(
            [TransactionTag(transaction=of, tag=held[handle]) for handle in tags]
        )
    if systems:
        rows = [TransactionSystem(transaction=of, system=one) for one in System.objects.named(*systems)]
        system_rows = TransactionSystem.objects.bulk_create(rows)
    return tag_rows, system_rows
