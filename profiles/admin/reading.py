"""Lists of facts: nobody adds, edits or deletes them here; long ones are paged without a full count."""

from django.http import HttpRequest

from cxmanager.paginating import BoundedListMixin
from profiles.models import Profile

# Of a search that fits thousands of customers, the newest of these many are looked up.
CUSTOMERS_SEARCHED = 500


def may(permission: str):
    """A `has_…_permission` method: unfold's checks would look a permission named outright up in a database not yet made."""

    def has_permission(self, request: HttpRequest, obj=None) -> bool:
        return request.user.has_perm(permission)

    return has_permission


class FactsAdmin(BoundedListMixin):
    """Mixed into a ModelAdmin: read-only, newest first on the primary key, and fast at a million rows."""

    list_per_page = 50
    list_filter_submit = True
    ordering = ["-id"]
    sortable_by = ["issued", "at"]
    actions = None

    def render_change_form(self, request: HttpRequest, context, *args, **kwargs):
        # Facts have their timeline; Django's log of edits would be empty.
        return super().render_change_form(request, {**context, "show_history": False}, *args, **kwargs)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


def found_customers(text: str) -> list:
    """The ids of the customers that a search at the counter finds, the newest first, bounded."""
    return list(Profile.objects.search(text).order_by("-id").values_list("pk", flat=True)[:CUSTOMERS_SEARCHED])
