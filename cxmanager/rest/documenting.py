"""What the OpenAPI document says of every operation alike: errors, request ids, idempotency keys."""

from cxmanager.rest.joining import joined

WRITES = {"post", "put", "patch", "delete"}
METHODS = WRITES | {"get"}
MEMBERS = "/id/api/"
TEXT = {"type": "string"}
ERRORS = {"type": "object", "additionalProperties": {"type": "array", "items": TEXT}}

SCHEMAS = {
    "Error": {"type": "object", "required": ["message"], "properties": {"message": TEXT}},
    "Invalid": {
        "type": "object",
        "required": ["message", "errors"],
        "properties": {"message": TEXT, "code": TEXT, "errors": ERRORS},
        "description": "For each field that is wrong, whole sentences. Nested fields are written with dots.",
    },
    "Refused": {
        "type": "object",
        "required": ["message", "code", "errors"],
        "properties": {"message": TEXT, "code": TEXT, "errors": ERRORS},
        "description": "A rule says no: `code` for machines, `message` for people, further keys with the reasons.",
    },
}

HEADERS = {
    "RequestId": {"schema": TEXT, "description": "The id of this request: your own `X-Request-Id`, or a new one."},
    "RetryAfter": {"schema": {"type": "integer"}, "description": "Seconds to wait."},
}

IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    "description": "The first answer given to a key is given again, for at least seven days. Another body with the same key is a 422.",
}


def answer(about: str, schema: str, example: dict, **headers) -> dict:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}}
    return {"description": about, "content": content, **({"headers": headers} if headers else {})}


RESPONSES = {
    "401": answer("No token, or one that does not work.", "Error", {"message": "Unauthenticated."}),
    "403": answer("The token lacks the scope.", "Error", {"message": "This action is unauthorized."}),
    "404": answer("There is no such thing.", "Error", {"message": "Not Found"}),
    "409": answer(
        "A rule refuses.", "Refused", {"message": "This benefit has expired.", "code": "expired", "errors": {}}
    ),
    "413": answer("The body is too large.", "Invalid", {"message": "The request is too large.", "errors": {}}),
    "415": answer("The body is of a type that is not read here.", "Invalid", {"message": "…", "errors": {}}),
    "422": answer(
        "The input is malformed.",
        "Invalid",
        {"message": "The given data was invalid.", "errors": {"name": ["This field is required."]}},
    ),
    "429": answer(
        "Too many requests in this minute.",
        "Error",
        {"message": "Too Many Attempts."},
        **{"Retry-After": {"$ref": "#/components/headers/RetryAfter"}},
    ),
}

HEALTH = {
    "get": {
        "operationId": "health",
        "description": "Whether this server can do its work, and how many events wait to be handed out: counted up to 10,000, and for how many seconds the oldest of them has waited.",
        "tags": ["health"],
        "security": [],
        "responses": {
            "200": {"description": "The database answers."},
            "503": {"description": "The database does not answer."},
        },
    }
}


def complete(result: dict, generator, request, public) -> dict:
    """drf-spectacular's last hook: add to the document what holds for every operation."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update(SCHEMAS)
    components["headers"] = HEADERS
    components["responses"] = {f"Status{status}": body for status, body in RESPONSES.items()}
    result["paths"] = {"/api/health": HEALTH} | joined(result["paths"])
    for path, item in result["paths"].items():
        for method in METHODS & item.keys():
            if path.startswith(MEMBERS):
                of_members(item[method], path)
            without_strange_variables(item[method], path)
            complete_operation(item[method], method, has_variables="{" in path)
    return result


def of_members(operation: dict, path: str) -> None:
    """The member API has many operations in common with the REST API, in words of its own: one group, and names apart."""
    operation["operationId"] = f"members_{operation['operationId']}"
    operation["tags"] = ["Members"]
    if path.startswith(f"{MEMBERS}v1/profiles/me"):
        # What an anonymous token gets.
        operation["responses"].setdefault("404", {"$ref": "#/components/responses/Status404"})


def without_strange_variables(operation: dict, path: str) -> None:
    """A view that describes a variable of its paths once does so for its list as well, which has none."""
    parameters = operation.get("parameters", [])
    operation["parameters"] = [one for one in parameters if one["in"] != "path" or f"{{{one['name']}}}" in path]
    if not operation["parameters"]:
        del operation["parameters"]


def complete_operation(operation: dict, method: str, *, has_variables: bool) -> None:
    for status in statuses(operation, method, has_variables=has_variables):
        operation["responses"].setdefault(status, {"$ref": f"#/components/responses/Status{status}"})
    if method in WRITES and operation.get("security"):
        operation.setdefault("parameters", []).append(IDEMPOTENCY_KEY)
    for response in operation["responses"].values():
        if "$ref" not in response:
            response.setdefault("headers", {})["X-Request-Id"] = {"$ref": "#/components/headers/RequestId"}


def statuses(operation: dict, method: str, *, has_variables: bool) -> list[str]:
    """The errors that this operation can answer with."""
    if not operation.get("security"):
        return []
    needs_scope = any(scopes for one in operation["security"] for scopes in one.values())
    takes_input = method in WRITES or bool(operation.get("parameters"))
    return [
        "401",
        *(["403"] if needs_scope else []),
        *(["404"] if has_variables else []),
        *(["409", "413", "415"] if method in WRITES else []),
        *(["422"] if takes_input else []),
        "429",
    ]
