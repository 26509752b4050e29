"""Whatever is sent, the answer is JSON with a status of 400 to 499, and nothing is written."""

import json

import pytest
from rest_framework.test import APIClient

from profiles.models import Tag

TAGS = "/api/v3/tags"
INVALID = "The given data was invalid."


def post(api, body: bytes | str, content_type: str = "application/json"):
    return api.generic("POST", TAGS, body, content_type=content_type)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('{"handle": "vip"', "This is not JSON: Expecting ',' delimiter: line 1 column 17 (char 16)."),
        ("vip", "This is not JSON: Expecting value: line 1 column 1 (char 0)."),
        ('{"handle": "a", "meta": [{"x": 1, "x": 2}]}', "“x” stands twice in one object: write it once."),
        ('{"handle": "vip", "handle": "vip"}', "“handle” stands twice in one object: write it once."),
        ('{"handle": NaN}', "This is not JSON: NaN is no JSON number."),
        ('{"handle": -Infinity}', "This is not JSON: -Infinity is no JSON number."),
        ('{"handle": 1e999}', "This is not JSON: 1e999 is out of range."),
        ('{"handle": "a\\u0000b"}', "Null bytes are not allowed."),
        ('{"a\\u0000b": 1}', "Null bytes are not allowed."),
        ('{"handle": "\\ud800"}', "Lone surrogates are not allowed."),
        ('{"handle": ' + "[" * 70 + "]" * 70 + "}", "The JSON is nested too deeply."),
        ("[" * 100_000, "The JSON is nested too deeply."),
        ("[]", "Send a JSON object."),
        ('"vip"', "Send a JSON object."),
        ("null", "Send a JSON object."),
        ("17", "Send a JSON object."),
    ],
)
def test_malformed_json_says_what_is_wrong(api, body, sentence):
    answer = post(api, body)
    assert answer.status_code == 422
    assert answer.json() == {"message": INVALID, "errors": {"body": [sentence]}}
    assert Tag.objects.count() == 0


def test_bytes_that_are_no_utf8_are_malformed(api):
    answer = post(api, b'{"handle": "\xff"}')
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["body"]


def test_a_number_of_ten_thousand_digits_is_malformed(api):
    answer = post(api, '{"handle": ' + "9" * 10_000 + "}")
    assert answer.status_code == 422
    assert Tag.objects.count() == 0


@pytest.mark.parametrize("value", [None, "", [], {}, True, "x" * 192, "   "])
def test_a_value_of_the_wrong_kind_names_its_field(api, value):
    answer = post(api, json.dumps({"handle": value}))
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["handle"]
    assert Tag.objects.count() == 0


def test_an_empty_body_is_an_empty_object(api):
    answer = post(api, "")
    assert answer.json() == {"message": INVALID, "errors": {"handle": ["This field is required."]}}


def test_unknown_keys_are_ignored(api):
    assert post(api, '{"handle": "vip", "colour": "gold"}').status_code == 201


def test_json_without_its_content_type_is_read_as_json(api):
    assert post(api, '{"handle": "vip"}', content_type="").status_code == 201


@pytest.mark.parametrize("content_type", ["application/xml", "text/csv", "application/octet-stream", "nonsense"])
def test_another_content_type_is_415(api, content_type):
    answer = post(api, '{"handle": "vip"}', content_type=content_type)
    assert answer.status_code == 415
    assert answer.json()["errors"] == {}
    assert Tag.objects.count() == 0


def test_a_body_beyond_the_limit_is_413(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 50
    answer = post(api, json.dumps({"handle": "v" * 60}))
    assert (answer.status_code, answer.json()["message"]) == (413, "The request is too large.")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v3", "/api/v3/nothing", "/api/v4/tags", "/id/api/v1/nothing"])
def test_unknown_addresses_are_a_json_404(db, path):
    answer = APIClient().get(path)
    assert (answer.status_code, answer.json(), answer.reason_phrase) == (404, {"message": "Not Found"}, "Not Found")
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Request-Id"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize("path", ["/api/v3/nothing", "/api/v3/tags/1.5", "/api/health"])
def test_writing_to_nowhere_is_json_too(db, path, method):
    answer = getattr(APIClient(enforce_csrf_checks=True), method)(path, {}, format="json")
    assert (answer.status_code, answer["Content-Type"]) == (405 if path == "/api/health" else 404, "application/json")


@pytest.mark.parametrize("id_", ["0", "-1", "999", "abc", "1%00", "9" * 40, "1.5", "..", "%F0%9F%8E%81"])
def test_ids_that_are_none_are_404(api, id_):
    answer = api.get(f"{TAGS}/{id_}")
    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_method_that_is_not_offered_is_a_json_405(api, method):
    tag = Tag.objects.create(handle="vip")
    answer = getattr(api, method)(f"{TAGS}/{tag.pk}", {"handle": "gold"}, format="json")
    assert answer.status_code == 405
    assert answer.json() == {"message": f'Method "{method.upper()}" not allowed.', "errors": {}}
    assert answer["X-Request-Id"]


def test_options_is_not_offered(api):
    assert api.options(TAGS).status_code == 405


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "nonsense"])
def test_the_answer_is_json_whatever_is_accepted(api, accept):
    assert api.get(TAGS, HTTP_ACCEPT=accept)["Content-Type"] == "application/json"


def test_a_reused_handle_names_its_field(api):
    Tag.objects.create(handle="vip")
    answer = post(api, '{"handle": "vip"}')
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["handle"])


def test_with_and_without_the_last_slash(api):
    assert api.get(TAGS).json()["data"] == api.get(f"{TAGS}/").json()["data"] == []


@pytest.mark.logs_an_error
def test_an_unknown_host_is_a_json_400(api):
    answer = api.get(TAGS, HTTP_HOST="evil.example.org")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/json")


def test_the_callers_request_id_comes_back(api):
    assert api.get(TAGS, HTTP_X_REQUEST_ID="till-7:42")["X-Request-Id"] == "till-7:42"


@pytest.mark.parametrize("sent", ["", "a b", "<script>", "x" * 129, "a\tb"])
def test_a_request_id_that_is_not_sane_is_replaced(api, sent):
    answer = api.get(TAGS, HTTP_X_REQUEST_ID=sent)
    assert answer["X-Request-Id"] != sent
    assert len(answer["X-Request-Id"]) == 36
