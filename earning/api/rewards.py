"""Rewards as Omneo's clients know them: money on a customer's card that was made from a definition (omneo-reference 2.12, 3.7)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response

from cxmanager.refusals import Refusal
from cxmanager.rest.errors import told_at
from cxmanager.rest.fields import MetaField, MomentField, moment
from cxmanager.rest.reading import read
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from earning.api import money_examples as examples
from earning.api.credit_rows import granted, is_expired, remaining_of, state_at
from earning.api.fields import ProfileField
from earning.api.reward_definitions import RewardDefinitionField, RewardDefinitionShape, definition_as_json
from earning.models import Credit
from earning.rewards import rewarding
from profiles.api.cause import cause_of
from profiles.api.reading import Stamped, text
from profiles.api.scoped import ProfileScopedViewSet, number_in
from profiles.conditions.evaluating import number_of
from transactions.api.numbers import Unrounded
from transactions.api.writing import ZoneField

NOTIFIED = ("has_notified_issue", "has_notified_expiry", "has_notified_extend")


class RewardShape(Stamped):
    id = serializers.IntegerField()
    profile_id = serializers.UUIDField()
    timezone = serializers.CharField()
    value_initial = serializers.FloatField()
    value_remaining = serializers.FloatField()
    currency = serializers.CharField()
    issued_at = MomentField()
    expires_at = MomentField(allow_null=True)
    issued_local_at = MomentField(help_text="In the reward's time zone.")
    expires_local_at = MomentField(allow_null=True)
    is_expired = serializers.BooleanField()
    is_active = serializers.BooleanField(help_text="Whether it can be used now.")
    extended_at = MomentField(allow_null=True)
    has_notified_issue = serializers.BooleanField()
    has_notified_expiry = serializers.BooleanField()
    has_notified_extend = serializers.BooleanField()
    notify_issue_at = MomentField(allow_null=True)
    notify_expiry_at = MomentField(allow_null=True)
    definition = RewardDefinitionShape()
    meta = serializers.JSONField(allow_null=True)
    external_id = text()


@extend_schema_serializer(examples=[examples.REWARD])
class CreateReward(serializers.Serializer):
    """`issued_at` without a zone is a moment in `timezone`, as with Omneo; other moments are UTC."""

    profile_id = ProfileField()
    reward_definition_id = RewardDefinitionField(required=False, allow_null=True)
    reward_definition_handle = RewardDefinitionField(required=False, allow_null=True)
    value_initial = Unrounded(help_text="As the definition says, when it is not sent.")
    value_remaining = Unrounded()
    timezone = ZoneField()
    issued_at = MomentField(required=False, allow_null=True)
    expires_at = MomentField(required=False, allow_null=True)
    external_id = serializers.CharField(required=False, allow_null=True, max_length=191)
    meta = MetaField()

    def validate(self, given: dict) -> dict:
        by_id, by_handle = given.pop("reward_definition_id", None), given.pop("reward_definition_handle", None)
        given["definition"] = by_id or by_handle
        if given["definition"] is None:
            raise InvalidInput({"reward_definition_id": ["This field is required."]})
        if (given.get("value_remaining") or 0) < 0:
            raise InvalidInput({"value_remaining": ["This cannot be below 0."]})
        zone = given.get("timezone") or given["definition"].program.timezone
        if given.get("issued_at") is not None and is_local(self.initial_data.get("issued_at")):
            given["issued_at"] = given["issued_at"].replace(tzinfo=ZoneInfo(zone))
        return given


def is_local(sent) -> bool:
    """Whether a moment was sent without a zone."""
    parsed = parse_datetime(sent.strip()) if isinstance(sent, str) else None
    return parsed is None or parsed.tzinfo is None


@extend_schema_serializer(examples=[examples.REWARD_CHANGE])
class ChangeReward(serializers.Serializer):
    value_remaining = Unrounded(help_text="May be more than it began with.")
    expires_at = MomentField(required=False, allow_null=True)
    meta = MetaField()

    def validate_value_remaining(self, value):
        if value is not None and value < 0:
            raise InvalidInput("This cannot be below 0.")
        return value


@extend_schema_serializer(examples=[examples.EXTEND])
class ExtendRewards(serializers.Serializer):
    """By days, until a moment, or by the days that each definition says."""

    profile_id = ProfileField()
    ids = serializers.ListField(child=serializers.IntegerField(min_value=1, max_value=2**63 - 1), max_length=500)
    extend_days = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=36_500)
    extend_date = MomentField(required=False, allow_null=True)

    def validate(self, given: dict) -> dict:
        if given.get("extend_days") and given.get("extend_date"):
            raise InvalidInput({"extend_days": ["Give one of extend_days and extend_date."]})
        return given


def rewards() -> QuerySet[Credit]:
    rows = granted().filter(reward_definition__isnull=False)
    return rows.select_related("reward_definition__program").prefetch_related(
        "reward_definition__tags", "reward_definition__tiers"
    )


def reward_as_json(one: Credit, *, at: datetime) -> dict:
    zone = ZoneInfo(one.timezone)
    return {
        "id": one.pk,
        "profile_id": str(one.card.profile_id),
        "timezone": one.timezone,
        "value_initial": number_of(one.value),
        "value_remaining": number_of(remaining_of(one)),
        "currency": one.unit,
        "issued_at": moment(one.earned_at),
        "expires_at": moment(one.expires_at),
        "issued_local_at": local(one.earned_at, zone),
        "expires_local_at": local(one.expires_at, zone),
        "is_expired": is_expired(one, at=at),
        "is_active": state_at(one, at=at) == Credit.State.ACTIVE,
        "extended_at": moment(one.extended_at),
        **dict.fromkeys(NOTIFIED, False),
        "notify_issue_at": None,
        "notify_expiry_at": None,
        "definition": definition_as_json(one.reward_definition),
        "meta": one.meta,
        "external_id": one.external_id,
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
    }


def local(value: datetime | None, zone: ZoneInfo) -> str | None:
    return None if value is None else value.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")


FILTERS = {
    "external_id": "external_id",
    "reward_definition_id": "reward_definition_id",
    "definition.handle": "reward_definition__handle",
    "issued_at": "earned_at",
    "expires_at": "expires_at",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
SORTS = {name: name for name in ("expires_at", "created_at", "updated_at")} | {"issued_at": "earned_at"}


class RewardViewSet(OmneoViewSet):
    """Rewards of all customers."""

    serializer_class = RewardShape
    scope = "CRUD-rewards"
    filter_fields = FILTERS | {"profile_id": "card__profile"}
    sort_fields = SORTS
    queryset = Credit.objects.none()

    def get_queryset(self) -> QuerySet[Credit]:
        return rewards()

    def get_object(self) -> Credit:
        return self.get_queryset().get(pk=number_in(self.kwargs["pk"]))

    def answer(self, pk: int, status_code: int = status.HTTP_200_OK) -> Response:
        return enveloped(reward_as_json(self.get_queryset().get(pk=pk), at=timezone.now()), status_code)

    @extend_schema(responses=RewardShape(many=True))
    def list(self, request, *args, **kwargs) -> Response:
        at = timezone.now()
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([reward_as_json(one, at=at) for one in page])

    @extend_schema(responses=RewardShape)
    def retrieve(self, request, *args, **kwargs) -> Response:
        return enveloped(reward_as_json(self.get_object(), at=timezone.now()))

    @extend_schema(request=CreateReward, responses={201: RewardShape})
    def create(self, request, *args, **kwargs) -> Response:
        """Give a customer a reward."""
        reader = CreateReward(data=request.data)
        reader.is_valid(raise_exception=True)
        given, at, cause = dict(reader.validated_data), timezone.now(), cause_of(request)
        left = given.pop("value_remaining", None)
        given["timezone"] = given.get("timezone") or ""
        with transaction.atomic():
            with told_at("value_initial"):
                reward = rewarding.issue(
                    given.pop("definition"),
                    given.pop("profile_id"),
                    value=given.pop("value_initial", None),
                    **given,
                    at=at,
                    cause=cause,
                )
            if left is not None and left != reward.value and reward.created_at == at:
                with told_at("value_remaining"):
                    rewarding.correct(reward, value_remaining=left, at=at, cause=cause)
        return self.answer(reward.pk, status.HTTP_201_CREATED)

    @extend_schema(request=ChangeReward, responses=RewardShape)
    def update(self, request, *args, **kwargs) -> Response:
        """Put right what is left of it, or when it ends. Whole documents may be sent back as they were read."""
        reward, given = self.get_object(), read(ChangeReward, request)
        shown = {"value_remaining": remaining_of(reward), "expires_at": reward.expires_at, "meta": reward.meta}
        changed = {
            name: value
            for name, value in given.items()
            if value != shown[name] and (value is not None or name == "meta")
        }
        if changed:
            with told_at("value_remaining"):
                rewarding.correct(reward, **changed, at=timezone.now(), cause=cause_of(request))
        return self.answer(reward.pk)

    partial_update = update

    def destroy(self, request, *args, **kwargs) -> Response:
        """Take back what is left of it. What was used stays used."""
        rewarding.withdraw(self.get_object(), at=timezone.now(), cause=cause_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=ExtendRewards, responses={200: RewardShape(many=True)})
    @action(detail=False, methods=["post"], pagination_class=None, filter_backends=[])
    def extend(self, request) -> Response:
        """Give several rewards of one customer more time, each once. Those that may not be are left out, and told under `meta`."""
        given, at, done, left_out = read(ExtendRewards, request), timezone.now(), [], []
        by = {"days": given.get("extend_days"), "until": given.get("extend_date")}
        with transaction.atomic():
            for row in rewards().filter(pk__in=given["ids"], card__profile=given["profile_id"]).order_by("pk"):
                try:
                    rewarding.extend(row, **by, at=at, cause=cause_of(request))
                    done.append(row.pk)
                except Refusal as no:
                    left_out.append({"id": row.pk} | no.as_json())
        shown = [reward_as_json(one, at=at) for one in rewards().filter(pk__in=done).order_by("pk")]
        return Response({"data": shown, "meta": {"left_out": left_out}})


class ProfileRewardViewSet(ProfileScopedViewSet):
    """The rewards of one customer."""

    serializer_class = RewardShape
    scope = "CRUD-rewards"
    filter_fields = FILTERS
    sort_fields = SORTS

    def get_queryset(self) -> QuerySet[Credit]:
        return rewards().filter(card__profile=self.profile)

    @extend_schema(responses=RewardShape(many=True))
    def list(self, request, profile_id: str) -> Response:
        """All that were given, also those that were used or are over."""
        at = timezone.now()
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([reward_as_json(one, at=at) for one in page])

    @extend_schema(responses=RewardShape)
    def retrieve(self, request, profile_id: str, pk: str) -> Response:
        one = self.row_or_404(self.get_queryset(), pk=number_in(pk))
        return enveloped(reward_as_json(one, at=timezone.now()))
