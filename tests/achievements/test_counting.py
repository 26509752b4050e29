from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db.models import F

from achievements import recounting
from achievements.counting import count
from achievements.models import Achievement, AchievementDefinition
from achievements.recipes import named
from achievements.rewarding import unlocked_by
from achievements.tasks import recount as do_recount
from cxmanager.refusals import Refusal
from jobs.models import Job
from profiles.cause import Cause
from profiles.draining import drain_some
from profiles.merging import merge
from profiles.models import Event, Profile
from tests.achievements.conftest import announced, standing, told
from transactions.models import Transaction

pytestmark = pytest.mark.django_db

VISIT = {"action": "visit", "channel": "location", "name": "Visit", "namespace": "shop"}


def designed(**values) -> AchievementDefinition:
    definition = AchievementDefinition(
        **{"name": "Visits", "handle": "visits", "strategy": "linear", "every": 5} | values
    )
    definition.full_clean()
    definition.save()
    return definition


@pytest.fixture
def drain(at):
    def drain() -> None:
        while drain_some(at=at):
            pass

    return drain


@pytest.fixture
def visit(member, at, cause):
    return lambda profile=member, **given: profile.add_interaction(**VISIT | given, at=at, cause=cause)


@pytest.fixture
def buy(member, at, cause):
    """buy("Harbour", price=20): a sale of one of the brand."""

    def buy(brand: str, *, price=20, profile=member):
        line = {"sku": brand, "name": brand, "brand": brand, "quantity": Decimal(1), "price_sell": Decimal(price)}
        return Transaction.objects.record(profile, {"items": [line]}, at=at, cause=cause)

    return buy


OF_VISITS = {"count_event": "interaction.created", "count_condition": {"==": [{"var": "action"}, "visit"]}}


def test_what_is_waited_for_counts(visit, drain, member, other_member):
    visits = designed(**OF_VISITS)
    for _ in range(6):
        visit()
    visit(action="service")
    visit(other_member)
    drain()

    assert (standing(member, visits), standing(other_member, visits)) == ([(6, 1)], [(1, 0)])
    assert announced(member) == [1]


def test_each_count_is_because_of_its_event(visit, drain):
    designed(**OF_VISITS)
    first, second = visit(), visit()
    drain()

    causes = [(event.cause.subject_id, event.depth, event.payload["count"]) for event in told("achievement.progressed")]
    assert causes == [(str(first.pk), 1, "1"), (str(second.pk), 1, "2")]


def test_an_event_that_is_told_again_counts_once(visit, drain, member, at):
    visits = designed(**OF_VISITS)
    visit()
    drain()
    Event.objects.update(is_pending=True)
    drain()
    count(list(Event.objects.filter(name="interaction.created")) * 2, at=at)

    assert standing(member, visits) == [(1, 0)]


def test_only_a_brand_counts(buy, drain, member):
    brand = designed(
        count_event="transaction.created",
        count_condition={"and": [{"==": [{"var": "type"}, "sale"]}, {"in": ["Harbour", {"var": "items.brand"}]}]},
    )
    for name in ("Harbour", "Acme", "Harbour"):
        buy(name)
    drain()
    assert standing(member, brand) == [(2, 0)]


def test_conditions_ask_of_the_customer_too(buy, drain, member, other_member, at, cause):
    member.add_tags("vip", at=at, cause=cause)
    vips = designed(
        count_event="transaction.created", count_condition={"in": ["vip", {"var": "profile.flattened_tags"}]}
    )
    buy("Acme")
    buy("Acme", profile=other_member)
    drain()
    assert list(Achievement.objects.filter(definition=vips).values_list("profile", flat=True)) == [member.pk]


def test_what_was_spent_adds_up(buy, drain, member):
    spend = designed(every=100, count_event="transaction.created", count_amount={"var": "total"})
    for price in ("49.95", "49.95", "0.10"):
        buy("Acme", price=price)
    drain()
    assert standing(member, spend) == [(Decimal("100.00"), 1)]


def test_units_add_up_by_json_logic(buy, drain, member):
    units = designed(count_event="transaction.created", count_amount={"*": [{"var": "items_count"}, 3]})
    buy("Acme")
    drain()
    assert standing(member, units) == [(3, 0)]


def test_an_amount_of_nothing_counts_nothing(buy, drain):
    designed(count_event="transaction.created", count_amount={"-": [{"var": "items_count"}, 1]})
    buy("Acme")
    drain()
    assert not Achievement.objects.exists()


def test_it_can_count_for_who_served(visit, drain, member, at):
    staff = Profile(first_name="Sam", email="sam@example.com").enrol(at=at, cause=Cause())
    knowing = designed(
        count_event="interaction.created",
        count_for="staff",
        count_condition={"==": [{"var": "product_category_id"}, "knitwear"]},
    )
    visit(staff=staff, action="product", product_category_id="knitwear")
    visit(staff=staff, action="product", product_category_id="shoes")
    visit(action="product", product_category_id="knitwear")
    drain()
    assert standing(staff, knowing) == [(1, 0)]
    assert standing(member, knowing) == []


def test_a_completed_profile_counts_once(member, at, cause, drain):
    complete = designed(
        strategy="on_off",
        count_event="profile.updated",
        count_condition={"and": [{"!!": {"var": "email"}}, {"!=": [{"var": "birth_month"}, None]}]},
    )
    member.change(at=at, cause=cause, last_name="Miller")
    drain()
    assert standing(member, complete) == []
    for day in (3, 4):
        member.change(at=at, cause=cause, birth_month=4, birth_day=day)
        drain()
    assert standing(member, complete) == [(1, 1)]
    assert announced(member) == [1]


def test_what_is_not_published_or_over_counts_nothing(visit, drain, at):
    designed(is_published=False, **OF_VISITS)
    designed(handle="b", ends_at=at - timedelta(seconds=1), **OF_VISITS)
    designed(handle="c", retired_at=at, **OF_VISITS)
    visit()
    drain()
    assert not Achievement.objects.exists()


def test_who_was_merged_meanwhile_counts_for_the_winner(visit, drain, member, other_member, at, cause):
    visits = designed(**OF_VISITS)
    visit(other_member)
    stale = list(Event.objects.filter(name="interaction.created"))
    merge(winner=member, loser=other_member, at=at, cause=cause)
    count(stale, at=at)
    assert standing(member, visits) == [(1, 0)]


def test_nothing_counts_for_who_was_deleted_meanwhile(visit, drain, member, at, cause):
    designed(**OF_VISITS)
    visit()
    member.remove(at=at, cause=cause)
    drain()
    assert not Achievement.objects.exists()


def test_a_chain_of_achievements_ends(visit, drain, member):
    """One that counts the levels of all, its own among them, goes round until the limit of chains."""
    designed(**OF_VISITS | {"every": 1})
    hunter = designed(handle="hunter", name="Hunter", every=1, count_event="achievement.unlocked")
    visit()
    drain()
    assert 1 < standing(member, hunter)[0][0] <= 12


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"count_event": "interaction.create"}, "count_event"),
        ({"count_event": "achievement.progressed"}, "count_event"),
        ({"count_event": "automation.started"}, "count_event"),
        ({"count_condition": {"==": [{"var": "action"}, "visit"]}}, "count_event"),
        ({"count_event": "interaction.created", "count_condition": {"==": [{"var": "actoin"}, 1]}}, "count_condition"),
        (
            {"count_event": "interaction.created", "count_condition": {"==": [{"var": "action"}, "vist"]}},
            "count_condition",
        ),
        *[
            ({"count_amount": one}, "count_amount")
            for one in (0, -1, True, "much", None, {"magic": 1}, [1], "NaN", 1e300)
        ],
    ],
)
def test_what_cannot_count_is_refused(db, values, field):
    with pytest.raises(ValidationError) as error:
        designed(**values)
    assert list(error.value.message_dict) == [field]


class TestRecounting:
    def run(self, at) -> dict:
        job = Job.objects.claim(worker="test", at=at)
        return do_recount(job)

    def test_counts_what_happened_before(self, visit, member, other_member, at, drain):
        for _ in range(5):
            visit()
        visit(other_member)
        drain()
        visits = designed(**OF_VISITS)
        recounting.start(visits, at=at)
        assert self.run(at) == {"counted": 6}
        assert (standing(member, visits), standing(other_member, visits)) == ([(5, 1)], [(1, 0)])
        assert announced(member) == [1]

        recounting.start(visits, at=at)
        assert self.run(at) == {"counted": 0}

    def test_in_steps(self, visit, member, at, drain, monkeypatch):
        monkeypatch.setattr(recounting, "CHUNK", 2)
        monkeypatch.setattr(recounting, "LOOKED_THROUGH", 3)
        for _ in range(7):
            visit()
        drain()
        visits = designed(**OF_VISITS)
        recounting.start(visits, at=at)
        assert self.run(at) == {"counted": 7}
        assert standing(member, visits) == [(7, 1)]

    def test_of_one_customer(self, visit, member, other_member, at):
        visit()
        visit(other_member)
        visits = designed(**OF_VISITS)
        assert recounting.recount(visits, member, at=at) == 1
        assert recounting.recount(visits, member, at=at) == 0
        assert (standing(member, visits), standing(other_member, visits)) == ([(1, 0)], [])

    def test_keeps_to_when_it_counts(self, visit, member, at, drain):
        visit()
        Event.objects.update(at=F("at") - timedelta(days=40))
        visit()
        drain()
        visits = designed(starts_at=at - timedelta(days=1), **OF_VISITS)
        assert recounting.recount(visits, member, at=at) == 1
        monthly = designed(handle="monthly", period="monthly", **OF_VISITS)
        assert recounting.recount(monthly, member, at=at) == 2
        assert standing(member, monthly) == [(1, 0), (1, 0)]

    def test_needs_something_to_look_for(self, visits, member, at):
        with pytest.raises(Refusal) as no:
            recounting.recount(visits, member, at=at)
        assert no.value.code == "nothing_to_recount"


class TestRecipes:
    """The examples climb as their recipes say."""

    def test_the_third_level_of_visits_gives_its_service_once(self):
        levels = designed(**named("visits").initial()).levels
        gift = {"unlocks": [{"type": "benefit_definition", "id_type": "handle", "id": "service"}]}
        levels[2]["meta"] = gift
        definition = AchievementDefinition(strategy="linear", every=5, levels=levels)
        assert [number for number in range(1, 8) if unlocked_by(definition, number)] == [3]

    @pytest.mark.parametrize(("phone", "reached"), [("+61400111222", [(1, 1)]), ("", [])])
    def test_who_is_complete_from_the_start_unlocks_profile_completion(self, phone, reached, at, cause, drain):
        definition = designed(**named("profile-completion").initial())
        known = {"first_name": "Ada", "last_name": "Lee", "email": "ada@example.com", "birth_month": 4, "birth_day": 2}
        new = Profile(**known, mobile_phone=phone).enrol(at=at, cause=cause)
        drain()
        assert standing(new, definition) == reached

    def test_who_was_complete_before_is_found_by_a_recount(self, at, cause):
        known = {"first_name": "Ada", "last_name": "Lee", "email": "ada@example.com", "birth_month": 4, "birth_day": 2}
        new = Profile(**known, mobile_phone="+61400111222").enrol(at=at, cause=cause)
        definition = designed(**named("profile-completion").initial())
        assert recounting.recount(definition, new, at=at) == 1
        assert standing(new, definition) == [(1, 1)]

    def test_what_counts_changes_counts_no_new_customer(self, at, cause, drain):
        definition = designed(count_event="profile.updated")
        new = Profile(first_name="Ada").enrol(at=at, cause=cause)
        drain()
        assert standing(new, definition) == []
