"""Events, approvals and what is foretold: what happens besides purchases earns once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from cxmanager.refusals import Refusal
from earning.explaining import why, why_not
from earning.models import Award, Badge, BadgeHeld, Balance, Credit, LimitCounter, ReportedEvent
from earning.occurrences.anniversaries import celebrate
from earning.occurrences.happening import award_happening, take_back
from earning.occurrences.hearing import award_for, wanted
from earning.occurrences.reporting import report
from earning.simulating import simulate_happening, simulate_purchase
from earning.snapshot import EVENT, LEDGER_TRANSACTION, Happening
from profiles.acting import action_of
from profiles.draining import drain_some
from profiles.member_tokens import sign_in
from profiles.models import Event, Location
from tests.earning.rewards_made import reward
from tests.earning.rules_made import custom, event, limit, rule, spending
from tests.transactions.conftest import line


@pytest.fixture
def points(card):
    def read(name: str = "active", unit: str = "points") -> Decimal:
        row = Balance.objects.filter(card=card, unit=unit).first()
        return getattr(row, name) if row is not None else Decimal(0)

    return read


def test_only_the_highest_of_two_rules_for_one_event(card, points, at, cause):
    event("account_created", points="100", handle="high")
    event("account_created", points="60", handle="low")
    happening = Happening(kind=EVENT, name="account_created", at=at, key="account_created:1")
    heard = award_happening(card, happening, at=at, cause=cause)
    assert points() == 100
    reasons = {one["rule"]: one["reason"] for one in heard.as_json()["rules"]}
    assert reasons == {"high": None, "low": "lower_than_other_rule"}


def test_a_reported_event_is_heard_once_and_answers_the_same(member, card, points, at, cause):
    custom("facebook_like", limits=[limit(2)])
    answers = [
        report(member, "facebook_like", external_id=key, at=at, cause=cause).as_json()["points"]
        for key in ("like-1", "like-1", "like-2", "like-3")
    ]
    assert answers == ["100", "100", "100", "0"]
    assert points() == 200
    assert ReportedEvent.objects.count() == 3
    assert LimitCounter.objects.get().used == 2


def test_a_login_earns_once_a_day(member, card, points, at, cause):
    event("login", points="5")
    for hours, had in ((0, 5), (3, 5), (23, 10)):
        moment = at + timedelta(hours=hours)
        sign_in(member, at=moment, cause=cause)
        drain_some(at=moment)
        assert points() == had
    given = Award.objects.order_by("-pk").first()
    assert given.credits.get().event.name == "profile.signed_in"


def test_what_no_rule_is_about_is_refused(member, card, at, cause):
    with pytest.raises(Refusal) as no:
        report(member, "unheard", external_id="1", at=at, cause=cause)
    assert no.value.code == "event_unknown"
    custom("served_only")
    with pytest.raises(Refusal) as no:
        report(member, "served_only", external_id="1", at=at, cause=cause, by_member=True)
    assert no.value.code == "event_unknown"
    assert not ReportedEvent.objects.exists()


def test_an_event_of_another_place_is_refused_and_leaves_nothing(member, card, points, at, cause):
    here, there = (Location.objects.create(name=name) for name in ("Here", "There"))
    custom("visited", points="88", locations=[here.pk])
    member.change(preferred_location=there, at=at, cause=cause)
    with pytest.raises(Refusal) as no:
        report(member, "visited", external_id="1", at=at, cause=cause)
    assert no.value.code == "event_not_available"
    assert not ReportedEvent.objects.exists()
    member.change(preferred_location=here, at=at, cause=cause)
    report(member, "visited", external_id="1", at=at, cause=cause)
    assert points() == 88


def test_an_external_id_is_one_customers(member, other_member, card, at, cause):
    custom("shared")
    report(member, "shared", external_id="1", at=at, cause=cause)
    with pytest.raises(Refusal) as no:
        report(other_member, "shared", external_id="1", at=at, cause=cause)
    assert no.value.code == "event_external_id_taken"


def test_what_the_product_sees_is_heard(member, card, points, at, cause):
    event("profile_completed", points="30")
    assert wanted() == {"profile.updated"}
    member.change(is_completed=True, at=at, cause=cause)
    member.change(first_name="Marie", at=at, cause=cause)
    for _ in range(2):
        award_for(list(Event.objects.filter(name="profile.updated").order_by("pk")), at=at)
    assert points() == 30
    assert Award.objects.get().event.name == "profile.updated"


def test_birthdays_earn_once_a_year(member, card, points, at, cause):
    event("birthday", points="25")
    member.change(birth_month=5, birth_day=1, at=at, cause=cause)
    assert celebrate(at=at) == 1
    assert celebrate(at=at) == 0
    member.change(birth_day=2, at=at, cause=cause)
    celebrate(at=at + timedelta(days=1))
    assert points() == 25
    member.change(birth_day=1, at=at, cause=cause)
    celebrate(at=at.replace(year=2027))
    assert points() == 50


def test_a_posting_is_taken_back_when_it_is_voided(card, points, at, cause):
    rule("Two percent", "ledger_transaction", percent="2", conditions={"direction": "credit", "min_amount": "100"})
    posting = Happening(
        kind=LEDGER_TRANSACTION, name="savings", at=at, key="L1", amount=Decimal(150), currency=card.program.currency,
        direction="credit",
    )  # fmt: skip
    for _ in range(2):
        award_happening(card, posting, at=at, cause=cause)
    currency = card.program.currency
    assert points(unit=currency) == 3
    for _ in range(2):
        take_back(card, LEDGER_TRANSACTION, "L1", at=at, cause=cause)
    assert points(unit=currency) == 0
    award_happening(card, posting, at=at, cause=cause)
    assert points(unit=currency) == 0


def test_what_waits_is_approved_once(sell, card, points, at, cause):
    spending("4", requires_approval=True, limits=[limit(1, period="month")])
    sell(line(price="152.00"))
    award = Award.objects.waiting().get()
    assert (points(), points("pending_approval")) == (0, 608)
    for _ in range(2):
        award.approve(at=at, cause=cause)
    assert (points(), points("pending_approval"), points("earned")) == (608, 0, 608)
    assert Event.objects.filter(name="award.approved").count() == 1
    with pytest.raises(Refusal) as no:
        award.reject("Late", at=at, cause=cause)
    assert no.value.code == "award_decided"


def test_what_is_rejected_never_counts_and_frees_its_limit(sell, card, points, at, cause):
    Badge.objects.create(name="Early bird", handle="early-bird")
    spending("4", requires_approval=True, badge="early-bird", limits=[limit(1, period="month")])
    sell(line(price="10.00"))
    award = Award.objects.waiting().get()
    for _ in range(2):
        award.reject("A test.", at=at, cause=cause)
    award.refresh_from_db()
    assert (award.state, award.decision_reason, points(), points("earned")) == ("rejected", "A test.", 0, 0)
    assert (LimitCounter.objects.get().used, BadgeHeld.objects.count()) == (0, 0)
    assert Event.objects.filter(name="award.rejected").count() == 1


def test_a_badge_is_held_once_and_goes_with_what_brought_it(sell, card, at, cause):
    Badge.objects.create(name="Early bird", handle="early-bird")
    spending("1", badge="early-bird")
    first = sell(line(), external_id="S1")
    sell(line(), external_id="S2")
    assert BadgeHeld.objects.get().award.transaction == first
    assert Event.objects.filter(name="badge.earned").count() == 1
    first.void(at=at, cause=cause)
    assert not BadgeHeld.objects.exists()


def test_what_is_foretold_is_what_happens_and_nothing_is_written(
    member, card, sell, points, at, django_assert_num_queries
):
    spending("4", limits=[limit(500, measure="points", period="month", on_exceed="trim")])
    event("first_purchase", points="50")
    custom("other")
    document = {"items": [line(price="152.00")], "transacted_at": at}
    foretold = simulate_purchase(member, document, at=at).as_json()
    assert foretold["points"] == "550"
    assert {one["rule"]: one["reason"] for one in foretold["rules"]} == {
        "four-per-unit": None,
        "for-first_purchase": None,
        "for-other": "event_mismatch",
    }
    assert not Award.objects.exists()
    sell(line(price="152.00"))
    assert points() == 550


def test_drafts_are_foretold_beside_what_is_live_or_alone(member, card, at):
    spending("4")
    draft = {"name": "Double", "type": "spending", "rewards": {"points": "2"}}
    document = {"items": [line(price="10.00")]}
    both = simulate_purchase(member, document, at=at, drafts=[draft]).as_json()
    alone = simulate_purchase(member, document, at=at, drafts=[draft], only_draft=True).as_json()
    assert (both["points"], alone["points"], [one["rule"] for one in alone["rules"]]) == ("60", "20", ["draft-1"])


def test_somebody_without_a_card_is_foretold_all_the_same(program, member, at):
    custom("shared")
    happening = Happening(kind=EVENT, name="shared", at=at, key="x")
    assert simulate_happening(member, happening, at=at).as_json()["points"] == "100"


def test_why_tells_the_chain_from_the_points_to_who_did_it(sell, card, at, cause):
    spending("4")
    sell(line(price="10.00"), external_id="S1", receipt_ref="4711")
    links = why(Credit.objects.get())
    assert [one.kind for one in links] == ["credit", "award", "rule", "transaction", "event"]
    assert "40 points" in links[1].text
    assert "Clara" in links[-1].text


def test_why_not_names_what_was_seen(sell, card, member, at):
    made = spending("4", conditions={"min_order_total": "300"})
    sell(line(price="152.00"))
    told = why_not(made, member, at=at)
    assert told.outcome.reason == "below_min_order"
    assert "152" in told.text and "300" in told.text


def test_a_reaction_gives_points(member, card, points, at, cause):
    action_of("points.award")(member, {"points": "10", "reason": "Thank you."}, at=at, cause=cause)
    assert points() == 10
    assert Credit.objects.get().note == "Thank you."


def test_a_reaction_gives_a_reward(member, program, at, cause):
    ten_off = reward(max_value=Decimal(20))
    for given in ({"definition": "ten-off"}, {"definition": str(ten_off.pk), "value": "12.50", "days": 7}):
        action_of("reward.issue")(member, given, at=at, cause=cause)
    usual, other = Credit.objects.order_by("pk")
    assert (usual.reward_definition, usual.value, other.value) == (ten_off, Decimal(10), Decimal("12.50"))
    assert (other.expires_at - at).days == 7
    assert usual.expires_at > other.expires_at


def test_a_reaction_gives_no_reward_that_is_not_given_out(member, program, at, cause):
    reward(is_archived=True)
    with pytest.raises(ValidationError, match="There is no reward “ten-off”"):
        action_of("reward.issue")(member, {"definition": "ten-off"}, at=at, cause=cause)
