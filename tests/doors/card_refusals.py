"""How each refusal about programs, cards, tiers and what is on a card comes about, and the doors at which it is met.

`{code: (how it came to that, {door: what is asked})}`
"""

from decimal import Decimal

from django.db import transaction

from earning.ledger import adjusting, approving
from earning.ledger.restoring import restore
from earning.models import Adjustment, LoyaltyCard, Program, TierChange, TierDefinition
from earning.rewards import redeeming
from earning.tiers import moves, tiering
from profiles.cause import Cause

TEN = Decimal(10)


def club(desk) -> Program:
    desk.made = Program.objects.create(name="Club", handle="club", timezone="UTC", currency="AUD")
    return desk.made


def card_of_another_club(desk) -> None:
    desk.made = desk.card_of(desk.other, club(desk))


def gold(desk, **given) -> TierDefinition:
    given = {"program": desk.program, "name": "Gold", "handle": "gold", "rank": 1, "value_min": 5000} | given
    desk.made = TierDefinition.objects.create(**given)
    return desk.made


def on_gold(desk) -> None:
    tiering.assign(desk.card, gold(desk), **desk.now)


def moved_meanwhile(desk) -> None:
    """A move of the card from where it stood a moment ago."""
    after, now = gold(desk), gold(desk, name="Silver", handle="silver", rank=2)
    (held,) = moves.with_standing([desk.card])
    desk.made = moves.Move(card=held, kind=TierChange.Kind.ASSIGNED, after=after, at=desk.at)
    LoyaltyCard.objects.filter(pk=desk.card.pk).update(tier=now)


@transaction.atomic
def move(desk) -> None:
    moves.make([desk.made], **desk.now)


def status(value: str):
    return lambda desk: desk.card.change_status(value, **desk.now)


def in_debt(desk) -> None:
    desk.card.spend(Decimal(900), **desk.now)
    desk.card.reverse(desk.card.credits.get(unit="points"), policy=Program.ReturnPolicy.UNLIMITED, **desk.now)


def spent_before(desk) -> None:
    desk.card.spend(Decimal(1), external_id="X1", **desk.now)


def other_suspended(desk) -> None:
    desk.card_of(desk.other).change_status("suspended", **desk.now)


def transfers(**limits):
    def arrange(desk) -> None:
        desk.card_of(desk.other)
        Program.objects.update(**limits)

    return arrange


def transfer() -> dict:
    """Ten points to the other customer."""
    return {
        "model": lambda desk: desk.model(lambda: desk.card.transfer(desk.card_of(desk.other), TEN, **desk.now)),
        "api": lambda desk: desk.ask(f"{desk.of_member}/points/transfer", points=10, to_profile_id=str(desk.other.pk)),
        "admin": lambda desk: desk.act("transfer", query=f"?to={desk.other.pk}", points=10),
    }


def adjusted_off(desk) -> None:
    desk.made = desk.card.adjust(-TEN, reason="Mistake.", **desk.now).debit


def given_back(desk) -> None:
    desk.made = desk.card.spend(TEN, **desk.now)
    restore(desk.made, **desk.now)


def blocked(desk) -> None:
    desk.made = approving.block(desk.card.credits.get(unit="points"), **desk.now)


def points(desk) -> None:
    desk.made = desk.card.credits.get(unit="points")


def waiting(desk, user=None) -> Adjustment:
    cause = Cause(user=user or desk.clerk)
    desk.made = desk.card.adjust(Decimal(600), reason="A promise.", at=desk.at, cause=cause)
    return desk.made


def asked_for_by_who_decides(desk) -> None:
    waiting(desk, desk.manager)


def rejected(desk) -> None:
    adjusting.reject(waiting(desk), at=desk.at, cause=Cause(user=desk.manager, reason="No."))


def paid(desk) -> None:
    desk.made = redeeming.redeem(desk.member, TEN, **desk.now)


def undone(desk) -> None:
    paid(desk)
    redeeming.reverse_redemption(desk.made, **desk.now)


def paid_long_ago(desk) -> None:
    paid(desk)
    type(desk.made).objects.update(redeemed_at=desk.at.replace(hour=11))
    desk.made.refresh_from_db()


def approve(desk):
    return lambda: adjusting.approve(desk.made, at=desk.at, cause=Cause(user=desk.manager))


def approve_by_api(desk):
    return desk.ask(f"earning/approvals/{10**12 + desk.made.pk}/approve")


def approve_in_the_inbox(desk):
    return desk.page("adjustment_approvals", chosen=f"adjustment-{desk.made.pk}", decision="approve")


def spend(number: int = 10, **given):
    return {
        "model": lambda desk: desk.model(lambda: desk.card.spend(Decimal(number), **given, **desk.now)),
        "api": lambda desk: desk.ask(f"{desk.of_member}/points/spend", points=number, reason="Fee.", **given),
        "admin": lambda desk: desk.act("spend", points=number),
    }


def undo():
    return {
        "model": lambda desk: desk.model(lambda: redeeming.reverse_redemption(desk.made, **desk.now)),
        "api": lambda desk: desk.ask(f"redemptions/{desk.made.number}/reversal"),
    }


CARDS = {
    "program_is_default": (
        None,
        {
            "model": lambda desk: desk.model(desk.program.delete),
            "api": lambda desk: desk.ask(f"earning/programs/{desk.program.pk}", "delete"),
        },
    ),
    # The API does not find a deleted customer.
    "profile_inactive": (
        lambda desk: desk.member.remove(**desk.now) or club(desk),
        {
            "model": lambda desk: desk.model(lambda: LoyaltyCard.objects.issue(desk.member, desk.made, **desk.now)),
            "admin": lambda desk: desk.page("loyaltycard_open", desk.member.pk, program=desk.made.pk),
        },
    ),
    "card_held": (
        None,
        {
            "model": lambda desk: desk.model(lambda: LoyaltyCard.objects.issue(desk.member, desk.program, **desk.now)),
            "api": lambda desk: desk.ask(f"{desk.of_member}/cards", program=desk.program.handle),
            "admin": lambda desk: desk.page("loyaltycard_open", desk.member.pk, program=desk.program.pk),
        },
    ),
    "number_taken": (
        club,
        {
            "model": lambda desk: desk.model(
                lambda: LoyaltyCard.objects.issue(desk.member, desk.made, number=desk.card.number, **desk.now)
            ),
            "api": lambda desk: desk.ask(f"{desk.of_member}/cards", program="club", number=desk.card.number),
            "admin": lambda desk: desk.page(
                "loyaltycard_open", desk.member.pk, program=desk.made.pk, number=desk.card.number
            ),
        },
    ),
    "tier_in_use": (
        on_gold,
        {
            "model": lambda desk: desk.model(desk.made.delete),
            "api": lambda desk: desk.ask(f"tiers/definitions/{desk.made.pk}", "delete"),
            "admin": lambda desk: desk.page("tierdefinition_delete", desk.made.pk, post="yes"),
        },
    ),
    # Staff are shown the tiers alone that they may give.
    "tier_not_assignable": (
        lambda desk: gold(desk, is_assignable=False),
        {
            "model": lambda desk: desk.model(lambda: tiering.assign(desk.card, desk.made, **desk.now)),
            "api": lambda desk: desk.ask(f"{desk.of_member}/tiers/assign", tier="gold"),
        },
    ),
    # At the API the tier says which card is meant.
    "tier_of_another_program": (
        lambda desk: gold(desk, program=club(desk)),
        {"model": lambda desk: desk.model(lambda: tiering.assign(desk.card, desk.made, **desk.now))},
    ),
    "tier_held": (
        on_gold,
        {
            "model": lambda desk: desk.model(lambda: tiering.assign(desk.card, desk.made, **desk.now)),
            "api": lambda desk: desk.ask(f"{desk.of_member}/tiers/assign", tier="gold"),
            "admin": lambda desk: desk.act("assign", tier=desk.made.pk),
        },
    ),
    "card_suspended": (status("suspended"), spend()),
    "card_closed": (status("closed"), spend()),
    "card_pending": (status("pending"), spend()),
    "insufficient_points": (None, spend(5000)),
    "in_debt": (in_debt, spend()),
    # The back office makes its own external ids.
    "external_id_taken": (
        spent_before,
        {door: ask for door, ask in spend(external_id="X1").items() if door != "admin"},
    ),
    "same_card": (
        None,
        {
            "model": lambda desk: desk.model(lambda: desk.card.transfer(desk.card, TEN, **desk.now)),
            "api": lambda desk: desk.ask(
                f"{desk.of_member}/points/transfer", points=10, to_profile_id=str(desk.member.pk)
            ),
            "admin": lambda desk: desk.act("transfer", query=f"?to={desk.member.pk}", points=10),
        },
    ),
    # The other doors ask for a customer, and take their card of the same program.
    "other_program": (
        card_of_another_club,
        {"model": lambda desk: desk.model(lambda: desk.card.transfer(desk.made, TEN, **desk.now))},
    ),
    "taker_not_active": (other_suspended, transfer()),
    "transfer_too_small": (transfers(transfer_min=11), transfer()),
    "transfer_too_large": (transfers(transfer_max=9), transfer()),
    "transfer_limit_reached": (transfers(transfer_max_in_period=5), transfer()),
    # What was spent is given back by what it was spent on: an order, a payment.
    "not_spent": (adjusted_off, {"model": lambda desk: desk.model(lambda: restore(desk.made, **desk.now))}),
    "nothing_to_restore": (given_back, {"model": lambda desk: desk.model(lambda: restore(desk.made, **desk.now))}),
    "more_than_spent": (
        paid,
        {
            "model": lambda desk: desk.model(lambda: redeeming.give_back(desk.made, TEN * 2, **desk.now)),
            "api": lambda desk: desk.ask(f"redemptions/{desk.made.number}/return", amount=20),
        },
    ),
    "nothing_to_block": (
        blocked,
        {
            "model": lambda desk: desk.model(lambda: approving.block(desk.made, **desk.now)),
            "admin": lambda desk: desk.page("credit_block", desk.made.pk),
        },
    ),
    "not_blocked": (
        points,
        {
            "model": lambda desk: desk.model(lambda: approving.unblock(desk.made, **desk.now)),
            "admin": lambda desk: desk.page("credit_unblock", desk.made.pk),
        },
    ),
    "own_request": (
        asked_for_by_who_decides,
        {
            "model": lambda desk: desk.model(approve(desk)),
            "api": approve_by_api,
            "admin": approve_in_the_inbox,
        },
    ),
    "already_decided": (
        rejected,
        {
            "model": lambda desk: desk.model(approve(desk)),
            "api": approve_by_api,
            "admin": approve_in_the_inbox,
        },
    ),
    # At every other door somebody is there.
    "nobody_decides": (
        waiting,
        {"model": lambda desk: desk.model(lambda: adjusting.approve(desk.made, at=desk.at, cause=Cause()))},
    ),
    "already_reversed": (undone, undo() | {"admin": lambda desk: desk.page("balanceredemption_reverse", desk.made.pk)}),
    # Those who manage may undo one of any age.
    "reversal_window_closed": (paid_long_ago, undo()),
    # Only when two move the card at once: the verbs take the customer's turn.
    "moved_meanwhile": (moved_meanwhile, {"model": lambda desk: desk.model(lambda: move(desk))}),
}
