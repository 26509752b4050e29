"""Scopes at the API's door."""

from rest_framework.permissions import BasePermission


class HasScope(BasePermission):
    """The view names the scope of each action: `scopes = {"list": "read-tags"}`, or one for all: `scope = "CRUD-profiles"`.

    An action without a scope is open to every token only when the view says so with `None`; one that is forgotten is closed.
    """

    def has_permission(self, request, view) -> bool:
        if request.auth is None:
            return False
        if not self.is_offered(request, view):
            # The answer to come is 405, not that something else were missing.
            return True
        return self.required(view) is not Ellipsis and request.auth.allows(self.required(view))

    @staticmethod
    def is_offered(request, view) -> bool:
        if hasattr(view, "action_map"):
            return request.method.lower() in view.action_map
        return request.method.lower() in view.http_method_names and hasattr(view, request.method.lower())

    @staticmethod
    def required(view):
        action = getattr(view, "action", None)
        return getattr(view, "scopes", {}).get(action, getattr(view, "scope", ...))
