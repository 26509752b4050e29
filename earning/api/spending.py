"""Points of a customer, in our own words: spent, put right, given to another, and where they come from (api.md 5)."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response

from cxmanager.rest.errors import told_at
from cxmanager.rest.fields import MomentField, moment
from cxmanager.rest.viewsets import enveloped
from earning.amounts import POINTS
from earning.api import money_examples as examples
from earning.api.balance_shapes import BalancesShape, balances_as_json
from earning.api.credit_rows import state_at
from earning.api.exact import Exact, text_of
from earning.api.fields import ProfileField, ProgramField
from earning.explaining import why
from earning.models import Adjustment, Credit, Debit, LoyaltyCard, Program
from profiles.api.cause import cause_of
from profiles.api.reading import Stamped, text
from profiles.api.scoped import ProfileScopedViewSet, number_in
from profiles.models import Location, Profile


def points() -> Exact:
    return Exact(required=True, allow_null=False)


class Act(serializers.Serializer):
    program = ProgramField()
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    external_id = serializers.CharField(
        required=False, allow_null=True, max_length=191, help_text="The same one does it once."
    )
    location_id = serializers.PrimaryKeyRelatedField(
        queryset=Location.objects.all(), required=False, allow_null=True, help_text="Where it is done."
    )


@extend_schema_serializer(examples=[examples.SPEND])
class SpendPoints(Act):
    points = points()


@extend_schema_serializer(examples=[examples.ADJUST])
class AdjustPoints(Act):
    points = Exact(required=True, allow_null=False, help_text="Below 0 takes points off.")
    reason = serializers.CharField(max_length=500)
    expires_at = MomentField(required=False, allow_null=True, help_text="As the program says, when it is not sent.")
    external_id = None


@extend_schema_serializer(examples=[examples.TRANSFER])
class TransferPoints(Act):
    to_profile_id = ProfileField()
    points = points()


class MovedShape(serializers.Serializer):
    id = serializers.IntegerField()
    program = serializers.CharField()
    points = serializers.CharField()
    reason = text()
    external_id = text()
    at = MomentField()
    balances = BalancesShape(help_text="As they are afterwards.")


class TransferredShape(MovedShape):
    to_profile_id = serializers.UUIDField()


class AdjustedShape(serializers.Serializer):
    id = serializers.IntegerField()
    program = serializers.CharField()
    points = serializers.CharField()
    state = serializers.ChoiceField(Adjustment.State.choices, help_text="Above the program's limit it waits.")
    reason = serializers.CharField()
    credit_id = serializers.IntegerField(allow_null=True)
    debit_id = serializers.IntegerField(allow_null=True)
    at = MomentField()
    balances = BalancesShape(help_text="As they are afterwards.")


class CreditShape(Stamped):
    id = serializers.IntegerField()
    program = serializers.CharField()
    kind = serializers.ChoiceField(Credit.Kind.choices)
    state = serializers.ChoiceField(Credit.State.choices)
    value = serializers.CharField()
    remaining = serializers.CharField()
    earned_at = MomentField()
    active_from = MomentField()
    expires_at = MomentField(allow_null=True)
    note = text()
    external_id = text()
    rule = text(help_text="The handle of the rule that gave them.")
    transaction_id = serializers.IntegerField(allow_null=True)
    why = serializers.CharField(help_text="In a sentence. The whole chain is under `/why`.")


class PointLinkShape(serializers.Serializer):
    kind = serializers.CharField()
    text = serializers.CharField()
    id = serializers.JSONField(allow_null=True)


class WhyPointsShape(serializers.Serializer):
    text = serializers.CharField()
    chain = PointLinkShape(many=True)


class PointsViewSet(ProfileScopedViewSet):
    """The customer's points."""

    serializer_class = CreditShape
    scope = "CRUD-points"
    filter_fields = {
        "state": "state",
        "kind": "kind",
        "program": "card__program__handle",
        "external_id": "external_id",
        "earned_at": "earned_at",
        "expires_at": "expires_at",
        "created_at": "created_at",
    }
    sort_fields = ["earned_at", "expires_at", "created_at"]

    def get_queryset(self) -> QuerySet[Credit]:
        rows = Credit.objects.filter(card__profile=self.profile, unit=POINTS)
        return rows.select_related("card__program", "award__rule", "award__version", "source")

    def card_of(self, program: Program | None) -> LoyaltyCard:
        return LoyaltyCard.objects.ensure(self.profile, program, at=timezone.now(), cause=cause_of(self.request))

    def cause(self, given: dict):
        return cause_of(self.request, location=given.get("location_id"), reason=given["reason"])

    @extend_schema(responses=CreditShape(many=True))
    def credits(self, request, profile_id: str) -> Response:
        """Where the customer's points come from, and what is left of each."""
        at = timezone.now()
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([credit_as_json(one, at=at) for one in page])

    @extend_schema(responses=WhyPointsShape)
    def why(self, request, profile_id: str, pk: str) -> Response:
        """Why the customer has these: from the points back to the rule, the purchase and the person."""
        credit = self.row_or_404(self.get_queryset(), pk=number_in(pk))
        chain = why(credit)
        return enveloped({"text": " ".join(one.text for one in chain), "chain": [one.as_json() for one in chain]})

    @extend_schema(request=SpendPoints, responses={201: MovedShape})
    def spend(self, request, profile_id: str) -> Response:
        """Take points off the card, those that end soonest first. 409 `insufficient_points` names the `shortfall`."""
        given, at = self.read(SpendPoints), timezone.now()
        card = self.card_of(given.get("program"))
        with told_at("points"):
            debit = card.spend(given["points"], external_id=given.get("external_id"), at=at, cause=self.cause(given))
        return enveloped(self.moved(debit, at=at), status.HTTP_201_CREATED)

    @extend_schema(request=TransferPoints, responses={201: TransferredShape})
    def transfer(self, request, profile_id: str) -> Response:
        """Give points to another customer, with the end that they have."""
        given, at = self.read(TransferPoints), timezone.now()
        taker = LoyaltyCard.objects.ensure(
            living(given["to_profile_id"]), given.get("program"), at=at, cause=cause_of(request)
        )
        card = self.card_of(given.get("program"))
        with told_at("points"):
            debit = card.transfer(
                taker, given["points"], external_id=given.get("external_id"), at=at, cause=self.cause(given)
            )
        moved = self.moved(debit, at=at) | {"to_profile_id": str(taker.profile_id)}
        return enveloped(moved, status.HTTP_201_CREATED)

    @extend_schema(request=AdjustPoints, responses={201: AdjustedShape})
    def adjust(self, request, profile_id: str) -> Response:
        """Put points on the card by hand, or take them off, always with a reason."""
        given, at = self.read(AdjustPoints), timezone.now()
        ends = {"expires_at": given["expires_at"]} if "expires_at" in given else {}
        card = self.card_of(given.get("program"))
        if not given["points"]:
            raise InvalidInput({"points": ["An adjustment puts points on the card or takes some off."]})
        with told_at("points"):
            made = card.adjust(given["points"], reason=given["reason"], at=at, cause=self.cause(given), **ends)
        told = {
            "id": made.pk,
            "program": made.card.program.handle,
            "points": text_of(made.amount),
            "state": str(made.state),
            "reason": made.reason,
            "credit_id": made.credit_id,
            "debit_id": made.debit_id,
            "at": moment(made.requested_at),
            "balances": balances_as_json(self.profile, at=at),
        }
        return enveloped(told, status.HTTP_201_CREATED)

    def moved(self, debit: Debit, *, at: datetime) -> dict:
        return {
            "id": debit.pk,
            "program": debit.card.program.handle,
            "points": text_of(debit.amount),
            "reason": debit.reason or None,
            "external_id": debit.external_id,
            "at": moment(debit.at),
            "balances": balances_as_json(self.profile, at=at),
        }


def living(profile: Profile) -> Profile:
    if profile.deleted_at is not None:
        raise InvalidInput({"to_profile_id": ["There is no such profile."]})
    return profile


def credit_as_json(one: Credit, *, at: datetime) -> dict:
    state = state_at(one, at=at)
    return {
        "id": one.pk,
        "program": one.card.program.handle,
        "kind": str(one.kind),
        "state": state,
        "value": text_of(one.value),
        "remaining": "0" if state == Credit.State.EXPIRED else text_of(one.remaining),
        **{name: moment(getattr(one, name)) for name in ("earned_at", "active_from", "expires_at")},
        "note": one.note or None,
        "external_id": one.external_id,
        "rule": one.award.rule.handle if one.award_id else None,
        "transaction_id": one.transaction_id,
        "why": why_in_short(one),
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
    }


def why_in_short(one: Credit) -> str:
    award = one.award
    if award is not None:
        return f"By “{award.name}”: {award.working}." if award.working else f"By “{award.name}”."
    return f"{one.get_kind_display()}: {one.note.rstrip('.')}." if one.note else f"{one.get_kind_display()}."
