"""The words in which payloads are described: short names for JSON Schema (2020-12).

What is not named may be added later, so schemas do not forbid it; the tests do, of what is recorded today.
"""

TEXT = {"type": "string"}
WHOLE = {"type": "integer"}
YES_NO = {"type": "boolean"}
KEY = {"type": "string", "format": "uuid"}
DAY = {"type": "string", "format": "date"}
MOMENT = {"type": "string", "format": "date-time"}
# As text, so that nothing is rounded.
AMOUNT = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"}
ANYTHING = {}


def record(fields: dict[str, dict] | None = None, *, sometimes: dict[str, dict] | None = None) -> dict:
    """An object that always has these fields, and sometimes those."""
    fields, sometimes = fields or {}, sometimes or {}
    return {"type": "object", "properties": fields | sometimes, "required": list(fields)}


def or_null(schema: dict) -> dict:
    return schema | {"type": [schema["type"], "null"]}


def list_of(schema: dict, **limits) -> dict:
    return {"type": "array", "items": schema, **limits}


def one_of(*values) -> dict:
    return {"enum": list(values)}


def about(text: str, schema: dict) -> dict:
    """The schema with a sentence that says what it means."""
    return schema | {"description": text}


CHANGES = {
    "type": "object",
    "description": "What changed: for each field its value before and after.",
    "additionalProperties": {"type": "array", "minItems": 2, "maxItems": 2},
}
