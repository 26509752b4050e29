"""Pages of the back office's long lists, without counting a million rows."""

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property

PAGED_UP_TO = 10_000


class BoundedPaginator(Paginator):
    """Pages of the first 10,000 rows; what lies beyond is reached by searching and filtering.

    So no page reads more than 10,001 index entries, however many rows there are: `is_bounded` says that there are more.
    `BoundedListMixin` gives it to a ModelAdmin.
    """

    template_name = "cxmanager/bounded_pagination.html"

    @cached_property
    def _counted(self) -> int:
        rows = self.object_list
        return rows.order_by()[: PAGED_UP_TO + 1].count() if hasattr(rows, "order_by") else len(rows)

    @cached_property
    def is_bounded(self) -> bool:
        """Whether there are more rows than the pages show."""
        return self._counted > PAGED_UP_TO

    @cached_property
    def count(self) -> int:
        return min(self._counted, PAGED_UP_TO)

    def page(self, number) -> Page:
        """The page, found by its keys alone: what the rows are joined with is read for those shown, not for those skipped."""
        page = super().page(number)
        if isinstance(page.object_list, QuerySet):
            keys = list(page.object_list.values_list("pk", flat=True))
            page.object_list = self.object_list.filter(pk__in=keys)
        return page


class BoundedListMixin:
    """For a ModelAdmin whose list may grow to millions of rows."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_max_show_all = 0
