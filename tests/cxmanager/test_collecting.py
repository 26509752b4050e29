"""What servers and workers load is left alone by the garbage collector."""

import gc
import subprocess
import sys

import pytest
from celery.signals import worker_init
from django.core.management import call_command

SERVED = "import cxmanager.wsgi, gc, sys; print(gc.get_freeze_count(), 'earning.api.urls' in sys.modules)"


@pytest.fixture
def nothing_spared():
    gc.unfreeze()
    yield
    assert gc.get_freeze_count() > 50_000


def test_a_server_has_loaded_everything_and_spares_it():
    told = subprocess.run([sys.executable, "-c", SERVED], capture_output=True, text=True, check=True).stdout
    count, has_urls = told.split()
    assert int(count) > 50_000
    assert has_urls == "True"


@pytest.mark.django_db
@pytest.mark.usefixtures("nothing_spared")
def test_a_worker_spares_what_it_loaded():
    call_command("work", once=True)


@pytest.mark.usefixtures("nothing_spared")
def test_a_celery_worker_spares_it_before_it_has_children():
    from jobs.celery import before_there_are_children

    assert before_there_are_children in [receiver() for _, receiver in worker_init.receivers]
    before_there_are_children()
