"""Wherever a handle is written wrong, people are told what to write, not what a programmer calls it."""

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from benefits.models import BenefitDefinition
from cxmanager.plain_messages import HANDLE
from profiles.admin.duplicating import DuplicateForm
from profiles.models import Segment

WRONG = "gold members!"


@pytest.mark.parametrize("model", [BenefitDefinition, Segment])
def test_models_say_what_a_handle_is(model, db):
    with pytest.raises(ValidationError) as error:
        model(name="Gold", handle=WRONG).full_clean()
    assert error.value.message_dict["handle"] == [HANDLE]


def test_forms_say_what_a_handle_is(client, manager):
    assert DuplicateForm({"name": "Gold", "handle": WRONG}).errors["handle"] == [HANDLE]
    client.force_login(manager)
    answer = client.post(reverse("admin:profiles_segment_add"), {"name": "Gold", "handle": WRONG})
    assert HANDLE in answer.content.decode()
    assert "slug”" not in answer.content.decode()


def test_endpoints_say_what_a_handle_is(api):
    answer = api.post("/api/v3/benefits/definitions", {"name": "Gold", "handle": WRONG, "period": 1}, format="json")
    assert (answer.status_code, answer.json()["errors"]["handle"]) == (422, [HANDLE])
