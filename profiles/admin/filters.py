"""How the list of customers is narrowed. Every filter is indexed, or answered by the first rows that fit."""

from django.contrib.admin import SimpleListFilter
from django.db.models import Q
from django.utils import timezone
from unfold.contrib.filters.admin import AutocompleteSelectFilter, DropdownFilter, RadioFilter

from cxmanager.filters import DaysFilter
from profiles.conditions.condition import Condition
from profiles.conditions.field import or_none
from profiles.conditions.reading import ConditionInvalid, parse
from profiles.models import Profile, Segment
from profiles.preferences import CHANNELS

CHANNEL_NAMES = {"email": "e-mail", "sms": "text message", "push": "app notification", "phone": "phone", "post": "post"}


class StatusFilter(DropdownFilter):
    """Without a choice, the deleted are left out: staff look for customers, not for graves."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [
            *((value, label) for value, label in Profile.Type.choices if value != "deleted"),
            ("deleted", "Deleted"),
        ]

    def queryset(self, request, queryset):
        if self.value() == "deleted":
            return queryset.exclude(deleted_at=None)
        if self.value() in Profile.Type.values:
            return queryset.living().filter(profile_type=self.value())
        return queryset.living()


class SegmentFilter(DropdownFilter):
    """The customers who belong to a segment at this moment."""

    title = "segment"
    parameter_name = "segment"

    def lookups(self, request, model_admin):
        return list(Segment.objects.values_list("handle", "name"))

    def segment(self) -> Segment | None:
        return Segment.objects.filter(handle=self.value()).first() if self.value() else None

    def queryset(self, request, queryset):
        segment = self.segment()
        return queryset if segment is None else segment.among(queryset, at=timezone.now())


class ConditionFilter(SimpleListFilter):
    """The customers of whom a condition in the address holds, which is where the builder's link leads. Chosen nowhere else."""

    title = "condition"
    parameter_name = "condition"
    template = "admin/profiles/condition_filter.html"

    def lookups(self, request, model_admin):
        return []

    def has_output(self) -> bool:
        return bool(self.value())

    def choices(self, changelist):
        # What the other filters' form has to send again.
        return [{"value": self.value()}]

    def condition(self) -> Condition | None:
        """None for everybody. Raises ConditionInvalid."""
        given = or_none(parse(self.value()))
        return None if given is None else Condition.of(given)

    def queryset(self, request, queryset):
        try:
            condition = self.condition()
        except ConditionInvalid:
            return queryset.none()
        return queryset if condition is None else queryset.matching(condition, at=timezone.now())

    def in_words(self) -> str:
        try:
            condition = self.condition()
            return "Everybody." if condition is None else condition.words()
        except ConditionInvalid as error:
            return f"The condition in the address cannot be asked. {error.messages[0]}"


def narrowed_to(changelist) -> list[dict]:
    """What the list says of its segment and its condition: {"name", "words", "without"}, `without` being the address of the rest."""
    said = []
    for spec in changelist.filter_specs:
        if isinstance(spec, ConditionFilter):
            said.append({"name": "", "words": spec.in_words()})
        elif isinstance(spec, SegmentFilter) and (segment := spec.segment()) is not None:
            said.append({"name": segment.name, "words": segment.in_words()})
        else:
            continue
        said[-1]["without"] = changelist.get_query_string(remove=[spec.parameter_name])
    return said


class JoinedFilter(DaysFilter):
    """Customers who joined on these days."""

    called = "joined"


class ConsentFilter(DropdownFilter):
    """Customers who agreed to promotions by a channel."""

    title = "agreed to promotions by"
    parameter_name = "consent"

    def lookups(self, request, model_admin):
        return [(channel, CHANNEL_NAMES[channel].capitalize()) for channel in CHANNELS]

    def queryset(self, request, queryset):
        if self.value() not in CHANNELS:
            return queryset
        optout = f"comms__{self.value()}_optout"
        never_opted_out = Q(**{f"{optout}__isnull": True}) | Q(**{optout: False})
        return queryset.filter(never_opted_out, **{f"comms__{self.value()}_promo": True})


class ReachableFilter(RadioFilter):
    """Customers with an e-mail address, a mobile phone, or neither."""

    title = "contact"
    parameter_name = "contact"

    def lookups(self, request, model_admin):
        return [("email", "Has an e-mail address"), ("phone", "Has a mobile phone"), ("none", "Has neither")]

    def queryset(self, request, queryset):
        match self.value():
            case "email":
                return queryset.filter(email__isnull=False)
            case "phone":
                return queryset.filter(mobile_phone_e164__isnull=False)
            case "none":
                return queryset.filter(email=None, mobile_phone_e164=None)
        return queryset


PROFILE_FILTERS: list[type[SimpleListFilter] | tuple] = [
    StatusFilter,
    ("tags", AutocompleteSelectFilter),
    SegmentFilter,
    ConditionFilter,
    ("joined_at", JoinedFilter),
    ("preferred_location", AutocompleteSelectFilter),
    ConsentFilter,
    ReachableFilter,
]
