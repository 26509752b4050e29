"""How earning rules look on the wire (api.md 5): the document that `earning.rulebook.documents` writes and reads, described."""

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from cxmanager.rest.fields import MomentField, moment
from earning.api import setup_examples as examples
from earning.api.exact import Exact
from earning.models import EarningRule, EarningRuleVersion
from profiles.api.reading import Stamped


def words(**options) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(), **options)


class RewardBlock(serializers.Serializer):
    points = Exact(help_text="For spending: for each `per_amount`.")
    currency_amount = Exact()
    currency = serializers.CharField(required=False, allow_null=True, max_length=3)
    percent = Exact(help_text="Of the amount, as money back.")
    badge = serializers.CharField(required=False, allow_null=True, help_text="The handle of a badge.")


class LimitBlock(serializers.Serializer):
    scope = serializers.ChoiceField(["member", "global"], required=False)
    measure = serializers.ChoiceField(["count", "points", "currency"], required=False)
    period = serializers.ChoiceField(["day", "week", "month", "quarter", "half", "year", "forever"], required=False)
    cap = Exact(required=True, allow_null=False)
    on_exceed = serializers.ChoiceField(["reject", "trim"], required=False)


@extend_schema_serializer(examples=[examples.RULE])
class RuleDocument(serializers.Serializer):
    """What a rule says. Name and type are all that a create must send; what conditions hold depends on the type."""

    program = serializers.CharField(required=False, help_text="The handle of the program; the default one without.")
    name = serializers.CharField(max_length=191)
    handle = serializers.CharField(required=False, help_text="Made of the name where none is sent.")
    description = serializers.CharField(required=False, allow_blank=True)
    link = serializers.CharField(required=False, allow_null=True, help_text="Shown in place of the description.")
    type = serializers.ChoiceField(EarningRule.Type.choices, help_text="Fixed once the rule was active or applied.")
    status = serializers.ChoiceField(EarningRule.Status.choices, required=False, help_text="Only `active` awards.")
    starts_at = MomentField(required=False, allow_null=True)
    ends_at = MomentField(required=False, allow_null=True)
    requires_approval = serializers.BooleanField(required=False)
    is_hidden = serializers.BooleanField(required=False)
    apply_automatically = serializers.BooleanField(required=False)
    priority = serializers.IntegerField(required=False)
    stop_after = serializers.BooleanField(required=False)
    pending_days = serializers.IntegerField(required=False, allow_null=True)
    expires_after_days = serializers.IntegerField(required=False, allow_null=True)
    tiers = words(required=False, help_text="Handles. None: for all.")
    segments = words(required=False, help_text="Handles. None: for all.")
    excluded_segments = words(required=False)
    excluded_members = words(
        required=False,
        help_text="Customers whom it leaves out, by their ids. An e-mail or a card number may stand for one.",
    )
    locations = serializers.ListField(
        child=serializers.JSONField(), required=False, help_text="Their numbers, or the codes that tills send."
    )
    conditions = serializers.JSONField(required=False, help_text="By type, as the chapter on earning lists them.")
    rewards = RewardBlock(required=False)
    limits = LimitBlock(many=True, required=False)


class RuleShape(RuleDocument, Stamped):
    id = serializers.IntegerField()
    version = serializers.IntegerField(allow_null=True, help_text="How often it was changed. Awards name the version.")


@extend_schema_serializer(examples=[examples.CLONE])
class CloneRule(RuleDocument):
    """Whatever is to differ. Without a handle one is made of the name."""

    name = serializers.CharField(required=False, max_length=191)
    type = serializers.ChoiceField(EarningRule.Type.choices, required=False)


@extend_schema_serializer(examples=[examples.IMPORT])
class ImportRules(serializers.Serializer):
    program = serializers.CharField(required=False, allow_null=True, help_text="Into which; the default one without.")
    earning_rules = RuleDocument(many=True, help_text="As an export wrote them.")


class ImportedShape(serializers.Serializer):
    created = words(help_text="Handles of those that are new.")
    changed = words(help_text="Handles of those that were there.")


class ExportShape(serializers.Serializer):
    earning_rules = serializers.ListField(child=serializers.DictField())


class AuthorShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class VersionShape(serializers.Serializer):
    id = serializers.IntegerField()
    number = serializers.IntegerField()
    document = serializers.DictField(help_text="The rule as it was from then on.")
    user = AuthorShape(allow_null=True, help_text="Who changed it.")
    created_at = MomentField()


def rule_as_json(rule: EarningRule) -> dict:
    """No query for one of `whole()` with its version."""
    return {
        "id": rule.pk,
        **rule.as_document(),
        "version": rule.version.number if rule.version_id else None,
        "created_at": moment(rule.created_at),
        "updated_at": moment(rule.updated_at),
    }


def version_as_json(version: EarningRuleVersion) -> dict:
    user = version.user
    return {
        "id": version.pk,
        "number": version.number,
        "document": version.document,
        "user": user and {"id": user.pk, "name": user.name},
        "created_at": moment(version.created_at),
    }
