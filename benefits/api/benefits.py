"""All benefits over the API, whoever holds them (omneo-reference 2.11, 3.6, 4.3)."""

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.views import APIView

from benefits.api.described import BatchShape, BenefitShape, CountShape
from benefits.api.reading import BY_STATUS, benefits, benefits_as_json, one_benefit, with_status
from benefits.api.serializers import ChangeBenefit, CreateBenefit, ExtendBenefits
from benefits.models import Benefit, BenefitBatch, BenefitDefinition
from cxmanager.refusals import Refusal
from cxmanager.rest.fields import moment
from cxmanager.rest.reading import read
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from profiles.api.cause import cause_of
from profiles.api.scoped import number_in
from profiles.models import Profile


def issue(definition: BenefitDefinition, profile: Profile, given: dict, **act) -> Benefit:
    """Call the verb with what was sent and leave the rest to its defaults."""
    sent = {name: value for name, value in given.items() if value is not None and name in SENT}
    return definition.issue(profile, **sent, **act)


SENT = ("issued_at", "expires_at", "timezone", "external_id", "value", "meta")


@extend_schema_view(
    list=extend_schema(responses=BenefitShape(many=True), parameters=[BY_STATUS]),
    retrieve=extend_schema(responses=BenefitShape),
)
class BenefitViewSet(OmneoViewSet):
    """Benefits of all customers."""

    serializer_class = BenefitShape
    scopes = {
        "list": "read-benefits",
        "retrieve": "read-benefits",
        "create": "create-benefits",
        # Omneo has no scope for updating.
        "update": "create-benefits",
        "partial_update": "create-benefits",
        "extend": "create-benefits",
        "destroy": "delete-benefits",
    }
    filter_fields = {
        "external_id": "external_id",
        "profile_id": "profile_id",
        "benefit_definition_id": "definition_id",
        "definition.handle": "definition__handle",
        "issued_at": "issued_at",
        "expires_at": "expires_at",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }
    filters_handled_by_view = ("status",)
    sort_fields = ["issued_at", "expires_at", "created_at", "updated_at"]

    def get_queryset(self):
        return benefits()

    def get_object(self) -> Benefit:
        return get_object_or_404(self.get_queryset(), pk=number_in(self.kwargs["pk"]))

    def list(self, request, *args, **kwargs) -> Response:
        at = timezone.now()
        rows = self.filter_queryset(with_status(self.get_queryset(), request.query_params, at=at))
        return self.get_paginated_response(benefits_as_json(self.paginate_queryset(rows), at=at))

    def retrieve(self, request, *args, **kwargs) -> Response:
        return enveloped(benefits_as_json([self.get_object()], at=timezone.now())[0])

    @extend_schema(request=CreateBenefit, responses={201: BenefitShape})
    def create(self, request, *args, **kwargs) -> Response:
        given, at = read(CreateBenefit, request), timezone.now()
        benefit = issue(given["benefit_definition_id"], given["profile_id"], given, at=at, cause=cause_of(request))
        return enveloped(one_benefit(benefit.pk, at=at), status.HTTP_201_CREATED)

    @extend_schema(request=ChangeBenefit, responses=BenefitShape)
    def update(self, request, *args, **kwargs) -> Response:
        benefit, at = self.get_object(), timezone.now()
        benefit.correct(at=at, cause=cause_of(request), **changes_in(request))
        return enveloped(one_benefit(benefit.pk, at=at))

    partial_update = update

    def destroy(self, request, *args, **kwargs) -> Response:
        self.get_object().remove(at=timezone.now(), cause=cause_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ExtendBenefits, responses={200: BenefitShape(many=True)})
    @action(detail=False, methods=["post"], pagination_class=None, filter_backends=[])
    def extend(self, request) -> Response:
        """Extend several benefits of one customer. Those that may not be are left out of `data` and told under `meta`."""
        given, at = read(ExtendBenefits, request), timezone.now()
        by = {"days": given.get("extend_days"), "until": given.get("extend_date")}
        left_out = []
        with transaction.atomic():
            # By primary key, so that two of these calls never wait for each other.
            rows = list(benefits().filter(pk__in=given["ids"], profile=given["profile_id"]).order_by("pk"))
            for row in rows:
                try:
                    row.extend(**by, at=at, cause=cause_of(request))
                except Refusal as no:
                    left_out.append({"id": row.pk} | no.as_json())
        skipped = {one["id"] for one in left_out}
        done = [row for row in fresh(rows) if row.pk not in skipped]
        return Response({"data": benefits_as_json(done, at=at), "meta": {"left_out": left_out}})


def changes_in(request) -> dict:
    """What a PUT may change of a benefit, as far as it was sent."""
    return {name: value for name, value in read(ChangeBenefit, request).items() if name in request.data}


def fresh(rows: list[Benefit]) -> list[Benefit]:
    return list(benefits().filter(pk__in=[row.pk for row in rows]).order_by("pk"))


class BenefitsCount(APIView):
    """How many benefits there are, and how many of them were used."""

    scope = "read-benefits"

    @extend_schema(operation_id="benefits_count", responses=CountShape)
    def get(self, request) -> Response:
        rows = Benefit.objects.present().filter(profile__deleted_at=None)
        return enveloped({"countAll": rows.count(), "countRedeemed": rows.filter(redemptions__gt=0).count()})


class BatchViewSet(OmneoViewSet):
    """Bulk issues: how far they are."""

    serializer_class = BatchShape
    queryset = BenefitBatch.objects.select_related("job")
    scope = "read-benefits"
    http_method_names = ["get", "head"]
    sort_fields = ["created_at"]
    filter_fields = {"definition_id": "definition_id"}

    @extend_schema(responses=BatchShape(many=True))
    def list(self, request, *args, **kwargs) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([batch_as_json(row) for row in rows])

    @extend_schema(responses=BatchShape)
    def retrieve(self, request, *args, **kwargs) -> Response:
        return enveloped(batch_as_json(get_object_or_404(self.get_queryset(), pk=number_in(kwargs["pk"]))))


def batch_as_json(batch: BenefitBatch) -> dict:
    return {
        "id": batch.pk,
        "definition_id": str(batch.definition_id),
        "state": batch.job.state,
        "whom": batch.whom or None,
        "segment": {"id": batch.segment_id, "name": batch.segment_name} if batch.segment_name else None,
        "condition": batch.condition,
        "matched": batch.matched,
        "issued": batch.issued,
        "skipped": batch.skipped,
        "percent": batch.job.percent,
        "reason": batch.reason or None,
        "error": batch.job.error or None,
        "created_at": moment(batch.created_at),
        "finished_at": moment(batch.job.finished_at),
    }
