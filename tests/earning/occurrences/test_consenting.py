"""Permissions: said at any door, kept in one place, and given for once ever (W58)."""

from datetime import timedelta
from decimal import Decimal

import pytest

from earning.models import Balance
from earning.occurrences import consenting
from profiles.cause import Cause, Door
from profiles.exporting import export
from profiles.merging import merge
from profiles.models import Consent, Event
from tests.earning.rules_made import rule


def permission(*codes, points="50", **conditions):
    return rule("For permissions", "permission", points=points, conditions={"permissions": list(codes)} | conditions)


def points(card, name="active") -> Decimal:
    row = Balance.objects.filter(card=card, unit="points").first()
    return getattr(row, name) if row is not None else Decimal(0)


def put(api, member, code: str, granted: bool, **given) -> dict:
    answer = api.put(f"/api/v3/profiles/{member.pk}/permissions/{code}", {"granted": granted} | given, format="json")
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]


def test_granting_earns_once_ever(api, member, card):
    permission("email_marketing")

    first = put(api, member, "email_marketing", True, text_version="v3")
    assert (first["granted"], first["text_version"], first["withdrawn_at"]) == (True, "v3", None)
    assert first["earned"][0]["points"] == "50"
    withdrawn = put(api, member, "email_marketing", False)
    assert (withdrawn["granted"], withdrawn["earned"]) == (False, [])
    assert points(card) == 50
    again = put(api, member, "email_marketing", True)
    assert again["earned"][0]["points"] == "0"

    assert points(card) == 50
    told = Event.objects.filter(name__startswith="consent.").order_by("pk").values_list("name", flat=True)
    assert list(told) == ["consent.granted", "consent.withdrawn", "consent.granted"]


def test_saying_the_same_again_says_nothing(api, member, card):
    permission("email_marketing")
    put(api, member, "email_marketing", True)

    assert put(api, member, "email_marketing", True)["earned"] == []
    assert put(api, member, "sms_news", False)["granted"] is False
    assert Event.objects.filter(name__startswith="consent.").count() == 1


def test_withdrawing_takes_back_what_is_not_spent_where_the_rule_says_so(api, member, card, at, cause):
    permission("email_marketing", on_withdrawal="reverse")
    put(api, member, "email_marketing", True)
    card.spend(Decimal(30), at=at + timedelta(days=9999), cause=cause, reason="A gift.")

    put(api, member, "email_marketing", False)

    assert (points(card), points(card, "debt")) == (0, 0)
    assert points(card, "reversed") == 20


def test_all_of_them_earn_with_the_last(api, member, card):
    permission("terms", "email_promo", match="all")

    assert put(api, member, "terms", True)["earned"][0]["points"] == "0"
    assert put(api, member, "email_promo", True)["earned"][0]["points"] == "50"


def test_those_to_write_or_call_are_the_consents_that_the_profile_has(api, member, card, at, cause):
    put(api, member, "email_promo", True)
    member.refresh_from_db()
    assert member.comms["email_promo"] is True

    member.set_comms({"email_promo": False}, at=at, cause=cause)

    shown = api.get(f"/api/v3/profiles/{member.pk}/permissions").json()["data"]
    assert [(one["code"], one["granted"]) for one in shown] == [("email_promo", False)]
    assert Consent.objects.get().is_granted is False


def test_who_opted_out_opts_in_by_granting(api, member, card, at, cause):
    member.set_comms({"email_promo": True, "email_optout": True}, at=at, cause=cause)

    assert put(api, member, "email_promo", True)["granted"] is True


def test_what_is_said_at_other_doors_is_heard(member, card, at, cause):
    permission("email_promo", on_withdrawal="reverse")
    member.set_comms({"email_promo": True}, at=at, cause=cause)
    granted = Event.objects.get(name="consent.granted")

    consenting.hear([granted], at=at)
    consenting.hear([granted], at=at)
    assert points(card) == 50

    member.set_comms({"email_promo": False}, at=at, cause=cause)
    withdrawn = Event.objects.select_related("profile").get(name="consent.withdrawn")
    consenting.hear([withdrawn], at=at)
    assert points(card) == 0


def test_what_a_file_brought_earns_nothing(member, card, at):
    permission("email_promo")
    member.set_comms({"email_promo": True}, at=at, cause=Cause(door=Door.IMPORT))

    consenting.hear(list(Event.objects.filter(name="consent.granted")), at=at)

    assert points(card) == 0


def test_a_consent_that_was_withdrawn_before_it_was_heard_earns_nothing(member, card, at, cause):
    permission("email_promo")
    member.set_comms({"email_promo": True}, at=at, cause=cause)
    granted = Event.objects.get(name="consent.granted")
    member.set_comms({"email_promo": False}, at=at, cause=cause)

    consenting.hear([granted], at=at)

    assert points(card) == 0


def test_nobody_listens_without_such_a_rule(db):
    assert consenting.heard_now() == set()
    permission("email_promo")
    assert consenting.heard_now() == {"consent.granted", "consent.withdrawn"}


@pytest.mark.parametrize("code", ["UPPER", "a b", "x" * 65, "-a"])
def test_what_is_no_code_is_refused(api, member, code):
    answer = api.put(f"/api/v3/profiles/{member.pk}/permissions/{code}", {"granted": True}, format="json")

    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["code"])
    assert not Consent.objects.exists()


def test_merging_keeps_what_the_winner_said(member, other_member, at, cause):
    member.set_consent("terms", granted=False, at=at, cause=cause)
    member.set_consent("data_sharing", granted=True, at=at, cause=cause)
    other_member.set_consent("data_sharing", granted=True, at=at, cause=cause)
    other_member.set_consent("terms", granted=True, at=at, cause=cause)
    member.set_consent("data_sharing", granted=False, at=at, cause=cause)

    merge(winner=member, loser=other_member, at=at, cause=cause)

    said = dict(Consent.objects.filter(profile=member).values_list("code", "is_granted"))
    assert said == {"data_sharing": False, "terms": True}
    assert {one["code"] for one in export(member, at=at)["consents"]} == {"data_sharing", "terms"}
