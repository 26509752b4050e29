"""What the endpoints read, checked field by field. Unknown keys are ignored, as with Omneo."""

from decimal import Decimal

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as InvalidInput

from achievements.api import examples
from achievements.api.shapes import NULL_WHEN_EMPTY, definition_as_json
from achievements.designing import generated
from achievements.ladder import MOST_COUNT, MOST_STEPS
from achievements.models import AchievementDefinition
from achievements.models.counted import MOST_AT_ONCE, amount_in
from cxmanager.rest.fields import MetaField, MomentField
from cxmanager.rest.serializers import CleanedModelSerializer
from profiles.models import Location, Tag

LONGEST_ID = 191
SENT_AS = {"first": "first_step"}


@extend_schema_field(OpenApiTypes.ANY)
class LevelsInput(serializers.JSONField):
    """A list of levels; or, with `first` and `growth`, how many to generate."""


@extend_schema_field(OpenApiTypes.ANY)
class AnyJSON(serializers.JSONField):
    """JSON Logic, or a number."""


@extend_schema_serializer(examples=[examples.LINEAR, examples.BY_HAND, examples.GENERATED])
class DefinitionInput(CleanedModelSerializer):
    """What create and update read. Name and handle are all that a create must send."""

    display_option = serializers.ChoiceField(choices=AchievementDefinition.Display.choices, required=False)
    first = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MOST_COUNT)
    levels = LevelsInput(required=False, allow_null=True)
    tags = serializers.ListField(child=serializers.CharField(max_length=191), required=False, max_length=200)
    starts_at = MomentField(required=False, allow_null=True)
    ends_at = MomentField(required=False, allow_null=True)
    count_condition = AnyJSON(required=False, allow_null=True)
    count_amount = AnyJSON(required=False, allow_null=True)
    meta = MetaField()

    class Meta:
        model = AchievementDefinition
        fields = [
            *("name", "handle", "is_published", "display_level", "display_option", "enable_annual_earn_cycle"),
            *("strategy", *NULL_WHEN_EMPTY, "every", "max_levels", "first", "growth", "levels", "image_url"),
            *("starts_at", "ends_at", "count_event", "count_condition", "count_amount", "count_for", "tags", "meta"),
        ]
        extra_kwargs = {
            name: {"allow_null": True, "required": False} for name in ("image_url", "count_event", *NULL_WHEN_EMPTY)
        }

    def to_representation(self, definition: AchievementDefinition) -> dict:
        return definition_as_json(definition)

    def to_internal_value(self, data) -> dict:
        if not isinstance(data, dict):
            return super().to_internal_value(data)
        data = with_shop_count({name: self._without_null(name, value) for name, value in data.items()})
        strategy = strategy_of(data, self.instance)
        given = super().to_internal_value(data | ({"strategy": strategy} if strategy else {}))
        return with_levels(given)

    def _without_null(self, name: str, value):
        """Clients send back what they read: null stands for what the model keeps empty, or as its default."""
        if value is not None or name in ("name", "handle") or name not in self.fields:
            return value
        if name == "tags":
            return []
        field = AchievementDefinition._meta.get_field(SENT_AS.get(name, name))
        return None if field.null else field.get_default()

    def create(self, attributes: dict) -> AchievementDefinition:
        tags = attributes.pop("tags", [])
        definition = AchievementDefinition(**attributes)
        definition.save()
        definition.tags.set(Tag.objects.named(*tags))
        return definition

    def update(self, definition: AchievementDefinition, attributes: dict) -> AchievementDefinition:
        tags = attributes.pop("tags", None)
        # As `validate` made them of the strategy and of what was sent.
        for name, value in attributes.items():
            setattr(definition, name, value)
        if tags is not None:
            definition.tags.set(Tag.objects.named(*tags))
        # Only what was sent: somebody else may be changing the rest at this moment.
        definition.save(update_fields=[*attributes, "updated_at"])
        return definition

    def validate(self, attributes: dict) -> dict:
        if self.instance is None or {"strategy", "every", "max_levels", "levels"} & attributes.keys():
            attributes.setdefault("levels", self.instance.levels if self.instance is not None else [])
        return super().validate(attributes)


def strategy_of(data: dict, instance: AchievementDefinition | None) -> str | None:
    """The strategy that the body means: Omneo's clients send only levels. None to leave it as it is."""
    if data.get("strategy"):
        return data["strategy"]
    kinds, levels = AchievementDefinition.Strategy, data.get("levels")
    if isinstance(levels, list) and levels:
        first = levels[0] if isinstance(levels[0], dict) else {}
        if len(levels) == 1 and first.get("trigger") == 1 and not first.get("repeats"):
            return kinds.ON_OFF
        every = first.get("repeat_interval") or first.get("trigger")
        if len(levels) == 1 and first.get("repeats") and every == first.get("trigger"):
            data["every"] = every
            return kinds.LINEAR
        return kinds.NON_LINEAR
    if data.get("first") and data.get("growth"):
        return kinds.NON_LINEAR
    return kinds.LINEAR if instance is None and data.get("every") else None


def with_levels(given: dict) -> dict:
    """A number of levels, with the first and the growth, as the levels that it means."""
    if "first" in given:
        given["first_step"] = given.pop("first")
    levels = given.get("levels", [])
    if levels is None:
        given["levels"] = []
    elif isinstance(levels, int) and not isinstance(levels, bool):
        if not given.get("first_step") or not given.get("growth") or not 1 <= levels <= MOST_STEPS:
            raise InvalidInput(
                {"levels": [f"To generate levels, send how many (1 to {MOST_STEPS}), the first and the growth."]}
            )
        given["levels"] = generated(first=given["first_step"], growth=given["growth"], levels=levels)
    return given


def with_shop_count(data: dict) -> dict:
    """Omneo's `meta.include_shop_count`: every sale counts, unless the body says what counts."""
    meta = data.get("meta")
    if isinstance(meta, dict) and meta.get("include_shop_count") and not data.get("count_event"):
        return data | {"count_event": "transaction.created", "count_condition": {"==": [{"var": "type"}, "sale"]}}
    return data


class DefinitionField(serializers.CharField):
    """A definition by its id or its handle; becomes the AchievementDefinition."""

    def to_internal_value(self, value) -> AchievementDefinition:
        wanted = super().to_internal_value(value)[: LONGEST_ID + 1]
        is_id = wanted.isascii() and wanted.isdigit() and len(wanted) < 19
        found = AchievementDefinition.objects.filter(pk=int(wanted)).first() if is_id else None
        found = found or AchievementDefinition.objects.filter(handle=wanted).first()
        if found is None:
            raise InvalidInput("There is no such achievement definition.")
        return found


@extend_schema_field({"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.01, "maximum": int(MOST_AT_ONCE)})
class AmountField(serializers.Field):
    """Above zero, with two decimals at most; as a number or a text."""

    def to_internal_value(self, value):
        amount = amount_in(value)
        if amount is None or str(value) != str(value).strip() or not is_exact(value, amount):
            raise InvalidInput("This must be a number above 0, with two decimals at most.")
        return amount

    def to_representation(self, value):
        return value


def is_exact(value, amount: Decimal) -> bool:
    return Decimal(str(value)) == amount


class LocationField(serializers.IntegerField):
    """A location by its id; becomes the Location."""

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "allow_null": True, "min_value": 1, "max_value": 2**63 - 1} | kwargs)

    def run_validation(self, data=serializers.empty):
        pk = super().run_validation(data)
        found = Location.objects.filter(pk=pk).first() if pk is not None else None
        if pk is not None and found is None:
            raise InvalidInput("There is no such location.")
        return found


@extend_schema_serializer(examples=[examples.PROGRESS])
class ProgressInput(serializers.Serializer):
    """`definition` by handle or id, or Omneo's `definition_id`. The same `external_id` counts once for a customer."""

    definition = DefinitionField(required=False)
    definition_id = DefinitionField(required=False)
    count = AmountField(required=False)
    external_id = serializers.CharField(required=False, allow_null=True, max_length=LONGEST_ID)
    location_id = LocationField()
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)

    def validate(self, given: dict) -> dict:
        given["definition"] = given.get("definition") or given.pop("definition_id", None)
        if given["definition"] is None:
            raise InvalidInput({"definition": ["This field is required."]})
        return given


@extend_schema_serializer(examples=[examples.CORRECT])
class CorrectInput(serializers.Serializer):
    """What the count is put to. Levels that were reached stay."""

    count = serializers.DecimalField(max_digits=18, decimal_places=2, min_value=0)
    reason = serializers.CharField(required=False, allow_blank=True, default="", max_length=500)
