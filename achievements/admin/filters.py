"""What the lists of definitions and of progress can be narrowed to."""

from unfold.contrib.filters.admin import DropdownFilter, RadioFilter

from achievements.models import AchievementDefinition


class StatusOfDefinition(RadioFilter):
    title = "Status"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [("published", "Published"), ("unpublished", "Not published"), ("retired", "Retired")]

    def queryset(self, request, queryset):
        match self.value():
            case "published":
                return queryset.living().filter(is_published=True)
            case "unpublished":
                return queryset.living().filter(is_published=False)
            case "retired":
                return queryset.exclude(retired_at=None)
        return queryset


class OfDefinition(DropdownFilter):
    title = "Achievement"
    parameter_name = "definition"

    def lookups(self, request, model_admin):
        return list(AchievementDefinition.objects.order_by("name").values_list("pk", "name")[:500])

    def queryset(self, request, queryset):
        value = self.value() or ""
        return queryset.filter(definition=int(value)) if value.isdecimal() and len(value) < 19 else queryset


class ReachedALevel(RadioFilter):
    title = "Level"
    parameter_name = "reached"

    def lookups(self, request, model_admin):
        return [("yes", "Reached one"), ("no", "None yet")]

    def queryset(self, request, queryset):
        match self.value():
            case "yes":
                return queryset.filter(level__gte=1)
            case "no":
                return queryset.filter(level=0)
        return queryset
