"""Every exception of an endpoint, as the body and status that api.md promises."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DataError
from django.db.models import ProtectedError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error
from rest_framework.views import set_rollback

from cxmanager.refusals import Refusal

INVALID = "The given data was invalid."


@contextmanager
def told_at(name: str) -> Iterator[None]:
    """What a verb complains of without a place, because it was given one value, stands at the field that brought it."""
    try:
        yield
    except Refusal:
        raise
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            raise
        raise exceptions.ValidationError({name: error.messages}) from error


def handle(error: Exception, context: dict) -> Response | None:
    """Answer 409 to a rule's refusal, 422 to malformed input, Omneo's bodies to the rest; None leaves a real bug a 500."""
    set_rollback()
    if isinstance(error, Refusal):
        return Response(error.as_json() | {"errors": {}}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, ProtectedError):
        return Response({"message": in_use(error), "code": "in_use", "errors": {}}, status=status.HTTP_409_CONFLICT)
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(as_serializer_error(error))
    if isinstance(error, exceptions.ValidationError):
        return invalid(error.detail)
    if isinstance(error, DataError):
        return invalid({"non_field_errors": ["A value is out of range."]})
    if isinstance(error, exceptions.ParseError):
        return invalid({"body": [str(error.detail)]})
    if isinstance(error, (exceptions.NotAuthenticated, exceptions.AuthenticationFailed)):
        headers = {"WWW-Authenticate": getattr(error, "auth_header", "Bearer")}
        return Response({"message": "Unauthenticated."}, status=status.HTTP_401_UNAUTHORIZED, headers=headers)
    if isinstance(error, (PermissionDenied, exceptions.PermissionDenied)):
        return Response({"message": "This action is unauthorized."}, status=status.HTTP_403_FORBIDDEN)
    if isinstance(error, (Http404, ObjectDoesNotExist, exceptions.NotFound)):
        return Response({"message": "Not Found"}, status=status.HTTP_404_NOT_FOUND)
    if isinstance(error, exceptions.Throttled):
        headers = {"Retry-After": str(int(error.wait or 1))}
        return Response({"message": "Too Many Attempts."}, status=status.HTTP_429_TOO_MANY_REQUESTS, headers=headers)
    if isinstance(error, exceptions.APIException):
        return Response({"message": str(error.detail), "errors": {}}, status=error.status_code)
    return None


def invalid(detail) -> Response:
    """The 422 of Omneo: one message, and for each field a list of sentences."""
    errors = detail if isinstance(detail, dict) else {"non_field_errors": detail}
    return Response({"message": INVALID, "errors": flatten(errors)}, status=status.HTTP_422_UNPROCESSABLE_ENTITY)


def flatten(errors, prefix: str = "") -> dict[str, list[str]]:
    """Nested serializer errors as dotted field names, each with its sentences: {"addresses.0.city": ["…"]}."""
    flat: dict[str, list[str]] = {}
    items = errors.items() if isinstance(errors, dict) else enumerate(errors)
    for key, value in items:
        name = f"{prefix}{key}"
        if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value)):
            flat |= flatten(value, f"{name}.")
        else:
            flat[name] = [str(one) for one in (value if isinstance(value, list) else [value])]
    return flat


def in_use(error: ProtectedError) -> str:
    """A sentence that says what still stands on the row that should go."""
    one = next(iter(error.protected_objects))
    return f"This cannot be deleted while {one._meta.verbose_name_plural} stand on it."
