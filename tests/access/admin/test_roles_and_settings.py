import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from access.models import Setting
from access.roles import Role
from profiles.models import Event
from tests.conftest import person

ROLES = "/admin/access/staffrole/"
SETTINGS = "/admin/access/setting/"


def permission(name: str) -> Permission:
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def test_a_role_of_ones_own(office):
    held = [permission("profiles.view_profile").pk, permission("benefits.issue_benefit").pk]
    assert office.post(f"{ROLES}add/", {"name": "Customer service", "permissions": held}).status_code == 302
    role = Group.objects.get(name="Customer service")
    assert set(role.permissions.values_list("codename", flat=True)) == {"view_profile", "issue_benefit"}
    event = Event.objects.get(name="role.created")
    assert event.payload["changes"]["permissions"] == [None, ["issue_benefit", "view_profile"]]
    assert office.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not Group.objects.filter(name="Customer service").exists()


def test_what_is_not_offered_stays(office):
    role = Group.objects.create(name="Customer service")
    hidden = permission("sessions.view_session")
    role.permissions.add(hidden)
    office.post(f"{ROLES}{role.pk}/change/", {"name": "Customer service", "permissions": []})
    assert list(role.permissions.all()) == [hidden]


@pytest.mark.parametrize("name", list(Role))
def test_built_in_roles_are_explained_and_stay(office, name):
    role = Group.objects.get(name=name)
    page = office.get(f"{ROLES}{role.pk}/change/").content.decode()
    assert "This is one of the five built-in roles." in page
    office.post(f"{ROLES}{role.pk}/change/", {"name": "Renamed", "permissions": []})
    assert office.post(f"{ROLES}{role.pk}/delete/", {"post": "yes"}).status_code == 403
    role.refresh_from_db()
    assert role.name == name


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [("string", "hello", "hello"), ("integer", "30", 30), ("boolean", "Yes", True), ("json", '{"a": [1]}', {"a": [1]})],
)
def test_a_setting_is_written_as_people_write(office, type_, text, value):
    assert office.post(f"{SETTINGS}add/", {"handle": "mine", "type": type_, "value": text}).status_code == 302
    assert Setting.objects.get(handle="mine").value == value
    assert Event.objects.get().name == "setting.created"


@pytest.mark.parametrize(("type_", "text"), [("integer", "many"), ("boolean", "perhaps"), ("json", "{")])
def test_a_value_of_another_type_is_told(office, type_, text):
    answer = office.post(f"{SETTINGS}add/", {"handle": "mine", "type": type_, "value": text})
    [error] = answer.context["adminform"].form.errors["value"]
    assert error.startswith("This is not of that type.")
    assert not Setting.objects.filter(handle="mine").exists()


def test_changing_is_recorded_once_and_checked(office):
    currency = Setting.objects.get(handle="currency")
    page = f"{SETTINGS}{currency.pk}/change/"
    assert office.post(page, {"value": "NZD"}).status_code == 302
    assert office.post(page, {"value": "NZD"}).status_code == 302
    assert Event.objects.get().payload["changes"] == {"value": ["AUD", "NZD"]}
    answer = office.post(page, {"value": "dollars"})
    assert answer.context["adminform"].form.errors["value"] == ["Write the three letters of a currency, such as AUD."]


def test_standing_settings_are_not_deleted(office):
    for setting in Setting.objects.all():
        assert office.post(f"{SETTINGS}{setting.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Setting.objects.count() == 2


def test_a_secret_is_not_shown_and_stays_unless_another_is_typed(office):
    key = Setting.objects.get(handle="app.request_key")
    page = f"{SETTINGS}{key.pk}/change/"

    for address in (SETTINGS, page):
        assert key.value not in office.get(address).content.decode()
    assert office.post(page, {"value": ""}).status_code == 302
    assert Setting.objects.get(pk=key.pk).value == key.value
    assert office.post(page, {"value": "another"}).status_code == 302

    assert Setting.objects.get(pk=key.pk).value == "another"
    assert Event.objects.get().payload["changes"] == {"value": ["••••••••", "••••••••"]}


def test_those_who_may_only_look_see_what_the_list_shows(db):
    looker = person("Lena")
    looker.user_permissions.add(permission("access.view_setting"))
    client = Client()
    client.force_login(looker)

    for setting in Setting.objects.all():
        page = client.get(f"{SETTINGS}{setting.pk}/change/").content.decode()
        assert (setting.value in page) == (setting.handle == "currency")
