"""At every door at which a condition is written, what nobody can mean is refused with the same sentence, and nothing is everybody."""

import json
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from benefits.models import BenefitBatch, BenefitDefinition
from profiles.models import Segment
from tests.benefits.admin.test_definitions import form_of
from tests.conftest import signed_in

ODD = {"==": [{"var": "gender"}, "femal"]}
SENTENCE = "At /==/1: Gender is one of “male”, “female”, “witheld”, “other”; “femal” is not. Did you mean “female”?"


@pytest.fixture
def definition(db) -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


@pytest.fixture
def browser(manager) -> Client:
    return signed_in(manager)


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("conditions/validate", {}, "condition"),
        ("conditions/audience", {}, "condition"),
        ("conditions/evaluate", {"profile_id": "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"}, "condition"),
        ("segments", {"name": "Women", "handle": "women"}, "condition"),
        ("benefits/definitions", {"name": "T", "handle": "t", "period": 5}, "view_condition"),
        ("benefits/definitions", {"name": "T", "handle": "t", "period": 5}, "claim_condition"),
        ("benefits/definitions/free-coffee/issue", {}, "condition"),
    ],
)
def test_of_the_api(api, definition, path, body, field):
    path = path.replace("free-coffee", str(definition.pk))
    answer = api.post(f"/api/v3/{path}", body | {field: ODD}, format="json")
    assert (answer.status_code, answer.json()["errors"]) == (422, {field: [SENTENCE]})
    assert not Segment.objects.exists()
    assert not BenefitBatch.objects.exists()
    assert BenefitDefinition.objects.count() == 1


def test_of_the_segments_form(browser, db):
    sent = {"name": "Women", "handle": "women", "condition": json.dumps(ODD)}
    form = browser.post(reverse("admin:profiles_segment_add"), sent).context["adminform"].form
    assert form.errors["condition"] == [SENTENCE]
    assert not Segment.objects.exists()


def test_of_the_builders_preview(browser, db):
    answer = browser.post(
        reverse("admin:condition_preview"), json.dumps({"condition": ODD}), content_type="application/json"
    )
    assert (answer.status_code, answer.json()["errors"]["condition"]) == (422, [SENTENCE])


def test_of_a_definitions_form(browser, definition):
    page = reverse("admin:benefits_benefitdefinition_change", args=[definition.pk])
    sent = form_of(browser, page) | {"view_condition": json.dumps(ODD), "tags": []}
    assert browser.post(page, sent).context["adminform"].form.errors["view_condition"] == [SENTENCE]


def test_of_a_bulk_issue(browser, definition):
    page = reverse("admin:benefits_benefitdefinition_issue_many", args=[definition.pk])
    sent = {"form_id": str(uuid4()), "to": "condition", "condition": json.dumps(ODD)}
    assert browser.post(page, sent).context["form"].errors["condition"] == [SENTENCE]
    assert not BenefitBatch.objects.exists()


@pytest.mark.parametrize("nothing", ["", "{}", "null"])
def test_a_definitions_empty_condition_is_everybody(browser, definition, nothing):
    BenefitDefinition.objects.update(view_condition={"==": [{"var": "gender"}, "female"]})
    page = reverse("admin:benefits_benefitdefinition_change", args=[definition.pk])
    browser.post(page, form_of(browser, page) | {"view_condition": nothing, "tags": []})
    definition.refresh_from_db()
    assert definition.view_condition is None


def test_a_bulk_issue_must_say_who(api, definition):
    for nothing in (None, {}, []):
        answer = api.post(f"/api/v3/benefits/definitions/{definition.pk}/issue", {"condition": nothing}, format="json")
        assert answer.json()["errors"] == {"condition": ["Say whom you mean. An empty condition would be everybody."]}
