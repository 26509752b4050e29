"""A transaction is put right: by an integration that knows better now, line by line, in the customer's turn."""

from datetime import datetime
from decimal import Decimal
from types import EllipsisType

from django.db import IntegrityError, transaction

from profiles.cause import Cause
from profiles.models import Profile
from profiles.models.event import as_json
from transactions import following, summing
from transactions.cataloguing import with_catalogue
from transactions.claiming import claim
from transactions.currencies import check_converted
from transactions.lines import LineChanges, changes_to, check_sold, quantities_of
from transactions.locking import in_turn, transaction_in_turn
from transactions.models import Transaction, TransactionItem
from transactions.paying_back import refuse_too_little, refuse_too_much
from transactions.recording import NESTED, positive, write_lines, write_payments, write_words
from transactions.refusals import refusal
from transactions.returning import (
    check_quantities,
    refuse_after,
    refuse_before,
    refuse_undone,
    release,
    sale_meant,
    tied,
)

# What moves what is paid for a sale, or paid back of it.
PAID = {"total", "currency", "items", "returns_id", "status", "is_void"}
UNTRACKED = {"id", "net", "transacted_on", "is_online", "created_at", "updated_at"}


@transaction.atomic
def change(
    held: Transaction, document: dict, *, profile: Profile | EllipsisType | None = ..., at: datetime, cause: Cause
) -> dict[str, list]:
    """As `Transaction.change`. `held` reads as the row afterwards."""
    following.lock_others(held.profile_id, None if profile in (..., None) else profile.pk)
    wanted = None if profile is ... else in_turn(profile)
    fresh = transaction_in_turn(held, wanted)
    if wanted is not None and _is_of_nobodys(fresh):
        claim(fresh, wanted, at=at, cause=cause)
        fresh = transaction_in_turn(held, wanted)
    owners, before = {fresh.profile_id}, snapshot(fresh)
    sale = _sale_of(fresh, document)
    took_back = fresh.takes_back
    _apply(fresh, document)
    if profile is not ...:
        fresh.profile = wanted
    if sale is not None:
        _agree(fresh, sale, is_given=profile is not ..., at=at, cause=cause)
    lines = _line_changes(fresh, document)
    if fresh.type == Transaction.Type.RETURN:
        check_quantities([*lines.added, *lines.changed])
    _move_total(fresh, document, lines)
    fresh.settle()
    changes = _differences(before, snapshot(fresh)) | lines.told() | _words_changed(fresh, document)
    if {"currency", "currency_rate", "total_converted"} & changes.keys():
        check_converted(fresh)
    if changes:
        foreseen = following.foresee(fresh.profile, at=at)
        _refuse_what_returns_forbid(fresh, changes, lines)
        _refuse_days(fresh, changes, sale)
        _write(fresh, changes, lines, document, took_back=took_back, sale=sale)
        if fresh.type == Transaction.Type.SALE and {"total", "items"} & changes.keys():
            check_sold(fresh.total, quantities_of(TransactionItem.objects.filter(transaction=fresh).order_by("pk")))
        if PAID & changes.keys():
            _refuse_amounts(fresh, sale)
        event = fresh.record_event("transaction.updated", at=at, cause=cause, changes=changes)
        _refresh({*owners, fresh.profile_id}, at=at, cause=cause)
        said = {"changes": changes, "owner_before": before["profile_id"], "foreseen": foreseen}
        following.follow(following.What.CHANGED, fresh, event=event, at=at, cause=cause, **said)
    _read_as(held, fresh)
    return changes


def _is_of_nobodys(fresh: Transaction) -> bool:
    """Whether it is nobody's return of a sale that is nobody's either."""
    return fresh.profile_id is None and fresh.returns_id is not None and fresh.returns.profile_id is None


def _agree(fresh: Transaction, sale: Transaction, *, is_given: bool, at: datetime, cause: Cause) -> None:
    """A return has its sale's customer: it takes that one, or its own gets the sale. Raises Refusal `other_customers_sale`."""
    if fresh.profile_id is None and not is_given:
        fresh.profile = sale.profile
    elif fresh.profile_id is not None and sale.profile_id is None:
        claim(sale, fresh.profile, at=at, cause=cause)
    elif fresh.profile_id != sale.profile_id:
        raise refusal("other_customers_sale")


def snapshot(one: Transaction) -> dict:
    names = [field.attname for field in one._meta.concrete_fields if field.attname not in UNTRACKED]
    return {name: getattr(one, name) for name in names}


def _differences(before: dict, after: dict) -> dict[str, list]:
    return {name: [as_json(before[name]), as_json(after[name])] for name in before if before[name] != after[name]}


def _sale_of(fresh: Transaction, document: dict) -> Transaction | None:
    """The sale that this return takes back. It can be named later, but not changed. Raises Refusal `sale_is_fixed`."""
    if document.get("type", fresh.type) != fresh.type:
        raise refusal("type_is_fixed")
    if not fresh.returns_id:
        held = set(fresh.items.filter(returns__isnull=False).values_list("returns", flat=True))
        meant = sale_meant(document, type=fresh.type, tied_already=held)
    else:
        meant = Transaction.objects.get(pk=fresh.returns_id)
        if document.get("returns") not in (None, "", meant.external_id):
            raise refusal("sale_is_fixed")
    fresh.returns = meant and transaction_in_turn(meant, fresh.profile)
    return fresh.returns


def _apply(fresh: Transaction, document: dict) -> None:
    """Set the fields that the document names; what may not be empty keeps its value where the document says null."""
    for name, value in document.items():
        if name in NESTED or (value is None and not fresh._meta.get_field(name).null):
            continue
        setattr(fresh, name, value)
    fresh.external_id = fresh.external_id or None
    fresh.total = positive(fresh.total, type=fresh.type)


def _line_changes(fresh: Transaction, document: dict) -> LineChanges:
    given = document.get("items")
    is_whole = bool(document.get("delete_existing_items"))
    gone = document.get("delete_items") or ()
    if given is None and not is_whole and not gone:
        return LineChanges()
    held = list(TransactionItem.objects.filter(transaction=fresh).order_by("pk"))
    lines = [_said(line, sent) for line, sent in zip(with_catalogue(given or ()), given or (), strict=True)]
    return changes_to(held, lines, is_whole=is_whole, gone=gone)


def _said(line: dict, sent: dict) -> dict:
    """The line without the words that are empty because nobody said them: what it is called stays."""
    return {name: value for name, value in line.items() if value != "" or name in sent}


def _move_total(fresh: Transaction, document: dict, lines: LineChanges) -> None:
    """Where the document changes lines and says no total, the total moves by what they differ."""
    if document.get("total") is None and lines:
        fresh.total += lines.difference


def _words_changed(fresh: Transaction, document: dict) -> dict[str, list]:
    """Tags and systems, and how many payments there are, where the document speaks of them and they differ."""
    changes = {}
    for name, rows, column in (("tags", fresh.tag_rows, "tag"), ("systems", fresh.system_rows, "system")):
        if document.get(name) is not None:
            before = list(rows.values_list(f"{column}__handle", flat=True))
            after = list(dict.fromkeys(document[name]))
            if before != after:
                changes[name] = [before, after]
    if document.get("payments") is not None:
        before = [_told(row) for row in fresh.payments.values()]
        after = [_told(row) for row in document["payments"]]
        if before != after:
            changes["payments"] = [len(before), len(after)]
    return changes


def _told(payment: dict) -> dict:
    """What is said of a payment, whichever way it was said."""
    said = {
        name: value
        for name, value in payment.items()
        if name not in ("id", "transaction_id") and value not in ("", None)
    }
    return {name: Decimal(value).normalize() if name == "tender_value" else str(value) for name, value in said.items()}


def _refuse_what_returns_forbid(fresh: Transaction, changes: dict, lines: LineChanges) -> None:
    """Raises Refusal: has_returns when a sale with returns would be undone or lose a line, returned_too_many when one gets too short."""
    is_undone = fresh.is_void or fresh.status == Transaction.Status.REVERSED
    if is_undone and {"is_void", "status"} & changes.keys():
        no = fresh.why_not_undoable()
        if no is not None:
            raise no
    if any(line.returned_quantity for line in lines.removed):
        raise refusal("has_returns")
    for line in lines.changed:
        if line.returned_quantity and (line.is_void or line.quantity < line.returned_quantity):
            raise refusal("has_returns" if line.is_void else "returned_too_many")


def _refuse_days(fresh: Transaction, changes: dict, sale: Transaction | None) -> None:
    """Raises Refusal before_its_sale or after_its_return where the change would put a return on a day before its sale."""
    if fresh.takes_back and sale is not None and {"transacted_at", "returns_id", "is_void", "status"} & changes.keys():
        refuse_before(sale, fresh.transacted_at)
    if fresh.type == Transaction.Type.SALE and "transacted_at" in changes:
        refuse_after(fresh)


def _refuse_amounts(fresh: Transaction, sale: Transaction | None) -> None:
    """Raises Refusal `returned_too_much` where more would be paid back than was paid."""
    if fresh.type == Transaction.Type.SALE:
        refuse_too_little(fresh)
    elif sale is not None and fresh.takes_back:
        refuse_too_much(fresh, sale)


def _write(
    fresh: Transaction, changes: dict, lines: LineChanges, document: dict, *, took_back: bool, sale: Transaction | None
) -> None:
    if took_back and sale is not None:
        release(TransactionItem.objects.filter(transaction=fresh))
    try:
        with transaction.atomic():
            fresh.save()
    except IntegrityError as error:
        if "external_id" in str(error):
            raise refusal("external_id_taken") from error
        raise
    lines.write(fresh)
    if fresh.takes_back and sale is not None:
        refuse_undone(sale)
        _tie_again(fresh, sale)
    if "payments" in changes:
        fresh.payments.all().delete()
        write_payments(fresh, [{k: v for k, v in one.items() if k != "id"} for one in document["payments"]])
    if "tags" in changes:
        fresh.tag_rows.all().delete()
    if "systems" in changes:
        fresh.system_rows.all().delete()
    write_words(fresh, {name: document[name] for name in ("tags", "systems") if name in changes})
    if "profile_id" in changes:
        Transaction.objects.filter(returns=fresh).update(profile=fresh.profile_id, updated_at=fresh.updated_at)


def _tie_again(fresh: Transaction, sale: Transaction) -> None:
    """Take its lines off the sale's anew, and keep the parts into which that split them."""
    parts = tied(sale, TransactionItem.objects.filter(transaction=fresh).order_by("pk"))
    TransactionItem.objects.bulk_update([one for one in parts if one.pk], ["returns", "quantity"])
    write_lines(fresh, [one for one in parts if not one.pk])


def _refresh(owners: set, *, at: datetime, cause: Cause) -> None:
    for profile in Profile.objects.filter(pk__in=[one for one in owners if one is not None]).order_by("pk"):
        summing.refresh(profile, at=at, cause=cause)


def _read_as(held: Transaction, fresh: Transaction) -> None:
    """Make the caller's object read as the row does now, with nothing kept of what was prefetched."""
    for field in fresh._meta.concrete_fields:
        setattr(held, field.attname, getattr(fresh, field.attname))
    held._state.fields_cache = dict(fresh._state.fields_cache)
    held._prefetched_objects_cache = {}
