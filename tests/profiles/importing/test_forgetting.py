"""What an import keeps of people ends: after a while, and when any person is erased."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.urls import reverse
from django.utils.timezone import now

from cxmanager.imports.previews import KeptFile
from cxmanager.refusals import Refusal
from jobs.housekeeping import TIDYING, Housekeeping
from jobs.models import Job
from jobs.working import run_one
from profiles import erasing
from profiles.importing import forgetting, starting
from profiles.importing.columns import Columns
from profiles.importing.working import Preview
from profiles.models import ProfileImport

pytestmark = pytest.mark.django_db

FILE = b"email,first_name\nmaria@example.com,Maria\nmaria-at-home,Maria\n"
DAY = timedelta(days=1)


@pytest.fixture
def uploaded(manager) -> ProfileImport:
    return starting.upload(BytesIO(FILE), name="customers.csv", user=manager)


@pytest.fixture
def done(uploaded) -> ProfileImport:
    starting.start_check(uploaded, clock=now)
    starting.start(uploaded, at=now())
    run_one(worker="test")
    uploaded.refresh_from_db()
    return uploaded


def file_exists(name: str) -> bool:
    return storages["private"].exists(name)


def erase(profile, cause, capture) -> None:
    with capture(execute=True):
        erasing.erase(profile, at=now(), cause=cause)


class TestAfterAWhile:
    def test_the_contents_go_and_the_history_stays(self, done, settings):
        settings.IMPORT_RETENTION_DAYS, name = 30, done.file.name
        at = done.created_at + 30 * DAY

        assert forgetting.forget_outlived(at=at - timedelta(seconds=1)) == 0
        assert file_exists(name)
        assert forgetting.forget_outlived(at=at) == 1

        done.refresh_from_db()
        assert not file_exists(name)
        assert (done.file.name, done.header, done.refused_rows.count()) == ("", [], 0)
        assert done.preview == {"created": 1, "updated": 0, "unchanged": 0, "refused": 1}
        assert (done.name, done.status, done.created, done.refused) == ("customers.csv", "done", 1, 1)
        assert done.contents_deleted_at == at
        assert forgetting.forget_outlived(at=at + DAY) == 0

    def test_the_worker_does_it(self, done):
        Housekeeping().tidy_when_due(at=done.created_at + 31 * DAY)

        done.refresh_from_db()
        assert done.contents_deleted_at is not None
        assert {"import_contents", "import_previews"} <= TIDYING.keys()

    def test_what_went_wrong_is_not_quoted_for_ever(self, uploaded):
        starting.start(uploaded, at=now())
        Job.objects.update(state=Job.State.FAILED, error="Key (email)=(maria@example.com) already exists.")

        forgetting.forget_outlived(at=now() + 31 * DAY)

        assert Job.objects.get().error == "What went wrong is no longer kept, nor is the file."

    def test_one_that_is_under_way_keeps_its_file_until_it_is_over(self, uploaded):
        starting.start(uploaded, at=now())

        assert forgetting.forget_outlived(at=now() + 31 * DAY) == 0
        assert run_one(worker="test").state == "done"
        assert forgetting.forget_outlived(at=now() + 31 * DAY) == 1

    def test_a_file_that_is_gone_already_is_no_error(self, done):
        storages["private"].delete(done.file.name)
        assert forgetting.forget_outlived(at=now() + 31 * DAY) == 1

    def test_a_preview_that_nobody_confirmed_goes_after_a_day(self):
        kept = KeptFile()
        kept.save(b"email\nmaria@example.com\n")

        assert forgetting.forget_previews(at=now()) == 0
        assert kept.exists()
        assert forgetting.forget_previews(at=now() + timedelta(hours=25)) >= 1
        assert not kept.exists()

    def test_a_file_whose_import_was_taken_back_goes_within_the_hour(self, done):
        with pytest.raises(RuntimeError), transaction.atomic():
            stray = starting.upload(BytesIO(FILE), name="taken-back.csv").file.name
            raise RuntimeError

        forgetting.forget_strays(at=now())
        assert file_exists(stray)
        forgetting.forget_strays(at=now() + timedelta(hours=2))
        assert (file_exists(stray), file_exists(done.file.name)) == (False, True)


class TestAfterAnErasure:
    def test_files_refused_rows_and_previews_of_all_imports_go_at_once(
        self, done, other_member, cause, django_capture_on_commit_callbacks
    ):
        waiting = starting.upload(BytesIO(FILE), name="more.csv")
        kept = KeptFile()
        kept.save(FILE)
        names = [done.file.name, waiting.file.name]

        erase(other_member, cause, django_capture_on_commit_callbacks)

        assert [file_exists(name) for name in names] == [False, False]
        assert not done.refused_rows.exists()
        assert not kept.exists()
        assert "maria" not in str(list(ProfileImport.objects.values())).lower()

    def test_not_when_the_erasure_is_taken_back(self, done, other_member, cause, django_capture_on_commit_callbacks):
        with django_capture_on_commit_callbacks() as callbacks:
            erasing.erase(other_member, at=now(), cause=cause)

        assert file_exists(done.file.name)
        assert len(callbacks) == 1

    def test_one_that_is_under_way_then_goes_when_it_is_over(
        self, uploaded, other_member, cause, django_capture_on_commit_callbacks
    ):
        starting.start(uploaded, at=now())
        erase(other_member, cause, django_capture_on_commit_callbacks)
        assert file_exists(uploaded.file.name)

        assert run_one(worker="test").state == "done"
        Housekeeping().tidy_when_due(at=now())

        uploaded.refresh_from_db()
        assert (uploaded.file.name, uploaded.refused_rows.count(), uploaded.refused) == ("", 0, 1)

    def test_a_file_uploaded_later_is_kept(self, other_member, cause, django_capture_on_commit_callbacks):
        erase(other_member, cause, django_capture_on_commit_callbacks)
        later = starting.upload(BytesIO(FILE), name="later.csv")

        assert forgetting.forget_outlived(at=now()) == 0
        assert file_exists(later.file.name)


class TestALapsedImport:
    @pytest.fixture
    def lapsed(self, uploaded) -> ProfileImport:
        forgetting.forget_outlived(at=now() + 31 * DAY)
        uploaded.refresh_from_db()
        return uploaded

    def test_can_no_longer_be_matched_checked_or_run(self, lapsed):
        assert (lapsed.status, lapsed.is_over) == ("lapsed", True)
        columns = Columns.suggested(["email"])
        for step in (
            lambda: starting.match_columns(lapsed, columns, is_all_or_nothing=False),
            lambda: starting.start_check(lapsed, clock=now),
            lambda: starting.start(lapsed, at=now()),
        ):
            with pytest.raises(Refusal) as refused:
                step()
            assert refused.value.code == "file_deleted"

    def test_a_check_that_was_reading_it_keeps_nothing_of_it(self, uploaded):
        stale = ProfileImport.objects.get(pk=uploaded.pk)
        preview = Preview()
        preview.examples = [{"who": "Maria"}]
        forgetting.forget_outlived(at=now() + 31 * DAY)

        with pytest.raises(
            Refusal, match=r"^The file of this import is no longer kept\. Upload it again to import it\.$"
        ):
            preview.keep(stale)

        uploaded.refresh_from_db()
        assert (uploaded.preview, uploaded.status) == ({}, "lapsed")

    def test_says_so_on_its_page_and_can_be_removed(self, lapsed, manager, client):
        client.force_login(manager)

        page = client.get(reverse("admin:profiles_profileimport_change", args=[lapsed.pk])).content.decode()

        assert "The import was never run. Upload the file again to import it." in page
        assert "because they hold personal data." in page
        starting.remove(lapsed)
        assert not ProfileImport.objects.exists()


def test_the_page_of_a_done_import_offers_no_refused_rows_any_more(done, manager, client):
    client.force_login(manager)
    url = reverse("admin:profiles_profileimport_change", args=[done.pk])
    assert "Download the refused rows" in client.get(url).content.decode()

    forgetting.forget_outlived(at=now() + 31 * DAY)

    page = client.get(url).content.decode()
    assert "Download the refused rows" not in page
    assert "The file and its refused rows were deleted on" in page


def test_no_other_room_of_the_private_storage_is_touched():
    name = storages["private"].save("elsewhere/kept.csv", ContentFile(b"x"))
    forgetting.forget_previews(at=now() + 31 * DAY)
    assert file_exists(name)
