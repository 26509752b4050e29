from cxmanager.rest.routing import OmneoRouter
from reactions.api.automations import AutomationViewSet
from reactions.api.deliveries import DeliveryViewSet
from reactions.api.occurrences import OccurrenceViewSet
from reactions.api.runs import RunViewSet
from reactions.api.targets import TargetViewSet
from reactions.api.triggers import TriggerViewSet
from reactions.api.webhooks import WebhookViewSet

router = OmneoRouter()
router.register("triggers", TriggerViewSet, basename="trigger")
router.register("automations", AutomationViewSet, basename="automation")
router.register("reactions/occurrences", OccurrenceViewSet, basename="reaction-occurrence")
router.register("reactions/runs", RunViewSet, basename="reaction-run")
router.register("targets", TargetViewSet, basename="target")
router.register("webhooks", WebhookViewSet, basename="webhook")
router.register("deliveries", DeliveryViewSet, basename="delivery")

urlpatterns = router.urls
