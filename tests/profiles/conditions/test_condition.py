"""One customer is asked with few queries, many at once with one, and either can say why."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from profiles.conditions.asking import Asking
from profiles.conditions.condition import Condition
from profiles.conditions.facts import FACTS, FactType
from profiles.conditions.moments import Moment
from profiles.models import Profile, Segment
from profiles.tasks import count_segments

VIPS = {"and": [{"==": [{"var": "gender"}, "female"]}, {"in": ["vip", {"var": "flattened_tags"}]}]}


@pytest.fixture
def vip(member, at, cause) -> Profile:
    member.change(gender="female", joined_at=at - timedelta(days=100), at=at, cause=cause)
    member.add_tags("vip", at=at, cause=cause)
    return member


def test_each_clause_says_what_was_expected_and_seen(vip, other_member, at):
    condition = Condition({"and": [VIPS, {">": [{"days_since": [{"var": "joined_at"}]}, 200]}]})
    assert condition.explain(vip, at=at) == [
        {"text": "Gender is “female”.", "expected": "female", "actual": "female", "holds": True},
        {"text": "Tags contains “vip”.", "expected": "Tags contains “vip”", "actual": ["vip"], "holds": True},
        {
            "text": "Days since “joined” must be more than 200; it is 100.",
            "expected": 200,
            "actual": 100,
            "holds": False,
        },
    ]
    assert [clause["holds"] for clause in condition.explain(other_member, at=at)] == [False, False, False]


def test_what_is_joined_by_or_is_one_clause(vip, at):
    condition = Condition({"or": [{"==": [{"var": "gender"}, "male"]}, {"<": [{"var": "birth_year"}, 1900]}]})
    assert condition.explain(vip, at=at) == [
        {
            "text": "Gender is “male” or Birth year is less than 1,900.",
            "expected": "Gender is “male” or Birth year is less than 1,900",
            "actual": {"Birth year": None, "Gender": "female"},
            "holds": True,
        }
    ]


def test_an_and_of_nothing_is_a_clause_that_fails(vip, at):
    for condition in (Condition({"and": []}), Condition({"and": [VIPS, {"and": []}]})):
        assert not condition.holds_for(vip, at=at)
        assert condition.explain(vip, at=at)[-1] == {
            "text": "This is met by nobody.",
            "expected": "nothing",
            "actual": {},
            "holds": False,
        }


def test_however_many_are_asked_the_queries_are_the_same(vip, at, django_assert_num_queries):
    few = [Condition(VIPS)]
    many = [*few, *(Condition({"and": [VIPS, {">": [{"var": "birth_year"}, year]}]}) for year in range(200))]
    with django_assert_num_queries(1):
        asking = Asking(few, vip, at=at)
        assert [asking.holds(one) for one in few] == [True]
    with django_assert_num_queries(1):
        asking = Asking(many, vip, at=at)
        assert [asking.holds(one) for one in many] == [True] + [False] * 200
    assert asking.explain(many[0]) == many[0].explain(vip, at=at)


def test_nobody_is_asked_anything_without_a_condition(vip, at, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Asking([], vip, at=at).holds(None)


def test_a_rule_is_kept_for_the_day_or_for_the_moment_that_it_asks_for(at):
    today, now = (Condition({"<": [{"var": "joined_at"}, {name: []}]}) for name in ("today", "now"))
    morning, later, next_day = (Moment(at + timedelta(hours=hours)) for hours in (0, 1, 24))
    assert today.rule(morning) is today.rule(later)
    assert today.rule(morning) is not today.rule(next_day)
    assert now.rule(morning) is not now.rule(later)


def test_custom_attributes_of_another_type_are_unknown(vip, at, cause):
    vip.set_custom_attribute(namespace="shop", handle="size", value="12", at=at, cause=cause)
    as_text = Condition({"==": [{"var": "custom_attributes.shop.size"}, "12"]})
    as_number = Condition({">": [{"var": "custom_attributes.shop.size"}, 5]})
    assert [one.holds_for(vip, at=at) for one in (as_text, as_number)] == [True, False]


class TestSegment:
    def test_its_customers_are_found_in_one_query_without_the_deleted(
        self, vip, other_member, at, cause, django_assert_num_queries
    ):
        segment = Segment.objects.create(name="VIPs", handle="vips", condition=VIPS)
        with django_assert_num_queries(1):
            assert list(segment.profiles(at=at)) == [vip]
        vip.retire(at=at)
        assert not segment.profiles(at=at).exists()

    def test_one_that_can_no_longer_be_asked_finds_nobody_and_stops_no_other(self, vip, at, client, manager):
        gone = Segment.objects.create(name="Gone", handle="gone", condition={"==": [{"var": "gone.fact"}, 1]})
        vips = Segment.objects.create(name="VIPs", handle="vips", condition=VIPS)
        assert count_segments(at=at) == 2
        gone.refresh_from_db(), vips.refresh_from_db()
        assert (gone.member_count, vips.member_count) == (0, 1)
        client.force_login(manager)
        page = client.get(reverse("admin:profiles_profile_changelist"), {"segment": "gone"})
        assert (page.status_code, list(page.context["cl"].result_list)) == (200, [])

    @pytest.mark.parametrize("condition", [None, [], "x", {"==": [{"var": "gendr"}, "x"]}])
    def test_a_wrong_condition_is_refused_at_its_field(self, db, condition):
        with pytest.raises(ValidationError) as refused:
            Segment(name="VIPs", handle="vips", condition=condition).full_clean()
        assert list(refused.value.message_dict) == ["condition"]


class TestDays:
    """A written day is that whole day in the programme's zone: in Melbourne, 1 May begins at 14:00 UTC of 30 April."""

    BEGINS = datetime(2026, 4, 30, 14, 0, tzinfo=UTC)
    ENDS = datetime(2026, 5, 1, 14, 0, tzinfo=UTC)
    SECOND = timedelta(seconds=1)

    @pytest.mark.parametrize(
        ("operator", "before", "first", "last", "after"),
        [
            ("==", False, True, True, False),
            ("!=", True, False, False, True),
            ("<", True, False, False, False),
            ("<=", True, True, True, False),
            (">", False, False, False, True),
            (">=", False, True, True, True),
        ],
    )
    def test_a_day_is_all_of_it(self, member, at, cause, settings, operator, before, first, last, after):
        settings.TIME_ZONE = "Australia/Melbourne"
        condition = Condition({operator: [{"var": "joined_at"}, "2026-05-01"]})
        moments = [self.BEGINS - self.SECOND, self.BEGINS, self.ENDS - self.SECOND, self.ENDS]
        for moment, expected in zip(moments, [before, first, last, after], strict=True):
            member.change(joined_at=moment, at=at, cause=cause)
            assert condition.holds_for(member, at=at) is expected
            assert Profile.objects.matching(condition, at=at).exists() is expected

    @pytest.mark.parametrize(
        ("joined_at", "days", "months"),
        [
            (datetime(2026, 5, 1, 14, 0, tzinfo=UTC), 0, 0),
            (datetime(2026, 5, 1, 13, 59, tzinfo=UTC), 1, 0),
            # Before the clocks went back, midnight was at 13:00 UTC.
            (datetime(2026, 4, 1, 12, 59, tzinfo=UTC), 31, 1),
            (datetime(2026, 4, 1, 13, 0, tzinfo=UTC), 30, 1),
            (datetime(2026, 4, 2, 13, 0, tzinfo=UTC), 29, 0),
        ],
    )
    def test_days_and_months_are_counted_by_the_calendar(self, member, cause, settings, joined_at, days, months):
        settings.TIME_ZONE = "Australia/Melbourne"
        # In Melbourne this is the evening of 2 May.
        at = datetime(2026, 5, 2, 9, 0, tzinfo=UTC)
        member.change(joined_at=joined_at, at=at, cause=cause)
        since = [{"days_since": [{"var": "joined_at"}]}, {"months_since": [{"var": "joined_at"}]}]
        for span, expected in zip(since, [days, months], strict=True):
            condition = Condition({"==": [span, expected]})
            assert condition.explain(member, at=at)[0]["actual"] == expected
            assert Profile.objects.matching(condition, at=at).exists()

    def test_a_day_that_is_not_known_is_no_number_of_days_ago(self, member, at, cause):
        member.change(joined_at=None, at=at, cause=cause)
        for operator, expected in (("<", False), (">", False), ("==", False), ("!=", True)):
            condition = Condition({operator: [{"days_since": [{"var": "joined_at"}]}, 30]})
            assert condition.holds_for(member, at=at) is expected
            assert Profile.objects.matching(condition, at=at).exists() is expected


def test_every_fact_is_read_the_same_way_all_day(db, settings):
    """What is known of a customer is compiled once a day: the statement of the morning must serve in the evening."""
    settings.TIME_ZONE = "Australia/Melbourne"
    morning, night = (
        datetime(2026, 5, 1, hour, minute, tzinfo=ZoneInfo(settings.TIME_ZONE)) for hour, minute in ((0, 1), (23, 59))
    )
    for fact in FACTS:
        # The last 12 months' spend is either kept or summed: which of them depends on the moment, the sum on the day alone.
        if fact.type not in (FactType.ANY, FactType.LIST) and fact.handle != "aggregations.spend_12m_now":
            first, second = (str(Profile.objects.values_list(fact.expression(at)).query) for at in (morning, night))
            assert first == second, fact.handle
