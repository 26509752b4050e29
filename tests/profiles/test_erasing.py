import json

import pytest

from cxmanager.refusals import Refusal
from profiles import erasing, exporting, merging
from profiles.cause import Cause
from profiles.models import Event, Profile


@pytest.fixture
def known(member, clerk, at, cause):
    """Maria with something personal in every corner."""
    member.change(
        at=at, cause=Cause(user=clerk, reason="Maria called."), last_name="Membrino-Rossi", company="Rossi & Co"
    )
    member.identities.create(handle="shopify", identifier="secret-identity")
    member.addresses.create(
        address_line_1="7 Secret Lane", city="Fitzroy", state="VIC", postcode="3065", country="Australia"
    )
    member.custom_attributes.create(namespace="sizes", handle="shoe", value="secret-size")
    member.dates.create(handle="wedding", date="2020-02-02", name="Secret wedding")
    member.notes.create(text="A secret note.", author=clerk)
    member.interactions.create(
        action="visit", channel="location", name="Secret talk", namespace="shop", description="secret", interacted_at=at
    )
    member.add_tags("secret-tag", at=at, cause=cause)
    return member


def everything_about(profile: Profile) -> str:
    return json.dumps(exporting.export(profile, at=profile.updated_at), cls=exporting.ENCODER).lower()


class TestErase:
    def test_leaves_nothing_personal_and_keeps_the_counts(self, known, at, cause):
        before = Event.objects.filter(profile=known).count()

        erased = erasing.erase(known, at=at, cause=cause)

        left = everything_about(erased)
        for word in ("maria", "membrino", "rossi", "0450", "61450", "secret", "called"):
            assert word not in left
        assert (erased.profile_type, erased.deleted_at, erased.erased_at) == ("deleted", at, at)
        assert (erased.search_text, str(erased)) == ("", "Erased customer")
        assert erased.interactions.get().interacted_at == at
        assert Event.objects.filter(profile=known).count() == before + 1
        assert Event.objects.get(name="profile.updated").payload == {"erased": True, "fields": ["company", "last_name"]}
        assert Event.objects.get(name="profile.erased").actor == "Clara"

    def test_takes_those_merged_into_it_along(self, known, other_member, at, cause):
        merging.merge(winner=other_member, loser=known, at=at, cause=cause)

        erasing.erase(other_member, at=at, cause=cause)

        loser = Profile.objects.get(pk=known.pk)
        assert (loser.full_name, loser.erased_at) == ("", at)
        assert "secret" not in everything_about(loser)

    def test_lets_the_other_apps_scrub_theirs(self, member, at, cause):
        heard = []

        def listen(profile, **_):
            heard.append(profile.email)

        merging.erasing.connect(listen)
        try:
            erasing.erase(member, at=at, cause=cause)
        finally:
            merging.erasing.disconnect(listen)

        assert heard == ["maria@example.com"]

    def test_refuses_a_second_time_and_a_profile_merged_away(self, member, other_member, at, cause):
        merging.merge(winner=member, loser=other_member, at=at, cause=cause)
        with pytest.raises(Refusal) as merged:
            erasing.erase(other_member, at=at, cause=cause)
        erasing.erase(member, at=at, cause=cause)
        with pytest.raises(Refusal) as twice:
            erasing.erase(member, at=at, cause=cause)

        assert (merged.value.code, twice.value.code) == ("already_merged", "already_erased")
        assert Event.objects.filter(name="profile.erased").count() == 1


class TestExport:
    def test_holds_every_kind_of_row_and_what_other_apps_add(self, known, at):
        def benefits(profile, **_):
            return {"benefits": [{"of": str(profile.pk)}]}

        merging.exporting.connect(benefits)
        try:
            data = exporting.export(known, at=at)
        finally:
            merging.exporting.disconnect(benefits)

        assert data["profile"]["email"] == "maria@example.com"
        assert data["profile"]["tags"] == ["secret-tag"]
        assert [one["text"] for one in data["notes"]] == ["A secret note."]
        assert [one["name"] for one in data["timeline"]] == ["profile.created", "profile.updated", "tag.added"]
        assert data["benefits"] == [{"of": str(known.pk)}]
        assert {"identities", "addresses", "custom_attributes", "dates", "interactions"} <= set(data)
