"""Imports and batches over the API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from access.models import ApiToken
from jobs.models import Job
from jobs.working import run_one
from profiles.models import CustomAttribute, Identity, Profile, ProfileImport

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
        ({"handler": "omneo:product"}, "handler", "Only omneo:profile is supported."),
        ({"handler": "nonsense"}, "handler", "Only omneo:profile is supported."),
        ({"match": "phone"}, "file", "Customers cannot be matched by “phone”. Use email, id or identity:HANDLE."),
        ({"all_or_nothing": "perhaps"}, "all_or_nothing", "Must be a valid boolean."),
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


@pytest.mark.parametrize("path", [BATCH, f"{BATCH}/", f"{BATCH}.json"])
def test_a_batch(api, path, member):
    documents = [
        {
            "email": "Maria@Example.com",
            "first_name": "Marie",
            "last_name": None,
            "unknown": {"a": 1},
            "tags": ["vip", "a;b"],
            "identities": [{"handle": "shopify", "identifier": "S;1"}],
            "comms_attributes": {"email_promo": True, "sms_promo": None},
            "appearance_attributes": {"size_top": "M"},
            "custom_attributes": [
                {"namespace": "shop", "handle": "visits", "value": 5},
                {"namespace": "shop", "handle": "name", "value": "5"},
            ],
        },
        {"email": "=ann@example.com", "birth_year": 1980, "birth_month": 5, "birth_day": 17, "is_completed": True},
        {"first_name": "Nobody"},
    ]
    answer = api.post(path, {"match_criteria": "email", "profiles": documents}, format="json")
    assert (answer.status_code, answer.json()) == (200, {"data": {"message": "Profiles queued for batch import."}})
    assert run_one(worker="w").state == "done"
    row = ProfileImport.objects.get()
    assert [getattr(row, name) for name in ProfileImport.COUNTS] == [1, 1, 0, 1]

    member.refresh_from_db()
    assert (member.first_name, member.last_name, member.appearance) == ("Marie", "Membrino", {"size_top": "M"})
    assert sorted(member.tags.values_list("handle", flat=True)) == ["a;b", "vip"]
    assert member.comms["email_promo"] is True
    assert "sms_promo" not in member.comms
    assert Identity.objects.get().identifier == "S;1"
    assert dict(CustomAttribute.objects.values_list("handle", "value")) == {"visits": 5, "name": "5"}
    ann = Profile.objects.get(email="=ann@example.com")
    assert (ann.birth_year, ann.birth_month, ann.birth_day, ann.is_completed) == (1980, 5, 17, True)


def test_a_batch_by_identity(api, member, at, cause):
    member.add_identity(handle="loyalty-card", identifier="C1", at=at, cause=cause)
    documents = [
        {"first_name": "Marie", "identities": [{"handle": "loyalty-card", "identifier": "C1"}]},
        {"first_name": "Nina", "identities": [{"handle": "loyalty-card", "identifier": "C2"}]},
    ]
    api.post(BATCH, {"match_criteria": "loyalty-card", "profiles": documents}, format="json")
    run_one(worker="w")
    member.refresh_from_db()
    assert member.first_name == "Marie"
    assert Identity.objects.get(identifier="C2").profile.first_name == "Nina"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"match_criteria": "email"},
        {"match_criteria": "email", "profiles": []},
        {"match_criteria": "email", "profiles": "x"},
        {"match_criteria": "email", "profiles": ["x"]},
        {"match_criteria": "email", "profiles": [{"email": "a@example.com", "tags": "vip"}]},
        {"match_criteria": "email", "profiles": [{"email": "a@example.com", "identities": [{"handle": "x"}]}]},
        {"match_criteria": "email", "profiles": [{"email": "a@example.com", "custom_attributes": [1]}]},
        {"match_criteria": "email", "profiles": [{"email": "a@example.com", "comms_attributes": 5}]},
        {"match_criteria": "a:b", "profiles": [{"email": "a@example.com"}]},
        {"match_criteria": "email", "profiles": [{}]},
        {"match_criteria": [], "profiles": [{"email": "a@example.com"}]},
    ],
)
def test_a_batch_that_is_refused(api, body):
    answer = api.post(BATCH, body, format="json")
    assert answer.status_code == 422
    assert not ProfileImport.objects.exists()
    assert not Job.objects.exists()


def test_values_of_the_wrong_type_refuse_their_profile_only(api):
    documents = [
        {"email": {"a": 1}},
        {"email": 5},
        {"email": "a@example.com", "gender": [1]},
        {"email": "b@example.com"},
    ]
    assert api.post(BATCH, {"match_criteria": "email", "profiles": documents}, format="json").status_code == 200
    run_one(worker="w")
    row = ProfileImport.objects.get()
    assert (row.created, row.refused) == (2, 1)
