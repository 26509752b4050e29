from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate

from profiles.models import Event, Profile


class TestChange:
    def test_records_what_changed(self, member, at, cause):
        changes = member.change(at=at, cause=cause, last_name="Meier", email="MARIA@Example.com ")

        assert changes == {"last_name": ["Membrino", "Meier"]}
        event = Event.objects.get(name="profile.updated")
        assert (event.payload, event.actor) == ({"changes": changes}, "Clara")
        assert Profile.objects.search("meier").get() == member

    def test_writes_nothing_when_nothing_differs(self, member, at, cause):
        updated_at = member.updated_at

        assert member.change(at=at, cause=cause, first_name="Maria") == {}

        assert Profile.objects.get().updated_at == updated_at
        assert not Event.objects.filter(name="profile.updated").exists()

    def test_leaves_alone_what_another_changed_meanwhile(self, member, at, cause):
        read_earlier = Profile.objects.get()
        member.change(at=at, cause=cause, company="Acme")

        read_earlier.change(at=at, cause=cause, title="Dr.")

        stored = Profile.objects.get()
        assert (stored.company, stored.title) == ("Acme", "Dr.")

    def test_refuses_a_phone_that_another_has(self, member, other_member, at, cause):
        with pytest.raises(ValidationError) as refused:
            other_member.change(at=at, cause=cause, mobile_phone="+61 450 551 500", first_name="Otter")

        assert refused.value.message_dict["mobile_phone"] == ["The phone number exists"]
        assert Profile.objects.get(pk=other_member.pk).first_name == "Otto"


class TestBirthDate:
    @pytest.mark.parametrize("days", [1, 27_000])
    def test_cannot_lie_in_the_future(self, member, at, cause, days):
        future = localdate(at) + timedelta(days=days)

        with pytest.raises(ValidationError) as changed:
            member.change(at=at, cause=cause, birth_date=future)
        with pytest.raises(ValidationError) as enrolled:
            Profile(first_name="Nina", birth_date=future).enrol(at=at, cause=cause)

        expected = {"birth_year": ["A birth date cannot lie in the future."]}
        assert changed.value.message_dict == enrolled.value.message_dict == expected
        assert Profile.objects.get().birth_date is None

    def test_may_be_today(self, member, at, cause):
        member.change(at=at, cause=cause, birth_date=localdate(at))

        assert Profile.objects.get().birth_date == localdate(at)

    def test_that_stands_wrong_keeps_nothing_else_from_changing(self, member, at, cause):
        Profile.objects.update(birth_year=2099)

        assert member.change(at=at, cause=cause, company="Acme") == {"company": ["", "Acme"]}


class TestSearch:
    @pytest.mark.parametrize(
        "text", ["maria", "MARÍA  membr", "brino", "maria@example.com", "0450551500", "+61 450 551 500"]
    )
    def test_finds_by_name_mail_or_phone(self, member, other_member, text):
        assert list(Profile.objects.search(text)) == [member]

    @pytest.mark.parametrize(
        ("name", "typed"), [("Łukasz", "lukasz"), ("Søren", "soren"), ("O’Brien", "o'brien"), ("Weiß", "WEISS")]
    )
    def test_finds_letters_that_are_not_on_every_keyboard(self, member, at, cause, name, typed):
        member.change(at=at, cause=cause, last_name=name)

        assert list(Profile.objects.search(typed)) == [member]

    def test_finds_by_any_identity(self, member, other_member):
        member.identities.create(handle="loyalty-card", identifier="4711")

        assert list(Profile.objects.search(" 4711 ")) == [member]
        assert list(Profile.objects.search("471")) == []
