from access.api.roles import PermissionViewSet, RoleViewSet
from access.api.settings import SettingViewSet
from access.api.tokens import AccessTokenList, ApiTokenViewSet, Delegate, Verify
from access.api.users import Me, UserViewSet
from cxmanager.rest.routing import OmneoRouter, endpoint

router = OmneoRouter()
router.register("auth/api-tokens", ApiTokenViewSet, basename="api-token")
router.register("users", UserViewSet, basename="user")
router.register("roles", RoleViewSet, basename="role")
router.register("permissions", PermissionViewSet, basename="permission")
router.register("settings", SettingViewSet, basename="setting")

urlpatterns = [
    endpoint("auth/verify", Verify.as_view(), name="verify"),
    endpoint("auth/access-tokens", AccessTokenList.as_view(), name="access-tokens"),
    endpoint("auth/delegate", Delegate.as_view(), name="delegate"),
    # Before the router, which would take "me" for an id.
    endpoint("users/me", Me.as_view(), name="me"),
    *router.urls,
]
