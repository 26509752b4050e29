"""What the lists of definitions, benefits and redemptions can be narrowed to."""

from django.contrib.admin import SimpleListFilter
from django.utils import timezone
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter, RadioFilter, RelatedDropdownFilter

from benefits.models import BenefitDefinition


class StatusOfDefinition(RadioFilter):
    title = "Status"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [
            ("offered", "Offered"),
            ("published", "Published"),
            ("unpublished", "Not published"),
            ("archived", "Archived"),
        ]

    def queryset(self, request, queryset):
        match self.value():
            case "offered":
                return queryset.filter(is_archived=False)
            case "published":
                return queryset.filter(is_archived=False, is_published=True)
            case "unpublished":
                return queryset.filter(is_archived=False, is_published=False)
            case "archived":
                return queryset.filter(is_archived=True)
        return queryset


class StatusOfBenefit(RadioFilter):
    title = "Status"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [
            ("redeemable", "Can be redeemed"),
            ("active", "Active"),
            ("redeemed", "Redeemed"),
            ("expired", "Expired"),
            ("revoked", "Revoked"),
        ]

    def queryset(self, request, queryset):
        known = dict(self.lookup_choices)
        return queryset.with_status(self.value(), at=timezone.now()) if self.value() in known else queryset


class StatusOfRedemption(RadioFilter):
    title = "Status"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [("counted", "Counted"), ("reversed", "Reversed")]

    def queryset(self, request, queryset):
        if self.value() in ("counted", "reversed"):
            return queryset.filter(reversed_at__isnull=self.value() == "counted")
        return queryset


class OfDefinition(DropdownFilter):
    title = "Benefit"
    parameter_name = "definition"

    def lookups(self, request, model_admin):
        names = BenefitDefinition.objects.order_by("name").values_list("pk", "name", "is_archived")
        return [(str(pk), f"{name} (archived)" if is_archived else name) for pk, name, is_archived in names]

    def queryset(self, request, queryset):
        known = dict(self.lookup_choices)
        return queryset.filter(definition=self.value()) if self.value() in known else queryset


DEFINITION_FILTERS: list[type[SimpleListFilter] | tuple] = [
    StatusOfDefinition,
    ("type", ChoicesDropdownFilter),
    ("tags", RelatedDropdownFilter),
    "is_claimable",
    "is_extendable",
]
BENEFIT_FILTERS = [StatusOfBenefit, OfDefinition]
REDEMPTION_FILTERS = [StatusOfRedemption, OfDefinition]
