"""The pages of an import, as a manager goes through them and as others do not."""

import csv
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from access.models import User
from access.roles import Role
from jobs.models import Job
from jobs.working import run_one
from profiles.importing import starting
from profiles.models import Profile, ProfileImport

pytestmark = pytest.mark.django_db
FILE = "Given name;E-Mail;Card\nZoë;zoe@example.com;C1\nX;nonsense;=1\nMarie;maria@example.com;\n"
LIST = reverse("admin:profiles_profileimport_changelist")
ADD = reverse("admin:profiles_profileimport_add")
EXPORT = reverse("admin:profiles_export")


def page(row: ProfileImport, name: str = "change") -> str:
    return reverse(f"admin:profiles_profileimport_{name}", args=[row.pk])


@pytest.fixture
def office(client, manager):
    client.force_login(manager)
    return client


def upload(client, content: str | bytes = FILE, name: str = "customers.csv"):
    raw = content.encode() if isinstance(content, str) else content
    return client.post(ADD, {"file": SimpleUploadedFile(name, raw)})


@pytest.fixture
def uploaded(office) -> ProfileImport:
    answer = upload(office)
    row = ProfileImport.objects.get()
    assert answer.headers["Location"] == page(row, "columns")
    return row


CHOICES = {"column_0": "first_name", "column_1": "email", "column_2": "identity:", "detail_2": "card", "match": "email"}


def test_from_the_file_to_the_result(office, uploaded, member):
    shown = office.get(page(uploaded, "columns")).content.decode()
    assert "UTF-8, separated by semicolon" in shown
    assert "zoe@example.com" in shown

    assert office.post(page(uploaded, "columns"), CHOICES).headers["Location"] == page(uploaded)
    preview = office.get(page(uploaded)).content.decode()
    assert "Import 2 customers" in preview
    assert "E-mail: “nonsense” is not an e-mail address." in preview
    assert Profile.objects.count() == 1

    assert office.post(page(uploaded, "run")).headers["Location"] == page(uploaded)
    waiting = office.get(page(uploaded)).content.decode()
    assert 'data-import-progress="' in waiting
    assert office.get(page(uploaded, "progress")).json()["is_under_way"] is True

    assert run_one(worker="w").state == "done"
    state = office.get(page(uploaded, "progress")).json()
    assert (state["is_under_way"], state["created"], state["updated"], state["refused"]) == (False, 1, 1, 1)
    result = office.get(page(uploaded)).content.decode()
    assert "Download the refused rows" in result
    refused = b"".join(office.get(page(uploaded, "refused")).streaming_content).decode("utf-8-sig")
    assert list(csv.reader(StringIO(refused))) == [
        ["Given name", "E-Mail", "Card", "reasons"],
        ["X", "nonsense", "'=1", "Row 3: E-mail: “nonsense” is not an e-mail address."],
    ]
    assert Profile.objects.get(email="zoe@example.com").identities.get().identifier == "C1"


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b"%PDF-1.7", "This is a PDF. Save the list as CSV or XLSX."),
        (b"email\n", "The file has column names and no customers below them."),
    ],
)
def test_a_file_that_cannot_be_read_says_so_at_its_field(office, content, sentence):
    answer = upload(office, content)
    assert answer.status_code == 200
    assert answer.context["form"].errors == {"file": [sentence]}
    assert sentence in answer.content.decode()
    assert not ProfileImport.objects.exists()


def test_no_file_at_all(office):
    assert office.post(ADD, {}).context["form"].errors == {"file": ["This field is required."]}


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"detail_2": ""}, "detail_2", "Write a name such as loyalty-card."),
        ({"column_2": "custom:", "detail_2": "size"}, "detail_2", "Write a name such as shop:size."),
        (
            {"column_0": "email"},
            "__all__",
            "Columns 1 and 2 are both “E-mail”. Keep one of them and leave out the other.",
        ),
        (
            {"column_1": ""},
            "__all__",
            "No column is the E-mail, by which customers are to be matched. "
            "The first row must hold the column names, such as email,first_name,last_name. "
            "“E-Mail” looks like “email”.",
        ),
        ({"column_0": "nonsense"}, "column_0", "Select a valid choice. nonsense is not one of the available choices."),
    ],
)
def test_a_mistake_in_the_columns_keeps_the_file_and_what_was_chosen(office, uploaded, change, field, sentence):
    answer = office.post(page(uploaded, "columns"), CHOICES | change)
    assert answer.status_code == 200
    assert answer.context["form"].errors == {field: [sentence]}
    uploaded.refresh_from_db()
    assert (uploaded.status, uploaded.file.storage.exists(uploaded.file.name)) == ("uploaded", True)


def test_customers_are_matched_by_the_identity_just_chosen(office, uploaded):
    answer = office.post(page(uploaded, "columns"), CHOICES | {"match": "identity:card"})
    assert answer.status_code == 302
    uploaded.refresh_from_db()
    assert (uploaded.match, uploaded.preview["created"]) == ("identity:card", 1)


def test_all_or_nothing_with_a_bad_row_cannot_be_started(office, uploaded):
    office.post(page(uploaded, "columns"), CHOICES | {"is_all_or_nothing": "on"})
    shown = office.get(page(uploaded)).content.decode()
    assert "Nothing can be imported" in shown
    assert page(uploaded, "run") not in shown


def test_a_file_that_would_change_nothing_says_so(office, member):
    upload(office, "email,first_name\nmaria@example.com,Maria\n")
    row = ProfileImport.objects.get()
    office.post(page(row, "columns"), {"column_0": "email", "column_1": "first_name", "match": "email"})
    shown = office.get(page(row)).content.decode()
    assert "Everything in this file is stored already." in shown
    assert page(row, "run") not in shown


def test_a_large_file_is_checked_in_the_background(office, uploaded, monkeypatch):
    monkeypatch.setattr(starting, "CHECKED_AT_ONCE_BYTES", 1)
    office.post(page(uploaded, "columns"), CHOICES)
    assert 'data-import-progress="' in office.get(page(uploaded)).content.decode()
    # The columns stay as they are while the file is being checked.
    assert office.get(page(uploaded, "columns")).headers["Location"] == page(uploaded)
    run_one(worker="w")
    shown = office.get(page(uploaded)).content.decode()
    assert "Import 2 customers" in shown
    assert "data-import-progress" not in shown


def test_cancelling(office, uploaded):
    office.post(page(uploaded, "run"))
    office.post(page(uploaded, "cancel"))
    assert Job.objects.get().state == "cancelled"
    shown = office.get(page(uploaded)).content.decode()
    assert "The import was cancelled." in shown


def test_two_clicks_start_one_job(office, uploaded):
    office.post(page(uploaded, "run"))
    answer = office.post(page(uploaded, "run"), follow=True)
    assert "This import was started already." in answer.content.decode()
    assert Job.objects.count() == 1


def test_what_failed_says_why(office, uploaded):
    office.post(page(uploaded, "run"))
    Job.objects.update(state="failed", error="The disk is full.")
    assert "The disk is full." in office.get(page(uploaded)).content.decode()


def test_deleting(office, uploaded, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert office.post(page(uploaded, "remove")).headers["Location"] == LIST
    assert not ProfileImport.objects.exists()
    assert not uploaded.file.storage.exists(uploaded.file.name)


def test_one_under_way_is_not_deleted(office, uploaded):
    office.post(page(uploaded, "run"))
    assert "Cancel it first." in office.post(page(uploaded, "remove"), follow=True).content.decode()
    assert ProfileImport.objects.exists()


@pytest.mark.parametrize("name", ["run", "cancel", "remove"])
def test_nothing_is_done_by_following_a_link(office, uploaded, name):
    assert office.get(page(uploaded, name)).status_code == 405


@pytest.mark.parametrize("number", ["0", "999999", "99999999999999999999", "x"])
def test_an_import_that_is_not_there(office, number):
    assert office.get(f"{LIST}{number}/change/").status_code == 404


@pytest.mark.parametrize("role", [Role.STORE_STAFF, Role.ANALYST, Role.INTEGRATION])
def test_others_stay_outside(client, uploaded, role):
    user = User.objects.create_user("other@example.com", "correct horse", name="Other")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    for url in (LIST, ADD, *(page(uploaded, name) for name in ("change", "columns", "progress", "refused"))):
        assert client.get(url).status_code == 403, url
    for name in ("columns", "run", "cancel", "remove"):
        assert client.post(page(uploaded, name)).status_code == 403, name
    assert upload(client).status_code == 403
    assert ProfileImport.objects.get().status == "uploaded"


@pytest.mark.parametrize(
    ("role", "status"), [(Role.PROGRAM_MANAGER, 200), (Role.ANALYST, 200), (Role.STORE_STAFF, 403), (None, 403)]
)
def test_who_may_export(client, role, status, member):
    user = User.objects.create_user("other@example.com", "correct horse", name="Other")
    if role:
        user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    assert client.get(EXPORT).status_code == status
    listed = client.get(reverse("admin:profiles_profile_changelist"))
    if listed.status_code == 200:
        assert (EXPORT in listed.content.decode()) is (status == 200)


def test_the_export_is_what_the_list_shows(office, member, other_member):
    def exported(query: str) -> list[str]:
        file = b"".join(office.get(f"{EXPORT}{query}").streaming_content).decode("utf-8-sig")
        return sorted(row["email"] for row in csv.DictReader(StringIO(file)))

    assert exported("") == ["maria@example.com", "otto@example.com"]
    assert exported("?q=membrino") == ["maria@example.com"]
    assert exported("?q=nobody") == []


def test_the_list_of_imports(office, uploaded):
    shown = office.get(LIST).content.decode()
    assert "customers.csv" in shown
    assert "Columns to match" in shown
    uploaded.delete()
    assert "Nothing has been imported yet." in office.get(LIST).content.decode()
