"""Importing profiles over the API: a file (omneo-reference 2.32 and 3.1), or a batch of documents (3.5)."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from cxmanager.refusals import Refusal
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from profiles.api.reading import MessageSerializer
from profiles.api.writing import CustomAttributesField
from profiles.importing import starting
from profiles.importing.batching import queue_batch
from profiles.importing.columns import Columns
from profiles.models import ProfileImport

HANDLER = "omneo:profile"
MOST_IN_A_BATCH = 10_000
UNREADABLE = {"unreadable_file", "duplicate_column", "unknown_column", "unknown_match", "match_missing"}


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
            "created": row.created,
            "updated": row.updated,
            "unchanged": row.unchanged,
            "refused": row.refused,
            "error": row.job.error if row.job and row.status == "failed" else "",
        }

    @extend_schema_field({"type": "string"})
    def get_importable_type(self, row: ProfileImport) -> str:
        return HANDLER

    # Omneo's imports of rewards have these; those of profiles do not.
    @extend_schema_field({"type": "null"})
    def get_issued_at(self, row: ProfileImport) -> None:
        return None

    get_condition = get_importable_id = get_issued_at

    def get_use_condition(self, row: ProfileImport) -> bool:
        return False

    get_run_condition_on_issue_date = get_exclude_if_related_exists = get_use_condition


class ImportInput(serializers.Serializer):
    file = serializers.FileField(help_text="CSV or XLSX, with the names of the columns in its first row.")
    handler = serializers.CharField(help_text=f"{HANDLER}: the only one that is supported.")
    match = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="email, id or identity:HANDLE.", max_length=200
    )
    all_or_nothing = serializers.BooleanField(required=False, default=False)

    def validate_handler(self, handler: str) -> str:
        if handler != HANDLER:
            raise serializers.ValidationError(f"Only {HANDLER} is supported.")
        return handler


class IdentityInBatch(serializers.Serializer):
    handle = serializers.CharField(max_length=191)
    identifier = serializers.CharField(max_length=191)


class NestedInBatch(serializers.Serializer):
    """What is nested must be as it is in POST /profiles; what is wrong in a single field refuses that profile only."""

    identities = IdentityInBatch(many=True, required=False, allow_null=True)
    custom_attributes = CustomAttributesField(required=False, allow_null=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=191), required=False, allow_null=True)
    comms_attributes = serializers.DictField(required=False, allow_null=True)
    appearance_attributes = serializers.DictField(required=False, allow_null=True)


class BatchInput(serializers.Serializer):
    match_criteria = serializers.CharField(max_length=191, help_text="email, or the handle of an identity.")
    profiles = serializers.ListField(
        child=serializers.DictField(),
        min_length=1,
        max_length=MOST_IN_A_BATCH,
        help_text="Profiles as in POST /profiles.",
    )

    def validate_profiles(self, documents: list[dict]) -> list[dict]:
        errors, read = {}, []
        for number, document in enumerate(documents):
            nested = NestedInBatch(data=document)
            if nested.is_valid():
                read.append({**document, **nested.validated_data})
            else:
                errors[str(number)] = nested.errors
        if errors:
            raise serializers.ValidationError(errors)
        return read


class ImportViewSet(OmneoViewSet):
    """Files of customers: uploaded, imported in the background, looked after and deleted."""

    queryset = ProfileImport.objects.select_related("job")
    serializer_class = ImportSerializer
    scopes = {
        "list": "read-imports",
        "retrieve": "read-imports",
        "create": "create-imports",
        "destroy": "delete-imports",
        "batch": "CRUD-profiles",
    }
    lookup_value_regex = r"\d{1,18}"
    filter_fields = {"name": "name"}
    sort_fields = ["created_at", "updated_at", "name"]

    @extend_schema(request={"multipart/form-data": ImportInput}, responses={201: ImportSerializer})
    def create(self, request) -> Response:
        """Import a file of customers in the background. Its columns are recognised by their headers."""
        sent = ImportInput(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        file = given["file"]
        try:
            row = starting.upload(
                file.file,
                name=file.name,
                match=given["match"],
                is_all_or_nothing=given["all_or_nothing"],
                user=request.user,
                token=request.auth,
            )
            no = Columns(keys=tuple(row.columns), match=row.match).why_not_usable()
            if no is not None:
                starting.remove(row)
                raise no
            starting.start(row, at=timezone.now())
        except Refusal as refused:
            # A file that cannot be read is malformed input, not a rule's no.
            if refused.code in UNREADABLE:
                raise ValidationError({"file": [str(refused)]}) from refused
            raise
        return enveloped(self.get_serializer(row).data, status.HTTP_201_CREATED)

    @extend_schema(responses={204: None})
    def destroy(self, request, pk: str) -> Response:
        """Delete the import, its file and its refused rows; the customers stay. One that runs is stopped first: ask again then."""
        row = self.get_object()
        if row.is_under_way:
            starting.cancel(row)
            row = self.get_object()
        if row.is_under_way:
            raise Refusal("This import is stopping after the step it is in. Delete it when it has.", code="under_way")
        starting.remove(row)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=BatchInput, responses={200: MessageSerializer})
    def batch(self, request) -> Response:
        """Create or change many customers in the background. Each is found by its e-mail, or by its identity in one system."""
        sent = BatchInput(data=request.data)
        sent.is_valid(raise_exception=True)
        given = sent.validated_data
        try:
            queue_batch(
                given["profiles"],
                match=given["match_criteria"].strip(),
                at=timezone.now(),
                user=request.user,
                token=request.auth,
            )
        except Refusal as refused:
            raise ValidationError({"profiles": [str(refused)]}) from refused
        return enveloped({"message": "Profiles queued for batch import."})
