"""Omneo's list parameters: `filter[field]`, `filter[field][op]`, dotted fields, and `sort=-field`.

A view names what may be filtered: `filter_fields = {"handle": "handle", "tags.handle": "tags__handle"}`, and what may be
sorted: `sort_fields = ["created_at"]`. A filter that is not named, an unknown operator and a value of the wrong type are
refused with 422 rather than ignored: a till that misspells a filter must not be handed somebody else's row.
"""

import re
from datetime import UTC, datetime

from django.core.exceptions import FieldError, ValidationError
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.filters import BaseFilterBackend

PARAMETER = re.compile(r"filter\[(?P<field>[\w.]+)\](?:\[(?P<operator>\w+)\])?\Z")
OPERATORS = {"eq": "exact", "gt": "gt", "gte": "gte", "lt": "lt", "lte": "lte", "in": "in", "like": "icontains"}
TRUE_AND_FALSE = {"1": True, "true": True, "0": False, "false": False}


class BracketFilterBackend(BaseFilterBackend):
    def filter_queryset(self, request, queryset, view):
        fields = getattr(view, "filter_fields", {})
        handled = getattr(view, "filters_handled_by_view", ())
        for name, value in request.query_params.items():
            if not name.startswith("filter"):
                continue
            match = PARAMETER.match(name)
            if match is None:
                raise InvalidInput({name: ["Write filters as filter[field] or filter[field][operator]."]})
            if match["field"] in handled:
                continue
            if match["field"] not in fields:
                known = ", ".join(sorted([*fields, *handled])) or "none"
                raise InvalidInput({name: [f"This list cannot be filtered by that. It knows: {known}."]})
            queryset = narrow(queryset, fields[match["field"]], match["operator"] or "eq", value, name)
        return queryset

    def get_schema_operation_parameters(self, view) -> list[dict]:
        fields = [*getattr(view, "filter_fields", {}), *getattr(view, "filters_handled_by_view", ())]
        return [{"name": f"filter[{field}]", "in": "query", "schema": {"type": "string"}} for field in fields]


def narrow(queryset, path: str, operator: str, value: str, name: str):
    """The rows for which the field compares so with the value. Raises InvalidInput naming the parameter."""
    if operator not in OPERATORS:
        raise InvalidInput({name: [f"Unknown operator. Use one of: {', '.join(OPERATORS)}."]})
    if "\x00" in value:
        raise InvalidInput({name: ["Null bytes are not allowed."]})
    field, is_many = field_at(queryset.model, path)
    try:
        wanted = [typed(field, one) for one in value.split(",")] if operator == "in" else typed(field, value)
        condition = {f"{path}__{OPERATORS[operator]}": wanted}
        if is_many:
            # A row with two of the tags that were asked for is still one row.
            condition = {"pk__in": queryset.model._base_manager.filter(**condition).values("pk")}
        return queryset.filter(**condition)
    except (ValueError, TypeError, ValidationError, FieldError, OverflowError) as error:
        raise InvalidInput({name: ["This value does not fit the field."]}) from error


def field_at(model, path: str):
    """The field that the path ends at, and whether a row may have several of it."""
    field, is_many = None, False
    for part in path.split("__"):
        field = model._meta.get_field(part)
        is_many = is_many or field.many_to_many or field.one_to_many
        model = field.related_model or model
    return (model._meta.pk if field.is_relation else field), is_many


def typed(field, value: str):
    """The text as the field's own type. Choices must be among the field's choices."""
    if field.get_internal_type() == "BooleanField":
        if value.lower() not in TRUE_AND_FALSE:
            raise ValueError("not a boolean")
        return TRUE_AND_FALSE[value.lower()]
    if field.choices and value not in {str(choice) for choice, _ in field.flatchoices}:
        raise ValueError("not a choice")
    result = field.to_python(value)
    if isinstance(result, datetime) and result.tzinfo is None:
        # Times on the wire are in UTC and say no zone.
        result = result.replace(tzinfo=UTC)
    if field.get_internal_type() in INTEGER_LIMITS and abs(result) > INTEGER_LIMITS[field.get_internal_type()]:
        raise ValueError("out of range")
    return result


INTEGER_LIMITS = {
    "BigAutoField": 2**63 - 1,
    "BigIntegerField": 2**63 - 1,
    "PositiveBigIntegerField": 2**63 - 1,
    "IntegerField": 2**31 - 1,
    "PositiveIntegerField": 2**31 - 1,
    "SmallIntegerField": 2**15 - 1,
    "PositiveSmallIntegerField": 2**15 - 1,
}


class SortBackend(BaseFilterBackend):
    """`sort=-created_at,id`. Without it lists are oldest first. The primary key always breaks ties, so pages never overlap.

    `sort_fields` are the names of columns, or where the wire calls them otherwise, {"created_at": "at"}.
    """

    def filter_queryset(self, request, queryset, view):
        columns = self.columns(view)
        wanted = [one for one in request.query_params.get("sort", "").split(",") if one]
        for one in wanted:
            if one.removeprefix("-") not in columns:
                raise InvalidInput({"sort": [f"This list can be sorted by: {', '.join(columns)}."]})
        if not wanted:
            return queryset.order_by(*getattr(view, "default_order", ("pk",)))
        order = ["-" * one.startswith("-") + columns[one.removeprefix("-")] for one in wanted]
        return queryset.order_by(*order, "-pk" if wanted[0].startswith("-") else "pk")

    @staticmethod
    def columns(view) -> dict[str, str]:
        fields = getattr(view, "sort_fields", ("created_at", "updated_at"))
        return (fields if isinstance(fields, dict) else dict(zip(fields, fields, strict=True))) | {"id": "pk"}

    def get_schema_operation_parameters(self, view) -> list[dict]:
        columns = [one for name in self.columns(view) for one in (name, f"-{name}")]
        about = f"Comma-separated; a minus sorts downwards. One of: {', '.join(self.columns(view))}."
        pattern = f"^({'|'.join(columns)})(,({'|'.join(columns)}))*$"
        return [{"name": "sort", "in": "query", "description": about, "schema": {"type": "string", "pattern": pattern}}]
