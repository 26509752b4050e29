from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from access.models import User
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

    def get_readonly_fields(self, request: HttpRequest, obj: StaffMember | None = None) -> tuple[str, ...]:
        return ("user",) if obj is not None else ()

    def formfield_for_foreignkey(self, db_field, request: HttpRequest, **kwargs):
        """A plain choice of users: those who look after staff need not see the page of users, as searching there would ask."""
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        if db_field.name == "user":
            field.queryset = User.objects.filter(is_active=True, is_staff=True, staff_member=None)
            field.label_from_instance = lambda user: f"{user} ({user.email})"
            field.help_text = "Who signs in to the back office and is not on the list of staff yet."
        return field
