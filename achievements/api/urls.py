from achievements.api.climbing import ClimbViewSet
from achievements.api.definitions import AchievementDefinitionViewSet
from cxmanager.rest.routing import OmneoRouter

router = OmneoRouter()
router.register(r"profiles/(?P<profile_id>[^/.]+)/achievements", ClimbViewSet, basename="profile-achievement")
router.register("achievements/definitions", AchievementDefinitionViewSet, basename="achievement-definition")

urlpatterns = router.urls
