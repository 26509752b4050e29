"""Two views at one address are one operation of the OpenAPI document (cxmanager/rest/joining.py)."""

import pytest

from cxmanager.rest.joining import joined, set_apart

SCOPE = [{"bearer": ["read-redemptions"]}]


def operation(name: str, answered: dict, **more) -> dict:
    content = {"application/json": {"schema": answered}}
    given = {"operationId": name, "description": f"{name}.\n\nScope: `x`.", "security": SCOPE}
    return given | {"responses": {"200": {"description": "Done.", "content": content}}} | more


def test_all_but_the_last_pattern_of_an_address_stand_beside_it():
    endpoints = [("/r/{pk}", "[1-9]+", "GET", 1), ("/r/{pk}", "[^/]+", "GET", 2), ("/r/{pk}", "[^/]+", "PUT", 2)]

    assert [(path, callback) for path, _, _, callback in set_apart(endpoints)] == [
        ("/r/{pk}#", 1),
        ("/r/{pk}", 2),
        ("/r/{pk}", 2),
    ]


def test_the_operation_says_what_either_does():
    number, text = {"type": "integer"}, {"type": "string"}
    one = operation("uses", number, parameters=[{"in": "path", "name": "id", "schema": number}])
    other = operation("payments", text, parameters=[{"in": "path", "name": "id", "schema": text}])
    other["responses"]["404"] = {"description": "No."}

    [(path, item)] = joined({"/r/{id}/#": {"get": other}, "/r/{id}/": {"get": one}}).items()

    told = item["get"]
    assert (path, told["operationId"], told["description"]) == ("/r/{id}", "uses", "payments.\n\nuses.\n\nScope: `x`.")
    assert told["responses"]["200"]["content"]["application/json"]["schema"] == {"anyOf": [number, text]}
    assert told["responses"].keys() == {"200", "404"}
    assert told["parameters"] == [{"in": "path", "name": "id", "schema": {"anyOf": [number, text]}}]


def test_what_both_say_alike_is_said_once():
    same = {"type": "integer"}
    told = joined({"/r": {"get": operation("one", same)}, "/r#": {"get": operation("other", same)}})["/r"]["get"]
    assert told["responses"]["200"]["content"]["application/json"]["schema"] == same


def test_two_that_need_different_scopes_cannot_be_told_as_one():
    other = operation("payments", {}) | {"security": [{"bearer": ["return"]}]}
    with pytest.raises(ValueError, match="uses and payments need different scopes"):
        joined({"/r": {"get": operation("uses", {})}, "/r#": {"get": other}})
