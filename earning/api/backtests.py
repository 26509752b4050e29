"""Back-tests over the API (api.md 5): a rule, or a draft in its place, over past days of sales; the answer comes when a worker has it."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_serializer
from rest_framework import serializers, status
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField, moment
from cxmanager.rest.reading import read
from cxmanager.rest.viewsets import OmneoViewSet, enveloped
from earning.api import setup_examples as examples
from earning.api.fields import ProgramField
from earning.api.rule_shapes import RuleDocument
from earning.backtesting.starting import LONGEST_DAYS, start
from earning.models import BackTest, EarningRule
from jobs.models import Job
from profiles.api.cause import cause_of
from profiles.api.reading import text
from profiles.api.scoped import number_in

STATES = [one.value for one in Job.State]


# "from" is a word of Python: such a field cannot be declared by name.
class Period(serializers.Serializer):
    days = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=LONGEST_DAYS, help_text="So many, up to yesterday."
    )

    def get_fields(self) -> dict:
        day = {"required": False, "allow_null": True}
        return super().get_fields() | {
            "from": serializers.DateField(**day),
            "to": serializers.DateField(**day, help_text="The last day. Today without."),
        }

    def as_asked(self, given: dict) -> dict:
        return {"days": given.get("days"), "starts_on": given.get("from"), "ends_on": given.get("to")}


@extend_schema_serializer(examples=[examples.BACKTEST])
class StartBackTest(Period):
    """Days, or from when to when; 90 days without."""

    draft = RuleDocument(required=False, allow_null=True, help_text="In the place of the rule as it is saved.")


@extend_schema_serializer(examples=[examples.BACKTEST_DRAFT])
class StartDraftBackTest(Period):
    program = ProgramField()
    draft = RuleDocument(help_text="A rule that nobody saved.")


class SideShape(serializers.Serializer):
    points = serializers.CharField()
    currency = serializers.DictField(child=serializers.CharField())
    cost = text(help_text="Money, and points by what they are worth; null where points are no money.")
    awards = serializers.IntegerField()
    profiles = serializers.IntegerField(help_text="How many customers got any of it.")


class DifferenceShape(SideShape):
    awards = None
    profiles = serializers.IntegerField(help_text="Customers who get something only with the rule.")


class DayShape(serializers.Serializer):
    date = serializers.DateField()
    live = serializers.CharField()
    draft = serializers.CharField()


class BackTestTierShape(serializers.Serializer):
    tier = text(help_text="The handle; null for customers without a tier.")
    name = serializers.CharField()
    profiles = serializers.IntegerField()
    live = serializers.CharField()
    draft = serializers.CharField()


class BackTestReasonShape(serializers.Serializer):
    reason = serializers.CharField(help_text="A code as simulating answers it.")
    count = serializers.IntegerField(help_text="How many sales.")


class ResultShape(serializers.Serializer):
    """Points less what returned goods would have taken back."""

    live = SideShape(help_text="By the rules that are live now.")
    draft = SideShape(help_text="By these with the tested one.")
    rule = SideShape(help_text="Of that, by the tested one alone.")
    difference = DifferenceShape()
    by_day = DayShape(many=True)
    by_tier = BackTestTierShape(many=True)
    why_not = BackTestReasonShape(many=True, help_text="Why the tested rule did not apply.")
    transactions = serializers.IntegerField()
    lines = serializers.IntegerField()
    seconds = serializers.FloatField()


class BackTestShape(serializers.Serializer):
    id = serializers.IntegerField()
    rule_id = serializers.IntegerField(allow_null=True)
    program = serializers.CharField()
    to = serializers.DateField()
    state = serializers.ChoiceField(STATES)
    progress = serializers.IntegerField(allow_null=True, help_text="0 to 100; null while nobody knows.")
    error = text()
    result = ResultShape(allow_null=True)
    created_at = MomentField()

    def get_fields(self) -> dict:
        return super().get_fields() | {"from": serializers.DateField()}

    def to_representation(self, one: BackTest) -> dict:
        return {
            "id": one.pk,
            "rule_id": one.rule_id,
            "program": one.program.handle,
            "from": one.starts_on.isoformat(),
            "to": one.ends_on.isoformat(),
            "state": one.job.state,
            "progress": one.job.percent,
            "error": one.job.error or None,
            "result": one.result,
            "created_at": moment(one.created_at),
        }


class BackTestViewSet(OmneoViewSet):
    """What rules would have given. Nothing is awarded."""

    serializer_class = BackTestShape
    scope = "CRUD-earning-rules"
    filter_fields = {"rule_id": "rule", "program": "program__handle", "state": "job__state", "created_at": "created_at"}
    sort_fields = ["created_at"]
    queryset = BackTest.objects.select_related("program", "job")

    def get_object(self) -> BackTest:
        return self.get_queryset().get(pk=number_in(self.kwargs["pk"]))

    @extend_schema(request=StartDraftBackTest, responses={202: BackTestShape})
    def create(self, request) -> Response:
        """Test a rule that nobody saved. A worker does it; ask for the result by the `id`."""
        given = read(StartDraftBackTest, request)
        return self.started(request, given, program=given.get("program"), draft=request.data["draft"])

    @extend_schema(request=StartBackTest, responses={202: BackTestShape})
    def of_rule(self, request, pk: str) -> Response:
        """Test this rule, or a draft in its place. A worker does it; ask for the result by the `id`."""
        rule, given = EarningRule.objects.whole().get(pk=number_in(pk)), read(StartBackTest, request)
        return self.started(request, given, rule, draft=request.data.get("draft") if given.get("draft") else None)

    def started(self, request, given: dict, rule: EarningRule | None = None, **told) -> Response:
        period = Period().as_asked(given)
        new = start(rule, **period, **told, at=timezone.now(), cause=cause_of(request))
        return enveloped(BackTestShape(new).data, status.HTTP_202_ACCEPTED)
