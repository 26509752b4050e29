"""Files in and out, through the back office's own pages: preview, confirm, and nothing dropped in silence."""

from datetime import UTC, datetime

import pytest
import tablib
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from benefits.models import Benefit, BenefitDefinition
from benefits.resources import BenefitDefinitionResource
from profiles.models import Event, Identity, Tag


def page(model: str, verb: str) -> str:
    return reverse(f"admin:benefits_{model}_{verb}")


def upload(client: Client, model: str, content: str | bytes, name: str = "file.csv"):
    content = content.encode() if isinstance(content, str) else content
    return client.post(
        page(model, "import"), {"import_file": SimpleUploadedFile(name, content), "format": "0", "resource": ""}
    )


def confirm(client: Client, model: str, preview):
    form = preview.context["confirm_form"]
    return client.post(
        page(model, "process_import"), {name: form[name].value() or "" for name in form.fields}, follow=True
    )


def refused(response) -> list[tuple]:
    return [(one["row"], *error) for one in response.context["refused_rows"] for error in one["errors"]]


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


class TestDefinitions:
    def test_makes_and_changes_by_handle(self, as_manager, coffee):
        preview = upload(
            as_manager,
            "benefitdefinition",
            'handle,name,product_skus,tags,is_extendable,max_redemptions\nfree-coffee,Free espresso,,,,\nknit,Knit,"A, B",winter;vip,1,3\n',
        )
        assert BenefitDefinition.objects.count() == 1
        assert preview.context["sentence"] == "1 new, 1 changed, 0 the same as before."

        done = confirm(as_manager, "benefitdefinition", preview)

        assert said(done) == ["1 new, 1 changed, 0 the same as before."]
        coffee.refresh_from_db()
        assert (coffee.name, coffee.is_extendable, coffee.max_redemptions) == ("Free espresso", False, None)
        knit = BenefitDefinition.objects.get(handle="knit")
        assert (knit.product_skus, knit.period, knit.is_extendable) == (["A", "B"], 30, True)
        assert {tag.handle for tag in knit.tags.all()} == {"winter", "vip"}

    def test_keeps_conditions_through_export_and_import(self, as_manager, coffee):
        condition = {"==": [{"var": "first_name"}, "Zoë"]}
        BenefitDefinition.objects.update(claim_condition=condition)
        (row,) = BenefitDefinitionResource().export().dict
        assert (row["claim_condition"], row["view_condition"]) == ('{"==": [{"var": "first_name"}, "Zoë"]}', "")

        cells = tablib.Dataset(
            ("free-coffee", "Free coffee", "", row["claim_condition"]),
            ("tea", "Tea", '{"==": [{"var": "gendr"}, "x"]}', ""),
            ("milk", "Milk", '{"==": ', ""),
            ("juice", "Juice", "", '{"==": [{"var": "gender"}, "femal"]}'),
            ("water", "Water", "{}", "[]"),
            ("wine", "Wine", "", '{"and": [true], "and": [true]}'),
            headers=("handle", "name", "claim_condition", "view_condition"),
        )
        preview = upload(as_manager, "benefitdefinition", cells.export("csv"))

        assert refused(preview) == [
            (3, "Claim condition", "At /==/0/var: There is no fact “gendr”. Did you mean “gender”?"),
            (4, "Claim condition", "This is not JSON: Expecting value, line 1, column 8."),
            (
                5,
                "View condition",
                "At /==/1: Gender is one of “male”, “female”, “witheld”, “other”; “femal” is not. Did you mean “female”?",
            ),
            (7, "View condition", "“and” stands twice in one object: write it once."),
        ]
        confirm(as_manager, "benefitdefinition", preview)
        water = BenefitDefinition.objects.get(handle="water")
        assert (water.claim_condition, water.view_condition) == (None, None)
        coffee.refresh_from_db()
        assert (coffee.claim_condition, coffee.view_condition) == (None, condition)

    def test_shows_bad_rows_and_takes_the_good_ones(self, as_manager, coffee, issued, at, cause):
        issued.redeem(at=at, cause=cause)
        preview = upload(
            as_manager,
            "benefitdefinition",
            "handle,name,period,period_type,max_global_redemptions\n"
            "good,Good,5,days,\n"
            "bad handle,Bad,5,days,\n"
            "worse,Worse,many,days,\n"
            "worst,Worst,5,fortnights,\n",
        )

        assert [(row, field) for row, field, _ in refused(preview)] == [
            (3, "Handle"),
            (4, "Period"),
            (5, "Period type"),
        ]
        confirm(as_manager, "benefitdefinition", preview)
        assert set(BenefitDefinition.objects.values_list("handle", flat=True)) == {"free-coffee", "good"}

    def test_shows_what_was_refused_only_since_the_preview(self, as_manager, db):
        preview = upload(as_manager, "benefitdefinition", "handle,name,external_id\ntea,Tea,\nmilk,Milk,\n")
        BenefitDefinition.objects.create(name="Taken", handle="tea", period_type="days")
        BenefitDefinition.objects.filter(handle="tea").update(period=0)

        done = confirm(as_manager, "benefitdefinition", preview)

        assert refused(done)[0][:2] == (2, "Period")
        assert done.context["sentence"] == "1 new, 0 changed, 0 the same as before, 1 refused."

    def test_exports_what_it_reads_back_unchanged(self, as_manager, coffee):
        coffee.product_skus, coffee.description = ["A", "B, large"], "=HYPERLINK(1)"
        coffee.claim_period_start_at = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)
        coffee.save()
        coffee.tags.add(*Tag.objects.named("winter"))

        for number, name in ((0, "a.csv"), (1, "a.xlsx")):
            file = as_manager.post(page("benefitdefinition", "export"), {"format": number, "resource": ""}).content
            assert b"\n=HYPERLINK" not in file
            preview = upload(as_manager, "benefitdefinition", file, name)
            assert preview.context["sentence"] == "0 new, 0 changed, 1 the same as before."

    def test_refuses_columns_that_nothing_reads(self, as_manager, db):
        preview = upload(as_manager, "benefitdefinition", "handle,name,perid\ntea,Tea,3\n")

        assert preview.context["base_errors"] == ["These columns are not known here: perid."]
        assert "confirm_form" not in preview.context

    @pytest.mark.parametrize("content", [b"", b"\0\1\2", b"PK\x03\x04", b"handle,name,x\n1,2,3,4\n", b"handle\n"])
    def test_survives_hostile_files(self, as_manager, content, db):
        response = upload(as_manager, "benefitdefinition", content)

        assert response.status_code == 200
        assert "confirm_form" not in response.context
        assert not BenefitDefinition.objects.exists()

    def test_confirms_once(self, as_manager, db):
        preview = upload(as_manager, "benefitdefinition", "handle,name\ntea,Tea\n")
        confirm(as_manager, "benefitdefinition", preview)

        again = confirm(as_manager, "benefitdefinition", preview)

        assert said(again)[-1].startswith("This file was imported already")
        assert BenefitDefinition.objects.count() == 1

    @pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "", "a" * 32])
    def test_reads_no_file_but_its_own(self, as_manager, name, db):
        sent = {"import_file_name": name, "original_file_name": "x", "format": "0", "resource": ""}

        response = as_manager.post(page("benefitdefinition", "process_import"), sent, follow=True)

        assert said(response)[-1].startswith("This file was imported already, or is no longer kept.")


class TestIssuing:
    def issue(self, client, content: str):
        preview = upload(client, "benefit", content)
        return preview, confirm(client, "benefit", preview)

    def test_each_row_calls_the_verb(self, as_manager, manager, coffee, member, other_member):
        Identity.objects.create(profile=other_member, handle="Loyalty", identifier="77")

        _, done = self.issue(
            as_manager,
            "email,identity:loyalty,definition,issued_at,expires_at,external_id,reason\n"
            "MARIA@example.com,,free-coffee,2026-05-01,2026-05-31,X-1,Sorry.\n"
            ",77,free-coffee,,,,\n",
        )

        assert said(done) == ["2 new, 0 changed, 0 the same as before."]
        first = Benefit.objects.get(profile=member)
        assert (first.external_id, first.expires_at) == ("X-1", datetime(2026, 5, 31, 23, 59, 59, tzinfo=UTC))
        assert first.issued_at == datetime(2026, 5, 1, tzinfo=UTC)
        assert Benefit.objects.filter(profile=other_member).count() == 1
        event = Event.objects.get(name="benefit.issued", profile=member)
        assert (event.door, event.user, event.reason) == ("import", manager, "Sorry.")
        assert coffee.counters.totals()["issued"] == 2

    def test_the_preview_issues_nothing(self, as_manager, coffee, member):
        upload(as_manager, "benefit", "email,definition\nmaria@example.com,free-coffee\n")

        assert not Benefit.objects.exists()
        assert not Event.objects.filter(name="benefit.issued").exists()

    def test_repeats_nothing_with_an_external_id(self, as_manager, coffee, member):
        file = "email,definition,external_id\nmaria@example.com,free-coffee,X-1\n"
        self.issue(as_manager, file)

        _, done = self.issue(as_manager, file)

        assert said(done)[-1] == "0 new, 0 changed, 1 the same as before."
        assert Benefit.objects.count() == 1

    def test_names_row_and_field_of_what_is_wrong_and_takes_the_rest(self, as_manager, coffee, member):
        BenefitDefinition.objects.create(name="Gone", handle="gone", is_archived=True)

        preview, done = self.issue(
            as_manager,
            "email,definition,issued_at\n"
            "nobody@example.com,free-coffee,\n"
            "maria@example.com,tea,\n"
            "maria@example.com,gone,\n"
            "maria@example.com,free-coffee,yesterday\n"
            ",free-coffee,\n"
            "maria@example.com,free-coffee,\n",
        )

        assert refused(preview) == [
            (2, "Email", "There is no customer “nobody@example.com”."),
            (3, "Definition", "There is no benefit definition with the handle “tea”."),
            (4, "", "This benefit is no longer offered."),
            (5, "Issued at", "“yesterday” is not a date. Write it like 2026-05-31 or 2026-05-31 18:00."),
            (6, "Customer", "The row names no customer."),
        ]
        assert Benefit.objects.count() == 1
        assert done.context["sentence"] == "1 new, 0 changed, 0 the same as before, 5 refused."

    def test_shows_what_was_refused_only_since_the_preview(self, as_manager, coffee, member):
        preview = upload(as_manager, "benefit", "email,definition\nmaria@example.com,free-coffee\n")
        coffee.archive()

        done = confirm(as_manager, "benefit", preview)

        assert refused(done) == [(2, "", "This benefit is no longer offered.")]
        assert not Benefit.objects.exists()

    def test_an_exported_file_issues_nothing_again(self, as_manager, coffee, issued):
        file = as_manager.post(page("benefit", "export"), {"format": "0", "resource": ""}).content
        assert tablib.Dataset().load(file.decode(), format="csv").dict[0]["email"] == "maria@example.com"

        preview = upload(as_manager, "benefit", file)

        assert preview.context["sentence"] == "0 new, 0 changed, 1 the same as before."

    def test_says_which_columns_it_needs(self, as_manager, db):
        preview = upload(as_manager, "benefit", "mail,definition\na,b\n")

        assert preview.context["base_errors"][0].startswith("The file needs a column “definition”, and one that names")


def test_exports_redemptions(as_manager, issued, at, cause):
    issued.redeem(at=at, cause=cause, receipt_ref="=1+1")

    file = as_manager.post(page("redemption", "export"), {"format": "0", "resource": ""}).content

    (row,) = tablib.Dataset().load(file.decode(), format="csv").dict
    assert (row["email"], row["definition"], row["receipt_ref"]) == ("maria@example.com", "free-coffee", "'=1+1")


class TestThePage:
    @pytest.mark.parametrize("model", ["benefit", "benefitdefinition"])
    def test_explains_exactly_the_columns_that_a_file_may_have(self, as_manager, model):
        shown = as_manager.get(page(model, "import"))

        names = [name for name, about in shown.context["columns"] if about]
        header = ",".join(names).replace("identity:SYSTEM", "identity:loyalty-card")
        row = ",".join("x" for _ in names)
        assert len(names) == len(shown.context["columns"])
        assert upload(as_manager, model, f"{header}\n{row}\n").context["base_errors"] == []

    def test_tells_of_the_reason_and_of_identities_and_not_of_what_is_ignored(self, as_manager):
        names = dict(as_manager.get(page("benefit", "import")).context["columns"])

        assert {"reason", "identity:SYSTEM", "definition"} <= names.keys()
        assert not names.keys() & {"redemptions", "revoked_at", "customer"}
