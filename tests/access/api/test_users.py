import pytest
from django.contrib.auth.models import Group

from access.models import ApiToken, User
from access.roles import Role
from profiles.models import Event

USERS = "/api/v3/users"
LONG = "a password of thirty-two letters"
ANA = {"name": "Ana", "email": "Ana@Example.com", "password": LONG, "password_confirmation": LONG}
ALL_FOUR = [
    {"id": 1, "handle": "create"},
    {"id": 2, "handle": "read"},
    {"id": 3, "handle": "update"},
    {"id": 4, "handle": "delete"},
]


def test_oneself_is_bare(api, manager):
    body = api.get(f"{USERS}/me").json()
    assert (body["id"], body["name"], body["email"]) == (manager.pk, "Mona", "mona@example.com")
    assert body["roles"] == [{"id": Group.objects.get(name=Role.PROGRAM_MANAGER).pk, "handle": "program-manager"}]
    assert body["permissions"] == ALL_FOUR
    assert "password" not in body


def test_five_verbs(api):
    made = api.post(USERS, {**ANA, "throttle": 60, "roles": [{"id": 1}]}, format="json")
    assert made.status_code == 201
    user = made.json()["data"]
    assert (user["email"], user["throttle"]) == ("ana@example.com", 60)
    assert user["roles"] == [{"id": 1, "handle": "administrator"}]
    assert user["permissions"] == ALL_FOUR
    assert User.objects.get(pk=user["id"]).check_password(LONG)

    assert api.get(f"{USERS}/{user['id']}").json()["data"] == user
    listed = api.get(USERS, {"filter[name]": "Ana"}).json()
    assert listed["data"] == [user]
    assert listed["meta"]["total"] == 1

    changed = api.put(f"{USERS}/{user['id']}", {"name": "Anna", "roles": []}, format="json").json()["data"]
    assert (changed["name"], changed["email"], changed["roles"]) == ("Anna", "ana@example.com", [])
    assert changed["permissions"] == []
    assert User.objects.get(pk=user["id"]).check_password(LONG)

    gone = api.delete(f"{USERS}/{user['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    missing = api.get(f"{USERS}/{user['id']}")
    assert (missing.status_code, missing.json(), missing.reason_phrase) == (404, {"message": "Not Found"}, "Not Found")


def test_a_user_without_roles_may_do_nothing(api):
    assert api.post(USERS, ANA, format="json").json()["data"]["roles"] == []


def test_deleting_a_user_deletes_their_tokens(api, clerk, at):
    ApiToken.objects.issue(name="Hers", user=clerk, scopes=["*"], at=at)
    api.delete(f"{USERS}/{clerk.pk}")
    assert not ApiToken.objects.filter(name="Hers").exists()


def test_a_token_cannot_delete_its_own_user(api, manager):
    answer = api.delete(f"{USERS}/{manager.pk}")
    assert answer.status_code == 409
    assert answer.json() == {
        "message": "A token cannot delete the user it belongs to.",
        "code": "own_user",
        "errors": {},
    }
    assert User.objects.filter(pk=manager.pk).exists()


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": None}, {"name": ["This field may not be null."]}),
        ({"name": "x" * 192}, {"name": ["This can have at most 191 characters."]}),
        ({"email": "nobody"}, {"email": ["Enter a valid email address."]}),
        ({"email": "MONA@example.com"}, {"email": ["A user with this e-mail address exists."]}),
        ({"password_confirmation": "other"}, {"password": ["The password confirmation does not match."]}),
        ({"password_confirmation": None}, {"password_confirmation": ["This field may not be null."]}),
        (
            {"password": "short", "password_confirmation": "short"},
            {"password": ["This password is too short. It must contain at least 10 characters."]},
        ),
        ({"throttle": -1}, {"throttle": ["This must be at least 1."]}),
        ({"throttle": "many"}, {"throttle": ["This must be a whole number."]}),
        ({"roles": [{"id": 999}]}, {"roles": ["There is no role with id 999."]}),
        ({"roles": [{"id": 10**30}]}, {"roles": [f"There is no role with id {10**30}."]}),
        ({"roles": "all"}, {"roles": ['Send a list of roles, such as [{"id": 1}].']}),
        ({"roles": [{"id": True}]}, {"roles": ['Name each role by its id, such as [{"id": 1}].']}),
    ],
)
def test_malformed_input_names_its_field_and_makes_nobody(api, changes, errors):
    answer = api.post(USERS, {**ANA, **changes}, format="json")
    assert answer.status_code == 422
    assert answer.json() == {"message": "The given data was invalid.", "errors": errors}
    assert [user.name for user in User.objects.all()] == ["Mona"]


def test_a_huge_throttle_is_malformed(api):
    answer = api.post(USERS, {**ANA, "throttle": 10**12}, format="json")
    assert answer.status_code == 422
    assert not User.objects.filter(name="Ana").exists()


def test_what_changed_is_on_the_audit_trail_without_secrets(api, clerk):
    api.put(f"{USERS}/{clerk.pk}", {"name": "Klara", "password": LONG, "password_confirmation": LONG}, format="json")
    event = Event.objects.get(subject_type="access.user")
    assert event.name == "user.updated"
    assert event.payload["changes"] == {"name": ["Clara", "Klara"], "password": ["…", "set anew"]}


def test_sending_back_what_was_read_changes_nothing(api, clerk):
    read = api.get(f"{USERS}/{clerk.pk}").json()["data"]
    assert api.put(f"{USERS}/{clerk.pk}", read, format="json").json()["data"]["roles"] == read["roles"]
    assert not Event.objects.filter(subject_type="access.user").exists()


def test_an_unknown_filter_is_refused(api):
    answer = api.get(USERS, {"filter[nmae]": "Ana"})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["filter[nmae]"]


def test_roles_say_what_they_may(api):
    rows = api.get("/api/v3/roles").json()["data"]
    assert [row["handle"] for row in rows] == [
        *["administrator", "program-manager", "store-staff", "analyst", "integration"],
    ]
    assert rows[0] == {
        "id": 1,
        "name": "Administrator",
        "handle": "administrator",
        "weight": 50,
        "permissions": ALL_FOUR,
    }
    assert rows[3]["permissions"] == [{"id": 2, "handle": "read"}]
    assert rows[4]["permissions"] == []
    assert api.get(f"/api/v3/roles/{rows[2]['id']}").json()["data"] == rows[2]
    assert api.get("/api/v3/roles", {"filter[name]": "Analyst"}).json()["data"] == [rows[3]]
    assert api.post("/api/v3/roles", {}, format="json").status_code == 405


def test_permissions_are_four_and_alike_in_list_and_alone(api):
    body = api.get("/api/v3/permissions").json()
    assert [(row["id"], row["handle"]) for row in body["data"]] == [
        (1, "create"),
        (2, "read"),
        (3, "update"),
        (4, "delete"),
    ]
    assert body["meta"]["total"] == 4
    for row in body["data"]:
        assert api.get(f"/api/v3/permissions/{row['id']}").json()["data"] == row
    assert api.get("/api/v3/permissions/5").status_code == 404
    assert api.get("/api/v3/permissions", {"page[size]": 1, "page[number]": 2}).json()["data"] == [body["data"][1]]
