"""The account of a customer, entry by entry, in the shapes that Omneo gave it over the years (omneo-reference 2.13)."""

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField, moment
from cxmanager.rest.viewsets import enveloped
from earning.amounts import POINTS, ZERO
from earning.ledger import statement
from earning.ledger.statement import Entry
from earning.models import Credit, LoyaltyCard
from earning.wording import told_to_members
from profiles.api.cause import cause_of
from profiles.api.reading import text
from profiles.api.scoped import ProfileScopedViewSet, number_in
from profiles.conditions.evaluating import number_of
from profiles.models import Profile


class OwnerShape(serializers.Serializer):
    id = serializers.UUIDField()
    email = text()


class SoldShape(serializers.Serializer):
    id = serializers.IntegerField()
    external_id = text()
    receipt_ref = text()
    total = serializers.FloatField(allow_null=True)
    transacted_at = MomentField()


class LedgerShape(serializers.Serializer):
    id = serializers.IntegerField()
    profile = OwnerShape()
    type = serializers.CharField(help_text="`transaction` where one led to it; else what it is, such as adjustment.")
    type_attributes = SoldShape(allow_null=True)
    ledgerable_type = serializers.CharField(help_text="As `type`, by its older name.")
    ledgerable_subject = text()
    description = serializers.CharField()
    dollar_value = serializers.FloatField()
    dollar_balance = serializers.FloatField(help_text="What the customer had of money afterwards.")
    point_value = serializers.FloatField()
    point_balance = serializers.FloatField(help_text="What the customer had of points afterwards.")
    created_at = MomentField()


class LedgerViewSet(ProfileScopedViewSet):
    """What was put on the customer's card of the default program and taken off it, the oldest first. Read only."""

    serializer_class = LedgerShape
    scope = "read-ledgers"
    filter_backends = ()
    for_member = False

    def card(self) -> LoyaltyCard:
        return LoyaltyCard.objects.ensure(self.profile, at=timezone.now(), cause=cause_of(self.request))

    @extend_schema(operation_id="profiles_ledgers_list", responses=LedgerShape(many=True))
    def list(self, request, profile_id: str) -> Response:
        """All entries with running balances. Points that cannot be used yet are counted from when they were given."""
        if set(request.query_params) - {"page", "page[size]", "page[number]"}:
            raise InvalidInput({"filter": ["This list has its one order, and no filters."]})
        card = self.card()
        units = statement.usual_units(card)
        page = self.paginate_queryset(statement.numbered(card, units).order_by("since", "number"))
        told = statement.entries(card, units, page)
        return self.get_paginated_response(
            [ledger_as_json(one, self.profile, for_member=self.for_member) for one in told]
        )

    @extend_schema(operation_id="profiles_ledgers_retrieve", responses=LedgerShape)
    def retrieve(self, request, profile_id: str, pk: str) -> Response:
        """One entry, with what the customer had after it."""
        card, wanted = self.card(), number_in(pk)
        units = statement.usual_units(card)
        credits, debits = statement.rows_of(card, units)
        is_debit = wanted >= statement.FIRST_DEBIT
        rows = debits.filter(pk=wanted - statement.FIRST_DEBIT) if is_debit else credits.filter(pk=wanted)
        told = statement.entries(card, units, list(rows.values("number", "since")))
        if not told:
            raise Http404
        return enveloped(ledger_as_json(told[0], self.profile, for_member=self.for_member))


def ledger_as_json(one: Entry, profile: Profile, *, for_member: bool = False) -> dict:
    row, sale = one.row, one.row.transaction
    noted = row.note if isinstance(row, Credit) else row.reason
    words = told_to_members(row) if for_member or not noted else noted
    kind = "transaction" if sale is not None else str(row.kind)
    is_points = one.unit == POINTS
    money = next((amount for unit, amount in one.balances.items() if unit != POINTS), ZERO)
    return {
        "id": one.number,
        "profile": {"id": str(profile.pk), "email": profile.email},
        "type": kind,
        "type_attributes": sale
        and {
            "id": sale.pk,
            "external_id": sale.external_id,
            "receipt_ref": sale.receipt_ref or None,
            "total": number_of(sale.total),
            "transacted_at": moment(sale.transacted_at),
        },
        "ledgerable_type": kind,
        "ledgerable_subject": sale.external_id if sale is not None else None,
        "description": words,
        "dollar_value": number_of(ZERO if is_points else one.amount),
        "dollar_balance": number_of(money),
        "point_value": number_of(one.amount if is_points else ZERO),
        "point_balance": number_of(one.balances[POINTS]),
        "created_at": moment(one.at),
    }
