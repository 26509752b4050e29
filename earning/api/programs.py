"""Programs and badges over the API (api.md 5)."""

from django.db import transaction
from drf_spectacular.utils import extend_schema, extend_schema_serializer, extend_schema_view
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response

from cxmanager.rest.serializers import CleanedModelSerializer
from cxmanager.rest.viewsets import CrudViewSet, enveloped
from earning.api import setup_examples as examples
from earning.api.exact import Exact
from earning.models import Badge, Program
from earning.models.program_values import MOST_WARNING_DAYS, MOST_WARNINGS
from profiles.api.reading import Stamped
from profiles.models.constraints import told_politely

AMOUNTS = ("point_value", "adjustment_approval_above", "transfer_min", "transfer_max", "transfer_max_in_period")
EXPIRY = {"strategy": "expiry_strategy", "n": "expiry_n", "anchor": "expiry_anchor"}
PLAIN = (
    *("name", "handle", "is_default", "timezone", "currency", "points_scale", "points_rounding", "point_value"),
    *("multiplier_stacking", "event_combination", "delivery_skus", "pending_days", "return_policy"),
    *("restore_grace_days", "earning_statuses", "adjustment_approval_above", "expiry_warning_days"),
    *("transfer_min", "transfer_max", "transfer_max_in_period", "transfer_period"),
)


def texts(**options) -> serializers.ListField:
    return serializers.ListField(child=serializers.CharField(max_length=191), max_length=500, **options)


def day_numbers(**options) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=MOST_WARNING_DAYS), max_length=MOST_WARNINGS, **options
    )


class ExpirySerializer(serializers.Serializer):
    """When points end. `n` are days or months, as the strategy says."""

    strategy = serializers.ChoiceField(Program.Expiry.choices, required=False)
    n = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=36_500)
    anchor = serializers.ChoiceField(Program.Anchor.choices, required=False)


class ProgramShape(Stamped):
    id = serializers.IntegerField()
    name = serializers.CharField()
    handle = serializers.CharField()
    is_default = serializers.BooleanField(help_text="Every customer has a card of it.")
    timezone = serializers.CharField()
    currency = serializers.CharField()
    points_scale = serializers.IntegerField(help_text="How many decimal places points have.")
    points_rounding = serializers.ChoiceField(Program.Rounding.choices)
    point_value = serializers.CharField(allow_null=True, help_text="What a point is worth in the currency.")
    multiplier_stacking = serializers.ChoiceField(Program.Stacking.choices)
    event_combination = serializers.ChoiceField(Program.Combination.choices)
    delivery_skus = texts()
    points_expiry = ExpirySerializer()
    expiry_warning_days = day_numbers(help_text="How many days before points and rewards end it is told.")
    pending_days = serializers.IntegerField()
    return_policy = serializers.ChoiceField(Program.ReturnPolicy.choices)
    restore_grace_days = serializers.IntegerField()
    earning_statuses = texts()
    adjustment_approval_above = serializers.CharField(
        allow_null=True, help_text="Adjustments by hand of more points wait for a second person."
    )
    transfer_min = serializers.CharField(allow_null=True, help_text="The least points that are transferred at a time.")
    transfer_max = serializers.CharField(allow_null=True, help_text="The most points that are transferred at a time.")
    transfer_max_in_period = serializers.CharField(
        allow_null=True, help_text="The most points that go from one card to others in the period."
    )
    transfer_period = serializers.ChoiceField(Program.TransferPeriod.choices)

    def to_representation(self, program: Program) -> dict:
        shown = super().to_representation(Shown(program))
        return shown | {"points_expiry": {name: getattr(program, column) for name, column in EXPIRY.items()}}


class Shown:
    """A program with its amounts as the wire writes them."""

    def __init__(self, program: Program):
        self.program = program

    def __getattr__(self, name: str):
        if name == "points_expiry":
            return {}
        value = getattr(self.program, name)
        return Exact().to_representation(value) if name in AMOUNTS else value


@extend_schema_serializer(examples=[examples.PROGRAM])
class ProgramSerializer(CleanedModelSerializer):
    """Name and handle are all that a create must send; time zone and currency are then those of the default program."""

    is_default = serializers.BooleanField(required=False)
    point_value = Exact()
    adjustment_approval_above = Exact()
    transfer_min, transfer_max, transfer_max_in_period = Exact(), Exact(), Exact()
    delivery_skus = texts(required=False)
    expiry_warning_days = day_numbers(required=False)
    earning_statuses = serializers.ListField(child=serializers.CharField(), required=False, max_length=10)
    points_expiry = ExpirySerializer(required=False)

    class Meta:
        model = Program
        fields = [*PLAIN, "points_expiry"]
        validators = []
        extra_kwargs = {"timezone": {"required": False}, "currency": {"required": False}}

    def validate(self, attributes: dict) -> dict:
        for name, value in (attributes.pop("points_expiry", None) or {}).items():
            attributes[EXPIRY[name]] = value
        # The constraint would compare with the default that is to give way.
        self.is_default = attributes.pop("is_default", None)
        if self.instance is None:
            usual = Program.objects.default()
            attributes = {"timezone": usual.timezone, "currency": usual.currency} | attributes
        elif self.instance.is_default and self.is_default is False:
            raise InvalidInput({"is_default": ["One program is the default. Make another the default instead."]})
        return super().validate(attributes)

    def create(self, attributes: dict) -> Program:
        return self._saved(Program(**attributes), force_insert=True)

    def update(self, program: Program, attributes: dict) -> Program:
        for name, value in attributes.items():
            setattr(program, name, value)
        return self._saved(program, update_fields=[*attributes, "updated_at"])

    def _saved(self, program: Program, **how) -> Program:
        with told_politely(program):
            program.save(**how)
        if self.is_default and not program.is_default:
            program.make_default()
        return program


@extend_schema_view(
    list=extend_schema(responses=ProgramShape(many=True)),
    retrieve=extend_schema(responses=ProgramShape),
    create=extend_schema(responses={201: ProgramShape}),
    update=extend_schema(responses=ProgramShape),
    partial_update=extend_schema(responses=ProgramShape),
)
class ProgramViewSet(CrudViewSet):
    """Loyalty programmes: what their points are, when they can be used and when they end."""

    queryset = Program.objects.all()
    serializer_class = ProgramSerializer
    scope = "CRUD-programs"
    filter_fields = {"handle": "handle", "name": "name", "is_default": "is_default", "currency": "currency"}
    sort_fields = ["name", "handle", "created_at", "updated_at"]

    def list(self, request, *args, **kwargs) -> Response:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(ProgramShape(rows, many=True).data)

    def retrieve(self, request, *args, **kwargs) -> Response:
        return enveloped(ProgramShape(self.get_object()).data)

    def create(self, request, *args, **kwargs) -> Response:
        return self._written(None, status.HTTP_201_CREATED)

    def update(self, request, *args, **kwargs) -> Response:
        return self._written(self.get_object(), status.HTTP_200_OK)

    partial_update = update

    def _written(self, program: Program | None, status_code: int) -> Response:
        with transaction.atomic():
            serializer = self.get_serializer(program, data=self.request.data, partial=program is not None)
            serializer.is_valid(raise_exception=True)
            program = serializer.save()
        return enveloped(ProgramShape(Program.objects.get(pk=program.pk)).data, status_code)


class BadgeShape(Stamped):
    id = serializers.IntegerField()
    name = serializers.CharField()
    handle = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    image_url = serializers.CharField(allow_blank=True)


@extend_schema_serializer(examples=[examples.BADGE])
class BadgeSerializer(CleanedModelSerializer):
    id = serializers.IntegerField(read_only=True)

    class Meta:
        model = Badge
        fields = ["id", "name", "handle", "description", "image_url", "created_at", "updated_at"]
        read_only_fields = ["created_at", "updated_at"]


@extend_schema_view(
    list=extend_schema(responses=BadgeShape(many=True)),
    retrieve=extend_schema(responses=BadgeShape),
    create=extend_schema(responses={201: BadgeShape}),
    update=extend_schema(responses=BadgeShape),
    partial_update=extend_schema(responses=BadgeShape),
)
class BadgeViewSet(CrudViewSet):
    """Marks of honour that rules award."""

    queryset = Badge.objects.all()
    serializer_class = BadgeSerializer
    scope = "CRUD-earning-rules"
    filter_fields = {"handle": "handle", "name": "name"}
    sort_fields = ["name", "handle", "created_at", "updated_at"]
