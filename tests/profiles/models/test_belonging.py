"""What belongs to a customer comes about, changes and goes with an event each, and not without."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError

from profiles.models import Event, Identity, Profile


def told(profile) -> list[tuple[str, dict]]:
    """The customer's events since they joined."""
    return [(one.name, one.payload) for one in profile.events.exclude(name="profile.created").order_by("id")]


class TestIdentity:
    def test_is_added_changed_and_removed_with_an_event_each(self, member, at, cause):
        identity = member.add_identity(handle=" shopify ", identifier=" 77 ", at=at, cause=cause)
        assert (identity.handle, identity.identifier, identity.is_active) == ("shopify", "77", True)
        identity.change(identifier="78", at=at, cause=cause)
        number = identity.pk
        identity.remove(at=at, cause=cause)

        assert told(member) == [
            ("identity.created", {"identity_id": number, "handle": "shopify", "identifier": "77"}),
            (
                "identity.updated",
                {
                    "identity_id": number,
                    "handle": "shopify",
                    "identifier": "78",
                    "changes": {"identifier": ["77", "78"]},
                },
            ),
            ("identity.deleted", {"identity_id": number, "handle": "shopify", "identifier": "78"}),
        ]
        assert not member.identities.exists()

    def test_of_another_profile_is_refused_at_its_field_and_nothing_is_written(self, member, other_member, at, cause):
        other_member.add_identity(handle="card", identifier="1", at=at, cause=cause)

        with pytest.raises(ValidationError) as caught:
            member.add_identity(handle="card", identifier="1", at=at, cause=cause)

        assert caught.value.message_dict == {"identifier": ["Another profile has this identity."]}
        assert told(member) == []

    def test_taken_between_the_check_and_the_insert_is_refused_with_the_same_sentence(
        self, member, other_member, at, cause, monkeypatch
    ):
        late = Identity(profile=member, handle="card", identifier="1")
        checked = []

        def check_then_lose(*, exclude=None):
            if not checked:
                checked.append(True)
                other_member.add_identity(handle="card", identifier="1", at=at, cause=cause)
                return
            Identity.full_clean(late, exclude=exclude)

        monkeypatch.setattr(late, "full_clean", lambda exclude=None: check_then_lose(exclude=exclude))
        with pytest.raises(ValidationError) as caught:
            late.put_down(at=at, cause=cause)

        assert caught.value.message_dict == {"identifier": ["Another profile has this identity."]}
        assert told(member) == []

    def test_changed_to_the_same_writes_nothing(self, member, at, cause):
        identity = member.add_identity(handle="card", identifier="1", at=at, cause=cause)
        events = Event.objects.count()

        assert identity.change(identifier="1", at=at, cause=cause) == {}
        assert Event.objects.count() == events


class TestCustomAttribute:
    def test_is_made_with_the_type_of_its_value_then_changed(self, member, at, cause):
        first = member.set_custom_attribute(namespace="comms", handle="interests", value="kids", at=at, cause=cause)
        again = member.set_custom_attribute(namespace="comms", handle="interests", value="dogs", at=at, cause=cause)

        assert (first.pk, first.type, again.value) == (again.pk, "string", "dogs")
        assert [name for name, _ in told(member)] == ["attribute.created", "attribute.updated"]
        assert told(member)[1][1]["changes"] == {"value": ["kids", "dogs"]}

    @pytest.mark.parametrize(
        ("value", "kind"),
        [(True, "boolean"), (3, "integer"), (0.5, "float"), (["a"], "array"), ({"a": 1}, "json"), (None, "string")],
    )
    def test_takes_the_type_of_its_value(self, member, at, cause, value, kind):
        made = member.set_custom_attribute(namespace="n", handle="h", value=value, at=at, cause=cause)
        assert (made.type, made.value) == (kind, value)

    def test_that_is_not_of_its_type_is_refused_and_not_written(self, member, at, cause):
        with pytest.raises(ValidationError) as caught:
            member.set_custom_attribute(namespace="n", handle="h", value="x", type="integer", at=at, cause=cause)
        assert caught.value.message_dict == {"value": ["This is not of type integer."]}
        assert (member.custom_attributes.count(), told(member)) == (0, [])


class TestDate:
    def test_is_one_for_each_handle_and_relationship(self, member, at, cause):
        one = member.set_date(handle="birthday", relationship="child", date=date(2020, 2, 29), at=at, cause=cause)
        same = member.set_date(handle="birthday", relationship="child", name="Mia", at=at, cause=cause)
        other = member.set_date(handle="birthday", relationship="spouse", date=date(1980, 1, 1), at=at, cause=cause)

        assert (same.pk, same.name, same.date) == (one.pk, "Mia", date(2020, 2, 29))
        assert other.pk != one.pk

    def test_without_a_date_is_refused(self, member, at, cause):
        with pytest.raises(ValidationError) as caught:
            member.set_date(handle="birthday", at=at, cause=cause)
        assert caught.value.message_dict == {"date": ["This field cannot be null."]}
        assert told(member) == []


class TestAddress:
    FIELDS = {"address_line_1": "1 Long Street", "city": "Fitzroy", "state": "VIC", "postcode": "3065", "country": "AU"}

    def test_a_new_default_takes_the_place_of_the_earlier(self, member, at, cause):
        first = member.add_address(**self.FIELDS, is_default=True, at=at, cause=cause)
        second = member.add_address(**self.FIELDS, is_default=True, at=at, cause=cause)

        first.refresh_from_db()
        assert (first.is_default, second.is_default) == (False, True)


class TestInteraction:
    def test_is_noted_down_at_the_moment_of_the_call_with_its_tags(self, member, at, cause):
        fields = {"action": "visit", "channel": "location", "signal": 1, "name": "Fitting", "namespace": "store"}
        made = member.add_interaction(**fields, tags=["shoes"], at=at, cause=cause)

        assert made.interacted_at == at
        assert list(made.tags.values_list("handle", flat=True)) == ["shoes"]
        unsaid = {"staff_id": None, "product_id": "", "product_variant_id": "", "product_category_id": ""}
        assert told(member) == [("interaction.created", {"interaction_id": made.pk, **fields, **unsaid})]


class TestComms:
    def test_tell_what_was_granted_and_withdrawn(self, member, at, cause):
        member.set_comms({"email_promo": True, "sms_bounced": False}, at=at, cause=cause)
        member.set_comms({"email_optout": True}, at=at, cause=cause)

        assert member.comms == {
            "email_promo": True,
            "sms_bounced": False,
            "email_optout": True,
            "email_consent_updated_at": "2026-05-01 12:00:00",
        }
        assert [(name, payload.get("permission")) for name, payload in told(member)] == [
            ("profile.updated", None),
            ("consent.granted", "email_promo"),
            ("profile.updated", None),
            ("consent.withdrawn", "email_promo"),
        ]

    def test_of_unknown_keys_and_wrong_values_are_refused_and_nothing_is_written(self, member, at, cause):
        with pytest.raises(ValidationError) as caught:
            member.set_comms({"email_promo": "yes", "fax_promo": True, "sms_promo": True}, at=at, cause=cause)
        assert set(caught.value.message_dict) == {"email_promo", "fax_promo"}
        member.refresh_from_db()
        assert (member.comms, told(member)) == ({}, [])

    def test_given_at_the_start_are_told(self, db, at, cause):
        profile = Profile(first_name="Nia", comms={"sms_promo": True}).enrol(at=at, cause=cause)
        assert told(profile) == [("consent.granted", {"permission": "sms_promo"})]


class TestProfile:
    def test_taken_addresses_are_refused_once_at_their_fields(self, member, at, cause):
        twin = Profile(email="MARIA@example.com", mobile_phone="+61 450 551 500")
        with pytest.raises(ValidationError) as caught:
            twin.enrol(at=at, cause=cause)
        assert caught.value.message_dict == {
            "email": ["Another profile has this e-mail address."],
            "mobile_phone": ["The phone number exists"],
        }
        assert Profile.objects.count() == 1

    def test_counts_as_updated_when_what_belongs_to_it_is(self, member, cause):
        later = datetime(2027, 1, 1, tzinfo=UTC)
        member.add_identity(handle="card", identifier="1", at=later, cause=cause)
        assert Profile.objects.get().updated_at == later
