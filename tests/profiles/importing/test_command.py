"""`manage.py import_profiles`, as a person types it."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from jobs.models import Job
from profiles.models import Profile, ProfileImport

pytestmark = pytest.mark.django_db


@pytest.fixture
def command(tmp_path):
    """Run the command over this text. Returns what its last line says."""

    def command(content: str, *arguments: str) -> dict:
        path = tmp_path / "customers.csv"
        path.write_text(content, encoding="utf-8")
        out = StringIO()
        call_command("import_profiles", str(path), *arguments, stdout=out)
        return json.loads(out.getvalue().splitlines()[-1])

    return command


def test_the_last_line_is_json_with_the_counts(command, member):
    said = command("email,first_name\nann@example.com,Ann\nmaria@example.com,\nnonsense,x\n")
    seconds, rate = said.pop("seconds"), said.pop("rows_per_second")
    assert said == {"rows": 3, "created": 1, "updated": 0, "unchanged": 1, "refused": 1}
    assert seconds > 0
    assert rate > 0
    assert Job.objects.get().state == "done"
    assert ProfileImport.objects.select_related("job").get().status == "done"


def test_a_dry_run_writes_nothing(command, tmp_path):
    said = command("email\nann@example.com\nx\n", "--dry-run", "--refused", str(tmp_path / "refused.csv"))
    assert (said["created"], said["refused"]) == (1, 1)
    assert "Row 3: E-mail: “x” is not an e-mail address." in (tmp_path / "refused.csv").read_text(encoding="utf-8")
    assert not Profile.objects.exists()
    assert not ProfileImport.objects.exists()
    assert not Job.objects.exists()


def test_refused_rows_go_to_a_file(command, tmp_path):
    command("email,gender\nann@example.com,?\n", "--refused", str(tmp_path / "refused.csv"))
    assert (tmp_path / "refused.csv").read_text(encoding="utf-8-sig").splitlines() == [
        "email,gender,reasons",
        'ann@example.com,?,"Row 2: Gender: “?” is not a gender that is known. Write male, female, other or witheld."',
    ]


def test_matching_is_chosen(command):
    assert command("email,identity:card\nann@example.com,C1\n", "--match", "identity:card")["created"] == 1
    assert command("email,identity:card\nanna@example.com,C1\n", "--match", "identity:card")["updated"] == 1
    assert Profile.objects.get().email == "anna@example.com"


def test_all_or_nothing(command):
    with pytest.raises(CommandError, match=r"^Nothing was imported: 1 of 2 rows has something wrong"):
        command("email\nann@example.com\nx\n", "--all-or-nothing")
    assert not Profile.objects.exists()
    assert Job.objects.get().state == "failed"


@pytest.mark.parametrize(
    ("content", "arguments", "sentence"),
    [
        ("", (), "The file is empty."),
        ("a\n1\n", (), "No column is the E-mail, by which customers are to be matched."),
        ("email\na@example.com\n", ("--match", "phone"), "Customers cannot be matched by “phone”."),
        ("email\na@example.com\n", ("--match", "id", "--dry-run"), "No column is the Profile id"),
    ],
)
def test_a_file_that_cannot_be_imported_leaves_nothing_behind(command, content, arguments, sentence):
    with pytest.raises(CommandError) as refused:
        command(content, *arguments)
    assert str(refused.value).startswith(sentence)
    assert not ProfileImport.objects.exists()


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere\.csv cannot be opened: No such file or directory\.$"):
        call_command("import_profiles", str(tmp_path / "nowhere.csv"))
