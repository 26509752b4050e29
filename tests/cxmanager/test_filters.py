"""Lists are narrowed to days in one way."""

from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateFilter

from cxmanager.filters import DaysFilter


def test_every_range_of_days_is_narrowed_alike():
    filters = [
        one[1]
        for model_admin in admin.site._registry.values()
        for one in model_admin.list_filter
        if isinstance(one, (tuple, list)) and issubclass(one[1], RangeDateFilter)
    ]
    own = [one for one in filters if "queryset" in vars(one)]

    assert len(filters) >= 2
    assert all(issubclass(one, DaysFilter) for one in filters)
    assert own == [one for one in own if one is DaysFilter]
