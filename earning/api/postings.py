"""What other systems post to customers' accounts (api.md 5)."""

from decimal import Decimal

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.response import Response

from access.models.setting import is_currency
from cxmanager.rest.reading import read
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from earning.api import brought_examples as examples
from earning.api.fields import ProfileField, ProgramField
from earning.api.heard_shapes import HeardShape
from earning.models import LedgerTransaction, Program
from earning.occurrences import posting
from profiles.api.cause import cause_of


@extend_schema_serializer(examples=[examples.POSTING])
class PostingInput(serializers.Serializer):
    """The same `external_id` again changes nothing, and answers the same."""

    profile_id = ProfileField()
    program = ProgramField()
    external_id = serializers.CharField(max_length=191)
    account = serializers.CharField(max_length=191)
    direction = serializers.ChoiceField(LedgerTransaction.Direction.choices)
    amount = serializers.DecimalField(
        max_digits=18, decimal_places=4, min_value=Decimal("0.0001"), coerce_to_string=True
    )
    currency = serializers.CharField(min_length=3, max_length=3)
    description = serializers.CharField(required=False, allow_blank=True, allow_null=True, max_length=500)

    def validate_currency(self, code: str) -> str:
        code = code.upper()
        if not is_currency(code):
            raise serializers.ValidationError(f"“{code}” is not a currency. Write three letters, such as AUD.")
        return code


class PostingViewSet(OmneoViewSet):
    """Amounts that other systems post to accounts of customers: rules may give something for them."""

    scope = "CRUD-transactions"

    @extend_schema(request=PostingInput, responses={200: HeardShape, 201: HeardShape})
    def create(self, request) -> Response:
        """Post the amount, and say what it earns. 200 where it was posted before."""
        given = dict(read(PostingInput, request))
        profile, program = given.pop("profile_id"), given.pop("program", None)
        given["description"] = given.get("description") or ""
        heard, is_new = posting.post(profile, program=program, at=timezone.now(), cause=cause_of(request), **given)
        return enveloped(heard.as_json(), status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(
        parameters=[
            OpenApiParameter("program", OpenApiTypes.STR, description="A program's handle; the default one without.")
        ],
        responses={204: None},
    )
    def destroy(self, request, external_id: str) -> Response:
        """Void it: what it earned is taken back. Asking again changes nothing."""
        named = request.query_params.get("program")
        program = Program.objects.filter(handle=named).first() if named else Program.objects.default()
        if program is None:
            raise Http404
        with transaction.atomic():
            posting.void(external_id, program=program, at=timezone.now(), cause=cause_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
