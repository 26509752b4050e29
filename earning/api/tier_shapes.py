"""How tiers and a customer's progress look on the wire (omneo-reference 2.14): every key is always there."""

from rest_framework import serializers

from cxmanager.rest.fields import MomentField, moment
from earning.models import TierDefinition
from earning.tiers.documents import tier_as_json
from earning.tiers.progress import Progress
from profiles.api.reading import Stamped, text
from profiles.conditions.evaluating import number_of


class TierShape(Stamped):
    id = serializers.IntegerField()
    name = serializers.CharField()
    handle = serializers.CharField()
    is_floor = serializers.BooleanField(help_text="Whoever reached it falls no lower.")
    value_min = serializers.FloatField(help_text="What it is reached with.")
    value_maintain = serializers.FloatField(allow_null=True, help_text="What it is kept with; null for as much.")
    is_assignable = serializers.BooleanField(help_text="Whether staff and integrations may give it.")
    internal_notes = text()
    description = text()
    short_description = text()
    long_description = text()
    terms_conditions = text()
    icon = text()
    image_url = text()
    earn_instructions = text()
    disable_credit = serializers.BooleanField(help_text="The overshoot does not count towards keeping it.")
    tags = serializers.ListField(child=serializers.CharField())
    meta = serializers.JSONField(allow_null=True)
    program = serializers.CharField(help_text="The handle of the program.")
    rank = serializers.IntegerField(help_text="Its place on the ladder, the lowest first.")
    basis = serializers.ChoiceField(TierDefinition.Basis.choices)
    window = serializers.ChoiceField(TierDefinition.Window.choices)
    downgrade = serializers.ChoiceField(TierDefinition.Downgrade.choices)

    def to_representation(self, tier: TierDefinition) -> dict:
        return tier_as_json(tier)


class ProgressShape(Stamped):
    id = serializers.IntegerField(help_text="The number of the customer's card.")
    profile_id = serializers.UUIDField()
    current_tier = TierShape(allow_null=True)
    next_tier = TierShape(allow_null=True)
    prev_tier = TierShape(allow_null=True)
    is_floor = serializers.BooleanField()
    current_credit = serializers.FloatField(help_text="The overshoot that counts in this cycle.")
    current_progress = serializers.FloatField(help_text="What counts towards keeping the tier, the credit included.")
    current_remain = serializers.FloatField(help_text="What is missing to keep it.")
    next_progress = serializers.FloatField(help_text="What counts towards the next tier.")
    next_remain = serializers.FloatField(allow_null=True, help_text="What is missing; null on the highest tier.")
    total_points_12m = serializers.FloatField()
    total_points_achievement = serializers.FloatField(help_text="The figure with which the tier was reached.")
    next_progress_change_at = MomentField(allow_null=True, help_text="When the oldest points leave the 12 months.")
    anniversary_at = MomentField(allow_null=True, help_text="When it is seen whether the tier was kept.")
    maintained_at = MomentField(allow_null=True)
    assigned_at = MomentField(allow_null=True)
    achieved_at = MomentField(allow_null=True)
    program = serializers.CharField(help_text="The handle of the program.")

    def to_representation(self, progress: Progress) -> dict:
        return progress_as_json(progress)


def progress_as_json(progress: Progress) -> dict:
    card, standing = progress.card, progress.card.standing
    tiers = {"current_tier": progress.tier, "next_tier": progress.next_tier, "prev_tier": progress.prev_tier}
    moments = ("anniversary_at", "maintained_at", "assigned_at", "achieved_at", "created_at", "updated_at")
    return {
        "id": card.pk,
        "profile_id": str(card.profile_id),
        **{name: tier and tier_as_json(tier) for name, tier in tiers.items()},
        "is_floor": progress.tier is not None and progress.tier.is_floor,
        "current_credit": number_of(standing.credit),
        "current_progress": number_of(progress.progress),
        "current_remain": number_of(progress.remain),
        "next_progress": number_of(progress.next_progress),
        "next_remain": number_of(progress.next_remain),
        "total_points_12m": number_of(progress.points_12m),
        "total_points_achievement": number_of(standing.achieved_with),
        "next_progress_change_at": moment(progress.changes_at),
        **{name: moment(getattr(standing, name)) for name in moments},
        "program": card.program.handle,
    }
