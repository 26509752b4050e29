from django.contrib import admin
from django.db.models import IntegerField, OuterRef, Subquery
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import display

from profiles.models import Profile, Tag

COUNT_EXACTLY_UP_TO = 1_000


@admin.register(Tag)
class TagAdmin(ModelAdmin):
    """The words that staff and integrations stick on customers, with how many customers carry each."""

    list_display = ("handle", "customers")
    search_fields = ("handle",)
    search_help_text = "Part of a tag"
    show_full_result_count = False
    ordering = ("handle",)
    list_per_page = 50
    fields = ("handle",)

    def get_queryset(self, request):
        rows = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name == "profiles_tag_changelist":
            rows = rows.annotate(customer_count=bounded_customers())
        return rows

    @display(description="Customers")
    def customers(self, tag: Tag):
        count = tag.customer_count
        shown = f"more than {COUNT_EXACTLY_UP_TO:,}" if count > COUNT_EXACTLY_UP_TO else f"{count:,}"
        url = reverse("admin:profiles_profile_changelist") + f"?tags__id__exact={tag.pk}"
        return format_html('<a class="cx-link" href="{}">{}</a>', url, shown) if count else shown


class Counted(Subquery):
    """How many rows the subquery has. Its limit bounds the counting."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def bounded_customers() -> Counted:
    """How many customers carry the tag, counted to a bound: a tag that everybody has must not be counted to the end."""
    carried = Profile.tags.through.objects.filter(tag=OuterRef("pk")).order_by().values("pk")
    return Counted(carried[: COUNT_EXACTLY_UP_TO + 1])
