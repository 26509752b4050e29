"""Coupons over the API: a code is entered, and pools of codes are filled (api.md 5)."""

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import Throttled
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response

from cxmanager.refusals import Refusal
from cxmanager.rest.reading import read
from cxmanager.rest.serializers import CleanedModelSerializer
from cxmanager.rest.viewsets import CrudViewSet, OmneoViewSet, enveloped
from earning.api import brought_examples as examples
from earning.api.fields import ProfileField, ProgramField
from earning.api.heard_shapes import HeardShape
from earning.coupons import making
from earning.models import CouponPool, Program
from earning.occurrences import couponing
from earning.refusals import refusal
from profiles.api.cause import cause_of
from profiles.api.reading import Stamped
from profiles.models import Profile


@extend_schema_serializer(examples=[examples.REDEEM])
class RedeemCoupon(serializers.Serializer):
    profile_id = ProfileField()
    program = ProgramField()
    code = serializers.CharField(max_length=191)


class CouponViewSet(OmneoViewSet):
    """Codes that are entered without a purchase. With one, they are its `meta.coupons`."""

    scope = "CRUD-transactions"

    @extend_schema(request=RedeemCoupon, responses=HeardShape)
    def redeem(self, request) -> Response:
        """Give what the code gives. 429 for a customer of whom too many were tried that are none."""
        given = read(RedeemCoupon, request)
        return enveloped(redeemed(given["profile_id"], given["code"], given.get("program"), request))


def redeemed(profile: Profile, code: str, program: Program | None, request) -> dict:
    try:
        heard = couponing.redeem(profile, code, program=program, at=timezone.now(), cause=cause_of(request))
    except Refusal as error:
        if error.code == "too_many_attempts":
            raise Throttled(wait=error.details["retry_after"]) from error
        raise
    return heard.as_json()


class PoolShape(Stamped):
    id = serializers.IntegerField()
    name = serializers.CharField()
    handle = serializers.CharField()
    program = serializers.CharField(help_text="The handle of the program.")
    reopens = serializers.BooleanField(help_text="Codes can be used again once what they gave was taken back.")
    codes = serializers.IntegerField(source="codes_count", help_text="How many there are.")


@extend_schema_serializer(examples=[examples.POOL])
class PoolSerializer(CleanedModelSerializer):
    program = ProgramField()

    class Meta:
        model = CouponPool
        fields = ["name", "handle", "program", "reopens"]
        validators = []

    def validate(self, attributes: dict) -> dict:
        if self.instance is None:
            attributes["program"] = attributes.get("program") or Program.objects.default()
        elif attributes.pop("program", None) not in (None, self.instance.program):
            raise InvalidInput({"program": ["A pool stays with its program."]})
        return super().validate(attributes)


@extend_schema_serializer(examples=[examples.GENERATE])
class GenerateCodes(serializers.Serializer):
    count = serializers.IntegerField(min_value=1, max_value=making.MOST)
    prefix = serializers.CharField(required=False, allow_blank=True, default="", max_length=32)


@extend_schema_serializer(examples=[examples.BRING])
class BringCodes(serializers.Serializer):
    # How long a code is says the verb, as on the screen.
    codes = serializers.ListField(child=serializers.CharField(), allow_empty=False, max_length=10_000)


class CodesStartedShape(serializers.Serializer):
    job = serializers.IntegerField()
    count = serializers.IntegerField()


class CodesBroughtShape(serializers.Serializer):
    added = serializers.IntegerField(help_text="Without those that the pool had already.")


@extend_schema_view(
    list=extend_schema(responses=PoolShape(many=True)),
    retrieve=extend_schema(responses=PoolShape),
    create=extend_schema(responses={201: PoolShape}),
    update=extend_schema(responses=PoolShape),
    partial_update=extend_schema(responses=PoolShape),
)
class CouponPoolViewSet(CrudViewSet):
    """Pools of codes, each of which one customer uses once. A rule of the type coupon names a pool by its handle."""

    queryset = CouponPool.objects.select_related("program").order_by("pk")
    serializer_class = PoolSerializer
    scope = "CRUD-earning-rules"
    filter_fields = {"handle": "handle", "name": "name", "program": "program__handle"}
    sort_fields = ["name", "handle", "created_at", "updated_at"]

    def list(self, request, *args, **kwargs) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(PoolShape(rows, many=True).data)

    def retrieve(self, request, *args, **kwargs) -> Response:
        return enveloped(PoolShape(self.get_object()).data)

    def create(self, request, *args, **kwargs) -> Response:
        return self._written(None, status.HTTP_201_CREATED)

    def update(self, request, *args, **kwargs) -> Response:
        return self._written(self.get_object(), status.HTTP_200_OK)

    partial_update = update

    def _written(self, pool: CouponPool | None, status_code: int) -> Response:
        with transaction.atomic():
            serializer = self.get_serializer(pool, data=self.request.data, partial=pool is not None)
            serializer.is_valid(raise_exception=True)
            pool = serializer.save()
        return enveloped(PoolShape(pool).data, status_code)

    def perform_destroy(self, pool: CouponPool) -> None:
        if pool.coupons.exists() or pool.rewards.exists():
            raise refusal("coupon_pool_in_use")
        pool.delete()

    @extend_schema(request=GenerateCodes, responses={202: CodesStartedShape})
    @action(detail=True, methods=["post"])
    def generate(self, request, pk: str) -> Response:
        """Make codes up, in the background: nobody can guess them."""
        pool, given = self.get_object(), read(GenerateCodes, request)
        job = making.make_later(pool, given["count"], prefix=given["prefix"], at=timezone.now(), user=request.user)
        return enveloped({"job": job.pk, "count": job.total}, status.HTTP_202_ACCEPTED)

    @extend_schema(request=BringCodes, responses={201: CodesBroughtShape})
    @action(detail=True, methods=["post"])
    def codes(self, request, pk: str) -> Response:
        """Add codes that were made elsewhere. Small and capital letters are the same."""
        pool, given = self.get_object(), read(BringCodes, request)
        return enveloped({"added": making.bring(pool, given["codes"])}, status.HTTP_201_CREATED)
