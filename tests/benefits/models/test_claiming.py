"""Conditions decide who sees a benefit to claim and who may claim it; the list, the reason and the verb say the same."""

import pytest
from django.core.exceptions import ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from benefits.explaining import claim_clauses
from benefits.models import Benefit, BenefitDefinition
from cxmanager.refusals import Refusal
from profiles.models import Event, Profile
from tests.profiles.conditions.population import populate
from tests.profiles.conditions.test_agreement import conditions

FEMALE = {"==": [{"var": "gender"}, "female"]}
VIP = {"in": ["vip", {"var": "flattened_tags"}]}
JOINED = {"<": [{"var": "joined_at"}, {"now": []}]}
FEMALE_VIP = {"and": [FEMALE, VIP]}


@pytest.fixture
def offered(coffee) -> BenefitDefinition:
    coffee.is_claimable = True
    return coffee


def asked(definition: BenefitDefinition, **conditions) -> BenefitDefinition:
    for name, value in conditions.items():
        setattr(definition, name, value)
    definition.full_clean()
    definition.save()
    return definition


def claimable(profile: Profile, *, at) -> list[BenefitDefinition]:
    return list(BenefitDefinition.objects.claimable_by(profile, at=at))


class TestClaimCondition:
    def test_says_in_words_what_is_not_met(self, offered, member, at, cause):
        asked(offered, claim_condition=FEMALE_VIP)
        member.add_tags("vip", at=at, cause=cause)

        no = offered.why_not_claimable(member, at=at)

        assert no.as_json() == {
            "code": "claim_condition_failed",
            "message": "The customer does not meet the conditions of this benefit.",
            "failed": ["Gender must be “female”; it is not known."],
        }
        assert claimable(member, at=at) == []

    def test_is_asked_again_by_the_verb(self, offered, member, at, cause):
        asked(offered, claim_condition=FEMALE)
        before = Event.objects.count()
        with pytest.raises(Refusal) as refused:
            offered.claim(member, at=at, cause=cause)
        assert (refused.value.code, refused.value.details) == (
            "claim_condition_failed",
            {"failed": ["Gender must be “female”; it is not known."]},
        )
        assert (Benefit.objects.count(), Event.objects.count()) == (0, before)

        member.change(gender="female", at=at, cause=cause)

        assert claimable(member, at=at) == [offered]
        assert offered.claim(member, at=at, cause=cause).claimed_at == at

    @pytest.mark.logs_an_error
    def test_holds_of_nobody_when_a_fact_went(self, offered, member, at):
        BenefitDefinition.objects.update(is_claimable=True, claim_condition={"==": [{"var": "gone"}, 1]})
        offered.refresh_from_db()

        assert offered.why_not_claimable(member, at=at).details == {"failed": ["This is met by nobody."]}
        assert claimable(member, at=at) == []

    @pytest.mark.parametrize("nothing", [{}, [], ""])
    def test_is_kept_as_none_whatever_nothing_was_called(self, offered, nothing):
        offered.claim_condition = nothing
        offered.full_clean()
        assert offered.claim_condition is None

    @pytest.mark.parametrize("nothing", [False, 0])
    def test_is_never_empty_by_another_name_than_none(self, offered, nothing):
        with pytest.raises(ValidationError) as refused:
            asked(offered, claim_condition=nothing)
        assert list(refused.value.message_dict) == ["claim_condition"]


class TestViewCondition:
    def test_hides_the_benefit_as_if_it_were_not_offered(self, offered, member, at, cause):
        asked(offered, view_condition=FEMALE, claim_condition=VIP)

        no = offered.why_not_claimable(member, at=at)

        assert no.as_json() == {"code": "not_claimable", "message": "This benefit cannot be claimed."}
        with pytest.raises(Refusal, match="This benefit cannot be claimed"):
            offered.claim(member, at=at, cause=cause)

    def test_alone_lets_nobody_claim_what_the_other_refuses(self, offered, member, at, cause):
        asked(offered, view_condition=FEMALE, claim_condition=VIP)
        member.change(gender="female", at=at, cause=cause)
        assert offered.why_not_claimable(member, at=at).code == "claim_condition_failed"

        member.add_tags("vip", at=at, cause=cause)

        assert offered.why_not_claimable(member, at=at) is None
        assert claimable(member, at=at) == [offered]


def test_clauses_come_in_the_order_in_which_they_are_asked(offered, member, at):
    asked(offered, view_condition=FEMALE, claim_condition=FEMALE_VIP)

    clauses = claim_clauses(offered, member, at=at)

    assert [(one["code"], one["holds"]) for one in clauses] == [
        ("archived", True),
        ("not_claimable", True),
        ("not_claimable", False),
        ("claim_window_closed", True),
        ("claim_condition_failed", False),
        ("claim_condition_failed", False),
        ("already_held", True),
        ("profile_inactive", True),
        ("no_allocation_left", True),
    ]
    assert clauses[2] == {
        "code": "not_claimable",
        "text": "Gender must be “female”; it is not known.",
        "expected": "female",
        "actual": "",
        "holds": False,
    }


def test_two_hundred_conditions_cost_as_many_queries_as_one(member, at, cause, django_assert_num_queries):
    member.add_tags("vip", at=at, cause=cause)
    make(1)
    with django_assert_num_queries(3):
        assert len(claimable(member, at=at)) == 1

    make(199)

    with django_assert_num_queries(3):
        assert len(claimable(member, at=at)) == 200


def make(count: int) -> None:
    """So many more definitions, each with conditions of its own over the same facts."""
    first = BenefitDefinition.objects.count()
    for number in range(first, first + count):
        BenefitDefinition.objects.create(
            name=f"D{number}",
            handle=f"d-{number}",
            is_claimable=True,
            view_condition={"and": [VIP, {"<": [{"var": "birth_year"}, 3000 + number]}]},
            claim_condition={">=": [{"var": "days_since_joined"}, -number]},
        )


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=some.lists(some.tuples(some.none() | conditions, some.none() | conditions), min_size=1, max_size=8))
def test_the_list_and_the_reason_agree_on_random_conditions(drawn, at, crowd, cause):
    BenefitDefinition.objects.all().delete()
    definitions = [
        BenefitDefinition.objects.create(
            name="D", handle=f"d-{number}", is_claimable=True, view_condition=view, claim_condition=claim
        )
        for number, (view, claim) in enumerate(drawn)
    ]
    for profile in crowd:
        listed = set(BenefitDefinition.objects.claimable_by(profile, at=at).values_list("pk", flat=True))
        for definition in BenefitDefinition.objects.all():
            no = definition.why_not_claimable(profile, at=at)
            failed = [one["code"] for one in claim_clauses(definition, profile, at=at) if not one["holds"]]
            assert (no is None) == (definition.pk in listed) == (failed == [])
            assert no is None or no.code == failed[0]
            assert no is None or no.code != "claim_condition_failed" or no.details["failed"]
    assert len(definitions) == len(drawn)


@pytest.fixture
def crowd(db) -> list[Profile]:
    return populate(8)
