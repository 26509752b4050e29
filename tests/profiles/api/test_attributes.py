import pytest

from profiles.models import CustomAttribute, Event, ProfileDate
from profiles.preferences import APPEARANCE, COMMS


@pytest.fixture
def path(member) -> str:
    return f"profiles/{member.pk}/attributes"


class TestComms:
    def test_show_every_key_and_change_what_is_sent(self, call, path):
        assert call("get", f"{path}/comms") == {"data": dict.fromkeys(COMMS)}
        changed = call("put", f"{path}/comms", {"email_promo": True, "sms_reminders": False, "unknown": 1})["data"]
        assert (changed["email_promo"], changed["sms_reminders"], changed["push_promo"]) == (True, False, None)
        assert call("get", f"{path}/comms")["data"] == changed
        again = call("put", f"{path}/comms", {"email_promo": None, "terms_accepted_at": "2026-05-01"})["data"]
        assert (again["email_promo"], again["sms_reminders"]) == (None, False)
        assert again["terms_accepted_at"] == "2026-05-01 00:00:00"

    def test_tell_consents_with_the_till_that_asked(self, call, path):
        call("put", f"{path}/comms", {"email_promo": True})
        call("put", f"{path}/comms", {"email_promo": True})
        call("put", f"{path}/comms", {"email_promo": False})
        told = Event.objects.filter(name__startswith="consent.").order_by("id")
        assert [(one.name, one.payload, one.actor) for one in told] == [
            ("consent.granted", {"permission": "email_promo"}, "Till"),
            ("consent.withdrawn", {"permission": "email_promo"}, "Till"),
        ]

    def test_by_the_short_address_are_answered_as_a_list_of_one(self, call, path, member):
        answer = call("put", f"profiles/{member.pk}/comms", {"email_promo": False})
        assert answer == {"data": [call("get", f"{path}/comms")["data"]]}
        assert answer["data"][0]["email_promo"] is False

    def test_sent_back_as_read_change_nothing(self, call, path, untouched):
        read = call("put", f"{path}/comms", {"email_promo": True})["data"]
        untouched.start()
        assert call("put", f"{path}/comms", read)["data"] == read
        untouched.check()

    @pytest.mark.parametrize(
        ("body", "place"),
        [
            ({"email_promo": "perhaps"}, "email_promo"),
            ({"email_promo": [True]}, "email_promo"),
            ({"sms_verification": "lost"}, "sms_verification"),
            ({"terms_accepted_at": "0000-00-00"}, "terms_accepted_at"),
            ({"terms_accepted_version": "x" * 192}, "terms_accepted_version"),
        ],
    )
    def test_that_are_wrong_are_refused_and_not_written(self, call, path, untouched, body, place):
        untouched.start()
        assert list(call("put", f"{path}/comms", body | {"sms_promo": True}, expect=422)["errors"]) == [place]
        untouched.check()


class TestAppearance:
    def test_shows_every_key_and_changes_what_is_sent(self, call, path, member):
        assert call("get", f"{path}/appearance") == {"data": dict.fromkeys(APPEARANCE)}
        changed = call("put", f"{path}/appearance", {"size_shoe": 42, "eye_colour": "green"})["data"]
        assert (changed["size_shoe"], changed["eye_colour"]) == ("42", "green")
        assert call("put", f"{path}/appearance", {"eye_colour": ""})["data"]["eye_colour"] is None
        assert call("get", f"profiles/{member.pk}")["data"]["attributes"]["appearance"] == {"size_shoe": "42"}

    def test_that_is_wrong_is_refused(self, call, path, untouched):
        untouched.start()
        for wrong in ("x" * 192, {}, True):
            assert list(call("put", f"{path}/appearance", {"size_top": wrong}, expect=422)["errors"]) == ["size_top"]
        untouched.check()


class TestDates:
    BODY = {
        "handle": "birthday",
        "relationship": "child",
        "date": "2019-04-12",
        "name": "Mia",
        "recurring_schedule": "Yearly",
    }

    def test_are_set_once_for_each_handle_and_relationship(self, call, path):
        first = call("put", f"{path}/dates", self.BODY)["data"]
        assert (first["date"], first["recurring_schedule"]) == ("2019-04-12", "Yearly")
        body = self.BODY | {"name": "Mia B.", "note": "Loves dogs", "description": "The elder"}
        same = call("put", f"{path}/dates", body)["data"]
        assert same == first | {
            "name": "Mia B.",
            "note": "Loves dogs",
            "description": "The elder",
            "updated_at": same["updated_at"],
        }
        other = call("put", f"{path}/dates", self.BODY | {"relationship": None})["data"]
        assert call("get", f"{path}/dates") == {"data": [same, other]}
        assert call("delete", f"{path}/dates/{first['id']}") == {"data": [other]}
        call("delete", f"{path}/dates/{first['id']}", expect=404)
        assert call("delete", f"{path}/dates/{other['id']}") == {"data": []}

    @pytest.mark.parametrize(
        ("body", "place"),
        [
            ({"handle": None}, "handle"),
            ({"date": "99999-01-01"}, "date"),
            ({"date": "0000-01-01"}, "date"),
            ({"date": None}, "date"),
            ({"date": 20190412}, "date"),
            ({"is_recurring": "often"}, "is_recurring"),
            ({"recurring_schedule": "x" * 33}, "recurring_schedule"),
        ],
    )
    def test_that_are_wrong_are_refused(self, call, path, body, place):
        assert list(call("put", f"{path}/dates", self.BODY | body, expect=422)["errors"]) == [place]
        assert not ProfileDate.objects.exists()


class TestCustom:
    def test_is_set_read_and_deleted_at_its_address(self, call, path, member):
        made = call("put", f"{path}/custom/comms:interests", {"value": "kids"})["data"]
        assert made == {
            "id": made["id"],
            "profile_id": str(member.pk),
            "namespace": "comms",
            "handle": "interests",
            "type": "string",
            "value": "kids",
            "created_at": made["created_at"],
            "updated_at": made["updated_at"],
        }
        changed = call("put", f"{path}/custom/comms:interests", made | {"type": "array", "value": ["kids"]})["data"]
        assert (changed["id"], changed["type"], changed["value"]) == (made["id"], "array", ["kids"])
        assert call("get", f"{path}/custom/comms:interests")["data"] == changed
        assert call("get", f"{path}/custom") == {"data": [changed]}
        assert call("get", f"profiles/{member.pk}")["data"]["custom_attributes"] == {"comms": {"interests": ["kids"]}}
        call("delete", f"{path}/custom/comms:interests", expect=204)
        call("get", f"{path}/custom/comms:interests", expect=404)
        call("delete", f"{path}/custom/comms:interests", expect=404)

    @pytest.mark.parametrize(
        ("body", "place"),
        [
            ({}, "value"),
            ({"value": "x", "type": "integer"}, "value"),
            ({"value": True, "type": "float"}, "value"),
            ({"value": 1, "type": "blob"}, "type"),
            ({"value": {}, "type": "array"}, "value"),
        ],
    )
    def test_that_is_wrong_is_refused(self, call, path, body, place):
        assert list(call("put", f"{path}/custom/a:b", body, expect=422)["errors"]) == [place]
        assert not CustomAttribute.objects.exists()

    def test_with_a_name_that_is_too_long_is_refused(self, call, path):
        assert list(call("put", f"{path}/custom/a:{'b' * 192}", {"value": 1}, expect=422)["errors"]) == ["handle"]


class TestFinder:
    @pytest.fixture
    def kid(self, call, path) -> None:
        for name, value in (("interests", "kids"), ("visits", 3), ("is_staff", True)):
            call("put", f"{path}/custom/comms:{name}", {"value": value})

    @pytest.mark.parametrize(
        "query",
        [
            "attributes[0][namespace]=comms&attributes[0][handle]=interests",
            "attributes[0][namespace]=comms&attributes[0][handle]=interests&attributes[0][value]=kids",
            "attributes[0][namespace]=comms&attributes[0][handle]=interests&attributes[0][value][in]=dogs,kids&page[size]=10&sort=-created_at",
            "attributes[0][namespace]=comms&attributes[0][handle]=visits&attributes[0][value]=3",
            "attributes[0][namespace]=comms&attributes[0][handle]=is_staff&attributes[0][value][eq]=true"
            "&attributes[1][namespace]=comms&attributes[1][handle]=visits",
        ],
    )
    def test_finds_profiles(self, call, kid, member, other_member, query):
        found = call("get", f"profiles/attributes/custom?{query}")
        assert [one["id"] for one in found["data"]] == [str(member.pk)]
        assert found["data"][0]["custom_attributes"]["comms"]["interests"] == "kids"
        assert found["meta"]["total"] == 1

    def test_finds_nobody_of_whom_not_all_holds(self, call, kid, member):
        query = "attributes[0][namespace]=comms&attributes[0][handle]=visits&attributes[0][value]=4"
        assert call("get", f"profiles/attributes/custom?{query}")["data"] == []

    @pytest.mark.parametrize(
        ("query", "place"),
        [
            ("", "attributes[0][namespace]"),
            ("attributes[0][namespace]=x", "attributes[0][handle]"),
            ("attributes[0][shoe]=x", "attributes[0][shoe]"),
            ("attributes[0][namespace][in]=x", "attributes[0][namespace][in]"),
            (
                "attributes[0][namespace]=x&attributes[0][handle]=y&attributes[0][value][like]=z",
                "attributes[0][value][like]",
            ),
            ("attributes[0][namespace]=%00", "attributes[0][namespace]"),
        ],
    )
    def test_refuses_what_it_cannot_ask(self, call, db, query, place):
        assert list(call("get", f"profiles/attributes/custom?{query}", expect=422)["errors"]) == [place]
