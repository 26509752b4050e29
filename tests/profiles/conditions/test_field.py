"""What a row may keep: a condition that was saved before is no reason to refuse another change of it."""

import pytest
from django.core.exceptions import ValidationError

from profiles.models import Segment

ODD = {"==": [{"var": "gender"}, "femal"]}


@pytest.fixture
def odd(db) -> Segment:
    """Saved when nobody asked whether gender is ever that."""
    return Segment.objects.create(name="Women", handle="women", condition=ODD)


def test_is_asked_as_it_was_saved(odd, member, at):
    assert odd.count_members(at=at) == 0
    member.gender = "female"
    member.save()
    assert odd.count_members(at=at) == 0


def test_another_field_may_change(odd):
    odd.name = "All women"
    odd.full_clean()


def test_the_condition_may_not_become_another_odd_one(odd):
    odd.condition = {"and": [ODD, {"!!": [{"var": "email"}]}]}
    with pytest.raises(ValidationError) as refused:
        odd.full_clean()
    assert refused.value.message_dict["condition"][0].startswith("At /and/0/==/1: Gender is one of")


def test_nor_may_a_new_row_have_it(odd):
    with pytest.raises(ValidationError):
        Segment(name="Women too", handle="women-too", condition=ODD).full_clean()


def test_what_can_no_longer_be_asked_is_refused_though_it_was_saved(odd):
    Segment.objects.update(condition={"==": [{"var": "gone.fact"}, 1]})
    odd.refresh_from_db()
    with pytest.raises(ValidationError):
        odd.full_clean()


@pytest.mark.parametrize("nothing", [None, {}, [], ""])
def test_a_segment_is_somebody(db, nothing):
    with pytest.raises(ValidationError) as refused:
        Segment(name="VIPs", handle="vips", condition=nothing).full_clean()
    assert refused.value.message_dict == {"condition": ["Say whom you mean. An empty condition would be everybody."]}
