"""Who brought whom: once, nobody themselves, never in a circle; and what both get for it."""

from datetime import timedelta
from decimal import Decimal

import pytest

from cxmanager.refusals import Refusal
from earning.models import Balance, LoyaltyCard, Referral
from earning.occurrences import referring
from profiles.cause import Cause
from profiles.models import Event, Profile
from tests.earning.rules_made import rule
from transactions.models import Transaction


def referral_rule(event="register", beneficiary="both", points="100", **given):
    conditions = {"event": event, "beneficiary": beneficiary}
    return rule(f"Referral {event}", "referral", points=points, conditions=conditions, **given)


def points(card) -> Decimal:
    row = Balance.objects.filter(card__profile=card.profile_id, unit="points").first()
    return row.active if row is not None else Decimal(0)


def customer(name: str, at, **given) -> LoyaltyCard:
    profile = Profile(first_name=name, email=f"{name.lower()}@example.com", **given).enrol(at=at, cause=Cause())
    return LoyaltyCard.objects.ensure(profile, at=at, cause=Cause())


def sale(profile, total, *, at, cause, **given) -> Transaction:
    return Transaction.objects.record(profile, {"total": Decimal(total)} | given, at=at, cause=cause)


def test_registering_gives_to_both(card, other_card, at, cause):
    referral_rule()

    referral = referring.refer(card, other_card.profile, at=at, cause=cause)

    assert (points(card), points(other_card)) == (100, 100)
    assert (referral.state, LoyaltyCard.objects.get(pk=card.pk).referred_by) == ("registered", other_card.profile)
    assert Event.objects.get(name="referral.created").payload["referrer_id"] == str(other_card.profile_id)


def test_the_same_again_changes_nothing(card, other_card, at, cause):
    referral_rule()
    first = referring.refer(card, other_card.profile, at=at, cause=cause)

    assert referring.refer(card, other_card.profile, at=at, cause=cause) == first
    assert points(card) == 100


def test_first_and_later_purchases_give_apart(card, other_card, at, cause):
    referral_rule("first_purchase", "referrer", "200")
    referral_rule("every_purchase", "referrer", "10")
    referring.refer(card, other_card.profile, at=at, cause=cause)

    sale(card.profile, 50, at=at, cause=cause)
    assert (points(card), points(other_card)) == (0, 200)
    sale(card.profile, 50, at=at, cause=cause)
    sale(card.profile, 50, at=at, cause=cause)
    assert points(other_card) == 220


def test_it_goes_when_the_purchase_goes(card, other_card, at, cause):
    referral_rule("first_purchase", "both", "200")
    referring.refer(card, other_card.profile, at=at, cause=cause)
    bought = sale(card.profile, 50, at=at, cause=cause)

    bought.void(at=at + timedelta(hours=1), cause=cause)

    assert (points(card), points(other_card)) == (0, 0)


def test_a_limit_caps_what_a_referrer_gets(card, other_card, at, cause):
    capped = [{"scope": "member", "measure": "count", "period": "month", "cap": "1", "on_exceed": "reject"}]
    referral_rule("register", "referrer", limits=capped)
    third = customer("Third", at)

    referring.refer(card, other_card.profile, at=at, cause=cause)
    referring.refer(third, other_card.profile, at=at, cause=cause)

    assert points(other_card) == 100


def test_nobody_refers_themselves(card, other_card, at, cause):
    twin = customer("Twin", at, secondary_phone="0450 551 500")

    for referrer in (card.profile, twin.profile):
        with pytest.raises(Refusal) as no:
            referring.refer(card, referrer, at=at, cause=cause)
        assert no.value.code == "referred_by_oneself"
    assert not Referral.objects.exists()


def test_it_is_said_once(card, other_card, at, cause):
    referring.refer(card, other_card.profile, at=at, cause=cause)

    with pytest.raises(Refusal) as no:
        referring.refer(card, customer("Third", at).profile, at=at, cause=cause)
    assert no.value.code == "already_referred"


def test_nobody_refers_in_a_circle(card, other_card, at, cause):
    third = customer("Third", at)
    referring.refer(card, other_card.profile, at=at, cause=cause)
    referring.refer(other_card, third.profile, at=at, cause=cause)

    with pytest.raises(Refusal) as no:
        referring.refer(third, card.profile, at=at, cause=cause)
    assert no.value.code == "referred_in_a_circle"


def test_a_deleted_customer_refers_nobody(card, other_card, at, cause):
    other_card.profile.remove(at=at, cause=cause)

    with pytest.raises(Refusal) as no:
        referring.refer(card, other_card.profile, at=at, cause=cause)
    assert no.value.code == "referrer_inactive"


def test_a_purchase_moves_the_referral_on(card, other_card, at, cause):
    referring.refer(card, other_card.profile, at=at, cause=cause)
    sale(card.profile, 50, at=at, cause=cause)

    referring.advance(list(Event.objects.filter(name="transaction.created")), at=at)

    assert Referral.objects.get().state == "purchased"


def test_over_the_api(api, card, other_card):
    url = f"/api/v3/profiles/{card.profile_id}/referrals"
    answer = api.post(url, {"referred_by": str(other_card.profile_id)}, format="json")

    assert answer.status_code == 201, answer.content
    assert answer.json()["data"]["referred_by"] == str(other_card.profile_id)
    listed = api.get(f"/api/v3/profiles/{other_card.profile_id}/referrals").json()["data"]
    assert [one["profile_id"] for one in listed] == [str(card.profile_id)]
    again = api.post(url, {"referred_by": str(card.profile_id)}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "referred_by_oneself")
    assert api.post(url, {}, format="json").status_code == 422
