"""Lots of transactions → rows, in a constant number of statements for each lot, with the events that the verbs would have written."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from types import EllipsisType
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from cxmanager.refusals import Refusal
from profiles.cause import Cause
from profiles.importing.bulk import among, insert_rows, reserve_ids, update_rows
from profiles.importing.running import StepResult, Tally
from profiles.importing.values import shown
from profiles.importing.writing import TOLD, told_in_each
from profiles.models import Event, Identity, Location, Profile
from transactions import following, summing
from transactions.claiming import match_waiting
from transactions.importing.building import Builder, Catalogue, amount_of, insert, lines_of
from transactions.importing.cleaning import line_of
from transactions.importing.columns import IDENTITY
from transactions.importing.comparing import HALVED, finds_customer, looks, why_not_same
from transactions.importing.staging import Group
from transactions.importing.taking_back import Sold
from transactions.models import Transaction, TransactionClaim, TransactionItem
from transactions.payloads import payload_of
from transactions.refusals import refusal

SUBJECT = Transaction._meta.label_lower


@dataclass
class Result:
    """What became of a lot's rows; the reasons for those that were refused, by their number."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: dict[int, list[str]] = field(default_factory=dict)

    def as_step(self) -> StepResult:
        """As imports note it. Cells are not kept beside the file."""
        tally = Tally(self.created, self.updated, self.unchanged, len(self.refused))
        return StepResult(tally, [(number, [], reasons) for number, reasons in sorted(self.refused.items())])


class Lot:
    """Some transactions, written together in the caller's transaction."""

    def __init__(
        self,
        groups: list[Group],
        *,
        customer: str,
        matches_returns: bool,
        earns: bool,
        catalogue: Catalogue,
        at: datetime,
        cause: Cause,
    ):
        """`catalogue` are the lines that earlier lots have met; this one's are added."""
        self.groups, self.matches_returns, self.at, self.cause = groups, matches_returns, at, cause
        self.found: dict[int, tuple[Transaction, UUID]] = {}
        self.result, self.touched, self.returned, self.unowned = Result(), set(), set(), []
        self.earns, self.earning = earns, []
        self.profiles = customers({one.customer for one in groups if one.customer}, by=customer)
        self.catalogue = catalogue
        places = {one.said.get("location") for one in groups} - {None}
        self.builder = Builder(Location.objects.in_bulk(places) if places else {}, at=at)
        known = Transaction.objects.filter(among(Transaction, "external_id", [*{one.external_id for one in groups}]))
        self.known = {
            one.external_id: one for one in known.select_related("profile", "location").prefetch_related("items")
        }
        self._lock_nobodys()

    def _lock_nobodys(self) -> None:
        """Nobody else may find the customer of what this file gives one. One query, or none."""
        named = {one.external_id for one in self.groups if one.customer}
        nobodys = {one.pk: one for key, one in self.known.items() if one.profile_id is None and key in named}
        if nobodys:
            turns = Transaction.objects.select_for_update(no_key=True).filter(among(Transaction, "id", [*nobodys]))
            for key, owner in turns.order_by("pk").values_list("pk", "profile_id"):
                nobodys[key].profile_id = owner

    def write(self, *, is_trial: bool = False) -> Result:
        """Sales first, then returns, which may be of those; then each customer's figures, once, unless that is only tried."""
        sales = [one for one in self.groups if not one.is_return]
        self._write(self._new(sales), name="transaction.created")
        self._give()
        returns = [one for one in self.groups if one.is_return]
        if returns:
            sold = Sold(
                returns,
                self.profiles.values(),
                matches_returns=self.matches_returns,
                at=self.at,
                cause=self.cause,
            )
            self._write(self._tied(self._new(returns), sold), name="transaction.returned")
            sold.write()
        if not is_trial:
            self._sum()
            self._earn()
            self._meet_claims()
        return self.result

    def _sum(self) -> None:
        """Bring the figures up to date; who only bought can have lost no brand or place, which spares two statements."""
        changed = []
        for customers, is_only_more in ((self.touched - self.returned, True), (self.returned, False)):
            if customers:
                changed += summing.work_out(sorted(customers), at=self.at, is_only_more=is_only_more)
        if changed:
            summing.tell(changed, at=self.at, cause=self.cause)

    def _earn(self) -> None:
        """Let followers make of each purchase what they do of one that a till sends, in the order in which they were made."""
        in_order = sorted(self.earning, key=lambda one: (one[0].type == Transaction.Type.RETURN, one[0].transacted_at))
        # Of those that were locked, only their keys are in hand.
        owners = Profile.objects.in_bulk({built.profile_id for built, _ in in_order})
        if owners:
            following.expect(owners.keys(), at=self.at)
        for built, parts in in_order:
            built.profile = owners[built.profile_id]
            foreseen = following.foresee(built.profile, at=self.at)
            said = {"event": None, "at": self.at, "cause": self.cause, "lines": parts, "foreseen": foreseen}
            following.follow(following.What.RECORDED, built, **said)

    def _meet_claims(self) -> None:
        """Nobody's sales may be receipts that somebody waits for, as they may be when a till sends them."""
        refs = [one.receipt_ref for one in self.unowned]
        if refs:
            pending = TransactionClaim.objects.pending().filter(
                among(TransactionClaim, "transaction_receipt_ref", [*{*refs}])
            )
            wanted = set(pending.values_list("transaction_receipt_ref", flat=True))
            for one in self.unowned:
                if one.receipt_ref in wanted:
                    match_waiting(one, at=self.at, cause=self.cause)

    # --- Deciding -----------------------------------------------------------------------------------------------------

    def _new(self, groups: list[Group]) -> list[tuple[Group, Transaction, list[TransactionItem]]]:
        """The transactions that are to be written, unsaved. Those that are there already are compared, and changed where they differ."""
        groups = [one for one in groups if self._has_customer(one)]
        lines = iter(lines_of([values for one in groups for _, values in one.rows], self.catalogue))
        new = []
        for one in groups:
            items = list(islice(lines, len(one.rows)))
            built = self.builder.transaction(one, items, profile=self.profiles.get(one.customer))
            no = self.builder.why_not_kept(one, built)
            if no:
                self._refuse(one, no)
                continue
            held = self.known.get(one.external_id)
            if held is None:
                new.append((one, built, items))
                # A second group of the same number in this lot is about the same transaction.
                self.known[one.external_id] = built
            else:
                self._compare(one, held, built, items)
        return new

    def _has_customer(self, group: Group) -> bool:
        if group.is_halved:
            self._refuse(group, HALVED)
            return False
        if group.customer and group.customer not in self.profiles:
            self._refuse(group, f"No customer is known by {shown(group.customer)}.")
            return False
        return True

    def _compare(self, group: Group, held: Transaction, built: Transaction, items: list[TransactionItem]) -> None:
        no = why_not_same(group, held, built)
        if no:
            self._refuse(group, no)
            return
        # An empty customer takes nobody away.
        whose = self.profiles[group.customer] if finds_customer(held, built) else ...
        is_alike = group.is_return or looks(held, held.items.all()) == looks(built, items)
        numbers = self._kept_of_return(group, held) if group.is_return else group.numbers
        if is_alike and whose is ...:
            self.result.unchanged += len(numbers)
        elif is_alike and not group.is_return:
            self.found[held.pk] = held, whose.pk
            self.result.updated += len(numbers)
        else:
            self._change(numbers, held, {} if is_alike else document_of(group, built), whose=whose)

    def _kept_of_return(self, group: Group, held: Transaction) -> list[int]:
        """The rows that it has. A return stays as it is; what was refused of it the first time is refused again."""
        taken = {item.sku or item.name for item in held.items.all()}
        kept = [number for number, values in group.rows if (values.get("sku") or values.get("name")) in taken]
        for number in group.numbers:
            if number not in kept:
                self.result.refused[number] = [str(refusal("no_such_sale"))]
        return kept

    def _change(self, numbers: list[int], held: Transaction, document: dict, *, whose: Profile | EllipsisType) -> None:
        try:
            with transaction.atomic():
                held.change(document, profile=whose, at=self.at, cause=self.cause)
            self.result.updated += len(numbers)
        except ValidationError as no:
            for number in numbers:
                self.result.refused[number] = no.messages

    def _refuse(self, group: Group, reason: str) -> None:
        for number in group.numbers:
            self.result.refused.setdefault(number, [reason])

    def _tied(self, new: list, sold: "Sold") -> list:
        """Each return's lines against the sales' lines; a line that fits none is refused, the others are taken back."""
        tied = []
        for group, built, items in new:
            parts, sales = [], set()
            for (number, values), item in zip(group.rows, items, strict=True):
                try:
                    sale, found = sold.taken(item, of=built, named=values.get("returns"))
                    parts += found
                    sales.add(sale)
                except Refusal as no:
                    self.result.refused[number] = [str(no)]
            if not parts:
                continue
            # What was taken back at once may have been bought at several times.
            built.returns_id = next(iter(sales)) if len(sales) == 1 else None
            if "total" not in group.said or len(parts) < len(items):
                built.total = amount_of(parts)
            built.settle()
            try:
                sold.pay_back(built, parts)
            except Refusal as no:
                self._refuse(group, str(no))
                continue
            sold.claim(sales, built.profile_id)
            tied.append((group, built, parts))
        return tied

    # --- Writing ------------------------------------------------------------------------------------------------------

    def _give(self) -> None:
        """Sales of nobody's that are as they were get their customers, with their returns: `Transaction.change` for many at once."""
        if not self.found:
            return
        owners = {key: owner for key, (_, owner) in self.found.items()}
        theirs = Transaction.objects.filter(among(Transaction, "returns", [*owners]), profile=None)
        whose = owners | {key: owners[sale] for key, sale in theirs.values_list("pk", "returns_id")}
        update_rows(Transaction, ["profile_id", "updated_at"], [(key, whose[key], self.at) for key in sorted(whose)])
        events = []
        for key, (held, owner) in self.found.items():
            payload = payload_of(held, held.items.all()) | {"changes": {"profile_id": [None, str(owner)]}}
            events.append(("transaction.updated", owner, SUBJECT, str(key), payload))
        insert_rows(Event, TOLD, events, constants=told_in_each(at=self.at, cause=self.cause))
        customers = set(owners.values())
        self.touched |= customers
        self.returned |= customers

    def _write(self, new: list[tuple[Group, Transaction, list[TransactionItem]]], *, name: str) -> None:
        for pk, (_, built, _) in zip(reserve_ids(Transaction, len(new)), new, strict=True):
            built.id = pk
        items = [item for _, _, parts in new for item in parts]
        for pk, item in zip(reserve_ids(TransactionItem, len(items)), items, strict=True):
            item.id = pk
        for _, built, parts in new:
            for item in parts:
                # Not through the relation, which would look for what it has to forget.
                item.__dict__["transaction_id"] = built.id
        insert(Transaction, [built for _, built, _ in new])
        insert(TransactionItem, items)
        events = [
            (name, built.profile_id, SUBJECT, str(built.pk), payload_of(built, parts) | {"is_imported": True})
            for _, built, parts in new
        ]
        insert_rows(Event, TOLD, events, constants=told_in_each(at=self.at, cause=self.cause))
        if self.earns:
            self.earning += [(built, parts) for _, built, parts in new if built.profile_id is not None]
        customers = {built.profile_id for _, built, _ in new} - {None}
        self.unowned += [built for _, built, _ in new if built.profile_id is None and built.receipt_ref]
        self.touched |= customers
        self.returned |= customers if name == "transaction.returned" else set()
        self.result.created += sum(
            1 for group, _, _ in new for number in group.numbers if number not in self.result.refused
        )


def document_of(group: Group, built: Transaction) -> dict:
    """What the file says of a transaction, as `Transaction.change` takes it."""
    names = ("transacted_at", "location", "total", "total_original", "total_converted", "timezone")
    lines = {"items": [line_of(values) for _, values in group.rows], "delete_existing_items": True}
    return lines | {name: getattr(built, name) for name in names}


def customers(keys: set[str], *, by: str) -> dict[str, Profile]:
    """{what the file calls them: the customer}, locked in the order of their ids. Three queries at most."""
    living = Profile.objects.living()
    if by == "profile_id":
        found = {str(pk): pk for pk in living.filter(pk__in=keys).values_list("pk", flat=True)}
    elif by == "email":
        found = dict(living.filter(among(Profile, "email", [*keys])).values_list("email", "pk"))
    else:
        held = Identity.objects.filter(among(Identity, "identifier", [*keys]), is_active=True)
        held = held.filter(handle=by.removeprefix(IDENTITY), profile__deleted_at=None)
        found = dict(held.values_list("identifier", "profile"))
    ids = set(found.values())
    # Their keys are all that is asked of them.
    turns = Profile.objects.select_for_update(no_key=True).only("pk").order_by("pk")
    rows = {one.pk: one for one in turns.filter(among(Profile, "id", [*ids]))}
    return {key: rows[pk] for key, pk in found.items() if pk in rows}
