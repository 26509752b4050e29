"""`GET /api/health`: whether this server can do its work, for load balancers and for Omneo's clients."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe


@csrf_exempt
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers, else 503. Needs no token; one query."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchone()
    except DatabaseError:
        return JsonResponse({"status": 503, "message": "The database does not answer."}, status=503)
    return JsonResponse({"status": 200, "message": "OK"})
