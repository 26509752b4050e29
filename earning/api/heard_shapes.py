"""What a happening earned, in the shape of a simulation (api.md 5)."""

from rest_framework import serializers

from profiles.api.reading import text


class HeardAwardShape(serializers.Serializer):
    id = serializers.IntegerField()
    rule = serializers.CharField(help_text="The handle of the rule.")
    rule_name = serializers.CharField()
    points = serializers.CharField()
    currency_amount = text()
    currency = text()
    badge = text()
    state = serializers.CharField()
    lines = serializers.ListField(child=serializers.DictField())


class HeardRuleShape(serializers.Serializer):
    rule = serializers.CharField()
    rule_name = serializers.CharField()
    applied = serializers.BooleanField()
    reason = text(help_text="Why it did not apply, as a code.")
    text = serializers.CharField(help_text="The same as a sentence.")


class HeardTierShape(serializers.Serializer):
    handle = serializers.CharField()
    name = serializers.CharField()


class HeardShape(serializers.Serializer):
    points = serializers.CharField()
    currency = serializers.DictField(child=serializers.CharField(), help_text="By currency.")
    awards = HeardAwardShape(many=True)
    rules = HeardRuleShape(many=True)
    tier_after = HeardTierShape(allow_null=True)
