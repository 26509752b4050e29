"""Administration → Background work, as the one reads it who wonders what became of an import."""

import pytest
from django.test import Client
from django.urls import reverse

from jobs.handlers import HANDLERS, LABELS, label_of
from jobs.models import Job


@pytest.fixture
def page(manager) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def test_every_kind_of_work_has_a_name_that_people_understand():
    assert HANDLERS.keys() == LABELS.keys()


def test_reads_work_by_its_name(page, at):
    Job.objects.enqueue("profiles.import", at=at, total=4)

    listed = page.get(reverse("admin:jobs_job_changelist")).content.decode()

    assert "Import of customers" in listed
    assert "profiles.import<" not in listed
    assert label_of("gone.since_then") == "Gone since then"


def test_is_narrowed_by_the_kind_of_work(page, at):
    Job.objects.enqueue("profiles.import", at=at)
    issue = Job.objects.enqueue("benefits.batch", at=at)

    listed = page.get(reverse("admin:jobs_job_changelist"), {"kind": issue.kind})

    assert listed.context["cl"].result_count == 1


def test_says_what_went_wrong_and_that_it_is_tried_again(page, at):
    job = Job.objects.begin("profiles.import", worker="w", at=at, rows={"good_ones": 3})
    job.retry_later("ValueError: nothing here", at=at)

    text = page.get(reverse("admin:jobs_job_change", args=[job.pk])).content.decode()

    assert "ValueError: nothing here. It is tried again: 1 of 5 attempts were made." in text
    assert "Waiting" in text and "queued" not in text
    assert '<th scope="row">rows good ones</th>' in text
