"""What was earned is taken back: with goods that come back line by line, with sales that are undone or put right.

How much is worked out from all that came back until now (earning.reversing), so asking twice takes nothing twice, and a return
that is undone gives back what it took. Called in the customer's turn.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from earning.amounts import POINTS, ZERO
from earning.awards.awarding import give_badges
from earning.awards.deciding import Decision
from earning.awards.limit_returns import give_back, take_again
from earning.awards.returned_goods import Goods, goods_of
from earning.awards.reversing import Given, Reversal, reversal_of
from earning.awards.undoing import bring_back, take_badges
from earning.ledger.restoring import left_of, restore
from earning.ledger.taking_back import reverse
from earning.models import Award, Credit, Debit, LoyaltyCard, Program
from earning.tiers.tiering import refresh
from profiles.cause import Cause
from transactions.models import Transaction, TransactionItem

State, Source = Award.State, Award.Source
# What a sale is for: the rest of its awards are for what it was besides, such as the first.
OF_GOODS = (Source.TRANSACTION,)


def awards_of(sale: Transaction) -> list[Award]:
    """Those of the sale of which something is left, with their cards; of customers who are gone nothing is taken. Two queries."""
    live = Award.objects.filter(transaction=sale, state__in=[State.GIVEN, State.PENDING_APPROVAL]).order_by("pk")
    live = live.filter(card__profile__deleted_at=None)
    return list(live.select_related("card__program", "card__profile", "rule").prefetch_related("credits"))


# --- Goods come back --------------------------------------------------------------------------------------------------


def take_back(back: Transaction, *, at: datetime, cause: Cause) -> None:
    """Take back of each award what the returned lines earned, all returns of the sale counted. What is due twice is taken once."""
    for sale in sales_of(back):
        goods = goods_of(sale)
        _take(awards_of(sale), goods, back, at=at, cause=cause)
        if goods.is_all_gone:
            restore_spent(sale, at=at, cause=cause)


def sales_of(back: Transaction) -> list[Transaction]:
    """The sale that it returns; one that a file brought may have lines of several."""
    lines = TransactionItem.objects.filter(transaction=back, returns__isnull=False)
    keys = {*lines.values_list("returns__transaction", flat=True), back.returns_id} - {None}
    return list(Transaction.objects.filter(pk__in=keys).order_by("pk"))


def _take(awards: Sequence[Award], goods: Goods, by: Transaction, *, at: datetime, cause: Cause) -> None:
    due = {one: due_of(one, goods) for one in awards}
    due = {one: reversal for one, reversal in due.items() if reversal or is_gone(one, goods)}
    take(due, by, at=at, cause=cause)


def is_gone(one: Award, goods: Goods) -> bool:
    """Whether nothing of what it was for is left: then it goes, though it gave nothing but a badge."""
    return goods.is_all_gone


def due_of(one: Award, goods: Goods) -> Reversal:
    """What is to be taken back of it now. What a sale was besides, such as the first one, it stays until all came back."""
    program = one.card.program
    if one.source not in OF_GOODS:
        return rest_of(one) if goods.is_all_gone else Reversal()
    given = Given(
        points=one.points,
        money=one.currency_amount,
        currency=one.currency,
        shares={key: (Decimal(points), Decimal(money)) for key, (points, money) in one.shares.items()},
        points_reversed=one.points_reversed,
        money_reversed=one.currency_reversed,
    )
    return reversal_of(given, goods.sold, goods.returned, scale=program.points_scale, mode=str(program.points_rounding))


def rest_of(one: Award) -> Reversal:
    return Reversal(one.points - one.points_reversed, one.currency_amount - one.currency_reversed)


def take(
    due: dict[Award, Reversal],
    by: Transaction | None,
    *,
    at: datetime,
    cause: Cause,
    policy: str | None = None,
    reason: str = "",
) -> None:
    """Take so much back of these awards, and with the last of one its badge. What limits they used can be used again.

    Records `points.reversed`, `badge.reversed`, and what it does to the tier.
    """
    by_card: dict[int, list[Award]] = {}
    for one in due:
        by_card.setdefault(one.card_id, []).append(one)
    for awards in by_card.values():
        amounts = {credit: amount for one in awards for credit, amount in parts_of(one, due[one]) if amount > 0}
        if amounts:
            reverse(awards[0].card, amounts, at=at, cause=cause, policy=policy, reason=reason, transaction=by)
    gone = [one for one in due if marked(one, due[one])]
    Award.objects.bulk_update(list(due), ["points_reversed", "currency_reversed", "state"])
    take_badges([one for one in gone if one.badge_id], at=at, cause=cause)
    give_back([(one, due[one], one in gone) for one in due])
    for awards in by_card.values():
        refresh(awards[0].card, at=at, cause=cause, transaction=by)


def parts_of(one: Award, due: Reversal) -> Iterable[tuple[Credit, Decimal]]:
    """From which of the award's credits how much is to be taken: of several, those that were given last first."""
    for unit, left in ((POINTS, due.points), (one.currency, due.money)):
        rows = sorted((row for row in one.credits.all() if row.unit == unit), key=lambda row: -row.pk)
        for row in rows:
            part = min(left, row.value)
            yield row, part
            left -= part


def marked(one: Award, due: Reversal) -> bool:
    """Count on the award what was taken; say whether nothing is left of it."""
    one.points_reversed += due.points
    one.currency_reversed += due.money
    if rest_of(one):
        return False
    one.state = State.REVERSED
    return True


# --- A sale is undone, or put right -----------------------------------------------------------------------------------


def undo_sale(sale: Transaction, *, at: datetime, cause: Cause) -> None:
    """Take back all that the sale earned, and give back what was spent on it."""
    undo_awards(awards_of(sale), sale, at=at, cause=cause)
    restore_spent(sale, at=at, cause=cause)


def undo_awards(awards: Sequence[Award], by: Transaction | None, *, at: datetime, cause: Cause) -> None:
    take({one: rest_of(one) for one in awards}, by, at=at, cause=cause)


def restore_spent(sale: Transaction, *, at: datetime, cause: Cause) -> None:
    """Points that were spent on the sale come back to their credits."""
    spent = Debit.objects.filter(transaction=sale, kind=Debit.Kind.SPEND, card__profile__deleted_at=None)
    for debit in spent.select_related("card").order_by("pk"):
        if any(left > 0 for _, left in left_of(debit)):
            restore(debit, at=at, cause=cause)


def free(awards: Sequence[Award]) -> None:
    """Let the rules give again what they give once, and the limits as if these awards had never been: they are to be made anew."""
    if awards:
        give_back([(one, rest_of(one), True) for one in awards], is_undone=True)
        for one in awards:
            # On the awards too: what is taken back of them next must not free the limits once more.
            one.once_key, one.taken, one.is_replaced = None, [], True
        Award.objects.bulk_update(awards, ["once_key", "taken", "is_replaced"])


def replace_awards(
    awards: Sequence[Award], decision: Decision, sale: Transaction, *, at: datetime, cause: Cause
) -> None:
    """Take back what is about to be given anew: all of it, even into debt, as what comes now repays that; and what is lost
    by it as the program's return policy says.
    """
    fresh = [one for one in awards_of(sale) if one.pk in {old.pk for old in awards}]
    lost = lost_of(fresh, decision)
    losing: dict[Award, Reversal] = {}
    for one in fresh:
        rest = rest_of(one)
        points, money = min(lost[POINTS], rest.points), min(lost.get(one.currency, ZERO), rest.money)
        losing[one] = Reversal(points, money)
        lost[POINTS] -= points
        if one.currency:
            lost[one.currency] -= money
    take({one: part for one, part in losing.items() if part}, sale, at=at, cause=cause)
    take({one: rest_of(one) for one in fresh}, sale, at=at, cause=cause, policy=Program.ReturnPolicy.UNLIMITED)


def lost_of(awards: Sequence[Award], decision: Decision) -> dict[str, Decimal]:
    """By unit, by how much what is given anew is less than what was given."""
    lost = {POINTS: ZERO}
    for one in awards:
        rest = rest_of(one)
        lost[POINTS] += rest.points
        if one.currency:
            lost[one.currency] = lost.get(one.currency, ZERO) + rest.money
    for given in decision.own:
        lost[POINTS] -= given.awarded.points
        if given.awarded.currency in lost:
            lost[given.awarded.currency] -= given.awarded.currency_amount
    return {unit: max(amount, ZERO) for unit, amount in lost.items()}


# --- A return is undone -----------------------------------------------------------------------------------------------


def undo_return(back: Transaction, *, at: datetime, cause: Cause) -> None:
    """Give back what the return took, as what it brought back is the customer's again; what waited for approval waits again."""
    taken = list(
        Debit.objects.filter(transaction=back, kind=Debit.Kind.REVERSAL, answered_by=None)
        .filter(card__profile__deleted_at=None)
        .select_related("card__program", "card__profile", "reverses__award__version")
        .order_by("pk")
    )
    bring_back(taken, at=at, cause=cause)
    awards = []
    for sale in sales_of(back):
        goods = goods_of(sale, but=back)
        held = Award.objects.filter(transaction=sale, is_replaced=False).exclude(state=State.REJECTED)
        for one in held.select_related("card__program", "version"):
            points, money = one.points_reversed, one.currency_reversed
            one.points_reversed = one.currency_reversed = ZERO
            due = due_of(one, goods)
            one.points_reversed, one.currency_reversed = due.points, due.money
            was_gone = one.state == State.REVERSED
            if was_gone and is_left(one, goods):
                one.state = State.PENDING_APPROVAL if one.was_never_approved else State.GIVEN
            again = Reversal(points - due.points, money - due.money)
            awards.append((one, again, was_gone and one.state != State.REVERSED))
    Award.objects.bulk_update([one for one, *_ in awards], ["points_reversed", "currency_reversed", "state"])
    take_again(awards)
    # What waits for approval again has given no badge.
    back_again = [one for one, _, is_back in awards if is_back and one.state == State.GIVEN]
    give_badges([one for one in back_again if one.badge_id], at=at, cause=cause)
    for card in cards_of(one for one, *_ in awards):
        refresh(card, at=at, cause=cause, transaction=back)


def is_left(one: Award, goods: Goods) -> bool:
    """Whether it is there again; one that gave nothing but a badge is, while something of its sale is left."""
    gave_nothing = not one.points and not one.currency_amount
    return bool(rest_of(one)) or (gave_nothing and not is_gone(one, goods))


def cards_of(awards: Iterable[Award]) -> list[LoyaltyCard]:
    return list({one.card_id: one.card for one in awards}.values())
