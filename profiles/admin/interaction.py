from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from cxmanager.paginating import BoundedPaginator
from profiles.models import Interaction


@admin.register(Interaction)
class InteractionAdmin(ModelAdmin):
    """Every contact that was not a sale, newest first. They are recorded and corrected on the customer's own page."""

    paginator = BoundedPaginator
    show_full_result_count = False
    list_per_page = 50
    ordering = ("-id",)
    sortable_by = ()
    list_display = ("name", "customer", "action", "channel", "mood", "location", "interacted_at")
    list_select_related = ("profile", "location")
    list_filter = (
        ("action", ChoicesDropdownFilter),
        ("channel", ChoicesDropdownFilter),
        ("location", AutocompleteSelectFilter),
    )
    list_filter_submit = True
    autocomplete_fields = ("location",)
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    @display(description="Customer", ordering=None)
    def customer(self, interaction: Interaction):
        return interaction.profile

    @display(description="Mood", label={"Positive": "success", "Negative": "danger"})
    def mood(self, interaction: Interaction) -> str:
        return interaction.get_signal_display()
