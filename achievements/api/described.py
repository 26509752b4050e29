"""The keys that `shapes.py` writes, declared for the API's description. Never used to write an answer."""

from rest_framework import serializers

from achievements.api.shapes import NULL_WHEN_EMPTY, OF_OTHER_PARTS
from achievements.models import AchievementDefinition
from cxmanager.rest.fields import MetaField, MomentField


def text() -> serializers.CharField:
    return serializers.CharField(allow_null=True)


def whole(help_text: str = "") -> serializers.IntegerField:
    return serializers.IntegerField(allow_null=True, help_text=help_text)


def amount(help_text: str = "") -> serializers.FloatField:
    return serializers.FloatField(allow_null=True, help_text=help_text)


def when() -> MomentField:
    return MomentField(allow_null=True)


class LevelShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = text()
    achievement_definition_id = serializers.IntegerField()
    display_number = serializers.IntegerField()
    description = text()
    trigger = serializers.IntegerField(help_text="The count that it takes.")
    repeats = serializers.BooleanField(help_text="Of the last level: whether there is another every `repeat_interval`.")
    repeat_interval = whole()
    allow_multiple_earn = serializers.BooleanField()
    computed_display_number = whole("The number of the next level that repeats this one.")
    computed_trigger = whole("The count that it takes.")
    meta = MetaField(help_text="`unlocks` are the benefits that are given with it.")


class AchievementDefinitionShape(serializers.ModelSerializer):
    id = serializers.IntegerField()
    first = whole("Of levels that were generated.")
    growth = amount()
    levels = LevelShape(many=True)
    image_url = text()
    starts_at = when()
    ends_at = when()
    retired_at = when()
    count_event = text()
    count_condition = serializers.JSONField(allow_null=True)
    count_amount = serializers.JSONField()
    tags = serializers.ListField(child=serializers.CharField())
    meta = MetaField()
    region_id, region, currency = (serializers.CharField(allow_null=True) for _ in OF_OTHER_PARTS)
    created_at = when()
    updated_at = when()

    class Meta:
        model = AchievementDefinition
        fields = [
            *("id", "name", "handle", "is_published", "display_level", "display_option", "enable_annual_earn_cycle"),
            *("strategy", *NULL_WHEN_EMPTY, "every", "max_levels", "first", "growth", "levels", "image_url"),
            *("starts_at", "ends_at", "retired_at", "count_event", "count_condition", "count_amount", "count_for"),
            *("tags", "meta", *OF_OTHER_PARTS, "created_at", "updated_at"),
        ]
        extra_kwargs = {name: {"allow_null": True} for name in (*NULL_WHEN_EMPTY, "every", "max_levels")}


class UnlockedLevelShape(serializers.Serializer):
    level = serializers.IntegerField()
    name = text()
    unlocked_at = when()


class ClimbShape(serializers.Serializer):
    id = whole("Null before the first count.")
    profile_id = text()
    definition_id = serializers.IntegerField()
    definition = AchievementDefinitionShape()
    count = serializers.FloatField(help_text="In the present cycle.")
    level = serializers.IntegerField(help_text="0 before the first.")
    level_name = text()
    highest_level = serializers.IntegerField(help_text="Of all cycles.")
    next_level = whole("Null at the top.")
    count_to_next = amount()
    percent_to_next = serializers.IntegerField()
    cycle = text()
    cycle_ends_at = when()
    achieved_at = when()
    unlocked_levels = UnlockedLevelShape(many=True)
    is_locked = serializers.BooleanField(help_text="A mystery that the customer has not unlocked.")
    created_at = when()
    updated_at = when()


class MemberClimbShape(ClimbShape):
    definition = serializers.DictField(
        help_text="As of the REST API; what is not meant for customers is null or empty, and of a locked mystery all but its hint."
    )


class ProgressedShape(ClimbShape):
    unlocked = serializers.ListField(
        child=serializers.IntegerField(), help_text="The numbers of the levels that this passed."
    )


class RecountedShape(serializers.Serializer):
    job = serializers.IntegerField()
