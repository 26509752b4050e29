"""The keys that `shapes.py` writes, declared for the API's description. Never used to write an answer."""

from rest_framework import serializers

from benefits.api.serializers import AnyJSON
from benefits.api.shapes import AS_THEY_ARE, NULL_WHEN_EMPTY, OF_OTHER_PARTS
from benefits.models import BenefitDefinition
from cxmanager.rest.fields import MomentField


def text(**kwargs) -> serializers.CharField:
    return serializers.CharField(read_only=True, allow_null=True, **kwargs)


def whole(**kwargs) -> serializers.IntegerField:
    return serializers.IntegerField(read_only=True, allow_null=True, **kwargs)


def amount() -> serializers.FloatField:
    return serializers.FloatField(read_only=True, allow_null=True)


def when() -> MomentField:
    return MomentField(read_only=True, allow_null=True)


class ReasonShape(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class EmbeddedDefinitionShape(serializers.ModelSerializer):
    """A definition within a benefit: all but its counters, of which the benefit repeats the one that matters."""

    id = serializers.CharField(help_text="A text of digits, as with Omneo.")
    value = amount()
    discount_percent = amount()
    absolute_expiry = when()
    claim_period_start_at = when()
    claim_period_end_at = when()
    image_url = text()
    tags = serializers.ListField(child=serializers.CharField())
    product_skus = serializers.ListField(child=serializers.CharField())
    product_categories = serializers.ListField(child=serializers.CharField())
    product_brands = serializers.ListField(child=serializers.CharField())
    tiers = serializers.ListField(child=serializers.CharField())
    created_at = when()
    updated_at = when()

    class Meta:
        model = BenefitDefinition
        fields = [
            "id",
            *AS_THEY_ARE,
            *NULL_WHEN_EMPTY,
            *OF_OTHER_PARTS,
            *["value", "discount_percent", "absolute_expiry", "claim_period_start_at", "claim_period_end_at"],
            *["image_url", "tags", "created_at", "updated_at"],
        ]
        extra_kwargs = {name: {"allow_null": True} for name in NULL_WHEN_EMPTY}

    def get_extra_kwargs(self) -> dict:
        given = super().get_extra_kwargs()
        return {name: {"read_only": True} | given.get(name, {}) for name in self.Meta.fields}

    def build_field(self, field_name, info, model_class, nested_depth):
        if field_name in (*OF_OTHER_PARTS, "meta", "view_condition", "claim_condition"):
            return AnyJSON, {"read_only": True, "allow_null": True}
        return super().build_field(field_name, info, model_class, nested_depth)


class DefinitionShape(EmbeddedDefinitionShape):
    """A benefit definition (omneo-reference 2.10)."""

    total_global_redemptions = serializers.IntegerField()
    total_global_redemptions_remaining = whole()
    total_global_created = serializers.IntegerField()

    class Meta(EmbeddedDefinitionShape.Meta):
        fields = [
            *EmbeddedDefinitionShape.Meta.fields,
            *["total_global_redemptions", "total_global_redemptions_remaining", "total_global_created"],
        ]


class BenefitShape(serializers.Serializer):
    id = serializers.IntegerField()
    profile_id = serializers.UUIDField()
    external_id = text()
    issued_at = when()
    expires_at = when()
    timezone = serializers.CharField()
    claimed_at = when()
    extended_at = when()
    revoked_at = when()
    revoke_reason = text()
    is_expired = serializers.BooleanField()
    is_redeemable = serializers.BooleanField()
    why_not_redeemable = ReasonShape(allow_null=True)
    redemptions = serializers.IntegerField()
    max_redemptions = whole()
    redemptions_remaining = whole()
    total_global_redemptions_remaining = whole()
    definition = EmbeddedDefinitionShape()
    redeem_code_pos = text()
    redeem_code_online = text()
    value = amount()
    meta = AnyJSON(allow_null=True)
    combine_meta = AnyJSON(allow_null=True)
    is_combined = serializers.BooleanField()
    created_at = when()
    updated_at = when()


class PersonShape(serializers.Serializer):
    first_name = text()
    last_name = text()
    full_name = text()
    email = text()
    statuses = serializers.ListField(child=serializers.CharField())


class PlaceShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    external_id = text()
    external_code = text()
    timezone = serializers.CharField()


class ItemShape(serializers.Serializer):
    id = serializers.IntegerField()
    type = serializers.CharField()
    value = amount()
    count = serializers.IntegerField()
    type_attributes = BenefitShape()


class RedemptionShape(serializers.Serializer):
    id = serializers.IntegerField()
    profile_id = serializers.UUIDField()
    profile = PersonShape(allow_null=True)
    type = serializers.CharField()
    total = amount()
    total_localised = amount()
    currency = AnyJSON(allow_null=True)
    count = serializers.IntegerField()
    returned = serializers.IntegerField(help_text="How many of the uses were given back.")
    reason = text()
    meta = AnyJSON(allow_null=True)
    location_id = whole()
    location = PlaceShape(allow_null=True)
    transaction_id = whole()
    transaction = AnyJSON(allow_null=True)
    transaction_external_id = text()
    transaction_receipt_ref = text()
    balances = AnyJSON(allow_null=True)
    redeem_at = when()
    reversed_at = when()
    items = ItemShape(many=True)
    created_at = when()
    updated_at = when()


class CountShape(serializers.Serializer):
    countAll = serializers.IntegerField()
    countRedeemed = serializers.IntegerField()


class ClauseShape(serializers.Serializer):
    code = serializers.CharField(help_text="What a claim is refused with when this clause alone fails.")
    text = serializers.CharField()
    expected = AnyJSON(allow_null=True)
    actual = AnyJSON(allow_null=True)
    holds = serializers.BooleanField()


class LinkShape(serializers.Serializer):
    event_id = serializers.IntegerField()
    name = serializers.CharField()
    at = when()
    door = serializers.CharField()
    actor = text()
    location = text()
    reason = text()
    text = serializers.CharField()


class WhyShape(serializers.Serializer):
    text = serializers.CharField()
    chain = LinkShape(many=True, help_text="From the benefit's issue back to what first led to it.")


class BatchStartedShape(serializers.Serializer):
    batch = serializers.IntegerField()
    matched = serializers.IntegerField()


class BatchSegmentShape(serializers.Serializer):
    id = whole(help_text="Null when it has been deleted since.")
    name = serializers.CharField(help_text="As it was called then.")


class BatchShape(serializers.Serializer):
    id = serializers.IntegerField()
    definition_id = serializers.CharField()
    state = serializers.CharField()
    whom = text(
        help_text="listed, selected, segment, condition or everybody; null of those that are older than this key."
    )
    segment = BatchSegmentShape(allow_null=True, help_text="The segment that it was for.")
    condition = AnyJSON(
        allow_null=True, help_text="What had to hold of them when it was asked; of a segment, as it was then."
    )
    matched = serializers.IntegerField()
    issued = serializers.IntegerField()
    skipped = serializers.IntegerField()
    percent = whole()
    reason = text()
    error = text()
    created_at = when()
    finished_at = when()


class PersonAtTheTillShape(PersonShape):
    id = serializers.UUIDField()
    mobile_phone = text()
    mobile_phone_e164 = text()
    profile_type = serializers.CharField()
    handles = serializers.ListField(child=serializers.CharField())
    statuses = None


class DefinitionAtTheTillShape(serializers.Serializer):
    id = serializers.CharField()
    name = serializers.CharField()
    handle = serializers.CharField()
    type = serializers.CharField()
    value = amount()
    discount_percent = amount()
    product_skus = serializers.ListField(child=serializers.CharField())
    product_categories = serializers.ListField(child=serializers.CharField())
    product_brands = serializers.ListField(child=serializers.CharField())
    short_description = text()
    redeem_instructions_store = text()


class BenefitAtTheTillShape(serializers.Serializer):
    id = serializers.IntegerField()
    external_id = text()
    issued_at = when()
    expires_at = when()
    timezone = serializers.CharField()
    redemptions_remaining = whole()
    total_global_redemptions_remaining = whole()
    redeem_code_pos = text()
    value = amount()
    definition = DefinitionAtTheTillShape()


class TierAtTheTillShape(serializers.Serializer):
    handle = serializers.CharField()
    name = text()
    rank = whole()


class BalancesAtTheTillShape(serializers.Serializer):
    point_balance = amount()
    point_balance_dollars = amount()
    reward_balance = amount()
    combined_balance_dollars = amount()
    points_pending = amount()
    points_debt = amount()


class TillShape(serializers.Serializer):
    profile = PersonAtTheTillShape()
    tier = TierAtTheTillShape(allow_null=True)
    balances = BalancesAtTheTillShape()
    benefits = BenefitAtTheTillShape(many=True)
