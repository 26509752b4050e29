"""Receipts that customers say are theirs, on the wire (omneo-reference 2.18)."""

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from cxmanager.rest.fields import MomentField, moment
from profiles.api.reading import Stamped, text
from profiles.api.reading import number as whole
from profiles.api.writing import Day
from transactions.api import examples
from transactions.api.numbers import Amount
from transactions.api.writing import ZoneField
from transactions.models import TransactionClaim


@extend_schema_serializer(examples=[examples.CLAIM])
class ClaimInput(serializers.Serializer):
    transaction_receipt_ref = serializers.CharField(max_length=191)
    transaction_transacted_at = Day(help_text="The day on the receipt.")
    transaction_location_external_code = serializers.CharField(
        max_length=191,
        required=False,
        allow_blank=True,
        allow_null=True,
        help_text="The external code of the shop, or its external id.",
    )
    transaction_total = Amount(required=True, allow_null=False)
    transaction_timezone = ZoneField(help_text="Of the shop; its own when it is not sent.")

    def validate(self, given: dict) -> dict:
        return {
            "receipt_ref": given["transaction_receipt_ref"],
            "transacted_on": given["transaction_transacted_at"],
            "total": given["transaction_total"],
            "location_external_code": given.get("transaction_location_external_code") or "",
            "timezone": given.get("transaction_timezone") or "",
        }


class ClaimShape(Stamped):
    id = serializers.IntegerField()
    status = serializers.ChoiceField(TransactionClaim.Status.choices)
    profile_id = serializers.UUIDField()
    transaction_receipt_ref = serializers.CharField()
    transaction_transacted_at = MomentField(help_text="The first second of the day on the receipt.")
    transaction_timezone = text()
    transaction_total = serializers.CharField(help_text="As text, such as 49.99.")
    transaction_location_external_code = text()
    attempts = serializers.IntegerField(help_text="How often it was looked for.")
    claimed_transaction_id = whole()
    claimed_at = MomentField(allow_null=True)
    last_checked_at = MomentField(allow_null=True)

    def to_representation(self, claim: TransactionClaim) -> dict:
        return {
            "id": claim.pk,
            "status": claim.status,
            "profile_id": str(claim.profile_id),
            "transaction_receipt_ref": claim.transaction_receipt_ref,
            "transaction_transacted_at": f"{claim.transaction_transacted_at.isoformat()} 00:00:00",
            "transaction_timezone": claim.transaction_timezone or None,
            "transaction_total": f"{claim.transaction_total:.2f}",
            "transaction_location_external_code": claim.transaction_location_external_code or None,
            "attempts": claim.attempts,
            "claimed_transaction_id": claim.claimed_transaction_id,
            "claimed_at": moment(claim.claimed_at),
            "last_checked_at": moment(claim.last_checked_at),
            "created_at": moment(claim.created_at),
            "updated_at": moment(claim.updated_at),
        }
