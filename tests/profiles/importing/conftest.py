"""Files of customers, brought in as a worker would."""

from collections.abc import Callable
from io import BytesIO

import pytest
from django.utils.timezone import now

from jobs.models import Job
from profiles.importing.starting import begin, upload
from profiles.importing.working import run
from profiles.models import ProfileImport


@pytest.fixture
def bring(manager) -> Callable[..., ProfileImport]:
    """Import text or bytes, to the end. Raises the Refusal of a file that cannot be imported."""

    def bring(content: str | bytes, *, name: str = "customers.csv", **options) -> ProfileImport:
        raw = content.encode() if isinstance(content, str) else content
        profile_import = upload(BytesIO(raw), name=name, user=manager, **options)
        job = begin(profile_import, worker="test", at=now())
        counts = run(job, clock=now)
        job.end(Job.State.DONE, at=now(), result=counts)
        profile_import.refresh_from_db()
        return profile_import

    return bring


def counts(profile_import: ProfileImport) -> tuple[int, int, int, int]:
    """(created, updated, unchanged, refused)"""
    return tuple(getattr(profile_import, name) for name in ProfileImport.COUNTS)


@pytest.fixture(name="counts")
def counts_fixture():
    return counts


def reasons(profile_import: ProfileImport) -> dict[int, list[str]]:
    """{row number: sentences}"""
    return dict(profile_import.refused_rows.values_list("number", "reasons"))


@pytest.fixture(name="reasons")
def reasons_fixture():
    return reasons
