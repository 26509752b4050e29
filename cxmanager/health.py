"""`GET /api/health`: whether this server can do its work, and how far the workers are behind, for load balancers and for Omneo's clients."""

from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from profiles.draining import lag


@csrf_exempt
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database answers, else 503. Needs no token; one query, and a second while events wait."""
    try:
        pending, seconds = lag(at=timezone.now())
    except DatabaseError:
        return JsonResponse({"status": 503, "message": "The database does not answer."}, status=503)
    outbox = {"pending": pending, "lag_seconds": round(seconds, 1)}
    return JsonResponse({"status": 200, "message": "OK", "outbox": outbox})
