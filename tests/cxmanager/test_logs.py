"""What is written to the log of the server."""

import logging
from io import StringIO

import pytest
from django.urls import reverse


@pytest.fixture
def printed():
    """What the console's handler has printed since the test began."""
    console = next(one for one in logging.getLogger().handlers if type(one) is logging.StreamHandler)
    stream, written = console.stream, StringIO()
    console.setStream(written)
    yield written.getvalue
    console.setStream(stream)


@pytest.mark.django_db
def test_a_page_for_another_role_prints_no_traceback(client, clerk, printed):
    client.force_login(clerk)

    assert client.get(reverse("admin:benefits_benefitdefinition_changelist")).status_code == 403

    assert "Forbidden" in printed()
    assert "Traceback" not in printed()


@pytest.mark.logs_an_error
def test_what_broke_prints_one(printed):
    try:
        raise RuntimeError("It broke.")
    except RuntimeError:
        logging.getLogger("django.request").exception("Internal Server Error", extra={"status_code": 500})

    assert "Traceback" in printed()
