"""Conditions and segments over the API: what can be asked, of whom it holds, and why."""

import pytest
from django.core.cache import cache

from profiles.models import Segment

VIPS = {"in": ["vip", {"var": "flattened_tags"}]}


@pytest.fixture
def vip(member, at, cause):
    member.add_tags("vip", at=at, cause=cause)
    return member


def test_a_condition_that_can_be_asked_is_valid(call):
    assert call("post", "conditions/validate", {"condition": VIPS}) == {"data": {"valid": True}}


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"condition": ["This field is required."]}),
        (
            {"condition": {"==": [{"var": "gender"}, "femal"]}},
            {
                "condition": [
                    "At /==/1: Gender is one of “male”, “female”, “witheld”, “other”; “femal” is not. Did you mean “female”?"
                ]
            },
        ),
        (
            {"condition": "true"},
            {"condition": ['A condition is an object such as {"==": [{"var": "gender"}, "female"]}.']},
        ),
        (
            {"condition": VIPS, "at": "2025-01-01 00:00:00"},
            {"at": ["A condition is asked as of now: what customers had and did on another day is not kept."]},
        ),
        (
            {"condition": {"==": [{"var": "gendr"}, "female"]}},
            {"condition": ["At /==/0/var: There is no fact “gendr”. Did you mean “gender”?"]},
        ),
        (
            {"condition": {"and": [{"inn": ["a", "b"]}]}},
            {"condition": ["At /and/0: There is no operator “inn”. Did you mean “in”?"]},
        ),
        (
            {"condition": "{"},
            {"condition": ["This is not JSON: Expecting property name enclosed in double quotes, line 1, column 2."]},
        ),
    ],
)
@pytest.mark.parametrize("path", ["validate", "audience"])
def test_one_that_cannot_is_told_with_its_place(call, path, body, errors):
    answer = call("post", f"conditions/{path}", body, expect=422)
    assert answer == {"message": "The given data was invalid.", "errors": errors}


def test_evaluating_says_what_each_clause_saw(call, vip):
    condition = {"and": [VIPS, {">": [{"var": "total"}, 100]}, {"==": [{"var": "item.brand"}, "Acme"]}]}
    body = {"condition": condition, "profile_id": str(vip.pk), "context": {"total": 80.5, "item": {"brand": "Acme"}}}
    assert call("post", "conditions/evaluate", body) == {
        "data": {
            "result": False,
            "clauses": [
                {"text": "Tags contains “vip”.", "expected": "Tags contains “vip”", "actual": ["vip"], "holds": True},
                {"text": "Total must be more than 100; it is 80.50.", "expected": 100, "actual": 80.5, "holds": False},
                {"text": "Item.brand is “Acme”.", "expected": "Acme", "actual": "Acme", "holds": True},
            ],
        }
    }


@pytest.mark.parametrize("nothing", [None, {}, [], "", "{}"])
def test_nothing_is_everybody(call, vip, other_member, nothing):
    asked = {"condition": nothing}
    assert call("post", "conditions/validate", asked) == {"data": {"valid": True}}
    assert call("post", "conditions/audience", asked)["data"]["count"] == 2
    answer = call("post", "conditions/evaluate", asked | {"profile_id": str(vip.pk)})
    assert answer == {"data": {"result": True, "clauses": []}}


@pytest.mark.parametrize("nothing", [None, {}, [], ""])
def test_a_segment_says_who_is_meant(call, db, nothing):
    answer = call("post", "segments", {"name": "VIPs", "handle": "vips", "condition": nothing}, expect=422)
    assert answer["errors"] == {"condition": ["Say whom you mean. An empty condition would be everybody."]}
    assert call("post", "segments", {"name": "VIPs", "handle": "vips"}, expect=422) == answer
    assert not Segment.objects.exists()


def test_evaluating_for_nobody_is_not_found(call, vip, at):
    body = {"condition": VIPS, "profile_id": "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"}
    call("post", "conditions/evaluate", body, expect=404)
    vip.retire(at=at)
    call("post", "conditions/evaluate", {"condition": VIPS, "profile_id": str(vip.pk)}, expect=404)


def test_the_audience_is_counted_with_a_sample(call, vip, other_member):
    found = call("post", "conditions/audience", {"condition": VIPS})["data"]
    assert (found["count"], found["total"], found["total_is_estimate"]) == (1, 2, False)
    assert [one["id"] for one in found["sample"]] == [str(vip.pk)]


def test_the_facts_are_listed_with_the_custom_attributes_in_use(call, member, at, cause):
    # Those in use are looked up once a minute.
    cache.clear()
    member.set_custom_attribute(namespace="shop", handle="size", value=12, at=at, cause=cause)
    facts = {one["handle"]: one for one in call("get", "conditions/facts")["data"]}
    assert facts["gender"] == {
        "handle": "gender",
        "label": "Gender",
        "type": "text",
        "group": "Customer",
        "example": "female",
        "help": "",
        "choices": [["male", "Male"], ["female", "Female"], ["witheld", "Withheld"], ["other", "Other"]],
        "has_only_choices": True,
    }
    assert facts["custom_attributes.shop.size"]["type"] == "any"
    assert facts["custom_attributes.shop.size"]["has_only_choices"] is False


def test_who_may_not_see_customers_is_shown_none(limited_call, vip):
    call = limited_call("CRUD-segments")
    call("post", "conditions/validate", {"condition": VIPS})
    call("post", "conditions/audience", {"condition": VIPS}, expect=403)
    call("post", "conditions/evaluate", {"condition": VIPS, "profile_id": str(vip.pk)}, expect=403)
    segment = call("post", "segments", {"name": "VIPs", "handle": "vips", "condition": VIPS}, expect=201)["data"]
    call("get", f"segments/{segment['id']}/profiles", expect=403)


def test_five_verbs_of_a_segment(call, vip, other_member):
    sent = {"name": "VIPs", "handle": "vips", "condition": VIPS}
    segment = call("post", "segments", sent, expect=201)["data"]
    assert {name: segment[name] for name in sent} == sent
    assert segment["member_count"] == 1
    assert call("get", f"segments/{segment['id']}")["data"] == segment
    assert [one["id"] for one in call("get", f"segments/{segment['id']}/profiles")["data"]] == [str(vip.pk)]
    changed = call("put", f"segments/{segment['id']}", {"condition": {"!": [VIPS]}})["data"]
    assert (changed["name"], changed["member_count"]) == ("VIPs", 1)
    assert [one["id"] for one in call("get", f"segments/{segment['id']}/profiles")["data"]] == [str(other_member.pk)]
    call("delete", f"segments/{segment['id']}", expect=204)
    call("get", f"segments/{segment['id']}", expect=404)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"condition": {"==": [{"var": "gendr"}, 1]}}, "condition"),
        ({"condition": []}, "condition"),
        ({"handle": "with space"}, "handle"),
        ({"name": ""}, "name"),
        ({"name": "a\x00b"}, "body"),
    ],
)
def test_a_wrong_segment_is_refused_and_not_written(call, db, change, field):
    answer = call("post", "segments", {"name": "VIPs", "handle": "vips", "condition": VIPS} | change, expect=422)
    assert list(answer["errors"]) == [field]
    assert not Segment.objects.exists()


def test_a_handle_is_taken_once(call, db):
    call("post", "segments", {"name": "VIPs", "handle": "vips", "condition": VIPS}, expect=201)
    answer = call("post", "segments", {"name": "Others", "handle": "vips", "condition": VIPS}, expect=422)
    assert answer["errors"] == {"handle": ["Another segment has this handle."]}
