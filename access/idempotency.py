"""`Idempotency-Key`: the first answer is kept in the transaction of its effect and given again (api.md 3)."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.module_loading import import_string

from access.authentication import secret_in
from access.models import IdempotentAnswer

WRITES = {"POST", "PUT", "PATCH", "DELETE"}
MAX_LENGTH = 255
# Not the caller's doing, or not yet the caller at all: these may be tried again with the same key.
NOT_KEPT = {401, 403, 413, 429}


class IdempotencyMiddleware:
    """Costs nothing without the header. With it, callers of one key wait for one another on the unique index.

    A caller is a token, or the customer of one: `IDEMPOTENCY_CALLERS` tells. Without a token that works there is nothing to
    keep: the answer will be 401.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key")
        if key is None or request.method not in WRITES or not request.path.startswith(("/api/", "/id/api/")):
            return self.get_response(request)
        caller = caller_of(secret_in(request))
        if caller is None:
            return self.get_response(request)
        if not key.strip() or len(key) > MAX_LENGTH or not (key.isascii() and key.isprintable()):
            text = f"This must be 1 to {MAX_LENGTH} printable ASCII characters."
            return refused("The given data was invalid.", errors={"Idempotency-Key": [text]})
        if content_length(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE and not is_form(request):
            return JsonResponse({"message": "The request is too large.", "errors": {}}, status=413)
        return self.answer_once(request, caller=caller, key=key, request_hash=hash_of(request))

    def answer_once(self, request: HttpRequest, *, caller: str, key: str, request_hash: str) -> HttpResponse:
        kept = IdempotentAnswer.objects.filter(caller=caller, key=key)
        kept.outlived(at=timezone.now()).delete()
        earlier = kept.first()
        if earlier is None:
            try:
                return self.answer_first(request, caller=caller, key=key, request_hash=request_hash)
            except TakenMeanwhile:
                earlier = kept.get()
        return self.answer_again(earlier, request_hash)

    def answer_first(self, request: HttpRequest, **row) -> HttpResponse:
        """Take the key and answer, in one transaction: the effect and the answer that tells of it stand or fall together."""
        with transaction.atomic():
            try:
                with transaction.atomic():
                    kept = IdempotentAnswer.objects.create(created_at=timezone.now(), **row)
            except IntegrityError as error:
                raise TakenMeanwhile from error
            # In a savepoint of its own, which a statement that failed cannot spoil for the answer that is kept.
            with transaction.atomic():
                response = self.get_response(request)
                if response.status_code >= 400:
                    transaction.set_rollback(True)
            if response.status_code >= 500 or response.status_code in NOT_KEPT:
                transaction.set_rollback(True)
                return response
            shown = withheld() if holds_secret(response) else response
            kept.status, kept.body = shown.status_code, shown.content
            kept.content_type = shown.headers.get("Content-Type", "")
            kept.save(update_fields=["status", "body", "content_type"])
        return response

    @staticmethod
    def answer_again(kept: IdempotentAnswer, request_hash: str) -> HttpResponse:
        if kept.request_hash != request_hash:
            return refused("This Idempotency-Key was used with another request.", code="idempotency_key_reused")
        response = HttpResponse(bytes(kept.body), status=kept.status, content_type=kept.content_type or None)
        if not kept.content_type:
            del response["Content-Type"]
        response["Idempotent-Replayed"] = "true"
        return response


def holds_secret(response: HttpResponse) -> bool:
    """Whether nobody may keep the answer: of a secret only a hash is stored, here too."""
    return "no-store" in response.headers.get("Cache-Control", "")


def withheld() -> JsonResponse:
    """What is given again in the place of an answer that held a secret. Its effect stands, and is not repeated."""
    message = "The first answer held a secret and was not kept. Ask again with another Idempotency-Key."
    return JsonResponse({"message": message, "code": "answer_not_kept", "errors": {}}, status=409)


class TakenMeanwhile(Exception):
    """Another request with the same key was faster; its answer is there now."""


def caller_of(secret: str) -> str | None:
    """The first answer of `IDEMPOTENCY_CALLERS` to this secret: a name that no other caller has; None for a stranger's."""
    return next(filter(None, (import_string(path)(secret) for path in settings.IDEMPOTENCY_CALLERS)), None)


def hash_of(request: HttpRequest) -> str:
    """SHA-256 of method, address and body. Of a form its fields and files: the boundary between them differs each time."""
    digest = hashlib.sha256(f"{request.method} {request.get_full_path()}\n".encode())
    if not is_form(request):
        digest.update(request.body)
        return digest.hexdigest()
    for name in sorted(request.POST):
        digest.update(repr((name, request.POST.getlist(name))).encode())
    for name in sorted(request.FILES):
        for file in request.FILES.getlist(name):
            digest.update(repr((name, file.name, file.size)).encode())
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
    return digest.hexdigest()


def is_form(request: HttpRequest) -> bool:
    """Whether Django itself reads the body, file by file: these may be larger than memory."""
    return request.method == "POST" and request.content_type == "multipart/form-data"


def content_length(request: HttpRequest) -> int:
    sent = request.META.get("CONTENT_LENGTH") or "0"
    return int(sent) if sent.isdigit() else 0


def refused(message: str, *, errors: dict | None = None, **extra) -> JsonResponse:
    return JsonResponse({"message": message, **extra, "errors": errors or {}}, status=422)


def forget_outlived(*, at: datetime) -> int:
    """Delete the answers that need not be given again. Returns how many."""
    return IdempotentAnswer.objects.outlived(at=at).delete()[0]
