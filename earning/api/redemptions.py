"""Customers pay with rewards and points at a till or a shop, and get it back (omneo-reference 2.16, 3.7, 3.11)."""

from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response

from cxmanager.rest.errors import told_at
from cxmanager.rest.fields import MetaField, MomentField, moment
from cxmanager.rest.reading import read
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from earning.api import money_examples as examples
from earning.api.balance_shapes import BalancesShape, balances_as_json
from earning.api.fields import ProgramField
from earning.models import BalanceRedemption
from earning.models.redemption import FIRST_NUMBER
from earning.rewards import redeeming
from earning.rewards.redeeming import STRATEGIES, USUAL
from profiles.acting import action_of
from profiles.api.cause import cause_of
from profiles.api.locations import LocationSerializer
from profiles.api.reading import Stamped, text
from profiles.api.scoped import ProfileScopedViewSet, number_in
from profiles.conditions.evaluating import number_of
from profiles.models import Location
from transactions.api.numbers import Unrounded


class PartShape(serializers.Serializer):
    id = serializers.IntegerField()
    type = serializers.ChoiceField(["reward", "point"])
    value = serializers.FloatField(help_text="In money.")
    count = serializers.FloatField(help_text="So much of what was spent: points, or money.")


class UsedBenefitShape(serializers.Serializer):
    id = serializers.IntegerField(help_text="The number of the redemption.")
    handle = serializers.CharField()
    quantity = serializers.IntegerField()


class BalancePaymentShape(Stamped):
    id = serializers.IntegerField(allow_null=True, help_text="Null where only benefits were used.")
    profile_id = serializers.UUIDField()
    type = serializers.CharField()
    total = serializers.FloatField()
    total_localised = serializers.FloatField()
    returned = serializers.FloatField(help_text="How much of it came back.")
    currency = text()
    meta = serializers.JSONField(allow_null=True)
    location_id = serializers.IntegerField(allow_null=True)
    location = LocationSerializer(allow_null=True)
    transaction_id = serializers.IntegerField(allow_null=True)
    transaction_external_id = text()
    transaction_receipt_ref = text()
    redeem_at = MomentField()
    reversed_at = MomentField(allow_null=True)
    items = PartShape(many=True)


class PaidShape(BalancePaymentShape):
    balances = BalancesShape(help_text="As they are afterwards.")
    total_requested = serializers.FloatField()
    total_redeemed = serializers.FloatField()
    benefits = UsedBenefitShape(many=True)


class BenefitToUse(serializers.Serializer):
    id = serializers.JSONField(required=False, allow_null=True, help_text="The number of its definition.")
    handle = serializers.CharField(required=False, allow_null=True, max_length=191)
    quantity = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=1000)

    def validate(self, given: dict) -> dict:
        word = given.get("handle") or given.get("id")
        if word is None or isinstance(word, (bool, list, dict)):
            raise InvalidInput({"handle": ["Name the benefit by its handle or its definition's number."]})
        return {"definition": str(word), "count": given.get("quantity") or 1}


@extend_schema_serializer(examples=[examples.REDEEM])
class Redeem(serializers.Serializer):
    """Up to `amount`, or with `strict` all of it. Rewards are spent before points unless it is said otherwise."""

    amount = Unrounded(help_text="How much money. May be left out where only benefits are used.")
    program = ProgramField()
    currency = serializers.CharField(required=False, allow_null=True, max_length=3)
    strict = serializers.BooleanField(required=False, allow_null=True, help_text="All of it, or a refusal.")
    strategy = serializers.ChoiceField(list(STRATEGIES), required=False, allow_null=True)
    strategies = serializers.ListField(
        child=serializers.ChoiceField(list(STRATEGIES)), required=False, allow_null=True, max_length=4
    )
    benefits = BenefitToUse(many=True, required=False, allow_null=True, max_length=50)
    transaction_external_id = serializers.CharField(
        required=False, allow_null=True, allow_blank=True, max_length=191, help_text="Of the sale that is paid."
    )
    transaction_receipt_ref = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=191)
    location_id = serializers.PrimaryKeyRelatedField(queryset=Location.objects.all(), required=False, allow_null=True)
    meta = MetaField()

    def validate_currency(self, code: str | None) -> str | None:
        if code:
            check_currency_code(code)
        return code

    def validate(self, given: dict) -> dict:
        if given.get("amount") is None and not given.get("benefits"):
            raise InvalidInput({"amount": ["This field is required."]})
        if given.get("amount") is not None and given["amount"] <= 0:
            raise InvalidInput({"amount": ["This must be above 0."]})
        words = given.pop("strategies", None) or [given.pop("strategy", None)]
        kinds = [kind for word in words if word for kind in STRATEGIES[word]]
        given["kinds"] = tuple(dict.fromkeys(kinds)) or USUAL
        return given


def check_currency_code(code: str) -> None:
    if not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
        raise InvalidInput("Write the three letters of a currency, such as AUD.")


@extend_schema_serializer(examples=[examples.RETURN])
class ReturnPaid(serializers.Serializer):
    amount = Unrounded(required=True, allow_null=False)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    location_id = serializers.PrimaryKeyRelatedField(queryset=Location.objects.all(), required=False, allow_null=True)


@extend_schema_serializer(examples=[examples.REVERSE])
class ReversePaid(serializers.Serializer):
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
    location_id = serializers.PrimaryKeyRelatedField(queryset=Location.objects.all(), required=False, allow_null=True)


def payments() -> QuerySet[BalanceRedemption]:
    rows = BalanceRedemption.objects.filter(profile__deleted_at=None).select_related("profile", "location")
    return rows.prefetch_related("parts__debit", "location__tags")


def payment_as_json(one: BalanceRedemption) -> dict:
    parts = list(one.parts.all())
    return {
        "id": one.number,
        "profile_id": str(one.profile_id),
        "type": parts[0].kind if len(parts) == 1 else "balance",
        "total": number_of(one.total),
        "total_localised": number_of(one.total),
        "returned": number_of(one.returned),
        "currency": one.currency,
        "meta": one.meta,
        "location_id": one.location_id,
        "location": LocationSerializer(one.location).data if one.location_id else None,
        "transaction_id": None,
        "transaction_external_id": one.transaction_external_id or None,
        "transaction_receipt_ref": one.receipt_ref or None,
        "redeem_at": moment(one.redeemed_at),
        "reversed_at": moment(one.reversed_at),
        "items": [
            {"id": part.pk, "type": part.kind, "value": number_of(part.value), "count": number_of(part.debit.amount)}
            for part in parts
        ],
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
    }


def paid_as_json(one: BalanceRedemption, *, at: datetime, benefits: list[dict] = ()) -> dict:
    """What a till gets: the payment, and what the customer has afterwards."""
    return {
        **payment_as_json(payments().get(pk=one.pk)),
        "balances": balances_as_json(one.profile, at=at),
        "total_requested": number_of(one.requested),
        "total_redeemed": number_of(one.total),
        "benefits": list(benefits),
    }


class RedeemViewSet(ProfileScopedViewSet):
    """The customer pays with rewards and points."""

    scope = "redeem-strategy"

    @extend_schema(request=Redeem, responses={201: PaidShape})
    def redeem(self, request, profile_id: str) -> Response:
        """Spend rewards, points, or one after the other, and use benefits with them: all of it or nothing.

        Using benefits needs the scope `redeem-benefits` as well.
        """
        given, at = self.read(Redeem), timezone.now()
        used = given.get("benefits") or []
        if used and not self.may_use_benefits():
            raise PermissionDenied
        cause = cause_of(request, location=given.get("location_id"))
        with transaction.atomic():
            benefits = [self.use(number, one, at=at, cause=cause) for number, one in enumerate(used)]
            paid = None if given.get("amount") is None else self.pay(given, at=at, cause=cause)
        if paid is None:
            return enveloped(self.nothing_paid(given, benefits, at=at), status.HTTP_201_CREATED)
        return enveloped(paid_as_json(paid, at=at, benefits=benefits), status.HTTP_201_CREATED)

    def may_use_benefits(self) -> bool:
        return self.request.auth.allows("redeem-benefits")

    def pay(self, given: dict, *, at: datetime, cause) -> BalanceRedemption:
        with told_at("amount"):
            return redeeming.redeem(
                self.profile,
                given["amount"],
                program=given.get("program"),
                currency=given.get("currency") or "",
                kinds=given["kinds"],
                is_strict=bool(given.get("strict")),
                transaction_external_id=given.get("transaction_external_id") or "",
                receipt_ref=given.get("transaction_receipt_ref") or "",
                meta=given.get("meta"),
                at=at,
                cause=cause,
            )

    def use(self, place: int, one: dict, *, at: datetime, cause) -> dict:
        """Another app's verb, by the name under which reactions know it."""
        try:
            redemption = action_of("benefit.redeem")(self.profile, dict(one), at=at, cause=cause)
        except ValidationError as error:
            if not hasattr(error, "error_dict"):
                raise
            raise InvalidInput({f"benefits.{place}.handle": error.messages}) from error
        return {"id": redemption.pk, "handle": one["definition"], "quantity": one["count"]}

    def nothing_paid(self, given: dict, benefits: list[dict], *, at: datetime) -> dict:
        zero, place = number_of(Decimal(0)), given.get("location_id")
        return {
            "id": None,
            "profile_id": str(self.profile.pk),
            "type": "benefit",
            **dict.fromkeys(("total", "total_localised", "returned", "total_requested", "total_redeemed"), zero),
            "currency": given.get("currency") or None,
            "meta": given.get("meta"),
            "location_id": place and place.pk,
            "location": LocationSerializer(place).data if place else None,
            "transaction_id": None,
            "transaction_external_id": given.get("transaction_external_id") or None,
            "transaction_receipt_ref": given.get("transaction_receipt_ref") or None,
            "redeem_at": moment(at),
            "reversed_at": None,
            "items": [],
            "balances": balances_as_json(self.profile, at=at),
            "benefits": benefits,
            "created_at": moment(at),
            "updated_at": moment(at),
        }


class PaymentViewSet(OmneoViewSet):
    """Payments with rewards and points. They are numbered where uses of benefits never come: both are redemptions."""

    serializer_class = BalancePaymentShape
    scopes = {"retrieve": "read-redemptions", "reversal": "return", "give_back": "return"}
    queryset = BalanceRedemption.objects.none()

    def get_object(self) -> BalanceRedemption:
        return found(payments(), self.kwargs["pk"])

    @extend_schema(operation_id="payments_retrieve", responses=BalancePaymentShape)
    def retrieve(self, request, pk: str) -> Response:
        """One payment with rewards and points, with what it was made of: those are numbered from 1,000,000,000,000."""
        return enveloped(payment_as_json(self.get_object()))

    @extend_schema(operation_id="payments_reversal", request=ReversePaid, responses=PaidShape)
    def reversal(self, request, pk: str) -> Response:
        """Undo a payment with rewards and points, within minutes: all that was spent is there again."""
        one, given, at = self.get_object(), read(ReversePaid, request), timezone.now()
        cause = cause_of(request, location=given.get("location_id"), reason=given["reason"])
        return enveloped(paid_as_json(redeeming.reverse_redemption(one, at=at, cause=cause), at=at))

    @extend_schema(operation_id="payments_return", request=ReturnPaid, responses=PaidShape)
    def give_back(self, request, pk: str) -> Response:
        """Give so much of it back, at any time, because goods were returned."""
        one, given, at = self.get_object(), read(ReturnPaid, request), timezone.now()
        cause = cause_of(request, location=given.get("location_id"), reason=given["reason"])
        with told_at("amount"):
            back = redeeming.give_back(one, given["amount"], at=at, cause=cause)
        return enveloped(paid_as_json(back, at=at))


class ProfilePaymentViewSet(ProfileScopedViewSet):
    """What one customer paid with rewards and points."""

    serializer_class = BalancePaymentShape
    scope = "read-redemptions"
    filter_fields = {"transaction_external_id": "transaction_external_id", "created_at": "created_at"}

    def get_queryset(self) -> QuerySet[BalanceRedemption]:
        return payments().filter(profile=self.profile)

    @extend_schema(operation_id="profiles_payments_list", responses=BalancePaymentShape(many=True))
    def list(self, request, profile_id: str) -> Response:
        """All of them. Uses of benefits are under `/redemptions`."""
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response([payment_as_json(one) for one in page])

    @extend_schema(operation_id="profiles_payments_retrieve", responses=BalancePaymentShape)
    def retrieve(self, request, profile_id: str, pk: str) -> Response:
        """One of them."""
        return enveloped(payment_as_json(found(self.get_queryset(), pk)))


def found(rows: QuerySet[BalanceRedemption], text: str) -> BalanceRedemption:
    """The payment of that number. Raises Http404."""
    one = rows.filter(pk=number_in(text) - FIRST_NUMBER).first()
    if one is None:
        raise Http404
    return one
