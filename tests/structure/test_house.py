"""The house stands as drawn: imports point downwards, migrations are complete, files stay rooms one can know."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib import admin
from django.core.management import call_command

from cxmanager.conditional_fields import ConditionalFieldsMixin

ROOT = Path(__file__).resolve().parent.parent.parent
APPS = ["access", "achievements", "benefits", "cxmanager", "earning", "jobs", "profiles", "reactions", "transactions"]
LONGEST_FILE = 350


def test_imports_point_downwards():
    run = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout


@pytest.mark.django_db
def test_migrations_are_complete():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_files_are_short_enough_to_know():
    files = [path for app in APPS for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts]
    # The settings are a list to look things up in, not a room to know.
    files.remove(ROOT / "cxmanager" / "settings.py")
    long = {
        str(path.relative_to(ROOT)): count
        for path in files
        if (count := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert long == {}


def test_no_junk_drawers():
    drawers = {"core", "common", "utils", "helpers", "services", "misc"}
    found = [str(path.relative_to(ROOT)) for app in APPS for path in (ROOT / app).rglob("*") if path.stem in drawers]
    assert found == []


def test_conditional_fields_are_seen_by_those_who_may_only_look():
    hiding = [one for one in admin.site._registry.values() if getattr(one, "conditional_fields", None)]

    assert hiding
    assert [one for one in hiding if not isinstance(one, ConditionalFieldsMixin)] == []
