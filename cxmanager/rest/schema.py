"""How drf-spectacular reads this API's views: envelopes, partial updates, times as they are written, scopes."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_parameter_type, get_view_model
from rest_framework import serializers
from rest_framework.settings import api_settings

from cxmanager.rest.fields import MetaField, MomentField

TIME_PATTERN = r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"
TIME = {"type": "string", "pattern": TIME_PATTERN, "examples": ["2026-05-01 12:00:00"]}
READ_TIME = {"type": "string", "examples": ["2026-05-01 12:00:00"], "description": "In UTC unless it names a zone."}


class EnvelopeSchema(AutoSchema):
    """The schema of `DEFAULT_SCHEMA_CLASS`. A view with `bare = True` answers without `{"data": …}`."""

    def _get_response_for_code(self, serializer, status_code, media_types=None, direction="response"):
        response = super()._get_response_for_code(serializer, status_code, media_types, direction)
        response["description"] = response.get("description") or "Done."
        if str(status_code).startswith("2") and not getattr(self.view, "bare", False):
            for media in response.get("content", {}).values():
                envelop(media)
        return response

    def _get_paginator(self):
        return super()._get_paginator() if getattr(self.view, "paginate", True) else None

    def get_request_serializer(self):
        serializer = super().get_request_serializer()
        if self.method == "PUT" and isinstance(serializer, serializers.Serializer):
            # PUT leaves alone what is not sent, so nothing is required.
            serializer.partial = True
        return serializer

    def map_parsers(self) -> list[str]:
        """Only JSON, unless the view has chosen its parsers: files are taken by few."""
        if list(self.view.parser_classes) == list(api_settings.DEFAULT_PARSER_CLASSES):
            return ["application/json"]
        return super().map_parsers()

    def _map_serializer_field(self, field, direction, bypass_extensions=False):
        if type(field) in (serializers.DateTimeField, MomentField):
            schema = dict(TIME if direction == "response" else READ_TIME)
            if field.allow_null:
                schema["type"] = ["string", "null"]
            return schema
        if isinstance(field, MetaField):
            return {"type": ["object", "null"], "description": str(field.help_text or "Whatever you keep here.")}
        if isinstance(field, serializers.JSONField):
            # Whatever JSON there is, null as well: "anything or null" would be ambiguous for a null.
            return {"description": str(field.help_text or "Any JSON.")}
        return super()._map_serializer_field(field, direction, bypass_extensions)

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict]:
        """Variables that are a field of the view's model are typed as that; the others are text, said without a warning."""
        model = get_view_model(self.view, emit_warnings=False)
        fields = {field.name for field in model._meta.get_fields()} if model is not None else set()
        typed = [name for name in variables if name in fields]
        text = [
            build_parameter_type(name=name, location="path", schema={"type": "string"})
            for name in variables
            if name not in fields
        ]
        return [*text, *super()._resolve_path_parameters(typed)]

    def get_description(self) -> str:
        about, scope = super().get_description(), scope_of(self.view)
        return f"{about}\n\nScope: `{scope}`." if scope else about


def envelop(media: dict) -> None:
    """Put the media type's schema and examples under `data`, unless they are a page."""
    schema = media.get("schema", {})
    if {"data", "meta"} <= schema.get("properties", {}).keys() or "/Paginated" in schema.get("$ref", ""):
        return
    media["schema"] = {"type": "object", "required": ["data"], "properties": {"data": schema}}
    for example in media.get("examples", {}).values():
        if not (isinstance(example.get("value"), dict) and example["value"].keys() == {"data"}):
            example["value"] = {"data": example.get("value")}


def scope_of(view) -> str | None:
    """The scope that the view's current action needs, if any."""
    return getattr(view, "scopes", {}).get(getattr(view, "action", None), getattr(view, "scope", None))


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "access.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema) -> dict:
        about = "A token made under Administration → API tokens, by POST /auth/api-tokens or by `manage.py create_api_token`."
        return {"type": "http", "scheme": "bearer", "description": about}

    def get_security_requirement(self, auto_schema) -> dict:
        scope = scope_of(auto_schema.view)
        return {self.name: [scope] if scope else []}
