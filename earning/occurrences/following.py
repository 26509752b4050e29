"""Purchases earn at once: what is recorded, changed, undone or claimed is followed here, in the transaction of its verb (transactions.following)."""

from collections.abc import Collection, Sequence
from uuid import UUID

from django.db.models import Prefetch

from cxmanager.inserting import keep_loaded
from cxmanager.statements import Select
from earning.awards import returning
from earning.awards.awarding import Made, Source, award
from earning.awards.deciding import earns_by_purchases, occurrences_of
from earning.awards.earned import told_of
from earning.awards.members import AtHand, cards_of
from earning.models import Award, Debit, EarningRule, LoyaltyCard, Program
from earning.occurrences.climbing import climb
from earning.purchases import purchase_of
from profiles.cause import Cause
from profiles.models import Profile
from transactions.following import FOLLOWERS, Follower, Step, What
from transactions.models import Transaction

# What of a transaction changes what it earns.
EARNING = {
    *("total", "items", "status", "is_void", "profile_id", "transacted_at", "location_id", "currency", "returns_id"),
    "type",
}
NOTED = ("coupons", "rules")
REFERRERS = Select(
    lambda profile: (
        LoyaltyCard.objects.filter(
            profile=profile,
            referred_by__isnull=False,
            program__rules__type=EarningRule.Type.REFERRAL.value,
            program__rules__status=EarningRule.Status.ACTIVE.value,
        )
        .order_by()
        .values_list("referred_by_id")
    ),
    profile=UUID(int=0),
)


class Earning(Follower):
    tells = ("earned",)
    shown_with = (
        Prefetch("awards", queryset=Award.objects.select_related("rule", "badge", "card").order_by("pk")),
        "awards__credits",
        Prefetch("debits", queryset=Debit.objects.filter(kind="reversal").select_related("reverses__award__rule")),
    )

    def others_locked(self, profile_id: UUID) -> list[UUID]:
        """Who referred the customer, where they earn by it."""
        return [key for (key,) in REFERRERS.rows(profile=profile_id)]

    def expect(self, profile_ids: Collection[UUID], *, at) -> None:
        """A card for each who has none. Six statements, however many."""
        held = LoyaltyCard.objects.filter(profile__in=profile_ids).order_by()
        without = set(profile_ids) - set(held.values_list("profile", flat=True))
        if without:
            LoyaltyCard.objects.make([*without], Program.objects.default(), at=at, cause=Cause())

    def foresee(self, profile: Profile, *, at) -> list[AtHand]:
        found = cards_of(profile, at=at)
        if not found:
            LoyaltyCard.objects.ensure(profile, at=at, cause=Cause())
            found = cards_of(profile, at=at)
        return found

    def follow(self, step: Step, foreseen: list[AtHand] | None) -> None:
        sale, is_sale = step.transaction, step.transaction.type == Transaction.Type.SALE
        if step.what in (What.RECORDED, What.CLAIMED):
            if is_sale:
                earn(step, foreseen)
            elif sale.counts:
                returning.take_back(sale, at=step.at, cause=caused(step))
        elif step.what in (What.VOIDED, What.REMOVED):
            undo = returning.undo_sale if is_sale else returning.undo_return
            undo(sale, at=step.at, cause=caused(step))
        elif step.what == What.LINE_VOIDED or matters(step.changes):
            earn_anew(step, foreseen) if is_sale else return_anew(step)
        # Last, when all that the step brings is written.
        climb(step, foreseen)

    def told(self, transaction: Transaction) -> dict:
        return {"earned": told_of(transaction)}


FOLLOWERS.append(Earning())


def caused(step: Step) -> Cause:
    return step.cause if step.event is None else step.cause.because_of(step.event)


def matters(changes: dict) -> bool:
    """Whether what changed can change what is earned. Of what a till notes only some is asked."""
    if EARNING & changes.keys():
        return True
    if "meta" not in changes:
        return False
    before, after = (one if isinstance(one, dict) else {} for one in changes["meta"])
    return any(before.get(name) != after.get(name) for name in NOTED)


def earn(step: Step, foreseen: Sequence[AtHand] | None) -> list[Made]:
    """What a sale earns that is new to its customer, with each of their cards; nothing while it does not count."""
    sale = step.transaction
    made = []
    if sale.counts and sale.profile is not None:
        purchase = None
        for at_hand in foreseen or ():
            if not earns_by_purchases(at_hand):
                continue
            purchase = purchase or purchase_of(sale, lines_of(step))
            occurrences = occurrences_of(at_hand, purchase, profile=sale.profile, sale=sale)
            source = Source(key=str(sale.pk), transaction=sale)
            made.append(award(at_hand, occurrences, source, at=step.at, cause=caused(step)))
    show(sale, [one for each in made for one in each.awards])
    return made


def lines_of(step: Step):
    return step.lines if step.lines is not None else step.transaction.items.order_by("pk")


def show(sale: Transaction, awards: list[Award]) -> None:
    """Let the document of a sale that was recorded just now be shown without asking for what was made of it."""
    for name, rows in (("awards", awards), ("debits", [])):
        keep_loaded(sale, name, rows)


def earn_anew(step: Step, foreseen: Sequence[AtHand] | None) -> None:
    """A sale that was put right gives back what it earned and earns anew; its returns then take their part of that."""
    sale, cause = step.transaction, caused(step)
    held = returning.awards_of(sale)
    if not held and not sale.counts:
        return
    cards = {at_hand.card.pk for at_hand in foreseen or ()} if sale.counts and sale.profile is not None else set()
    stays = [one for one in held if one.card_id in cards]
    returning.free(held)
    returning.undo_awards([one for one in held if one.card_id not in cards], sale, at=step.at, cause=cause)
    passes = len({one.source_key for one in Award.objects.filter(transaction=sale).only("source_key")})
    key = str(sale.pk) if not passes else f"{sale.pk}#{passes + 1}"
    if cards:
        purchase = purchase_of(sale, sale.items.order_by("pk"))
        for at_hand in foreseen:
            mine = [one for one in stays if one.card_id == at_hand.card.pk]
            if not mine and not earns_by_purchases(at_hand):
                continue
            occurrences = occurrences_of(at_hand, purchase, profile=sale.profile, sale=sale)
            award(
                at_hand,
                occurrences,
                Source(key=key, transaction=sale),
                at=step.at,
                cause=cause,
                first=lambda decision, mine=mine: returning.replace_awards(
                    mine, decision, sale, at=step.at, cause=cause
                ),
            )
        for back in sale.returned_by.counted().order_by("pk"):
            returning.take_back(back, at=step.at, cause=cause)


def return_anew(step: Step) -> None:
    back, cause = step.transaction, caused(step)
    returning.undo_return(back, at=step.at, cause=cause)
    if back.counts:
        returning.take_back(back, at=step.at, cause=cause)
