"""A tag is one word or a few, and never several tags in one."""

import pytest
from django.core.exceptions import ValidationError

from profiles.models import Tag

SENTENCE = "A tag holds no comma and no semicolon: they stand between several tags."


@pytest.mark.parametrize("handle", ["vip,new", "vip;new"])
class TestSeveralInOne:
    def test_are_refused_by_the_verbs(self, member, at, cause, handle):
        with pytest.raises(ValidationError) as refused:
            member.add_tags(handle, at=at, cause=cause)
        with pytest.raises(ValidationError) as cleaned:
            Tag(handle=handle).full_clean()

        assert refused.value.message_dict == {"tags": [SENTENCE]}
        assert cleaned.value.message_dict == {"handle": [SENTENCE]}
        assert not Tag.objects.exists()

    def test_are_refused_by_the_api(self, member, api, handle):
        made = api.post("/api/v3/tags", {"handle": handle}, format="json")
        stuck = api.post(f"/api/v3/profiles/{member.pk}/tags", {"tags": [handle]}, format="json")

        assert (made.status_code, made.json()["errors"]) == (422, {"handle": [SENTENCE]})
        assert (stuck.status_code, stuck.json()["errors"]) == (422, {"tags": [SENTENCE]})
        assert not Tag.objects.exists()
