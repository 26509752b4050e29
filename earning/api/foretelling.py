"""What something would earn, and events that earn (api.md 5)."""

from collections.abc import Callable

from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field, extend_schema_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response
from rest_framework.status import HTTP_400_BAD_REQUEST

from cxmanager.refusals import Refusal
from cxmanager.rest.fields import MomentField
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from earning import simulating
from earning.api import setup_examples as examples
from earning.api.fields import ProfileField, ProgramField
from earning.api.heard_shapes import HeardAwardShape, HeardShape
from earning.api.rule_shapes import RuleDocument
from earning.occurrences import reporting
from earning.occurrences.happening import Heard
from earning.rules.coupon import normalised
from earning.simulating import Simulation
from earning.snapshot import COUPON, EVENT, Happening, UsedCoupon
from profiles.api.cause import cause_of
from profiles.api.scoped import ProfileScopedViewSet
from transactions.api.writing import TransactionInput

LONGEST_CODE = 64
# Nothing of the product, or nothing here: the caller's mistake, where other refusals are a rule's.
UNKNOWN = ("event_unknown", "event_not_available")
REFUSED = OpenApiResponse(
    {
        "type": "object",
        "properties": {"message": {"type": "string"}, "code": {"enum": list(UNKNOWN)}, "errors": {"type": "object"}},
    },
    description="No rule is about this event, or none where the customer is.",
)


def or_unknown(ask: Callable[[], Heard | Simulation]) -> Response:
    """What was heard or would be, or why nobody hears of such an event."""
    try:
        return enveloped(ask().as_json())
    except Refusal as no:
        if no.code not in UNKNOWN:
            raise
        return Response(no.as_json() | {"errors": {}}, status=HTTP_400_BAD_REQUEST)


class SimulatedSale(TransactionInput):
    """A basket as `POST /transactions` takes it. Whose it is stands beside it."""


class SimulatedEvent(serializers.Serializer):
    code = serializers.CharField(max_length=LONGEST_CODE)
    data = serializers.DictField(required=False, allow_null=True)
    occurred_at = MomentField(required=False, allow_null=True)


class SimulatedCoupon(serializers.Serializer):
    code = serializers.CharField(max_length=191)


@extend_schema_field(RuleDocument(many=True))
class Drafts(serializers.ListField):
    """Rules as they were sent: their own reader names what is wrong with them."""

    child = serializers.JSONField()


@extend_schema_serializer(
    examples=[
        examples.SIMULATE_SALE,
        examples.SIMULATE_DRAFT,
        examples.SIMULATE_EVENT,
        examples.SIMULATE_COUPON,
    ]
)
class Simulate(serializers.Serializer):
    """One of `transaction`, `event` and `coupon`."""

    profile_id = ProfileField()
    program = ProgramField()
    at = MomentField(required=False, allow_null=True, help_text="When it would happen; now without.")
    transaction = SimulatedSale(required=False, allow_null=True)
    event = SimulatedEvent(required=False, allow_null=True)
    coupon = SimulatedCoupon(required=False, allow_null=True)
    draft_rules = Drafts(required=False, allow_null=True, max_length=100, help_text="Rules that nobody saved.")
    only_draft = serializers.BooleanField(required=False, default=False, help_text="Without the rules of the program.")

    def validate(self, given: dict) -> dict:
        named = [name for name in ("transaction", "event", "coupon") if given.get(name) is not None]
        if len(named) != 1:
            raise InvalidInput({"transaction": ["Give one of transaction, event or coupon."]})
        return given


class SimulatedAwardShape(HeardAwardShape):
    """Nothing was written, so there is no number."""

    id = None


class SimulationShape(HeardShape):
    awards = SimulatedAwardShape(many=True)


class SimulationViewSet(OmneoViewSet):
    """What would be earned. The same rules, asked the same way; nothing is written."""

    scope = "simulate"

    @extend_schema(request=Simulate, responses={200: SimulationShape, 400: REFUSED})
    def create(self, request) -> Response:
        """What a basket, an event or a coupon would earn the customer, and of every rule why or why not."""
        reader = Simulate(data=request.data)
        reader.is_valid(raise_exception=True)
        given = reader.validated_data
        at = given.get("at") or timezone.now()
        told = {"at": at, "program": given.get("program"), "only_draft": given["only_draft"]}
        told["drafts"] = given.get("draft_rules") or ()
        if given.get("transaction") is not None:
            document = {name: value for name, value in given["transaction"].items() if name != "profile"}
            return enveloped(simulating.simulate_purchase(given["profile_id"], document, **told).as_json())
        happening = happening_of(given, at)
        return or_unknown(lambda: simulating.simulate_happening(given["profile_id"], happening, **told))


def happening_of(given: dict, at) -> Happening:
    if given.get("coupon") is not None:
        return Happening(kind=COUPON, name="", at=at, coupons=(UsedCoupon(normalised(given["coupon"]["code"])),))
    event = given["event"]
    moment = event.get("occurred_at") or at
    return Happening(kind=EVENT, name=event["code"], at=moment, data=event.get("data") or {})


@extend_schema_serializer(examples=[examples.EVENT])
class ReportEvent(serializers.Serializer):
    profile_id = ProfileField()
    program = ProgramField()
    code = serializers.CharField(max_length=LONGEST_CODE, help_text="Of a custom event, or a system event's name.")
    external_id = serializers.CharField(max_length=191, help_text="Earns once, however often it is sent.")
    occurred_at = MomentField(required=False, allow_null=True)
    data = serializers.DictField(required=False, allow_null=True, help_text="What the rule's predicate asks about.")


@extend_schema_serializer(examples=[examples.OWN_EVENT])
class ReportOwnEvent(serializers.Serializer):
    program = ProgramField()
    code = serializers.CharField(max_length=LONGEST_CODE)
    external_id = serializers.CharField(max_length=128, help_text="Earns once, however often it is sent.")
    data = serializers.DictField(required=False, allow_null=True)


class EventViewSet(OmneoViewSet):
    """What happened to customers elsewhere."""

    scope = "CRUD-transactions"

    @extend_schema(request=ReportEvent, responses={200: HeardShape, 400: REFUSED})
    def create(self, request) -> Response:
        """Report an event, and read what it earned. The same `external_id` earns once, and answers the same."""
        reader = ReportEvent(data=request.data)
        reader.is_valid(raise_exception=True)
        given = dict(reader.validated_data)
        return reported(given.pop("profile_id"), given, request)


class OwnEventViewSet(ProfileScopedViewSet):
    """What the customer did in an app of yours."""

    @extend_schema(request=ReportOwnEvent, responses={200: HeardShape, 400: REFUSED})
    def create(self, request, profile_id: str) -> Response:
        """Report an event that customers may report themselves, and read what it earned."""
        given = dict(self.read(ReportOwnEvent))
        # So that no customer can use up what another's app is about to send.
        given["external_id"] = f"{self.profile.pk}:{given['external_id']}"
        return reported(self.profile, given, request, by_member=True)


def reported(profile, given: dict, request, *, by_member: bool = False) -> Response:
    code, at, cause = given.pop("code"), timezone.now(), cause_of(request)
    return or_unknown(lambda: reporting.report(profile, code, **given, by_member=by_member, at=at, cause=cause))
