"""Every answer carries `X-Request-Id`: the caller's own when it sent a sane one, else a new one."""

import re
import uuid

SANE = re.compile(r"[\w.:-]{1,128}\Z")


class RequestIdMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        # Not `request.headers`, which would keep what it read.
        sent = request.META.get("HTTP_X_REQUEST_ID", "")
        request.request_id = sent if SANE.match(sent) else str(uuid.uuid4())
        # Where the log's middleware looks for it.
        request.META["HTTP_X_REQUEST_ID"] = request.request_id
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id
        return response
