"""What was decided is written: awards, credits, badges and what is used of limits, in as many statements for a hundred rules as for one.

Called in the customer's turn (transactions.locking). What many customers share, the limits for all, is taken last.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby

from django.db import transaction as database
from django.db.models import Exists, OuterRef

from cxmanager.inserting import insert_all, keep_loaded
from cxmanager.statements import Fetch
from earning.amounts import POINTS
from earning.awards.deciding import Decision, Given, decide
from earning.awards.limit_uses import LimitGone, lock_counters, take, takes_of_all
from earning.awards.members import AtHand
from earning.coupons.codes import use_up, with_pools
from earning.ledger.crediting import Grant, put_on
from earning.ledger.expiry import Expiry
from earning.ledger.wallet import Wallet
from earning.models import Award, Badge, BadgeHeld, Balance, Credit, EarningRule, LoyaltyCard
from earning.snapshot import REFERRER, Occurrence, Purchase
from earning.tiers.tiering import refresh
from earning.windows import window_of
from profiles.cause import Cause
from profiles.models import Event
from transactions.models import Transaction

State = Award.State
# How often what a limit for all leaves is asked again without a lock, before its counter is locked.
ATTEMPTS = 3
HAS_DUE = Credit.objects.filter(card=OuterRef("card"), unit=OuterRef("unit")).order_by()
BALANCE = Fetch(
    lambda card, unit, at: Balance.objects.filter(card=card, unit=unit).annotate(has_due=Exists(HAS_DUE.due(at=at))),
    card=-1,
    unit="its unit",
    at=datetime.min.replace(tzinfo=UTC),
)
LONGEST_WORKING = 500


@dataclass(frozen=True, kw_only=True)
class Source:
    """What awards are for: the key by which each rule gives once for each kind of occurrence, and where there is one the purchase."""

    key: str
    kind: str = Award.Source.TRANSACTION
    transaction: Transaction | None = None


@dataclass
class Made:
    """The awards of one decision, with their credits at hand."""

    decision: Decision
    awards: list[Award] = field(default_factory=list)

    @property
    def own(self) -> list[Award]:
        """Without those of who referred the customer."""
        return [one for one in self.awards if one.card_id == self.decision.at_hand.card.pk]


@database.atomic(savepoint=False)
def award(
    at_hand: AtHand,
    occurrences: Sequence[Occurrence],
    source: Source,
    *,
    at: datetime,
    cause: Cause,
    first: Callable[[Decision], None] = lambda decision: None,
    everything: bool = False,
) -> Made:
    """Decide and write what the occurrences earn on this card, and let the tier follow. The customer is locked.

    Where somebody was meanwhile faster with a limit that all share, it is decided anew with what that leaves. Records
    `points.awarded`, `reward.issued`, `award.pending`, `badge.earned`. `cause.event` is what led to it. `first` is done
    between deciding and writing. With `everything` rules that are not live are asked too, as somebody wants to know why not.
    """
    rules = at_hand.rules.all if everything else None
    occurrences = with_pools(occurrences, at_hand.rules, sale=source.transaction, is_locked=True)
    decision = decide(at_hand, occurrences, rules=rules)
    for attempt in range(1, ATTEMPTS + 2):
        if attempt > ATTEMPTS:
            lock_counters(decision)
            decision = decide(at_hand, occurrences, rules=rules)
        try:
            with database.atomic(savepoint=takes_of_all(decision)):
                first(decision)
                made = write(decision, source, at=at, cause=cause)
                follow_tiers(made, source, at=at, cause=cause)
                take(made.awards, decision)
            return made
        except LimitGone:
            decision = decide(at_hand, occurrences, rules=rules)
    raise AssertionError("Who holds the counters is asked once.")


def follow_tiers(made: Made, source: Source, *, at: datetime, cause: Cause) -> None:
    """Where points count towards them: awards move no other figure."""
    rules = made.decision.at_hand.rules
    if rules.counts_points:
        for card in {one.card_id: one.card for one in made.awards}.values():
            refresh(card, at=at, cause=cause, transaction=source.transaction, ladder=rules.ladder)


def write(decision: Decision, source: Source, *, at: datetime, cause: Cause) -> Made:
    """Awards, credits and badges. Eight statements for each unit at most, five where there is nothing but points."""
    made = Made(decision)
    if not decision.given:
        return made
    made.awards = [award_of(one, decision, source, at=at, cause=cause) for one in decision.given]
    insert_all(made.awards)
    by_award = dict(zip(made.awards, decision.given, strict=True))
    codes = [(one, by_award[one].awarded, by_award[one].occurrence) for one in made.awards]
    use_up(codes, decision.at_hand.rules, at=at, cause=cause)
    tell_pending([one for one in made.awards if one.state == State.PENDING_APPROVAL], at=at, cause=cause)
    for card, awards in groupby(sorted(made.awards, key=lambda one: one.card_id), key=lambda one: one.card):
        credit(card, [(one, by_award[one]) for one in awards], source, at=at, cause=cause)
    give_badges([one for one in made.awards if one.badge_id and one.state == State.GIVEN], at=at, cause=cause)
    return made


def award_of(given: Given, decision: Decision, source: Source, *, at: datetime, cause: Cause) -> Award:
    awarded, rule = given.awarded, given.awarded.rule
    card = decision.referrer if awarded.beneficiary == REFERRER else decision.at_hand.card
    zone = decision.at_hand.rules.terms.zone
    limits = decision.at_hand.rules.limits
    return Award(
        card=card,
        # Not a row that was read: its key and what it is called are all that is asked of it.
        rule=EarningRule(pk=rule.id, handle=rule.handle, name=rule.name),
        version_id=rule.version_id,
        source=source.kind if isinstance(given.occurrence, Purchase) else given.occurrence.kind,
        source_key=source.key,
        once_key=awarded.once,
        transaction=source.transaction,
        name=awarded.comment[:191] or rule.name,
        points=awarded.points,
        currency_amount=awarded.currency_amount,
        currency=awarded.currency or "",
        badge_id=decision.at_hand.rules.badges.get(awarded.badge) if awarded.badge else None,
        shares={key: [f"{points:f}", f"{money:f}"] for key, (points, money) in awarded.shares.items()},
        working=awarded.working[:LONGEST_WORKING],
        taken=[
            [limit, window_of(limits[limit].period, given.occurrence.at, zone), f"{amount:f}"]
            for limit, amount in awarded.uses
        ],
        state=State.PENDING_APPROVAL if awarded.needs_approval else State.GIVEN,
        event_id=cause.event.pk if cause.event is not None else None,
        at=given.occurrence.at,
        created_at=at,
    )


def credit(
    card: LoyaltyCard, awards: Sequence[tuple[Award, Given]], source: Source, *, at: datetime, cause: Cause
) -> None:
    """Put on the card what the awards give, unit by unit."""
    grants: dict[str, list[tuple[Award, Grant]]] = {}
    for one, given in awards:
        keep_loaded(one, "credits", [])
        for unit, value in ((POINTS, one.points), (one.currency, one.currency_amount)):
            if value:
                grants.setdefault(unit, []).append((one, grant_of(one, given, unit, value, source)))
    for unit in sorted(grants):
        rows = grants[unit]
        credits = put_on(wallet_at_hand(card, unit, at=at), [one for _, one in rows], at=at, cause=cause)
        for (one, _), made in zip(rows, credits, strict=True):
            keep_loaded(one, "credits", [*one.credits.all(), made])


def wallet_at_hand(card: LoyaltyCard, unit: str, *, at: datetime) -> Wallet:
    """Of a card that is at hand with its program and customer, in the customer's turn. One query, two where credits are due.

    Where the card never had any of the unit its balance is not written yet.
    """
    balance = BALANCE.one(card=card.pk, unit=unit, at=at)
    if balance is None:
        return Wallet(Balance(card=card, unit=unit), at=at)
    balance.card = card
    return Wallet.of(balance, at=at) if balance.has_due else Wallet(balance, at=at)


def grant_of(one: Award, given: Given, unit: str, value: Decimal, source: Source) -> Grant:
    rule = given.awarded.rule
    expiry = Expiry("days", rule.expires_after_days, "activated") if rule.expires_after_days else None
    return Grant(
        value=value,
        unit=unit,
        earned_at=given.occurrence.at,
        pending_days=rule.pending_days,
        expiry=expiry,
        needs_approval=one.state == State.PENDING_APPROVAL,
        note=one.name,
        transaction=source.transaction,
        more={"award": one},
    )


# --- Badges and events ------------------------------------------------------------------------------------------------


def give_badges(awards: Sequence[Award], *, at: datetime, cause: Cause) -> None:
    """Give each card the badges that it does not hold yet, and record `badge.earned`. Four statements, or none."""
    if not awards:
        return
    held = set(BadgeHeld.objects.filter(card__in={one.card_id for one in awards}).values_list("card_id", "badge_id"))
    new = {(one.card_id, one.badge_id): one for one in awards if (one.card_id, one.badge_id) not in held}
    if not new:
        return
    BadgeHeld.objects.bulk_create(
        [BadgeHeld(card=one.card, badge_id=one.badge_id, award=one, at=at) for one in new.values()]
    )
    badges = Badge.objects.in_bulk({badge for _, badge in new})
    Event.objects.bulk_create(
        [
            event_of("badge.earned", one, at=at, cause=cause, badge=badges[badge].as_payload())
            for (_, badge), one in new.items()
        ]
    )


def tell_pending(awards: Sequence[Award], *, at: datetime, cause: Cause) -> None:
    if awards:
        Event.objects.bulk_create([event_of("award.pending", one, at=at, cause=cause) for one in awards])


def event_of(name: str, one: Award, *, at: datetime, cause: Cause, **more) -> Event:
    return Event.of(name, at=at, cause=cause, profile=one.card.profile, subject=one, payload=one.as_payload() | more)
