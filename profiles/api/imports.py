"""Importing customers and purchases over the API from a file (omneo-reference 2.32 and 3.1)."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.response import Response

from cxmanager.nearness import did_you_mean
from cxmanager.refusals import Refusal
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from profiles.api import examples
from profiles.importing import starting
from profiles.importing.kinds import KINDS, Kind, columns_of, kind_of
from profiles.importing.refused import with_cells
from profiles.models import ProfileImport

UNREADABLE = {
    *("unreadable_file", "duplicate_column", "unknown_column", "unknown_match", "match_missing"),
    "missing_column",
}


class ImportSerializer(serializers.Serializer):
    """One import, as Omneo shows it; our own counts are in `meta`."""

    id = serializers.IntegerField()
    status = serializers.CharField(
        help_text="uploaded, waiting, checking, checked, running, done, failed, cancelled, lapsed."
    )
    name = serializers.CharField()
    count = serializers.IntegerField(source="rows", allow_null=True, help_text="Rows in the file, once it was read.")
    failed_count = serializers.IntegerField(source="refused")
    progress = serializers.SerializerMethodField(help_text="Percent.")
    issued_at = serializers.SerializerMethodField()
    condition = serializers.SerializerMethodField()
    run_condition_on_issue_date = serializers.SerializerMethodField()
    exclude_if_related_exists = serializers.SerializerMethodField()
    use_condition = serializers.SerializerMethodField()
    mapping_fields = serializers.SerializerMethodField(help_text="What each column of the file is.")
    meta = serializers.SerializerMethodField()
    importable_type = serializers.SerializerMethodField()
    importable_id = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_progress(self, row: ProfileImport) -> int:
        return 100 if row.status == "done" else (row.job and row.job.percent) or 0

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_mapping_fields(self, row: ProfileImport) -> dict:
        return {header: key for header, key in zip(row.header, row.columns, strict=False) if key}

    @extend_schema_field({"type": "object"})
    def get_meta(self, row: ProfileImport) -> dict:
        return {
            "match": row.match,
            "all_or_nothing": row.is_all_or_nothing,
            **row.options,
            "created": row.created,
            "updated": row.updated,
            "unchanged": row.unchanged,
            "refused": row.refused,
            "warnings": columns_of(row).warnings(),
            "error": row.job.error if row.job and row.status == "failed" else "",
        }

    @extend_schema_field({"type": "string"})
    def get_importable_type(self, row: ProfileImport) -> str:
        return kind_of(row).handler

    # Omneo's imports of rewards have these; those of profiles do not.
    @extend_schema_field({"type": "null"})
    def get_issued_at(self, row: ProfileImport) -> None:
        return None

    get_condition = get_importable_id = get_issued_at

    def get_use_condition(self, row: ProfileImport) -> bool:
        return False

    get_run_condition_on_issue_date = get_exclude_if_related_exists = get_use_condition


@extend_schema_serializer(examples=[examples.IMPORT])
class ImportInput(serializers.Serializer):
    file = serializers.FileField(help_text="CSV or XLSX, with the names of the columns in its first row.")
    handler = serializers.CharField(
        help_text="omneo:profile for customers, omneo:transaction for purchases with one row for each line."
    )
    match = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        help_text="By what customers are found: email, identity:HANDLE, and id (of purchases: profile_id).",
        max_length=200,
    )
    all_or_nothing = serializers.BooleanField(required=False, default=False, help_text="Of customers only.")
    match_returns = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Of purchases only: take a quantity below zero as a return of the customer's latest earlier sale of that SKU.",
    )
    earn = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Of purchases only: let those that are new here earn by the rules of today.",
    )

    mapping_fields = serializers.JSONField(
        required=False,
        default=dict,
        help_text="What columns of the file are, where their names do not say it: {column in the file: our column}, as "
        "text. An empty one leaves the column out; the others are recognised by their headers.",
    )

    def validate_mapping_fields(self, sent) -> dict:
        if not isinstance(sent, dict) or not all(isinstance(key, str) for key in sent.values()):
            raise serializers.ValidationError('Write an object such as {"Client": "identity:loyalty-card"}.')
        return sent

    def validate_handler(self, handler: str) -> Kind:
        kinds = {kind.handler: kind for kind in KINDS.values()}
        if handler not in kinds:
            raise serializers.ValidationError(f"Write one of: {', '.join(kinds)}.{did_you_mean(handler, kinds)}")
        return kinds[handler]

    def validate(self, sent: dict) -> dict:
        kind: Kind = sent["handler"]
        if sent["all_or_nothing"] and not kind.is_taken_whole:
            raise serializers.ValidationError({"all_or_nothing": f"Lists of {kind.label.lower()} are not taken whole."})
        if sent["match_returns"] and "match_returns" not in kind.switches:
            raise serializers.ValidationError({"match_returns": "Only lists of purchases have returns."})
        if sent["earn"] and "earn" not in kind.switches:
            raise serializers.ValidationError({"earn": "Only purchases earn."})
        return sent


class RefusedRowSerializer(serializers.Serializer):
    """A row that was left out."""

    row = serializers.IntegerField(help_text="In the file, where the names of the columns are row 1.")
    reasons = serializers.ListField(child=serializers.CharField(), help_text="Whole sentences.")
    cells = serializers.ListField(child=serializers.CharField(), help_text="As they came, in the file's order.")


class ImportViewSet(OmneoViewSet):
    """Files of customers and of purchases: uploaded, imported in the background, looked after and deleted."""

    queryset = ProfileImport.objects.select_related("job")
    serializer_class = ImportSerializer
    scopes = {
        "list": "read-imports",
        "retrieve": "read-imports",
        "refused": "read-imports",
        "create": "create-imports",
        "destroy": "delete-imports",
    }
    lookup_value_regex = r"\d{1,18}"
    filter_fields = {"name": "name"}
    sort_fields = ["created_at", "updated_at", "name"]

    @extend_schema(request={"multipart/form-data": ImportInput}, responses={201: ImportSerializer})
    def create(self, request) -> Response:
        """Import a file of customers or purchases in the background. Its columns are recognised by their headers.

        `mapping_fields` says what others are.
        Purchases need the scope CRUD-transactions as well.
        """
        sent = ImportInput(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        file, kind = given["file"], given["handler"]
        if not request.auth.allows(kind.scope):
            raise PermissionDenied
        try:
            row = starting.upload(
                file.file,
                name=file.name,
                kind=kind.handle,
                options={name: given[name] for name in kind.switches},
                mapping=given["mapping_fields"],
                match=given["match"],
                is_all_or_nothing=given["all_or_nothing"],
                user=request.user,
                token=request.auth,
            )
            no = columns_of(row).why_not_usable()
            if no is not None:
                starting.remove(row)
                raise no
            starting.start(row, at=timezone.now())
        except Refusal as refused:
            if refused.code == "unknown_mapping":
                raise ValidationError({"mapping_fields": [str(refused)]}) from refused
            # A file that cannot be read is malformed input, not a rule's no.
            if refused.code in UNREADABLE:
                raise ValidationError({"file": [str(refused)]}) from refused
            raise
        return enveloped(self.get_serializer(row).data, status.HTTP_201_CREATED)

    @extend_schema(responses=RefusedRowSerializer(many=True))
    @action(detail=True, filter_backends=())
    def refused(self, request, pk: str) -> Response:
        """The rows that were left out, in the file's order, and why. Those of purchases need the scope CRUD-transactions as well."""
        row = self.get_object()
        if not request.auth.allows(kind_of(row).scope):
            raise PermissionDenied
        left_out = row.refused_rows.order_by("number").values_list("number", "cells", "reasons")
        page = with_cells(row, iter(self.paginate_queryset(left_out)))
        told = [{"row": number, "reasons": reasons, "cells": cells} for number, cells, reasons in page]
        return self.get_paginated_response(RefusedRowSerializer(told, many=True).data)

    @extend_schema(responses={204: None})
    def destroy(self, request, pk: str) -> Response:
        """Delete the import, its file and its refused rows; what was imported stays. One that runs is stopped first: ask again then."""
        row = self.get_object()
        if row.is_under_way:
            starting.cancel(row)
            row = self.get_object()
        if row.is_under_way:
            raise Refusal("This import is stopping after the step it is in. Delete it when it has.", code="under_way")
        starting.remove(row)
        return Response(status=status.HTTP_204_NO_CONTENT)
