import re

import pytest
from django.contrib.admin.models import LogEntry

from profiles.models import Event, Profile

ADD = "/admin/profiles/profile/add/"
NEW = {"first_name": "Nora", "last_name": "Newman", "email": "nora@example.com", "profile_type": "active"}


@pytest.fixture
def typed(as_clerk, address):
    """What the member's form holds as Clara opens it, to be sent back with changes."""

    def open_form() -> dict:
        text = as_clerk.get(address("edit")).content.decode()
        version = re.search(r'name="read_at_version" value="([^"]*)"', text).group(1)
        return {
            "first_name": "Maria",
            "last_name": "Membrino",
            "email": "maria@example.com",
            "mobile_phone": "0450 551 500",
            "mobile_phone_country": "AU",
            "profile_type": "active",
            "joined_at_0": "2026-05-01",
            "joined_at_1": "12:00:00",
            "read_at_version": version,
        }

    return open_form


class TestAdd:
    def test_enrols_with_the_clerk_as_cause(self, as_clerk, db):
        response = as_clerk.post(ADD, NEW | {"consent_email": "granted", "birth_month": "5", "birth_day": "3"})

        profile = Profile.objects.get()
        assert response.headers["Location"] == f"/admin/profiles/profile/{profile.pk}/change/"
        assert (profile.email, profile.comms["email_promo"]) == ("nora@example.com", True)
        assert (profile.birth_month, profile.birth_day, profile.birth_year) == (5, 3, None)
        assert Event.objects.get(name="profile.created").actor == "Clara"
        assert Event.objects.get(name="consent.granted").payload == {"permission": "email_promo"}

    @pytest.mark.parametrize(
        ("field", "value", "said"),
        [
            ("email", "MARIA@example.com", "Another profile has this e-mail address."),
            ("email", "not an address", "Enter a valid email address."),
            ("mobile_phone", "0450 551 500", "The phone number exists"),
            ("mobile_phone", "12", "is not a phone number in AU."),
            ("birth_day", "31", "A birth day needs its month."),
            ("birth_year", "99999999999", "at most 2100"),
            ("first_name", "x" * 192, "at most 191 characters"),
            ("first_name", "a\x00b", "Null characters are not allowed."),
            ("joined_at_0", "nonsense", "Enter a valid date."),
        ],
    )
    def test_says_at_the_field_what_is_wrong_and_keeps_what_was_typed(self, as_clerk, member, field, value, said):
        response = as_clerk.post(ADD, NEW | {field: value})

        assert response.status_code == 200
        assert said in response.content.decode()
        assert 'value="Newman"' in response.content.decode()
        assert Profile.objects.get() == member


class TestEdit:
    def test_writes_only_what_differs(self, as_clerk, member, address, typed, page):
        response = as_clerk.post(address("edit"), typed() | {"last_name": "Rossi"})

        assert response.headers["Location"] == page
        event = Event.objects.get(name="profile.updated")
        assert (event.payload, event.actor) == ({"changes": {"last_name": ["Membrino", "Rossi"]}}, "Clara")

    def test_writes_nothing_when_nothing_differs(self, as_clerk, member, address, typed):
        assert as_clerk.post(address("edit"), typed()).status_code == 302

        assert not Event.objects.filter(name="profile.updated").exists()

    def test_withdraws_a_consent(self, as_clerk, member, address, typed, at, cause):
        member.set_comms({"sms_promo": True}, at=at, cause=cause)

        as_clerk.post(address("edit"), typed() | {"consent_sms": "withdrawn"})

        assert Profile.objects.get().comms["sms_promo"] is False
        assert Event.objects.get(name="consent.withdrawn").payload == {"permission": "sms_promo"}

    def test_tells_the_second_editor_who_changed_what_and_lets_them_decide(
        self, as_clerk, member, manager, address, typed, at, cause
    ):
        mine = typed() | {"last_name": "Rossi"}
        member.change(at=at, cause=type(cause)(door=cause.door, user=manager), company="Rossi & Co")

        told = as_clerk.post(address("edit"), mine)

        text = told.content.decode()
        assert "Mona saved this while you had it open, and changed: company." in text
        assert 'value="Rossi"' in text
        assert Profile.objects.get().last_name == "Membrino"
        version = re.search(r'name="read_at_version" value="([^"]*)"', text).group(1)
        as_clerk.post(address("edit"), mine | {"company": "Rossi & Co", "read_at_version": version})
        assert (Profile.objects.get().last_name, Profile.objects.get().company) == ("Rossi", "Rossi & Co")

    def test_is_not_disturbed_by_a_note(self, as_clerk, member, address, typed):
        mine = typed() | {"last_name": "Rossi"}
        as_clerk.post(address("note_add"), {"text": "Hello."})

        assert as_clerk.post(address("edit"), mine).status_code == 302
        assert Profile.objects.get().last_name == "Rossi"

    @pytest.mark.parametrize("version", ["", "nonsense", "9" * 50])
    def test_survives_a_version_that_is_nonsense(self, as_clerk, member, address, typed, version):
        assert as_clerk.post(address("edit"), typed() | {"read_at_version": version}).status_code in (200, 302)

    def test_shows_what_the_verb_refuses_late(self, as_clerk, member, address, typed, monkeypatch):
        from django.core.exceptions import ValidationError

        def taken_meanwhile(self, **_):
            raise ValidationError({"email": "Another profile has this e-mail address."})

        monkeypatch.setattr(Profile, "change", taken_meanwhile)

        response = as_clerk.post(address("edit"), typed() | {"email": "new@example.com"})

        assert response.status_code == 200
        assert "Another profile has this e-mail address." in response.content.decode()
        assert 'value="new@example.com"' in response.content.decode()

    def test_is_closed_for_the_deleted_and_for_the_analyst(
        self, as_clerk, as_analyst, member, address, typed, at, cause
    ):
        mine = typed() | {"last_name": "Rossi"}
        assert as_analyst.post(address("edit"), mine).status_code == 403
        member.remove(at=at, cause=cause)
        assert as_clerk.post(address("edit"), mine).status_code == 403

        assert Profile.objects.get().last_name == "Membrino"

    def test_leaves_no_name_in_the_log_of_the_admin(self, as_clerk, member, address, typed):
        as_clerk.post(address("edit"), typed() | {"last_name": "Rossi"})

        assert not LogEntry.objects.exists()
