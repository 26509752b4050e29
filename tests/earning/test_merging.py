from datetime import timedelta
from decimal import Decimal

import pytest

from earning.ledger.checking import drift
from earning.models import Balance, LoyaltyCard, Program
from profiles.erasing import erase
from profiles.exporting import export
from profiles.merging import merge, preview
from profiles.models import Event, Profile
from tests.earning.ledgers import balance, left


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


@pytest.fixture
def both_used(card, other_card, told):
    """Both earned and spent, in points and money; the second also has something by hand."""
    for one, points in ((card, 100), (other_card, 40)):
        one.credit(Decimal(points), note="A welcome.", **told)
        one.spend(Decimal(10), reason="A cup.", **told)
    other_card.credit(Decimal("2.50"), unit="AUD", **told)
    other_card.adjust(Decimal(5), reason="Sorry, Otto.", **told)


@pytest.mark.usefixtures("both_used")
class TestMerging:
    def test_all_is_on_the_winners_card_and_the_losers_is_closed_and_kept(
        self, card, other_card, member, other_member, told
    ):
        merge(winner=member, loser=other_member, **told)

        assert balance(card) == {"active": 125, "earned": 140, "spent": 20}
        assert balance(card, "AUD") == {"active": Decimal("2.50"), "earned": Decimal("2.50")}
        assert balance(other_card) == {}
        other_card.refresh_from_db()
        assert (other_card.status, other_card.profile) == ("closed", other_member)
        assert len(left(card)) == 4
        assert list(drift()) == []

    def test_the_balances_add_exactly_where_both_hold_tenths(self, card, other_card, member, other_member, told):
        for one, amount in ((card, "0.10"), (other_card, "0.20")):
            one.credit(Decimal(amount), unit="EUR", **told)

        merge(winner=member, loser=other_member, **told)

        assert balance(card, "EUR")["active"] == Decimal("0.3")
        card.spend(Decimal("0.30"), unit="EUR", **told)

    def test_a_card_that_only_the_loser_has_goes_over(self, member, other_member, told):
        bear = Program.objects.create(name="Big Bear", handle="big-bear", timezone="UTC", currency="EUR")
        only = LoyaltyCard.objects.ensure(other_member, bear, **told)
        only.credit(Decimal(7), **told)

        merge(winner=member, loser=other_member, **told)

        only.refresh_from_db()
        assert (only.profile, only.status) == (member, "active")
        assert balance(only)["active"] == 7

    def test_who_still_holds_the_losers_card_spends_from_the_winners(
        self, card, other_card, member, other_member, told
    ):
        merge(winner=member, loser=other_member, **told)

        other_card.spend(Decimal(120), **told)

        assert balance(card)["active"] == 5
        assert list(drift()) == []

    def test_whom_the_loser_referred_the_winner_did(self, card, other_card, member, other_member, told):
        third = Profile(first_name="Tina").enrol(**told)
        referred = LoyaltyCard.objects.issue(third, card.program, referred_by=other_member, **told)

        merge(winner=member, loser=other_member, **told)

        referred.refresh_from_db()
        assert referred.referred_by == member

    def test_nobody_has_referred_themselves(self, card, other_card, member, other_member, told):
        LoyaltyCard.objects.filter(pk=card.pk).update(referred_by=other_member)
        LoyaltyCard.objects.filter(pk=other_card.pk).update(referred_by=member)

        merge(winner=member, loser=other_member, **told)

        assert set(LoyaltyCard.objects.filter(profile=member).values_list("referred_by", flat=True)) == {None}

    def test_the_preview_says_what_moves(self, member, other_member):
        moves = dict(preview(winner=member, loser=other_member).moves)

        assert (moves["Loyalty cards"], moves["Points and rewards earned"]) == (1, 3)


@pytest.mark.usefixtures("both_used")
def test_erased_the_words_are_gone_and_the_numbers_stay(card, other_card, other_member, told):
    other_member.remove(**told)
    erase(other_member, **told)

    assert set(other_card.credits.values_list("note", flat=True)) == {""}
    assert set(other_card.debits.values_list("reason", flat=True)) == {""}
    assert other_card.adjustments.get().reason == ""
    assert balance(other_card)["active"] == 35
    assert set(card.credits.values_list("note", flat=True)) == {"A welcome."}
    assert list(drift()) == []


@pytest.mark.usefixtures("both_used")
def test_exported_is_all_that_happened_on_the_card(other_card, other_member, told, at):
    other_card.settle(at=at + timedelta(days=1))
    data = export(other_member, at=at)

    assert [one["number"] for one in data["loyalty_cards"]] == [other_card.number]
    assert [(one["unit"], one["value"]) for one in data["loyalty_credits"]] == [
        ("points", 40),
        ("AUD", Decimal("2.50")),
        ("points", 5),
    ]
    assert [(one["kind"], one["reason"]) for one in data["loyalty_debits"]] == [("spend", "A cup.")]
    assert [one["reason"] for one in data["loyalty_adjustments"]] == ["Sorry, Otto."]
    assert {one["unit"]: one["active"] for one in data["loyalty_balances"]} == {"points": 35, "AUD": Decimal("2.50")}
    assert Balance.objects.filter(card=other_card).count() == 2
    assert not Event.objects.filter(name="points.expired").exists()
