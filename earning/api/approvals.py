"""What waits for somebody: awards of rules that ask for it, and adjustments above the program's limit (behaviour.md 5).

One list of both. Adjustments are numbered where awards never come, as payments are beside uses of benefits.
"""

from django.db.models import BigIntegerField, F, Q, QuerySet, Value
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField, moment
from cxmanager.rest.filtering import narrow
from cxmanager.rest.reading import read
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from earning.amounts import POINTS
from earning.api import setup_examples as examples
from earning.api.exact import text_of
from earning.awards.approvals import WHY_REJECTED
from earning.ledger import adjusting
from earning.models import Adjustment, Award
from profiles.api.cause import cause_of
from profiles.api.reading import text
from profiles.api.scoped import number_in

FIRST_ADJUSTMENT = 1_000_000_000_000
PENDING, APPROVED, REJECTED = STATES = ("pending", "approved", "rejected")
AWARDS = {
    PENDING: Q(state=Award.State.PENDING_APPROVAL),
    # What was approved may have been taken back since.
    APPROVED: Q(decided_at__isnull=False) & ~Q(state=Award.State.REJECTED),
    REJECTED: Q(decided_at__isnull=False, state=Award.State.REJECTED),
}
ADJUSTMENTS = {
    PENDING: Q(state=Adjustment.State.WAITING),
    APPROVED: Q(state=Adjustment.State.MADE, decided_at__isnull=False),
    REJECTED: Q(state=Adjustment.State.REJECTED),
}


class WhoShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class OfRuleShape(serializers.Serializer):
    handle = serializers.CharField()
    name = serializers.CharField()


class ApprovalShape(serializers.Serializer):
    id = serializers.IntegerField()
    type = serializers.ChoiceField(["award", "adjustment"])
    state = serializers.ChoiceField(STATES)
    profile_id = serializers.UUIDField()
    card_id = serializers.IntegerField()
    program = serializers.CharField()
    rule = OfRuleShape(allow_null=True)
    points = serializers.CharField(help_text="Below 0 where points are to be taken off.")
    currency_amount = text()
    currency = text()
    badge = text()
    reason = text(help_text="Why somebody adjusts, or the arithmetic of the rule.")
    transaction_id = serializers.IntegerField(allow_null=True)
    requested_by = WhoShape(allow_null=True)
    requested_at = MomentField()
    decided_by = WhoShape(allow_null=True)
    decided_at = MomentField(allow_null=True)
    decision_reason = text()


@extend_schema_serializer(examples=[examples.APPROVE])
class Approve(serializers.Serializer):
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)


@extend_schema_serializer(examples=[examples.REJECT])
class Reject(serializers.Serializer):
    reason = serializers.CharField(max_length=500, error_messages=dict.fromkeys(("required", "blank"), WHY_REJECTED))


class ApprovalViewSet(OmneoViewSet):
    """Awards and adjustments that wait, and what became of those that did."""

    serializer_class = ApprovalShape
    scope = "approve-awards"
    filters_handled_by_view = ("state", "type", "profile_id")
    sort_fields = ["requested_at"]

    @extend_schema(
        parameters=[
            OpenApiParameter("filter[state]", enum=STATES),
            OpenApiParameter("filter[type]", enum=("award", "adjustment")),
        ],
        responses=ApprovalShape(many=True),
    )
    def list(self, request) -> Response:
        """Both kinds, the oldest first. Three queries, however many."""
        page = self.paginate_queryset(sorted_as_asked(self.rows(), request.query_params.get("sort", "")))
        return self.get_paginated_response(shown([one["number"] for one in page]))

    @extend_schema(responses=ApprovalShape)
    def retrieve(self, request, pk: str) -> Response:
        """One, by its number: what waits, and what was decided."""
        number = number_in(pk)
        found(number)
        return enveloped(shown([number])[0])

    def filter_queryset(self, queryset):
        return queryset

    def rows(self) -> QuerySet:
        """The number and moment of each that is asked for."""
        state = chosen(self.request, "state", STATES)
        kind = chosen(self.request, "type", ("award", "adjustment"))
        awards = self.of_customer(Award.objects.filter(any_of(AWARDS, state)).order_by())
        adjustments = self.of_customer(Adjustment.objects.filter(any_of(ADJUSTMENTS, state)).order_by())
        both = [
            awards.annotate(number=F("pk")).values("number", since=F("created_at")),
            adjustments.annotate(number=F("pk") + Value(FIRST_ADJUSTMENT, BigIntegerField())).values(
                "number", since=F("requested_at")
            ),
        ]
        if kind is not None:
            return both[kind == "adjustment"]
        return both[0].union(both[1], all=True)

    def of_customer(self, rows: QuerySet) -> QuerySet:
        name = "filter[profile_id]"
        owner = self.request.query_params.get(name)
        return rows if owner is None else narrow(rows, "card__profile", "eq", owner, name)

    @extend_schema(request=Approve, responses=ApprovalShape)
    @action(detail=True, methods=["post"])
    def approve(self, request, pk: str) -> Response:
        """Let the customer have it. Asking again changes nothing. Nobody approves an adjustment of their own."""
        return self._decide(pk, approves=True)

    @extend_schema(request=Reject, responses=ApprovalShape)
    @action(detail=True, methods=["post"])
    def reject(self, request, pk: str) -> Response:
        """Let the customer not have it, and say why. Asking again changes nothing."""
        return self._decide(pk, approves=False)

    def _decide(self, pk: str, *, approves: bool) -> Response:
        number, given, at = number_in(pk), read(Approve if approves else Reject, self.request), timezone.now()
        one = found(number)
        cause = cause_of(self.request, reason=given["reason"])
        if isinstance(one, Award):
            one.approve(at=at, cause=cause) if approves else one.reject(given["reason"], at=at, cause=cause)
        else:
            decide = adjusting.approve if approves else adjusting.reject
            decide(one, at=at, cause=cause)
        return enveloped(shown([number])[0])


def any_of(conditions: dict[str, Q], state: str | None) -> Q:
    if state is not None:
        return conditions[state]
    whole = Q()
    for one in conditions.values():
        whole |= one
    return whole


def chosen(request, name: str, choices) -> str | None:
    """The value of a filter. Raises InvalidInput for one that is none of the choices."""
    value = request.query_params.get(f"filter[{name}]")
    if value is not None and value not in choices:
        raise InvalidInput({f"filter[{name}]": [f"Use one of: {', '.join(choices)}."]})
    return value


def sorted_as_asked(rows: QuerySet, sort: str) -> QuerySet:
    orders = {"": ("since", "number"), "requested_at": ("since", "number"), "-requested_at": ("-since", "-number")}
    if sort not in orders:
        raise InvalidInput({"sort": ["This list can be sorted by: requested_at."]})
    return rows.order_by(*orders[sort])


def found(number: int) -> Award | Adjustment:
    """The one that a path names. Raises Http404."""
    rows = adjustments([number]) if number >= FIRST_ADJUSTMENT else awards([number])
    one = rows.filter(any_of(ADJUSTMENTS if number >= FIRST_ADJUSTMENT else AWARDS, None)).first()
    if one is None:
        raise Http404
    return one


def awards(numbers: list[int]) -> QuerySet[Award]:
    rows = Award.objects.filter(pk__in=[one for one in numbers if one < FIRST_ADJUSTMENT])
    return rows.select_related("card__program", "rule", "badge", "decided_by")


def adjustments(numbers: list[int]) -> QuerySet[Adjustment]:
    rows = Adjustment.objects.filter(pk__in=[one - FIRST_ADJUSTMENT for one in numbers if one >= FIRST_ADJUSTMENT])
    return rows.select_related("card__program", "requested_by", "decided_by")


def shown(numbers: list[int]) -> list[dict]:
    """These, in their order. Two queries."""
    by_number = {one.pk: award_as_json(one) for one in awards(numbers)}
    by_number |= {FIRST_ADJUSTMENT + one.pk: adjustment_as_json(one) for one in adjustments(numbers)}
    return [by_number[one] for one in numbers]


def award_as_json(one: Award) -> dict:
    states = {Award.State.PENDING_APPROVAL: PENDING, Award.State.REJECTED: REJECTED}
    return {
        "id": one.pk,
        "type": "award",
        "state": states.get(one.state, APPROVED),
        **of_card(one.card),
        "rule": {"handle": one.rule.handle, "name": one.rule.name},
        "points": text_of(one.points),
        "currency_amount": text_of(one.currency_amount) if one.currency else None,
        "currency": one.currency or None,
        "badge": one.badge.handle if one.badge_id else None,
        "reason": one.working or None,
        "transaction_id": one.transaction_id,
        "requested_by": None,
        "requested_at": moment(one.created_at),
        **decision(one),
    }


def adjustment_as_json(one: Adjustment) -> dict:
    states = {Adjustment.State.WAITING: PENDING, Adjustment.State.REJECTED: REJECTED}
    is_points = one.unit == POINTS
    return {
        "id": FIRST_ADJUSTMENT + one.pk,
        "type": "adjustment",
        "state": states.get(one.state, APPROVED),
        **of_card(one.card),
        "rule": None,
        "points": text_of(one.amount) if is_points else "0",
        "currency_amount": None if is_points else text_of(one.amount),
        "currency": None if is_points else one.unit,
        "badge": None,
        "reason": one.reason,
        "transaction_id": None,
        "requested_by": who(one.requested_by),
        "requested_at": moment(one.requested_at),
        **decision(one),
    }


def of_card(card) -> dict:
    return {"profile_id": str(card.profile_id), "card_id": card.pk, "program": card.program.handle}


def decision(one: Award | Adjustment) -> dict:
    return {
        "decided_by": who(one.decided_by),
        "decided_at": moment(one.decided_at),
        "decision_reason": one.decision_reason or None,
    }


def who(user) -> dict | None:
    return user and {"id": user.pk, "name": user.name}
