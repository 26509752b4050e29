import pytest
from django.contrib.auth.models import Group

from access.models import ApiToken, User
from access.roles import Role
from profiles.models import Event

USERS = "/admin/access/user/"
LONG = "a rather long password"


def role(name: Role) -> int:
    return Group.objects.get(name=name).pk


def errors(answer) -> dict:
    return dict(answer.context["adminform"].form.errors)


def form_of(user: User, **changes) -> dict:
    roles = list(user.groups.values_list("pk", flat=True))
    return {"name": user.name, "email": user.email, "groups": roles, "is_active": "on", "is_staff": "on"} | changes


def test_a_user_is_made_with_password_and_roles(office, administrator):
    form = {
        "name": "Bea",
        "email": "Bea@Example.com",
        "usable_password": "true",
        "password1": LONG,
        "password2": LONG,
        "groups": [role(Role.STORE_STAFF)],
        "is_staff": "on",
    }
    assert office.post(f"{USERS}add/", form).status_code == 302
    bea = User.objects.get(email="bea@example.com")
    assert bea.check_password(LONG)
    assert bea.role_names() == ["Store staff"]
    event = Event.objects.get(name="user.created")
    assert (event.user, event.door) == (administrator, "admin")
    assert event.payload["changes"]["roles"] == [None, ["Store staff"]]
    assert LONG not in str(event.payload)


def test_a_taken_address_and_two_passwords_are_told(office, clerk):
    form = {
        "name": "B",
        "email": "CLARA@example.com",
        "usable_password": "true",
        "password1": LONG,
        "password2": "other",
    }
    answer = office.post(f"{USERS}add/", form)
    assert errors(answer) == {
        "email": ["A user with this e-mail address exists."],
        "password2": ["The two password fields didn’t match."],
    }
    assert User.objects.count() == 2


def test_what_changed_is_recorded(office, clerk):
    office.post(f"{USERS}{clerk.pk}/change/", form_of(clerk, name="Klara", groups=[role(Role.ANALYST)]))
    event = Event.objects.get(name="user.updated")
    assert event.payload["changes"] == {"name": ["Clara", "Klara"], "roles": [["Store staff"], ["Analyst"]]}


def test_saving_what_stands_is_not_recorded(office, clerk):
    assert office.post(f"{USERS}{clerk.pk}/change/", form_of(clerk)).status_code == 302
    assert not Event.objects.exists()


def test_a_new_password_is_recorded_without_it(office, clerk):
    form = {"password1": LONG, "password2": LONG, "usable_password": "true"}
    assert office.post(f"{USERS}{clerk.pk}/password/", form).status_code == 302
    clerk.refresh_from_db()
    assert clerk.check_password(LONG)
    assert Event.objects.get().payload["changes"] == {"password": ["…", "set anew"]}


def test_nobody_switches_themselves_off(office, administrator):
    form = form_of(administrator)
    del form["is_active"]
    assert errors(office.post(f"{USERS}{administrator.pk}/change/", form)) == {
        "is_active": ["You cannot switch off your own user: ask another administrator."]
    }
    office.post(USERS, {"action": "switch_off", "_selected_action": [administrator.pk]})
    assert office.post(f"{USERS}{administrator.pk}/delete/", {"post": "yes"}).status_code == 403
    administrator.refresh_from_db()
    assert administrator.is_active


@pytest.mark.parametrize("changes", [{"groups": []}, {"is_staff": ""}])
def test_the_last_administrator_stays_one(office, administrator, changes):
    answer = office.post(f"{USERS}{administrator.pk}/change/", form_of(administrator, **changes))
    assert errors(answer) == {
        "__all__": ["Nobody could manage users any more: this is the last administrator who may sign in."]
    }
    assert administrator.role_names() == ["Administrator"]


def test_switching_off_stops_tokens_at_once(office, clerk, at):
    ApiToken.objects.issue(name="Hers", user=clerk, scopes=["*"], at=at)
    office.post(USERS, {"action": "switch_off", "_selected_action": [clerk.pk]})
    assert not ApiToken.objects.usable(at=at).exists()
    office.post(USERS, {"action": "switch_on", "_selected_action": [clerk.pk]})
    assert ApiToken.objects.usable(at=at).get().name == "Hers"
    assert [event.payload["changes"] for event in Event.objects.order_by("pk")] == [
        {"is_active": [True, False]},
        {"is_active": [False, True]},
    ]


def test_deleting_a_user_deletes_their_tokens_and_keeps_what_they_did(office, clerk, cause, member, at):
    ApiToken.objects.issue(name="Hers", user=clerk, scopes=["*"], at=at)
    member.change(first_name="Marie", at=at, cause=cause)
    assert office.post(f"{USERS}{clerk.pk}/delete/", {"post": "yes"}).status_code == 302
    assert not ApiToken.objects.exists()
    assert Event.objects.get(name="profile.updated").actor == "Clara"
    assert Event.objects.get(name="user.deleted").payload["changes"] == {"email": ["clara@example.com", None]}
