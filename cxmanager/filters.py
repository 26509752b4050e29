"""How lists are narrowed, wherever they are."""

from datetime import datetime, time

from django.utils.timezone import make_aware  # noqa: TID251 (converts, reads no clock)
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str


class DaysFilter(RangeDateFilter):
    """Rows whose moment is on these days, both counted, as days are where the viewer is."""

    # What the filter is called, where it is not the field.
    called = ""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = self.called or self.title

    def queryset(self, request, queryset):
        edges = {}
        for side, lookup, moment in (("from", "gte", time.min), ("to", "lte", time.max)):
            typed = parse_date_str(self.used_parameters.get(f"{self.parameter_name}_{side}") or "")
            if typed is not None:
                edges[f"{self.parameter_name}__{lookup}"] = make_aware(datetime.combine(typed, moment))
        return queryset.filter(**edges)
