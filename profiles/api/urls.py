from cxmanager.rest.routing import OmneoRouter
from profiles.api.audits import AuditViewSet
from profiles.api.conditions import SegmentViewSet
from profiles.api.imports import ImportViewSet
from profiles.api.locations import LocationViewSet
from profiles.api.routes import OF_ONE, WHOLE
from profiles.api.tags import TagViewSet

router = OmneoRouter()
router.register("audits", AuditViewSet, basename="audit")
router.register("imports", ImportViewSet, basename="import")
router.register("locations", LocationViewSet, basename="location")
router.register("segments", SegmentViewSet, basename="segment")
router.register("tags", TagViewSet, basename="tag")

urlpatterns = [*router.urls, *WHOLE, *OF_ONE]
