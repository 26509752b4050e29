"""One key, one effect, one answer."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import JsonResponse
from django.test import RequestFactory
from django.urls import path
from rest_framework.response import Response
from rest_framework.test import APIClient
from rest_framework.views import APIView

from access.authentication import forget
from access.idempotency import forget_outlived, hash_of
from access.models import ApiToken, IdempotentAnswer
from cxmanager import urls as product
from cxmanager.refusals import Refusal
from profiles.models import Tag

TAGS = "/api/v3/tags"


class Strange(APIView):
    """Makes a tag, then answers as the caller asks."""

    scope = None

    def post(self, request):
        Tag.objects.create(handle=f"strange-{Tag.objects.count()}")
        match request.query_params["answer"]:
            case "refusal":
                raise Refusal("No more of these.", code="no_more", left=0)
            case "crash":
                raise RuntimeError("A bug.")
            case "unavailable":
                return Response({"message": "Later."}, status=503)
        return Response(status=204)


def take_file(request):
    return JsonResponse({"size": request.FILES["file"].size, "name": request.POST["name"]})


urlpatterns = [path("api/v3/strange", Strange.as_view()), path("api/v3/file", take_file), *product.urlpatterns]


def post(client, address: str, body: dict, key: str):
    return client.post(address, body, format="json", HTTP_IDEMPOTENCY_KEY=key)


def test_the_first_answer_is_given_again(api):
    first = post(api, TAGS, {"handle": "vip"}, "k1")
    again = post(api, TAGS, {"handle": "vip"}, "k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    assert again["Content-Type"] == first["Content-Type"] == "application/json"
    assert again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert again["X-Request-Id"] != first["X-Request-Id"]
    assert Tag.objects.count() == 1


def test_another_body_with_the_same_key_is_malformed(api):
    post(api, TAGS, {"handle": "vip"}, "k1")
    other = post(api, TAGS, {"handle": "gold"}, "k1")
    assert other.status_code == 422
    assert other.json() == {
        "message": "This Idempotency-Key was used with another request.",
        "code": "idempotency_key_reused",
        "errors": {},
    }
    assert Tag.objects.get().handle == "vip"


def test_another_address_with_the_same_key_is_malformed(api):
    post(api, TAGS, {"handle": "vip"}, "k1")
    assert post(api, "/api/v3/locations", {"handle": "vip"}, "k1").status_code == 422


def test_an_answer_without_a_body_is_given_again(api):
    tag = Tag.objects.create(handle="vip")
    answers = [api.delete(f"{TAGS}/{tag.pk}", HTTP_IDEMPOTENCY_KEY="k1") for _ in range(2)]
    assert [(one.status_code, one.content) for one in answers] == [(204, b""), (204, b"")]


def test_malformed_input_is_answered_the_same_again(api):
    answers = [post(api, TAGS, {}, "k1") for _ in range(2)]
    assert [one.status_code for one in answers] == [422, 422]
    assert answers[1]["Idempotent-Replayed"] == "true"


@pytest.mark.urls(__name__)
def test_a_refusal_is_kept_and_its_effects_are_not(api):
    answers = [post(api, "/api/v3/strange?answer=refusal", {}, "k1") for _ in range(2)]
    assert [one.status_code for one in answers] == [409, 409]
    assert answers[1].json() == {"message": "No more of these.", "code": "no_more", "left": 0, "errors": {}}
    assert answers[1]["Idempotent-Replayed"] == "true"
    assert Tag.objects.count() == 0


@pytest.mark.urls(__name__)
@pytest.mark.logs_an_error
def test_a_crash_is_not_kept_and_leaves_nothing(api):
    api.raise_request_exception = False
    answers = [post(api, "/api/v3/strange?answer=crash", {}, "k1") for _ in range(2)]
    assert [one.status_code for one in answers] == [500, 500]
    assert answers[1].json() == {"message": "Server Error"}
    assert "Idempotent-Replayed" not in answers[1]
    assert (Tag.objects.count(), IdempotentAnswer.objects.count()) == (0, 0)


@pytest.mark.urls(__name__)
@pytest.mark.logs_an_error
def test_being_unavailable_is_not_kept(api):
    assert post(api, "/api/v3/strange?answer=unavailable", {}, "k1").status_code == 503
    assert post(api, "/api/v3/strange?answer=nothing", {}, "k2").status_code == 204
    assert Tag.objects.count() == 1
    assert [one.key for one in IdempotentAnswer.objects.all()] == ["k2"]


def test_two_callers_may_use_the_same_key(api, clerk, at):
    other = APIClient()
    _, secret = ApiToken.objects.issue(
        name="Other", user=clerk, scopes=["create-tags"], at=at, expires_at=at + timedelta(days=36_500)
    )
    other.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    post(api, TAGS, {"handle": "vip"}, "k1")
    assert post(other, TAGS, {"handle": "gold"}, "k1").status_code == 201
    assert Tag.objects.count() == 2


def test_without_a_working_token_nothing_is_kept_or_told(api, token):
    post(api, TAGS, {"handle": "vip"}, "k1")
    ApiToken.objects.update(is_revoked=True)
    forget()
    answer = post(api, TAGS, {"handle": "vip"}, "k1")
    assert (answer.status_code, answer.json()) == (401, {"message": "Unauthenticated."})
    assert IdempotentAnswer.objects.count() == 1


def test_a_missing_scope_is_not_kept(api, clerk, at):
    _, secret = ApiToken.objects.issue(
        name="Reader", user=clerk, scopes=["read-tags"], at=at, expires_at=at + timedelta(days=36_500)
    )
    api.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert post(api, TAGS, {"handle": "vip"}, "k1").status_code == 403
    assert IdempotentAnswer.objects.count() == 0


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "naïve"])
def test_a_key_that_is_none_is_malformed(api, key):
    answer = post(api, TAGS, {"handle": "vip"}, key)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["Idempotency-Key"]
    assert Tag.objects.count() == 0


def test_a_key_of_255_characters_is_fine(api):
    assert post(api, TAGS, {"handle": "vip"}, "x" * 255).status_code == 201


def test_reading_takes_no_key(api):
    assert api.get(TAGS, HTTP_IDEMPOTENCY_KEY="k1").status_code == 200
    assert IdempotentAnswer.objects.count() == 0


def test_a_key_may_be_used_anew_after_its_days(api, at, settings):
    settings.IDEMPOTENCY_DAYS = 7
    with time_machine.travel(at, tick=False):
        post(api, TAGS, {"handle": "vip"}, "k1")
    with time_machine.travel(at + timedelta(days=7), tick=False):
        assert post(api, TAGS, {"handle": "gold"}, "k1").status_code == 422
    with time_machine.travel(at + timedelta(days=7, seconds=1), tick=False):
        assert post(api, TAGS, {"handle": "gold"}, "k1").status_code == 201
    assert sorted(Tag.objects.values_list("handle", flat=True)) == ["gold", "vip"]


def test_the_worker_forgets_what_is_outlived(api, at, settings):
    settings.IDEMPOTENCY_DAYS = 7
    for day, key in ((0, "old"), (2, "young")):
        with time_machine.travel(at + timedelta(days=day), tick=False):
            post(api, TAGS, {"handle": key}, key)
    assert forget_outlived(at=at + timedelta(days=8)) == 1
    assert IdempotentAnswer.objects.get().key == "young"


@pytest.mark.urls(__name__)
def test_a_file_sent_again_is_the_same_request(api):
    def send(content: bytes):
        form = {"file": SimpleUploadedFile("people.csv", content), "name": "June"}
        return api.post("/api/v3/file", form, format="multipart", HTTP_IDEMPOTENCY_KEY="k1")

    first, again, other = (
        send(b"email\na@example.com\n"),
        send(b"email\na@example.com\n"),
        send(b"email\nb@example.com\n"),
    )
    assert first.json() == again.json() == {"size": 20, "name": "June"}
    assert again["Idempotent-Replayed"] == "true"
    assert other.status_code == 422


def test_the_boundary_of_a_form_does_not_count():
    def form(boundary: str):
        body = f'--{boundary}\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--{boundary}--\r\n'
        return RequestFactory().post("/x", body.encode(), content_type=f"multipart/form-data; boundary={boundary}")

    assert hash_of(form("one")) == hash_of(form("two"))


def test_a_body_beyond_the_limit_is_refused_and_the_key_stays_free(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    assert post(api, TAGS, {"handle": "v" * 101}, "k1").status_code == 413
    assert post(api, TAGS, {"handle": "vip"}, "k1").status_code == 201


def test_what_is_kept_says_who_and_what(api, token):
    post(api, TAGS, {"handle": "vip"}, "k1")
    kept = IdempotentAnswer.objects.get()
    assert kept.caller == ApiToken.objects.get().pk
    assert (kept.status, kept.content_type) == (201, "application/json")
    assert json.loads(bytes(kept.body))["data"]["handle"] == "vip"


@pytest.mark.parametrize(
    ("address", "body"),
    [
        ("/api/v3/auth/api-tokens", {"name": "Shop", "scopes": ["read-benefits"]}),
        ("/api/v3/auth/delegate", {"client_handle": "shop"}),
        ("/id/api/v1/auth/token", {}),
    ],
)
def test_an_answer_with_a_secret_is_not_kept(api, address, body):
    first = post(api, address, body, "k1")
    assert first.status_code in (200, 201)
    made = ApiToken.objects.count()
    again = post(api, address, body, "k1")
    assert (again.status_code, again.json()["code"]) == (409, "answer_not_kept")
    assert ApiToken.objects.count() == made
    assert "secret" in bytes(IdempotentAnswer.objects.get().body).decode()
    assert "oken" not in bytes(IdempotentAnswer.objects.get().body).decode()
