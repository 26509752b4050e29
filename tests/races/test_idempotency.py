"""One idempotency key by six callers: one effect, and all hear the same answer."""

from collections import Counter
from time import sleep

import pytest
from django.db import connection
from django.http import JsonResponse
from django.urls import path
from rest_framework.test import APIClient

from access.models import IdempotentAnswer
from cxmanager import urls as product
from profiles.models import Tag

CALLERS = 6


def slow_tag(request):
    """Makes a tag each time it is called, slowly enough for all callers to be inside at once."""
    sleep(0.1)
    tag = Tag.objects.create(handle=f"tag-{Tag.objects.count()}-{request.headers['X-Request-Id']}")
    return JsonResponse({"id": tag.pk}, status=201)


urlpatterns = [path("api/v3/slow", slow_tag), *product.urlpatterns]


def caller(token: str, number: int, key: str):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    headers = {"HTTP_IDEMPOTENCY_KEY": key, "HTTP_X_REQUEST_ID": f"caller-{number}"}
    return lambda: client.post("/api/v3/slow", {"a": 1}, format="json", **headers)


@pytest.mark.urls(__name__)
def test_one_key_by_six_callers(token, at_once):
    answers = at_once([caller(token, number, "the-key") for number in range(CALLERS)])
    assert [answer.status_code for answer in answers] == [201] * CALLERS
    assert len({answer.content for answer in answers}) == 1
    assert Counter("Idempotent-Replayed" in answer for answer in answers) == {True: CALLERS - 1, False: 1}
    assert (Tag.objects.count(), IdempotentAnswer.objects.count()) == (1, 1)


@pytest.mark.urls(__name__)
def test_six_keys_do_not_wait_for_one_another(token, at_once):
    answers = at_once([caller(token, number, f"key-{number}") for number in range(CALLERS)])
    assert [answer.status_code for answer in answers] == [201] * CALLERS
    assert Tag.objects.count() == CALLERS


@pytest.fixture
def without_the_guard(transactional_db):
    """The constraint that holds one answer for each key is gone."""
    guard = IdempotentAnswer._meta.constraints[0]
    with connection.schema_editor() as editor:
        editor.remove_constraint(IdempotentAnswer, guard)
    yield
    IdempotentAnswer.objects.all().delete()
    with connection.schema_editor() as editor:
        editor.add_constraint(IdempotentAnswer, guard)


@pytest.mark.urls(__name__)
def test_without_the_guard_the_race_shows(without_the_guard, token, at_once):
    """The proof that the first test can fail."""
    at_once([caller(token, number, "the-key") for number in range(CALLERS)])
    assert Tag.objects.count() == CALLERS
