"""The addresses of what is set up for earning, and of what it does: programs, cards, rules, events, approvals."""

from cxmanager.rest.routing import OmneoRouter, endpoint
from earning.api.approvals import ApprovalViewSet
from earning.api.backtests import BackTestViewSet
from earning.api.cards import CardViewSet
from earning.api.foretelling import EventViewSet, SimulationViewSet
from earning.api.programs import BadgeViewSet, ProgramViewSet
from earning.api.rules import RuleViewSet
from earning.api.ways import WayViewSet

ONE = r"profiles/(?P<profile_id>[^/]+)"
CARDS = CardViewSet.as_view({"get": "list", "post": "create"})

router = OmneoRouter()
router.register("earning/programs", ProgramViewSet, basename="program")
router.register("earning/badges", BadgeViewSet, basename="badge")
router.register("earning/rules", RuleViewSet, basename="earning-rule")
router.register("earning/backtests", BackTestViewSet, basename="backtest")
router.register("earning/approvals", ApprovalViewSet, basename="approval")

urlpatterns = [
    *router.urls,
    endpoint(
        r"earning/rules/(?P<pk>[^/]+)/backtest", BackTestViewSet.as_view({"post": "of_rule"}), "earning-rule-backtest"
    ),
    endpoint("earning/simulate", SimulationViewSet.as_view({"post": "create"}), "simulate"),
    endpoint("earning/events", EventViewSet.as_view({"post": "create"}), "earning-events"),
    endpoint(f"{ONE}/earning-rules", WayViewSet.as_view({"get": "list"}), "profile-earning-rules"),
    endpoint(f"{ONE}/cards", CARDS, "profile-cards"),
    endpoint(rf"{ONE}/cards/(?P<pk>[^/]+)", CardViewSet.as_view({"patch": "partial_update"}), "profile-card"),
]
