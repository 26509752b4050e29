"""How definitions, benefits and redemptions look on the wire (omneo-reference 2.10, 2.11, 2.16), as plain dictionaries.

Written out instead of left to serializers, which cost a till nine times as much; `serializers.py` declares the same keys
for the API's description, and a test holds the two together.
"""

from datetime import datetime

from benefits.models import Benefit, BenefitDefinition, GlobalCounter, Redemption
from cxmanager.refusals import Refusal
from cxmanager.rest.fields import moment
from transactions.api.numbers import number

# Omneo's keys that belong to parts of the product which are not there yet.
OF_OTHER_PARTS = (
    "claim_timeframe",
    "region_id",
    "region",
    "currency",
    "end_at",
    "total_allocations",
    "total_allocations_remaining",
    "force_allocation",
    "notify_schedule_offset",
    "notify_issue_offset_days",
    "notify_issue_offset_hour",
    "notify_remind_offset_days",
    "notify_remind_offset_hour",
    "notify_extend_offset_days",
    "notify_extend_offset_hour",
    "issue_target_id",
    "remind_target_id",
    "extend_target_id",
)
AS_THEY_ARE = (
    "name",
    "handle",
    "type",
    "period",
    "period_type",
    "max_redemptions",
    "max_global_redemptions",
    "max_extensions",
    "is_extendable",
    "is_assignable",
    "is_reassignable",
    "is_published",
    "is_archived",
    "is_claimable",
    "is_reclaimable",
    "allow_user_redeem",
    "product_skus",
    "product_categories",
    "product_brands",
    "tiers",
    "view_condition",
    "claim_condition",
    "meta",
)
# Texts that the model keeps empty and the wire writes as null.
NULL_WHEN_EMPTY = (
    "description",
    "internal_notes",
    "short_description",
    "long_description",
    "terms_conditions",
    "earn_instructions",
    "redeem_instructions_store",
    "redeem_instructions_online",
    "redeem_code_pos",
    "redeem_code_online",
    "icon",
    "timezone",
    "campaign",
    "external_id",
)


def definition_without_counts(definition: BenefitDefinition) -> dict:
    """Everything about a definition that changes only when somebody edits it. Costs a query unless tags are prefetched."""
    return (
        {"id": str(definition.pk)}
        | {name: getattr(definition, name) for name in AS_THEY_ARE}
        | {name: getattr(definition, name) or None for name in NULL_WHEN_EMPTY}
        | dict.fromkeys(OF_OTHER_PARTS)
        | {
            "value": number(definition.value),
            "discount_percent": number(definition.discount_percent),
            "absolute_expiry": moment(definition.absolute_expiry),
            "claim_period_start_at": moment(definition.claim_period_start_at),
            "claim_period_end_at": moment(definition.claim_period_end_at),
            "image_url": (definition.image.url if definition.image else definition.image_url) or None,
            "tags": [tag.handle for tag in definition.tags.all()],
            "created_at": moment(definition.created_at),
            "updated_at": moment(definition.updated_at),
        }
    )


NOTHING_COUNTED = {"used": 0, "issued": 0}


def counts(definition: BenefitDefinition, totals: dict[str, int]) -> dict:
    """The three counters of a definition, from the totals of its shared counter."""
    return {
        "total_global_redemptions": totals["used"],
        "total_global_redemptions_remaining": uses_left(definition, totals),
        "total_global_created": totals["issued"],
    }


def uses_left(definition: BenefitDefinition, totals: dict[str, int]) -> int | None:
    limit = definition.max_global_redemptions
    return None if limit is None else max(0, limit - totals["used"])


def definitions_as_json(definitions: list[BenefitDefinition]) -> list[dict]:
    """Definitions in full. One query, and one more unless their tags are prefetched."""
    totals = GlobalCounter.objects.totals_by_definition([one.pk for one in definitions])
    return [definition_without_counts(one) | counts(one, totals.get(one.pk, NOTHING_COUNTED)) for one in definitions]


def benefit_as_json(benefit: Benefit, *, definition: dict, why_not: Refusal | None, left: int | None, at: datetime):
    """A benefit with its definition embedded. `left` is what all customers together still may use, None without a limit."""
    own = benefit.redemptions_remaining
    return {
        "id": benefit.pk,
        "profile_id": str(benefit.profile_id),
        "external_id": benefit.external_id,
        "issued_at": moment(benefit.issued_at),
        "expires_at": moment(benefit.expires_at),
        "timezone": benefit.timezone,
        "claimed_at": moment(benefit.claimed_at),
        "extended_at": moment(benefit.extended_at),
        "revoked_at": moment(benefit.revoked_at),
        "revoke_reason": benefit.revoke_reason or None,
        "is_expired": benefit.is_expired(at=at),
        "is_redeemable": why_not is None,
        "why_not_redeemable": None if why_not is None else why_not.as_json(),
        "redemptions": benefit.redemptions,
        "max_redemptions": benefit.max_redemptions,
        "redemptions_remaining": own,
        "total_global_redemptions_remaining": left,
        "definition": definition,
        "redeem_code_pos": benefit.redeem_code_pos or definition["redeem_code_pos"],
        "redeem_code_online": benefit.redeem_code_online or definition["redeem_code_online"],
        "value": number(benefit.value) if benefit.value is not None else definition["value"],
        "meta": benefit.meta,
        "combine_meta": None,
        "is_combined": False,
        "created_at": moment(benefit.created_at),
        "updated_at": moment(benefit.updated_at),
    }


def redemption_as_json(redemption: Redemption, *, benefit: dict, location=None, profile: dict | None = None) -> dict:
    """A redemption with what was redeemed as its one item."""
    value = benefit["value"]
    total = None if value is None else round(value * redemption.count, 2)
    return {
        "id": redemption.pk,
        "profile_id": str(redemption.profile_id),
        "profile": profile,
        "type": "benefit",
        "total": total,
        "total_localised": total,
        "currency": None,
        "count": redemption.count,
        "returned": redemption.returned,
        "reason": redemption.reason or None,
        "meta": redemption.meta,
        "location_id": redemption.location_id,
        "location": location_as_json(location),
        "transaction_id": None,
        "transaction": transaction_as_json(redemption),
        "transaction_external_id": redemption.transaction_external_id or None,
        "transaction_receipt_ref": redemption.receipt_ref or None,
        "balances": None,
        "redeem_at": moment(redemption.redeemed_at),
        "reversed_at": moment(redemption.reversed_at),
        "items": [
            {
                "id": benefit["id"],
                "type": "benefit",
                "value": value,
                "count": redemption.count,
                "type_attributes": benefit,
            }
        ],
        "created_at": moment(redemption.created_at),
        "updated_at": moment(redemption.updated_at),
    }


def transaction_as_json(redemption: Redemption) -> dict | None:
    """What the till said about the sale; the sale itself is not read here."""
    if not (redemption.transaction_external_id or redemption.receipt_ref):
        return None
    told = {"external_id": redemption.transaction_external_id or None, "receipt_ref": redemption.receipt_ref or None}
    return told | dict.fromkeys(("transacted_at", "total", "location"))


def location_as_json(location) -> dict | None:
    if location is None:
        return None
    return {
        "id": location.pk,
        "name": location.name,
        "external_id": location.external_id,
        "external_code": location.external_code,
        "timezone": location.timezone,
    }


def person_as_json(first_name: str, last_name: str, email: str | None) -> dict:
    """The few lines about the customer that a redemption shows."""
    return {
        "first_name": first_name or None,
        "last_name": last_name or None,
        "full_name": f"{first_name} {last_name}".strip() or None,
        "email": email,
        "statuses": [],
    }
