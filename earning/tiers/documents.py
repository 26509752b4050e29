"""A tier as the wire knows it (omneo-reference 2.14): every key is always there."""

from cxmanager.rest.fields import moment
from earning.models import TierDefinition
from profiles.conditions.evaluating import number_of

# Texts that the model keeps empty and the wire writes as null.
NULL_WHEN_EMPTY = (
    *("internal_notes", "description", "short_description", "long_description", "terms_conditions"),
    *("icon", "image_url", "earn_instructions"),
)
PLAIN = ("id", "name", "handle", "is_floor", "is_assignable", "disable_credit", "rank", "basis", "window", "downgrade")


def tier_as_json(tier: TierDefinition) -> dict:
    """One that was read with its program and tags costs no query."""
    return {
        **{name: getattr(tier, name) for name in PLAIN},
        **{name: getattr(tier, name) or None for name in NULL_WHEN_EMPTY},
        "value_min": number_of(tier.value_min),
        "value_maintain": number_of(tier.value_maintain),
        "tags": [tag.handle for tag in tier.tags.all()],
        "meta": tier.meta,
        "program": tier.program.handle,
        "created_at": moment(tier.created_at),
        "updated_at": moment(tier.updated_at),
    }


def usual_tiers() -> dict[str, dict]:
    """The tiers of the default program by their handles. Two queries."""
    tiers = TierDefinition.objects.filter(program__is_default=True)
    return {one.handle: tier_as_json(one) for one in tiers.select_related("program").prefetch_related("tags")}
