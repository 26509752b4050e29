"""Tags, locations and audits over the API."""

import json

import pytest

from profiles.cause import Cause
from profiles.models import Event, Location, Tag

LOCATIONS = "/api/v3/locations"
AUDITS = "/api/v3/audits"


def test_a_tag_is_made_read_and_deleted(api):
    made = api.post("/api/v3/tags", {"handle": "  vip "}, format="json")
    assert made.status_code == 201
    tag = made.json()["data"]
    assert tag["handle"] == "vip"
    assert api.get(f"/api/v3/tags/{tag['id']}").json()["data"] == tag
    assert api.delete(f"/api/v3/tags/{tag['id']}").status_code == 204
    assert api.get(f"/api/v3/tags/{tag['id']}").status_code == 404
    assert list(Event.objects.order_by("pk").values_list("name", flat=True)) == ["tag.created", "tag.deleted"]


def test_deleting_a_tag_leaves_the_customer(api, member, at):
    member.add_tags("vip", at=at, cause=Cause())
    api.delete(f"/api/v3/tags/{Tag.objects.get().pk}")
    assert member.tags.count() == 0


def test_five_verbs_of_a_location(api):
    sent = {
        "name": "Fitzroy",
        "timezone": "Australia/Melbourne",
        "external_id": "fitz",
        "address": {"city": "Melbourne"},
        "normal_hours": [{"day_of_week": "MON", "open_at": "09:02", "close_at": "17:30"}],
        "special_hours": [{"name": "New Year", "start_at": "2027-01-01", "is_repeating": True}],
        "tags": ["north", "city", "north"],
    }
    made = api.post(LOCATIONS, sent, format="json")
    assert made.status_code == 201
    location = made.json()["data"]
    assert location["tags"] == ["city", "north"]
    assert location["normal_hours"] == [
        {"id": 1, "location_id": location["id"], "day_of_week": "MON", "open_at": "09:02", "close_at": "17:30"}
    ]
    assert location["special_hours"][0]["start_at"] == "2027-01-01 00:00:00"
    assert api.get(f"{LOCATIONS}/{location['id']}").json()["data"] == location
    assert api.get(LOCATIONS, {"filter[external_id]": "fitz"}).json()["data"] == [location]

    changed = api.put(f"{LOCATIONS}/{location['id']}", {"name": "Fitzroy North", "tags": []}, format="json").json()[
        "data"
    ]
    assert (changed["name"], changed["tags"], changed["timezone"]) == ("Fitzroy North", [], "Australia/Melbourne")
    assert changed["normal_hours"] == location["normal_hours"]

    assert api.delete(f"{LOCATIONS}/{location['id']}").status_code == 204
    assert api.get(f"{LOCATIONS}/{location['id']}").status_code == 404


def test_sending_back_what_was_read_changes_nothing(api):
    hours = [{"day_of_week": "SUN", "open_at": "10:00", "close_at": "16:00"}]
    special = [{"name": "Fair", "start_at": "2027-01-01 10:00:00"}]
    sent = {"name": "Fitzroy", "normal_hours": hours, "special_hours": special}
    read = api.post(LOCATIONS, sent, format="json").json()["data"]
    again = api.put(f"{LOCATIONS}/{read['id']}", read, format="json").json()["data"]
    assert {**again, "updated_at": None} == {**read, "updated_at": None}
    assert not Event.objects.filter(name="location.updated").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"email": "nobody"}, "email"),
        ({"external_id": "taken"}, "external_id"),
        (
            {"normal_hours": [{"day_of_week": "FUN", "open_at": "09:00", "close_at": "10:00"}]},
            "normal_hours.0.day_of_week",
        ),
        ({"normal_hours": [{"day_of_week": "MON", "open_at": "25:00", "close_at": "10:00"}]}, "normal_hours.0.open_at"),
        ({"normal_hours": "always"}, "normal_hours.non_field_errors"),
        ({"address": "here"}, "address"),
        ({"tags": [{"a": 1}]}, "tags.0"),
        ({"is_published": "perhaps"}, "is_published"),
    ],
)
def test_a_malformed_location_names_its_field(api, changes, field):
    Location.objects.create(name="Other", external_id="taken")
    answer = api.post(LOCATIONS, {"name": "Fitzroy"} | changes, format="json")
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert not Location.objects.filter(name="Fitzroy").exists()


def test_an_audit_tells_old_and_new_as_strings_of_json(api, clerk, member, at):
    member.change(first_name="Marie", at=at, cause=Cause.by_staff(clerk, reason="Misspelt."))
    [row] = api.get(AUDITS, {"filter[event]": "profile.updated"}).json()["data"]
    event = Event.objects.get(name="profile.updated")
    assert row == {
        "id": event.pk,
        "user_id": clerk.pk,
        "event": "profile.updated",
        "auditable_type": "profiles.profile",
        "auditable_id": None,
        "old_values": json.dumps({"first_name": "Maria"}),
        "new_values": json.dumps({"first_name": "Marie"}),
        "url": None,
        "ip_address": None,
        "user_agent": None,
        "profile_id": str(member.pk),
        "token_name": None,
        "reason": "Misspelt.",
        "created_at": "2026-05-01 12:00:00",
        "updated_at": "2026-05-01 12:00:00",
    }
    assert api.get(f"{AUDITS}/{event.pk}").json()["data"] == row


def test_an_audit_names_the_token(api):
    location = api.post(LOCATIONS, {"name": "Fitzroy"}, format="json").json()["data"]
    [row] = api.get(AUDITS, {"filter[auditable_type]": "profiles.location"}).json()["data"]
    assert (row["token_name"], row["auditable_id"], row["event"]) == ("Till", location["id"], "location.created")


def test_audits_are_found_by_customer_and_time_and_never_written(api, member, other_member):
    rows = api.get(AUDITS, {"filter[profile_id]": str(member.pk), "sort": "-created_at"}).json()["data"]
    assert {row["profile_id"] for row in rows} == {str(member.pk)}
    assert api.get(AUDITS, {"filter[created_at][gt]": "2026-05-01 12:00:00"}).json()["data"] == []
    assert api.get(AUDITS, {"filter[profile_id]": "nobody"}).status_code == 422
    assert api.post(AUDITS, {}, format="json").status_code == 405
    assert api.delete(f"{AUDITS}/{rows[0]['id']}").status_code == 405
