"""Every door's address."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.static import serve
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from cxmanager.health import health
from cxmanager.rest.fallback import unknown_path

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/", admin.site.urls),
    # What tills ask all day comes first: each address is tried in turn.
    path("api/v3/", include("transactions.api.urls")),
    # Payments are redemptions by numbers of their own, which those of benefits would swallow.
    path("api/v3/", include("earning.api.redemption_urls")),
    # Benefits first: /profiles/{p}/benefits is theirs, and profiles' own routes must not swallow it.
    path("api/v3/", include("benefits.api.urls")),
    path("api/v3/", include("achievements.api.urls")),
    path("api/v3/", include("earning.api.urls")),
    path("api/v3/", include("reactions.api.urls")),
    path("api/v3/", include("profiles.api.urls")),
    path("api/v3/", include("access.api.urls")),
    # One slash or more: a client in the field sends two.
    re_path(r"^id/api/v1/+", include("benefits.api.members")),
    re_path(r"^id/api/v1/+", include("achievements.api.members")),
    re_path(r"^id/api/v1/+", include("earning.api.members")),
    re_path(r"^id/api/v1/+", include("transactions.api.members")),
    re_path(r"^id/api/v1/+", include("profiles.api.members.routes")),
    re_path(r"^api/health/?$", health, name="health"),
    re_path(r"^api/schema/?$", SpectacularJSONAPIView.as_view(), name="schema"),
    re_path(r"^api/docs/?$", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    re_path(r"^(id/)?api(/|$)", unknown_path),
    path("favicon.ico", RedirectView.as_view(url="/static/cxmanager/favicon.svg", permanent=True)),
    # Pictures of definitions, public by nature and re-encoded when they were uploaded. A proxy may serve them instead.
    path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}),
]

handler400 = "cxmanager.rest.fallback.bad_request"
handler403 = "cxmanager.rest.fallback.permission_denied"
handler404 = "cxmanager.rest.fallback.page_not_found"
handler500 = "cxmanager.rest.fallback.server_error"
