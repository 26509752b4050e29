"""`attributes[0][namespace]=…&attributes[0][handle]=…&attributes[0][value][in]=…`: customers by the retailer's own attributes."""

import json
import re

from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError

from profiles.models import CustomAttribute

PARAMETER = re.compile(
    r"attributes\[(?P<number>\d{1,3})\]\[(?P<part>namespace|handle|value)\](?:\[(?P<operator>\w+)\])?\Z"
)
OPERATORS = ("eq", "in")
ATTRIBUTES_PARAMETERS = [
    OpenApiParameter("attributes[0][namespace]", str, required=True),
    OpenApiParameter("attributes[0][handle]", str, required=True),
    OpenApiParameter("attributes[0][value]", str),
    OpenApiParameter("attributes[0][value][in]", str, description="Comma-separated."),
]
MOST_ASKED = 20


def with_custom_attributes(profiles: QuerySet, parameters: QueryDict) -> QuerySet:
    """The profiles for whom each attribute asked for holds. Raises ValidationError (422) naming a parameter that is wrong."""
    asked = attributes_asked(parameters)
    if not asked:
        raise ValidationError({"attributes[0][namespace]": ["Name an attribute to find profiles by."]})
    for number, parts in asked.items():
        for part in ("namespace", "handle"):
            if not parts.get(part):
                raise ValidationError({f"attributes[{number}][{part}]": ["This field is required."]})
        rows = CustomAttribute.objects.filter(namespace=parts["namespace"], handle=parts["handle"])
        if "values" in parts:
            rows = rows.filter(value__in=parts["values"])
        profiles = profiles.filter(pk__in=rows.values("profile_id"))
    return profiles


def attributes_asked(parameters: QueryDict) -> dict[int, dict]:
    """What was asked by number: {0: {"namespace", "handle", "values"?}}."""
    asked: dict[int, dict] = {}
    for name, value in parameters.items():
        if not name.startswith("attributes"):
            continue
        match = PARAMETER.match(name)
        operator = match and (match["operator"] or "eq")
        if match is None or operator not in OPERATORS or (match["operator"] and match["part"] != "value"):
            raise ValidationError({name: ["Write attributes[0][namespace], [handle], [value] or [value][in]."]})
        parts = asked.setdefault(int(match["number"]), {})
        if match["part"] == "value":
            texts = value.split(",") if operator == "in" else [value]
            parts["values"] = [meaning for text in texts for meaning in meanings(text)]
        else:
            parts[match["part"]] = value
    if len(asked) > MOST_ASKED:
        raise ValidationError({"attributes": [f"Name at most {MOST_ASKED} attributes."]})
    return asked


def meanings(text: str) -> list:
    """The values that a text in an address may mean: itself, and the number or truth value that it spells."""
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return [text]
    is_plain = isinstance(read, (bool, int)) or (isinstance(read, float) and abs(read) < float("inf"))
    return [text, read] if is_plain else [text]
