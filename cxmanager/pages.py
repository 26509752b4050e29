"""Middleware for people's pages, which a machine's request passes by.

Its JSON needs no policy for scripts and no language; on a redemption the two cost a seventh of what the product does.
"""

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

# Not /api/docs, which is a page.
OF_MACHINES = ("/api/v3/", "/id/api/")


class PassedByMachines:
    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request) if request.path.startswith(OF_MACHINES) else super().__call__(request)


class ContentPolicyMiddleware(PassedByMachines, CSPMiddleware):
    pass


class LanguageMiddleware(PassedByMachines, LocaleMiddleware):
    """The API speaks one language whatever the caller's browser accepts: clients compare its sentences."""

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # A page that this thread answered before may have left its own.
        translation.activate(settings.LANGUAGE_CODE)
        return super().__call__(request)
