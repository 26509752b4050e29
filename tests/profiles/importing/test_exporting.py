"""Out as a file, and in again without a change."""

import csv
from io import StringIO

import pytest

from profiles.cause import Cause
from profiles.importing import exporting
from profiles.importing.exporting import export_rows
from profiles.models import Event, Identity, Location, Profile

pytestmark = pytest.mark.django_db


@pytest.fixture
def everything(member, other_member, at) -> Profile:
    """A customer with something in every column, most of it awkward."""
    shop = Location.objects.create(name="Fitzroy", external_code="S1")
    member.change(
        at=at,
        cause=Cause(),
        title="Dr",
        company='=HYPERLINK("http://evil.example","x")',
        occupation="two\nlines; and, more",
        secondary_phone="+61 3 9999 9999",
        birth_month=2,
        birth_day=29,
        gender="female",
        preferred_location=shop,
        currency="AUD",
        is_completed=True,
    )
    member.add_tags("vip", "coffee club", at=at, cause=Cause())
    member.add_identity(handle="card", identifier="C;1", at=at, cause=Cause())
    member.add_identity(handle="card", identifier="=C2", at=at, cause=Cause())
    member.set_comms({"email_promo": True, "sms_optout": False, "terms_accepted_version": "2"}, at=at, cause=Cause())
    member.set_appearance({"size_top": "M"}, at=at, cause=Cause())
    for handle, value in (("text", "5"), ("number", 5), ("flag", True), ("list", ["a", 1]), ("share", 1.5)):
        member.set_custom_attribute(namespace="shop", handle=handle, value=value, at=at, cause=Cause())
    other_member.change(at=at, cause=Cause(), birth_year=1980)
    return member


def exported() -> str:
    return "".join(export_rows(Profile.objects.all()))


def test_an_export_imports_again_without_a_change(everything, bring, counts):
    before = Event.objects.count()
    done = bring(exported())
    assert counts(done) == (0, 0, 2, 0)
    assert Event.objects.count() == before


def test_an_export_makes_the_same_customers_elsewhere(everything, bring, counts):
    file = exported()
    shop = Location.objects.values_list("pk", flat=True).get()
    Profile.objects.all().delete()
    done = bring(file)
    assert counts(done) == (2, 0, 0, 0)
    assert exported() == file
    maria = Profile.objects.get(pk=everything.pk)
    assert maria.company == '=HYPERLINK("http://evil.example","x")'
    assert maria.preferred_location_id == shop
    assert dict(maria.custom_attributes.values_list("handle", "value")) == {
        "text": "5",
        "number": 5,
        "flag": True,
        "list": ["a", 1],
        "share": 1.5,
    }
    assert set(Identity.objects.values_list("identifier", flat=True)) == {"C;1", "=C2"}


def test_no_cell_begins_a_formula(everything):
    cells = [cell for row in csv.reader(StringIO(exported().removeprefix("\ufeff"))) for cell in row]
    assert '\'=HYPERLINK("http://evil.example","x")' in cells
    assert not [cell for cell in cells if cell[:1] in ("=", "+", "@", "\t", "-") and cell[:2] != "--"]


def test_the_deleted_stay_out_and_batches_lose_nobody(monkeypatch, at):
    monkeypatch.setattr(exporting, "AT_A_TIME", 2)
    people = [Profile(email=f"p{i}@example.com").enrol(at=at, cause=Cause()) for i in range(5)]
    people[1].remove(at=at, cause=Cause())
    rows = list(csv.DictReader(StringIO(exported().removeprefix("\ufeff"))))
    assert [row["email"] for row in rows] == [f"p{i}@example.com" for i in (0, 2, 3, 4)]


def test_refused_rows_are_corrected_and_imported_again(bring, counts):
    from profiles.importing.refused import refused_rows

    done = bring("email,first_name\nann@example.com,Ann\nnonsense,=cmd|x\n,y\n")
    file = "".join(refused_rows(done))
    rows = list(csv.reader(StringIO(file.removeprefix("\ufeff"))))
    assert rows == [
        ["email", "first_name", "reasons"],
        ["nonsense", "'=cmd|x", "Row 3: E-mail: “nonsense” is not an e-mail address."],
        ["", "y", "Row 4: E-mail: This is empty, so there is nothing to match a customer by."],
    ]
    again = bring(file.replace("nonsense,", "ben@example.com,", 1))
    assert counts(again) == (1, 0, 0, 1)
    assert Profile.objects.get(email="ben@example.com").first_name == "=cmd|x"
