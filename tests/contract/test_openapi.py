"""The OpenAPI document is valid, and says of every operation what an integrator needs."""

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from access.scopes import SCOPES

WRITES = {"post", "put", "patch", "delete"}


@pytest.fixture
def operations(document) -> list[tuple[str, str, dict]]:
    return [
        (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if path.startswith(("/api/v3/", "/id/api/v1/")) and method in WRITES | {"get"}
    ]


def test_it_is_valid_openapi_3_1(document):
    assert document["openapi"] == "3.1.0"
    validate(document)


def test_nothing_was_left_out_of_it(document):
    """Two shapes of one name, of which one is lost; a parameter that cannot be told: drf-spectacular warns, and goes on."""
    assert [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache] == []


def test_paths_are_written_without_the_last_slash(document):
    assert [path for path in document["paths"] if path.endswith("/")] == []


def test_every_operation_names_a_token_and_a_scope_that_exists(document, operations):
    assert {name: one["scheme"] for name, one in document["components"]["securitySchemes"].items()} == {
        "bearer": "bearer",
        "member": "bearer",
    }
    unknown = {
        f"{method} {path}": operation["security"]
        for method, path, operation in operations
        if set(operation["security"][0].get("bearer", ())) - set(SCOPES)
    }
    assert unknown == {}


def test_members_stand_apart_with_a_token_of_their_own(operations):
    for method, path, operation in operations:
        is_members = path.startswith("/id/")
        assert (operation["tags"] == ["Members"]) == is_members, path
        takes = "member" if is_members and path != "/id/api/v1/auth/token" else "bearer"
        assert list(operation["security"][0]) == [takes], f"{method} {path}"


def test_every_operation_says_what_it_does(operations):
    assert [f"{method} {path}" for method, path, operation in operations if not operation.get("description")] == []


def test_every_operation_tells_its_errors(operations):
    for method, path, operation in operations:
        wanted = {"401", "429"} | ({"404"} if "{" in path else set()) | ({"409", "422"} if method in WRITES else set())
        assert wanted <= operation["responses"].keys(), f"{method} {path}"


def test_every_write_takes_an_idempotency_key(operations):
    taking = {
        f"{method} {path}"
        for method, path, operation in operations
        if any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", []))
    }
    assert taking == {f"{method} {path}" for method, path, _ in operations if method in WRITES}


def test_every_body_that_is_sent_has_an_example_that_its_schema_takes(document, operations):
    without, wrong = [], {}
    for method, path, operation in operations:
        for media in operation.get("requestBody", {}).get("content", {}).values():
            shown = [one["value"] for one in media.get("examples", {}).values()]
            if not shown:
                without.append(f"{method} {path}")
            for problem in problems_of(shown, media["schema"], document):
                wrong[f"{method} {path}"] = problem
    assert (without, wrong) == ([], {})


def test_every_example_of_an_answer_is_one_that_its_schema_allows(document, operations):
    wrong = {}
    for method, path, operation in operations:
        for response in operation["responses"].values():
            for media in response.get("content", {}).values():
                shown = [one["value"] for one in media.get("examples", {}).values()]
                for problem in problems_of(shown, media["schema"], document):
                    wrong[f"{method} {path}"] = problem
    assert wrong == {}


def problems_of(examples: list, schema: dict, document: dict) -> list[str]:
    """What the schema, in which names stand for the document's components, says against the examples."""
    validator = OAS31Validator({**schema, "components": document["components"]})
    return [f"{list(error.path)}: {error.message}" for one in examples for error in validator.iter_errors(one)]


def test_every_answer_of_its_own_carries_a_request_id(operations):
    for method, path, operation in operations:
        for status, response in operation["responses"].items():
            assert "$ref" in response or "X-Request-Id" in response["headers"], f"{method} {path} {status}"


def test_operation_ids_are_unique(operations):
    ids = [operation["operationId"] for _, _, operation in operations]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", ["/api/schema", "/api/schema/"])
def test_it_needs_no_token(db, path):
    assert Client().get(path).status_code == 200


def test_its_page_has_no_script_of_its_own(db):
    """The content security policy would stop it."""
    page = Client().get("/api/docs/")
    assert page.status_code == 200
    assert "<script>" not in page.content.decode()
    assert "'unsafe-inline'" not in page["Content-Security-Policy"].split("script-src")[1].split(";")[0]


def test_meta_is_an_object_wherever_it_is_sent(document):
    """What is read key by key must not be a text or a list."""
    sent = {
        f"{name}.meta": schema["properties"]["meta"].get("type")
        for name, schema in document["components"]["schemas"].items()
        if name.endswith("Request") and "meta" in schema.get("properties", {})
    }

    assert len(sent) >= 10
    assert {name for name, type_ in sent.items() if type_ != ["object", "null"]} == set()
