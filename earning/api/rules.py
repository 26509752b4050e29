"""Earning rules over the API (api.md 5): documents in and out, and what they said before."""

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response

from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from earning.api.rule_shapes import (
    CloneRule,
    ExportShape,
    ImportedShape,
    ImportRules,
    RuleDocument,
    RuleShape,
    VersionShape,
    rule_as_json,
    version_as_json,
)
from earning.models import EarningRule, Program
from earning.refusals import refusal
from earning.rulebook import keeping
from profiles.api.scoped import number_in

Status = EarningRule.Status


class RuleViewSet(OmneoViewSet):
    """How customers of a program earn. Every change that is kept makes a version, to which awards point."""

    queryset = EarningRule.objects.all()
    serializer_class = RuleDocument
    scope = "CRUD-earning-rules"
    filter_fields = {
        "handle": "handle",
        "name": "name",
        "type": "type",
        "status": "status",
        "program": "program__handle",
        "is_hidden": "is_hidden",
        "tiers.handle": "tiers__handle",
        "segments.handle": "segments__handle",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
    sort_fields = ["name", "handle", "priority", "starts_at", "ends_at", "created_at", "updated_at"]

    def get_queryset(self) -> QuerySet[EarningRule]:
        return EarningRule.objects.whole().select_related("program", "badge", "version")

    def get_object(self) -> EarningRule:
        return self.get_queryset().get(pk=number_in(self.kwargs["pk"]))

    def answer(self, rule: EarningRule, status_code: int = status.HTTP_200_OK) -> Response:
        return enveloped(rule_as_json(self.get_queryset().get(pk=rule.pk)), status_code)

    @extend_schema(responses=RuleShape(many=True))
    def list(self, request, *args, **kwargs) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([rule_as_json(one) for one in rows])

    @extend_schema(responses=RuleShape)
    def retrieve(self, request, *args, **kwargs) -> Response:
        return enveloped(rule_as_json(self.get_object()))

    @extend_schema(request=RuleDocument, responses={201: RuleShape})
    def create(self, request, *args, **kwargs) -> Response:
        """Make a rule. All that is wrong with it is told at once, each by its place, such as `conditions.per_amount`."""
        rule = EarningRule.objects.write(dict(request.data), at=timezone.now(), user=request.user)
        return self.answer(rule, status.HTTP_201_CREATED)

    @extend_schema(request=RuleDocument, responses=RuleShape)
    def update(self, request, *args, **kwargs) -> Response:
        """Bring it to what is sent; what is not sent stays. Its `status` activates, deactivates and archives it."""
        rule, document = self.get_object(), dict(request.data)
        if rule.status == Status.ARCHIVED and document.get("status") == Status.ACTIVE:
            raise refusal("rule_archived")
        EarningRule.objects.write(document, at=timezone.now(), user=request.user, rule=rule)
        return self.answer(rule)

    partial_update = update

    def destroy(self, request, *args, **kwargs) -> Response:
        """Delete one that nobody earned by. Archive the others."""
        self.get_object().delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=CloneRule, responses={201: RuleShape})
    @action(detail=True, methods=["post"])
    def clone(self, request, pk: str) -> Response:
        """A draft that says the same, but for what is sent."""
        copy = self.get_object().duplicate(at=timezone.now(), user=request.user, **changes_in(request.data))
        return self.answer(copy, status.HTTP_201_CREATED)

    @extend_schema(responses=VersionShape(many=True))
    @action(detail=True, filter_backends=[])
    def versions(self, request, pk: str) -> Response:
        """What it said since when, the latest first, and who changed it."""
        rows = self.get_object().versions.select_related("user").order_by("-number")
        return self.get_paginated_response([version_as_json(one) for one in self.paginate_queryset(rows)])

    @extend_schema(
        parameters=[OpenApiParameter("program", OpenApiTypes.STR, description="A program's handle; all without.")],
        responses=ExportShape,
    )
    @action(detail=False, pagination_class=None, filter_backends=[])
    def export(self, request) -> Response:
        """The rules of a program as one document, which an import reads here or elsewhere."""
        rows = EarningRule.objects.whole().order_by("pk")
        handle = request.query_params.get("program")
        if handle is not None:
            rows = rows.filter(program=program_of(handle))
        return enveloped(keeping.export(rows))

    @extend_schema(request=ImportRules, responses={201: ImportedShape})
    @action(detail=False, methods=["post"], url_path="import", url_name="import")
    def import_rules(self, request) -> Response:
        """Write the rules of an export into a program: one of the same handle is changed. All of them or none."""
        made, changed = keeping.import_all(
            request.data, program=program_of(request.data.get("program")), at=timezone.now(), user=request.user
        )
        told = {"created": [one.handle for one in made], "changed": [one.handle for one in changed]}
        return enveloped(told, status.HTTP_201_CREATED)


def program_of(handle) -> Program:
    """The program of the handle, the default one without. Raises InvalidInput."""
    if handle is None:
        return Program.objects.default()
    found = Program.objects.filter(handle=str(handle)[:65]).first()
    if found is None:
        raise InvalidInput({"program": ["There is no such program."]})
    return found


def changes_in(data: dict) -> dict:
    """What a clone is to say differently; `at` and `user` are nobody's to send."""
    return {name: value for name, value in data.items() if name not in ("at", "user", "self")}
