"""Incentives → Achievements: who climbs what, why, and what staff may do about it."""

from uuid import UUID

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from achievements.admin import climbing
from achievements.admin.filters import OfDefinition, ReachedALevel
from achievements.admin.wording import count_told, goal
from achievements.levelling import ACHIEVEMENT
from achievements.models import Achievement
from achievements.showing import climb_of
from profiles.admin.reading import FactsAdmin, found_customers, may
from profiles.models import Event
from profiles.telling import by_whom, icon, sentence

EVENTS_SHOWN = 50


@admin.register(Achievement)
class AchievementAdmin(FactsAdmin, ModelAdmin):
    list_display = ["customer", "of", "cycle_told", "counted", "level_told", "unlocked_at"]
    list_filter = [OfDefinition, ReachedALevel]
    list_select_related = ["profile", "definition"]
    search_fields = ["pk"]
    search_help_text = "Customer"
    change_form_template = "admin/achievements/progress.html"
    fields: list = []
    actions_detail = ["correct"]

    has_correct_permission = may("achievements.correct_achievement")
    has_progress_permission = may("achievements.progress_achievement")

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        if not search_term.strip():
            return queryset, False
        return queryset.filter(profile__in=found_customers(search_term)), False

    @display(description="Customer")
    def customer(self, row: Achievement) -> str:
        return str(row.profile)

    @display(description="Achievement")
    def of(self, row: Achievement) -> str:
        return row.definition.name

    @display(description="Cycle")
    def cycle_told(self, row: Achievement) -> str:
        return row.cycle or "For good"

    @display(description="Count")
    def counted(self, row: Achievement) -> str:
        return count_told(row.count)

    @display(description="Level")
    def level_told(self, row: Achievement) -> str:
        return f"{row.level:,}" if row.level else "None yet"

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        """The levels, and why: what counted, the latest first."""
        events = Event.objects.filter(subject_type=ACHIEVEMENT, subject_id=str(obj.pk)).select_related(
            "cause", "location"
        )
        climb = climb_of(obj)
        context |= {
            "climb": climb,
            "count": count_told(climb.count),
            "goal": goal(climb),
            "profile_url": reverse("admin:profiles_profile_change", args=[obj.profile_id]),
            "entries": [
                {
                    "event": one,
                    "reads": sentence(one),
                    "who": by_whom(one),
                    "icon": icon(one),
                    "because": sentence(one.cause) if one.cause else "",
                }
                for one in events.order_by("-pk")[:EVENTS_SHOWN]
            ],
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    @action(description="Correct the count", url_path="correct", icon="edit", permissions=["correct"])
    def correct(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return climbing.correct(request, self, object_id)

    def get_urls(self) -> list:
        view = self.admin_site.admin_view

        def progress_view(request: HttpRequest, profile_id: UUID) -> HttpResponse:
            return climbing.progress(request, self, profile_id)

        return [
            path("for/<uuid:profile_id>/", view(progress_view), name="achievements_achievement_progress"),
            *super().get_urls(),
        ]
