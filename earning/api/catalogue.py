"""What customers can have for points, and what they took (api.md 5, behaviour.md 5)."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField, moment
from cxmanager.rest.viewsets import enveloped
from earning.amounts import POINTS, ZERO
from earning.api import money_examples as examples
from earning.api.balance_shapes import BalancesShape, balances_as_json
from earning.api.exact import text_of
from earning.api.reward_definitions import RewardDefinitionField
from earning.ledger.balances import live
from earning.models import LoyaltyCard, RewardAllowance, RewardDefinition, RewardOrder
from earning.rewards import ordering
from profiles.api.cause import cause_of
from profiles.api.reading import text
from profiles.api.scoped import ProfileScopedViewSet, number_in
from profiles.models import Location

TEXTS = ("short_description", "long_description", "terms_conditions", "icon", "image_url")


class NotNowShape(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class OfferShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    handle = serializers.CharField()
    program = serializers.CharField()
    points_cost = serializers.CharField()
    value = serializers.CharField()
    currency = serializers.CharField()
    benefit = text(help_text="The handle of the benefit that it brings in place of money.")
    short_description = text()
    long_description = text()
    terms_conditions = text()
    icon = text()
    image_url = text()
    stock_remaining = serializers.IntegerField(allow_null=True)
    max_per_profile = serializers.IntegerField(allow_null=True)
    taken = serializers.IntegerField(help_text="How many the customer has taken.")
    available_until = MomentField(allow_null=True)
    why_not = NotNowShape(allow_null=True, help_text="Why the customer cannot take one now; null where they can.")


class OrderedShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    handle = serializers.CharField()


class MadeShape(serializers.Serializer):
    type = serializers.CharField()
    id = serializers.CharField()


class OrderShape(serializers.Serializer):
    id = serializers.IntegerField()
    profile_id = serializers.UUIDField()
    definition = OrderedShape()
    quantity = serializers.IntegerField()
    points = serializers.CharField(help_text="What was paid for all of them.")
    external_id = text()
    made = MadeShape(many=True, help_text="What the customer got.")
    codes = serializers.ListField(child=serializers.CharField(), help_text="The codes that came with it.")
    at = MomentField()
    cancelled_at = MomentField(allow_null=True)


class OrderedNowShape(OrderShape):
    balances = BalancesShape(help_text="As they are afterwards.")


@extend_schema_serializer(examples=[examples.ORDER])
class OrderReward(serializers.Serializer):
    definition = RewardDefinitionField(help_text="Its handle or its number.")
    quantity = serializers.IntegerField(required=False, default=1, min_value=1, max_value=10_000)
    external_id = serializers.CharField(required=False, allow_null=True, max_length=191)
    location_id = serializers.PrimaryKeyRelatedField(
        queryset=Location.objects.all(), required=False, allow_null=True, help_text="Where it is done."
    )


@extend_schema_serializer(examples=[examples.CANCEL])
class CancelOrder(serializers.Serializer):
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


class CatalogueViewSet(ProfileScopedViewSet):
    """The catalogue, as one customer sees it."""

    serializer_class = OrderShape
    scope = "CRUD-rewards"
    sort_fields = {"at": "at"}
    filter_fields = {"definition.handle": "definition__handle", "external_id": "external_id", "at": "at"}

    def get_queryset(self) -> QuerySet[RewardOrder]:
        return RewardOrder.objects.filter(card__profile=self.profile).select_related("card", "definition")

    @extend_schema(responses=OfferShape(many=True))
    def catalogue(self, request, profile_id: str) -> Response:
        """What customers can have for points, and of each why this one cannot take it now, if so."""
        at = timezone.now()
        rows = RewardDefinition.objects.offered(at=at).select_related("program").prefetch_related("tiers")
        page = self.paginate_queryset(rows.order_by("points_cost", "pk"))
        return self.get_paginated_response(offers_as_json(page, self.cards(), at=at))

    def cards(self) -> dict[int, LoyaltyCard]:
        """The customer's card of each program. One query."""
        LoyaltyCard.objects.ensure(self.profile, at=timezone.now(), cause=cause_of(self.request))
        rows = LoyaltyCard.objects.filter(profile=self.profile).select_related("standing")
        return {card.program_id: card for card in rows}

    @extend_schema(request=OrderReward, responses={201: OrderedNowShape})
    def redeem(self, request, profile_id: str) -> Response:
        """Take a reward for points: both or neither. The same `external_id` takes it once."""
        given, at = self.read(OrderReward), timezone.now()
        cause = cause_of(request, location=given.get("location_id"))
        order = ordering.order(
            given["definition"],
            self.profile,
            quantity=given["quantity"],
            external_id=given.get("external_id"),
            at=at,
            cause=cause,
        )
        return self.answer(order, at=at, status_code=status.HTTP_201_CREATED)

    def answer(self, order: RewardOrder, *, at: datetime, status_code: int = status.HTTP_200_OK) -> Response:
        shown = order_as_json(self.get_queryset().get(pk=order.pk))
        return enveloped(shown | {"balances": balances_as_json(self.profile, at=at)}, status_code)

    @extend_schema(responses=OrderShape(many=True))
    def orders(self, request, profile_id: str) -> Response:
        """What the customer took from the catalogue."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([order_as_json(one) for one in page])

    @extend_schema(request=CancelOrder, responses=OrderedNowShape)
    def cancel(self, request, profile_id: str, pk: str) -> Response:
        """Undo an order of which nothing was used: the points come back."""
        given, at = self.read(CancelOrder), timezone.now()
        order = self.row_or_404(self.get_queryset(), pk=number_in(pk))
        with transaction.atomic():
            ordering.cancel(order, at=at, cause=cause_of(request, reason=given["reason"]))
        return self.answer(order, at=at)


def offers_as_json(rows: list[RewardDefinition], cards: dict[int, LoyaltyCard], *, at: datetime) -> list[dict]:
    """Three queries, however many."""
    keys = [card.pk for card in cards.values()]
    points = {key: sums["active"] for (key, unit), sums in live(keys, at=at).items() if unit == POINTS}
    held = RewardAllowance.objects.filter(card__in=keys, definition__in=[one.pk for one in rows])
    taken = {(one.card_id, one.definition_id): one.taken for one in held}
    return [offer_as_json(one, cards.get(one.program_id), points, taken, at=at) for one in rows]


def offer_as_json(one: RewardDefinition, card: LoyaltyCard | None, points: dict, taken: dict, *, at: datetime) -> dict:
    # Who has no card of the program yet gets one with the order.
    card = card or LoyaltyCard(program=one.program)
    count = taken.get((card.pk, one.pk), 0)
    no = ordering.why_not_ordered(one, card, at=at, points=points.get(card.pk, ZERO), taken=count)
    return {
        "id": one.pk,
        "name": one.name,
        "handle": one.handle,
        "program": one.program.handle,
        "points_cost": text_of(one.points_cost),
        "value": f"{one.value:.2f}",
        "currency": one.unit,
        "benefit": one.benefit or None,
        **{name: getattr(one, name) or None for name in TEXTS},
        "stock_remaining": None if one.stock is None else max(0, one.stock - one.stock_used),
        "max_per_profile": one.max_per_profile,
        "taken": count,
        "available_until": moment(one.available_until),
        "why_not": None if no is None else no.as_json(),
    }


def order_as_json(one: RewardOrder) -> dict:
    return {
        "id": one.pk,
        "profile_id": str(one.card.profile_id),
        "definition": {"id": one.definition.pk, "name": one.definition.name, "handle": one.definition.handle},
        "quantity": one.quantity,
        "points": text_of(one.points),
        "external_id": one.external_id,
        "made": one.made,
        "codes": [made["id"] for made in one.made if made["type"] == ordering.CODE],
        "at": moment(one.at),
        "cancelled_at": moment(one.cancelled_at),
    }
