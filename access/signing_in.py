"""Signing in to the back office, when it was tried too often: a page that says when to come back."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

MINUTES = round(settings.AXES_COOLOFF_TIME * 60)


def username_of(request: HttpRequest | None, credentials: dict | None) -> str:
    """The name that attempts are counted for: as it is stored, so that capitals do not buy further attempts."""
    typed = (credentials or {}).get("username")
    if typed is None and request is not None:
        typed = request.POST.get("username")
    return (typed or "").strip().lower()[:191]


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict | None = None
) -> HttpResponse:
    """429 with a sentence in the frame of the sign-in page."""
    context = {**admin.site.each_context(request), "title": "Too many attempts", "minutes": MINUTES}
    page = TemplateResponse(request, "admin/access/locked_out.html", context, status=429)
    page["Retry-After"] = str(MINUTES * 60)
    return page.render()
