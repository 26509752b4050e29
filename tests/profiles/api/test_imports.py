"""Imports over the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from access.models import ApiToken
from jobs.models import Job
from jobs.working import run_one
from profiles.models import Profile, ProfileImport

pytestmark = pytest.mark.django_db
URL = "/api/v3/imports"
BATCH = "/api/v3/profiles/batch"
CUSTOMERS = b"email,first_name,ignored\nann@example.com,Ann,1\nnonsense,x,2\n"


def send(api, content: bytes = CUSTOMERS, *, name: str = "customers.csv", **fields):
    file = SimpleUploadedFile(name, content, content_type="text/csv")
    return api.post(URL, {"file": file, "handler": "omneo:profile", **fields}, format="multipart")


def test_a_file_is_imported_in_the_background(api, manager):
    answer = send(api)
    assert answer.status_code == 201
    data = answer.json()["data"]
    assert (data["status"], data["name"], data["progress"], data["failed_count"]) == ("waiting", "customers.csv", 0, 0)
    assert data["mapping_fields"] == {"email": "email", "first_name": "first_name"}
    assert data["importable_type"] == "omneo:profile"
    assert {
        "count",
        "issued_at",
        "condition",
        "run_condition_on_issue_date",
        "exclude_if_related_exists",
    } <= data.keys()
    assert {"use_condition", "meta", "importable_id"} <= data.keys()

    assert run_one(worker="w").state == "done"
    shown = api.get(f"{URL}/{data['id']}").json()["data"]
    assert (shown["status"], shown["count"], shown["failed_count"], shown["progress"]) == ("done", 2, 1, 100)
    assert shown["meta"]["created"] == 1
    created = Profile.objects.get().events.get()
    assert (created.door, created.user, created.actor) == ("import", manager, "Till")


def test_the_list_is_paged(api):
    send(api)
    send(api, name="second.csv")
    answer = api.get(f"{URL}?page[size]=1&sort=-created_at").json()
    assert ([row["name"] for row in answer["data"]], answer["meta"]["total"]) == (["second.csv"], 2)


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"handler": "omneo:product"}, "handler", "Write one of: omneo:profile, omneo:transaction."),
        (
            {"handler": "omneo:profiles"},
            "handler",
            "Write one of: omneo:profile, omneo:transaction. Did you mean “omneo:profile”?",
        ),
        ({"match": "phone"}, "file", "Customers cannot be matched by “phone”. Use email, id or identity:HANDLE."),
        ({"all_or_nothing": "perhaps"}, "all_or_nothing", "This must be true or false."),
    ],
)
def test_what_is_refused(api, fields, field, sentence):
    answer = send(api, **fields)
    assert (answer.status_code, answer.json()["errors"]) == (422, {field: [sentence]})
    assert not ProfileImport.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7", b"first_name\nAnn\n", b"email\n", b"PK\x03\x04nonsense", b"email,email\na,b\n"]
)
def test_a_file_that_cannot_be_imported(api, content):
    answer = send(api, content)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["file"])
    assert not ProfileImport.objects.exists()


def test_a_file_is_needed(api):
    answer = api.post(URL, {"handler": "omneo:profile"}, format="json")
    assert (answer.status_code, answer.json()["errors"]) == (422, {"file": ["No file was submitted."]})
    assert api.post(URL, {"handler": "omneo:profile", "file": "x"}, format="json").status_code == 422


def test_deleting(api):
    number = send(api).json()["data"]["id"]
    # It had not begun, so it is stopped and deleted at once.
    assert api.delete(f"{URL}/{number}").status_code == 204
    assert api.get(f"{URL}/{number}").status_code == 404
    assert Job.objects.get().state == "cancelled"


def test_one_that_runs_is_stopped_first(api):
    number = send(api).json()["data"]["id"]
    Job.objects.update(state="running")
    answer = api.delete(f"{URL}/{number}")
    assert (answer.status_code, answer.json()["code"]) == (409, "under_way")
    assert Job.objects.get().is_cancel_requested
    Job.objects.update(state="cancelled")
    assert api.delete(f"{URL}/{number}").status_code == 204


@pytest.mark.parametrize(
    ("scope", "allowed"),
    [
        ("read-imports", {"list"}),
        ("create-imports", {"create"}),
        ("CRUD-profiles", {"batch"}),
        ("read-tags", set()),
    ],
)
def test_scopes(scope, allowed, manager, at):
    from rest_framework.test import APIClient

    client = APIClient()
    secret = ApiToken.objects.issue(
        name="Narrow", user=manager, scopes=[scope], at=at, expires_at=at.replace(year=2100)
    )[1]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    done = {
        "list": client.get(URL),
        "create": send(client),
        "batch": client.post(
            BATCH, {"match_criteria": "email", "profiles": [{"email": "a@example.com"}]}, format="json"
        ),
    }
    assert {name for name, answer in done.items() if answer.status_code != 403} == allowed
