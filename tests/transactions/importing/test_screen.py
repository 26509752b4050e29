"""A file of purchases through the back office and the API, as it is for one of customers."""

import csv
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils.timezone import now

from access.models import ApiToken, User
from jobs.models import Job
from jobs.working import run_one
from profiles.importing import forgetting, starting
from profiles.models import Event, ProfileImport
from transactions.importing.staging import forget_left_over
from transactions.importing.tasks import SAMPLE
from transactions.models import Aggregation, StagedLine, Transaction

pytestmark = pytest.mark.django_db
FILE = """\
Invoce;E-mail;Date;Stock code;Qty;Price
S1;maria@example.com;2026-05-01 12:00;KNIT;2;49.95
S1;maria@example.com;2026-05-01 12:00;MUG;1;5
S2;nobody@example.com;2026-05-01 12:00;MUG;1;5
C1;maria@example.com;2026-05-03 12:00;KNIT;-1;49.95
S3;;soon;MUG;one;5
"""
ADD = reverse("admin:profiles_profileimport_add")


def page(row: ProfileImport, name: str = "change") -> str:
    return reverse(f"admin:profiles_profileimport_{name}", args=[row.pk])


@pytest.fixture
def office(client, manager):
    client.force_login(manager)
    return client


@pytest.fixture
def uploaded(office, member) -> ProfileImport:
    answer = office.post(f"{ADD}?kind=transactions", {"file": SimpleUploadedFile("till.csv", FILE.encode())})
    row = ProfileImport.objects.get()
    assert answer.headers["Location"] == page(row, "columns")
    return row


def chosen(row: ProfileImport, **changes) -> dict:
    return {f"column_{place}": key for place, key in enumerate(row.columns)} | {"match": row.match} | changes


MATCHED = {"column_0": "external_id", "match_returns": "on"}


def test_the_first_step_explains_each_kind(office):
    shown = office.get(ADD).content.decode()
    assert "birth_date" in shown
    assert "?kind=transactions" in shown
    shown = office.get(f"{ADD}?kind=transactions").content.decode()
    assert "price_sell" in shown
    assert "birth_date" not in shown
    sample = office.get(reverse("admin:profiles_profileimport_sample", args=["transactions"]))
    assert sample.content.decode("utf-8-sig") == SAMPLE
    assert "attachment" in sample.headers["Content-Disposition"]


def test_from_the_file_to_the_result(office, uploaded, member):
    shown = office.get(page(uploaded, "columns")).content.decode()
    assert (
        "The file needs the column external_id (Transaction number). “Invoce” looks like “invoice”, which is Transaction number."
        in shown
    )
    assert office.post(page(uploaded, "columns"), chosen(uploaded, **MATCHED)).headers["Location"] == page(uploaded)
    preview = office.get(page(uploaded)).content.decode()
    assert "Import 3 lines" in preview
    assert "No customer is known by “nobody@example.com”." in preview
    assert "“soon” is not a time. Write it like 2026-05-01 14:30:00." in preview
    assert (Transaction.objects.exists(), Event.objects.filter(name="transaction.created").exists()) == (False, False)
    assert not StagedLine.objects.exists()

    assert office.post(page(uploaded, "run")).headers["Location"] == page(uploaded)
    assert run_one(worker="w").state == "done"
    state = office.get(page(uploaded, "progress")).json()
    assert (state["created"], state["updated"], state["unchanged"], state["refused"]) == (3, 0, 0, 2)
    result = office.get(page(uploaded)).content.decode()
    assert "To the purchases" in result
    refused = b"".join(office.get(page(uploaded, "refused")).streaming_content).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(refused)))
    assert [row[0] for row in rows] == ["Invoce", "S2", "S3"]
    assert rows[2][2:] == [
        "soon",
        "MUG",
        "one",
        "5",
        "Row 6: “soon” is not a time. Write it like 2026-05-01 14:30:00. “one” is not a number. Write it like 1280.50.",
    ]
    assert Aggregation.objects.get(profile=member).spend_all * 100 == 5495
    assert not StagedLine.objects.exists()
    told = Event.objects.get(name="transaction.created")
    assert (told.door, told.user, told.reason) == ("import", uploaded.user, f"Import {uploaded.pk}: till.csv")


def test_the_preview_is_what_happens(office, uploaded):
    office.post(page(uploaded, "columns"), chosen(uploaded, **MATCHED))
    office.post(page(uploaded, "run"))
    run_one(worker="w")
    uploaded.refresh_from_db()
    assert {name: uploaded.preview[name] for name in ProfileImport.COUNTS} == {
        name: getattr(uploaded, name) for name in ProfileImport.COUNTS
    }
    assert [(one["row"], one["reasons"]) for one in uploaded.preview["problems"]] == list(
        uploaded.refused_rows.order_by("number").values_list("number", "reasons")
    )


def test_returns_are_matched_only_where_it_was_asked_for(office, uploaded):
    office.post(page(uploaded, "columns"), chosen(uploaded, column_0="external_id"))
    uploaded.refresh_from_db()
    assert uploaded.options == {"match_returns": False, "earn": False}
    assert uploaded.preview["refused"] == 3


def test_all_that_is_missing_is_told_at_once(office, uploaded):
    answer = office.post(page(uploaded, "columns"), chosen(uploaded, column_4="", column_5=""))
    assert answer.context["form"].errors["__all__"] == [
        "The file needs the columns external_id (Transaction number), quantity (Quantity) and price_sell (Price of one "
        "piece). “Invoce” looks like “invoice”, which is Transaction number. “Qty” looks like “qty”, which is Quantity. “Price” looks like “price”, which is Price of "
        "one piece."
    ]


def test_it_is_told_that_purchases_would_be_nobodys(office, uploaded):
    said = "so all purchases of this file would be nobody&#x27;s"
    assert said not in office.get(page(uploaded, "columns")).content.decode()
    office.post(page(uploaded, "columns"), chosen(uploaded, **MATCHED, match="", column_1=""))
    assert said in office.get(page(uploaded)).content.decode()
    assert said in office.get(page(uploaded, "columns")).content.decode()


def test_a_preview_of_nothing_new_says_so(office, uploaded):
    for _ in "again":
        office.post(page(uploaded, "columns"), chosen(uploaded, **MATCHED))
        preview = office.get(page(uploaded)).content.decode()
        office.post(page(uploaded, "run"))
        run_one(worker="w")
        office.post(f"{ADD}?kind=transactions", {"file": SimpleUploadedFile("till.csv", FILE.encode())})
        uploaded = ProfileImport.objects.first()
    assert "Nothing in this file is new: 3 lines are stored as they are, 2 left out." in preview
    assert "No row of this file can be imported." not in preview


def test_the_switch_is_called_on_the_screen_what_it_is_called_there(office, uploaded):
    office.post(page(uploaded, "columns"), chosen(uploaded, column_0="external_id"))
    shown = office.get(page(uploaded)).content.decode()
    assert "or choose “Match returns to earlier sales”." in shown
    assert "--" not in shown.split("What is wrong")[1].split("</section>")[0]


def test_a_large_file_is_checked_in_the_background(office, uploaded, monkeypatch):
    monkeypatch.setattr(starting, "CHECKED_AT_ONCE_BYTES", 1)
    office.post(page(uploaded, "columns"), chosen(uploaded, **MATCHED))
    assert run_one(worker="w").state == "done"
    assert "Import 3 lines" in office.get(page(uploaded)).content.decode()
    assert not StagedLine.objects.exists()


def test_who_may_import_customers_alone_sees_nothing_of_purchases(client, uploaded):
    user = User.objects.create_user("other@example.com", "correct horse", name="Other", is_staff=True)
    from django.contrib.auth.models import Permission

    user.user_permissions.add(Permission.objects.get(codename="import_profiles"))
    client.force_login(user)
    assert "?kind=transactions" not in client.get(ADD).content.decode()
    assert client.get(reverse("admin:profiles_profileimport_sample", args=["transactions"])).status_code == 403
    for name in ("change", "columns", "progress", "refused"):
        assert client.get(page(uploaded, name)).status_code == 403, name
    for name in ("run", "remove"):
        assert client.post(page(uploaded, name)).status_code == 403, name
    assert "till.csv" not in client.get(reverse("admin:profiles_profileimport_changelist")).content.decode()


def test_rows_laid_down_stay_while_somebody_may_carry_them_on(at, member):
    line = {"number": 2, "is_anonymous": True, "is_return": False, "external_id": "S1", "values": {}, "staged_at": at}
    kept, _ = (StagedLine.objects.create(run=f"{'0' * 31}{end}", **line) for end in "12")
    Job.objects.enqueue("transactions.import", at=at)
    Job.objects.update(cursor={"run": str(kept.run)})
    assert forget_left_over(at=now()) == 1
    assert list(StagedLine.objects.all()) == [kept]


def test_the_file_goes_with_the_next_erasure(office, uploaded, member, at, cause):
    office.post(page(uploaded, "columns"), chosen(uploaded, **MATCHED))
    office.post(page(uploaded, "run"))
    run_one(worker="w")
    assert forgetting.forget(uploaded.pk, at=now())
    assert not uploaded.file.storage.exists(uploaded.file.name)
    refused = b"".join(office.get(page(uploaded, "refused")).streaming_content)
    assert b"nobody@example.com" not in refused


# --- The API ----------------------------------------------------------------------------------------------------------

URL = "/api/v3/imports"
SALES = b"external_id,email,transacted_at,sku,quantity,price_sell\nS1,maria@example.com,2026-05-01,K,1,5\nC1,maria@example.com,2026-05-02,K,-1,5\n"


def send(api, content: bytes = SALES, **fields):
    file = SimpleUploadedFile("till.csv", content, content_type="text/csv")
    return api.post(URL, {"file": file, "handler": "omneo:transaction", **fields}, format="multipart")


def test_over_the_api(api, member):
    answer = send(api, match_returns=True)
    assert answer.status_code == 201, answer.content
    data = answer.json()["data"]
    assert (data["importable_type"], data["meta"]["match"], data["meta"]["match_returns"]) == (
        "omneo:transaction",
        "email",
        True,
    )
    assert run_one(worker="w").state == "done"
    shown = api.get(f"{URL}/{data['id']}").json()["data"]
    assert (shown["status"], shown["count"], shown["failed_count"], shown["meta"]["created"]) == ("done", 2, 0, 2)
    assert Transaction.objects.get(type="return").returns.external_id == "S1"


def test_the_api_tells_all_that_is_missing(api):
    answer = send(api, b"Invoce,transacted_at,quantity\n1,2026-05-01,1\n")
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        {
            "file": [
                "The file needs the columns external_id (Transaction number) and price_sell (Price of one piece). "
                "“Invoce” looks like “invoice”, which is Transaction number."
            ]
        },
    )
    assert not ProfileImport.objects.exists()


@pytest.mark.parametrize(
    ("handler", "field"), [("omneo:transaction", "all_or_nothing"), ("omneo:profile", "match_returns")]
)
def test_what_only_the_other_kind_has(api, handler, field):
    answer = send(api, handler=handler, **{field: True})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


@pytest.mark.parametrize(
    ("scopes", "status"), [(["create-imports"], 403), (["create-imports", "CRUD-transactions"], 201)]
)
def test_purchases_need_the_scope_of_purchases_too(scopes, status, manager, member, at):
    from rest_framework.test import APIClient

    client = APIClient()
    expiry = at.replace(year=2100)
    secret = ApiToken.objects.issue(name="Narrow", user=manager, scopes=scopes, at=at, expires_at=expiry)[1]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert send(client).status_code == status
    assert ProfileImport.objects.count() == (status == 201)


def test_the_api_tells_that_purchases_are_nobodys(api, member):
    (warning,) = send(api, SALES.replace(b"email", b"mail from"), match_returns=True).json()["data"]["meta"]["warnings"]
    assert warning.startswith("No column says who bought it, so all purchases of this file would be nobody's.")
    assert send(api).json()["data"]["meta"]["warnings"] == []


def test_the_api_tells_why_rows_were_left_out(api, member):
    rows = SALES + b"S2,nobody@example.com,2026-05-01,K,1,5\n"
    number = send(api, rows, match_returns=True).json()["data"]["id"]
    run_one(worker="w")
    answer = api.get(f"{URL}/{number}/refused").json()
    reason = "No customer is known by “nobody@example.com”."
    cells = ["S2", "nobody@example.com", "2026-05-01", "K", "1", "5"]
    assert (answer["data"], answer["meta"]["total"]) == ([{"row": 4, "reasons": [reason], "cells": cells}], 1)


def test_reasons_quote_purchases_so_they_need_their_scope(api, client, manager, member):
    number = send(api).json()["data"]["id"]
    _, secret = ApiToken.objects.issue(name="Reader", user=manager, scopes=["read-imports"], at=now())
    answer = client.get(f"{URL}/{number}/refused", headers={"Authorization": f"Bearer {secret}"})
    assert answer.status_code == 403


def test_the_api_takes_what_columns_are(api, member):
    rows = SALES.replace(b"email", b"Who").replace(b"external_id", b"No.")
    answer = send(api, rows, mapping_fields='{"Who": "email", "No.": "external_id", "sku": ""}').json()["data"]
    assert answer["meta"]["match"] == "email"
    assert answer["mapping_fields"]["Who"] == "email"
    assert "sku" not in answer["mapping_fields"]


@pytest.mark.parametrize(
    ("mapping", "sentence"),
    [
        ('{"emial": "email"}', "The file has no column “emial”. Did you mean “email”?"),
        ('{"email": "telepathy"}', "“telepathy” is nothing that a column can be."),
        ("[]", 'Write an object such as {"Client": "identity:loyalty-card"}.'),
    ],
)
def test_the_api_tells_what_no_column_is(api, member, mapping, sentence):
    answer = send(api, mapping_fields=mapping)
    assert (answer.status_code, answer.json()["errors"]["mapping_fields"]) == (422, [sentence])
    assert not ProfileImport.objects.exists()
