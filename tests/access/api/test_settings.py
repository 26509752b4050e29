import pytest

from access.models import Setting
from profiles.models import Event

SETTINGS = "/api/v3/settings"


def test_the_currency_is_always_there(api):
    body = api.get(SETTINGS, {"filter[handle]": "currency"}).json()
    assert body.keys() == {"data"}
    [row] = body["data"]
    assert (row["handle"], row["value"], row["type"]) == ("currency", "AUD", "string")
    assert isinstance(row["id"], int)
    assert api.get(f"{SETTINGS}/currency").json()["data"] == row


def test_the_environment_is_a_list_of_handles_and_values(api):
    body = api.get(f"{SETTINGS}/environment").json()
    [row] = body["data"]
    assert row.keys() == {"handle", "value"}
    assert row["handle"] == "app.request_key" and len(row["value"]) == 32
    assert "app.request_key" not in [one["handle"] for one in api.get(SETTINGS).json()["data"]]
    assert api.get(f"{SETTINGS}/app.request_key").status_code == 404


def test_setting_a_value_is_recorded_once(api, manager):
    for _ in range(2):
        answer = api.put(f"{SETTINGS}/currency", {"handle": "currency", "value": "NZD"}, format="json")
        assert (answer.status_code, answer.json()["data"]["value"]) == (200, "NZD")
    event = Event.objects.get(name="setting.updated")
    assert (event.payload["changes"], event.user) == ({"value": ["AUD", "NZD"]}, manager)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"value": "dollars"}, "Write the three letters of a currency, such as AUD."),
        ({"value": 5}, "This is not of type string."),
        ({"value": None}, "Write the three letters of a currency, such as AUD."),
        ({}, "This field is required."),
    ],
)
def test_a_value_that_does_not_fit_is_refused(api, body, sentence):
    answer = api.put(f"{SETTINGS}/currency", body, format="json")
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"value": [sentence]}
    assert Setting.objects.get(handle="currency").value == "AUD"


def test_a_handle_cannot_be_renamed(api):
    api.put(f"{SETTINGS}/currency", {"handle": "money", "value": "EUR"}, format="json")
    assert Setting.objects.get(handle="currency").value == "EUR"


def test_settings_are_not_deleted_or_made(api):
    assert api.delete(f"{SETTINGS}/currency").status_code == 405
    assert api.post(SETTINGS, {"handle": "x", "value": 1}, format="json").status_code == 405
    assert api.put(f"{SETTINGS}/nothing", {"value": 1}, format="json").status_code == 404


def test_reading_and_changing_are_two_scopes(caller):
    assert caller("read-settings").get(f"{SETTINGS}/currency").status_code == 200
    assert caller("read-settings").put(f"{SETTINGS}/currency", {"value": "NZD"}, format="json").status_code == 403
    assert caller("update-settings").put(f"{SETTINGS}/currency", {"value": "NZD"}, format="json").status_code == 200
    assert caller("update-settings").get(SETTINGS).status_code == 403
