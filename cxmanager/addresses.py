"""Addresses of the back office that name no row, because somebody mistyped one or followed half a link."""

from collections.abc import Callable

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse


class RowsOnlyMiddleware:
    """Answers “not found” where the key in the address can be no key of the model, such as a word in place of a number.

    Django's own pages ask so, but what stands around them does not: actions, buttons, pages of ours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view, arguments, given: dict) -> None:
        match = request.resolver_match
        if match.app_name != "admin" or not isinstance(given.get("object_id"), str):
            return
        model = model_of(match.url_name or "")
        if model is not None and not is_key(model, given["object_id"]):
            raise Http404


def model_of(page: str) -> type[Model] | None:
    """Of “earning_credit_change” the model Credit."""
    named = {f"{one._meta.app_label}_{one._meta.model_name}": one for one in admin.site._registry}
    return named.get("_".join(page.split("_")[:2]))


def is_key(model: type[Model], text: str) -> bool:
    try:
        key = model._meta.pk.to_python(text)
    except ValidationError:
        return False
    # No database has a larger one.
    return not isinstance(key, int) or 0 < key < 2**63
