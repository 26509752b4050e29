"""Under /api/ nothing ever answers with a page: unknown paths, wrong methods and crashes are JSON as well."""

import logging

from django.core.exceptions import RequestDataTooBig
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

log = logging.getLogger("django.request")


def speaks_json(request: HttpRequest) -> bool:
    """Whether the path belongs to a machine's door: /api/… or /id/api/…"""
    return request.path.startswith(("/api/", "/id/api/")) or request.path in ("/api", "/id/api")


@csrf_exempt  # Else a POST to nowhere would be refused with a page about cookies.
def unknown_path(request: HttpRequest, *args, **kwargs) -> JsonResponse:
    """The last route under /api/."""
    return JsonResponse({"message": "Not Found"}, status=404)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400: an unknown host, too many fields."""
    if not speaks_json(request):
        return defaults.bad_request(request, exception)
    return JsonResponse({"message": "Bad Request", "errors": {}}, status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if not speaks_json(request):
        return defaults.permission_denied(request, exception)
    return JsonResponse({"message": "This action is unauthorized."}, status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return unknown_path(request) if speaks_json(request) else defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if not speaks_json(request):
        return defaults.server_error(request)
    return JsonResponse({"message": "Server Error"}, status=500)


class JSONErrorsMiddleware:
    """Answers for what a view under /api/ lets through, in debug mode too, where Django would show its own pages."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and not response.content and speaks_json(request):
            # Views that are not DRF's, such as the health check, refuse a method without a word.
            answer = JsonResponse({"message": f'Method "{request.method}" not allowed.'}, status=405)
            answer["Allow"] = response["Allow"]
            return answer
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not speaks_json(request):
            return None
        if isinstance(exception, RequestDataTooBig):
            return JsonResponse({"message": "The request is too large.", "errors": {}}, status=413)
        # Error reporters and the test client listen to this signal.
        got_request_exception.send(sender=None, request=request)
        log.error("Internal Server Error: %s", request.path, exc_info=exception, extra={"status_code": 500})
        return server_error(request)
