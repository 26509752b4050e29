from django.contrib import admin
from unfold.admin import ModelAdmin

from profiles.models import StaffMember


@admin.register(StaffMember)
class StaffMemberAdmin(ModelAdmin):
    """Where each user stands at the counter, and their own profile if they earn too."""

    list_display = ("user", "home_location", "profile")
    list_select_related = ("user", "home_location", "profile")
    search_fields = ("user__name", "user__email")
    search_help_text = "Name or e-mail"
    autocomplete_fields = ("home_location", "profile")
    show_full_result_count = False
