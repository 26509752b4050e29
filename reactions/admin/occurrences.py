"""Automation → Occurrences: each time that an automation was due or was run by hand, how far it is, pausing and resuming."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from profiles.admin.reading import FactsAdmin, may
from profiles.telling import by_whom
from reactions.admin.confirming import confirmed
from reactions.models import Occurrence, Reaction
from reactions.occurrence_wording import COLOURS, progress_of
from reactions.turns import turns_of

SHOWN = 5
FIGURES = [
    ("done", "Done", "state__exact=done"),
    ("passed_over", "Passed over by a filter", "state__exact=filtered"),
    ("failed", "Failed", "state__in=refused,parked"),
    ("waiting", "Waiting for their turn", "state__in=waiting,retrying"),
]


class OccurrenceList:
    """Counts the turns of all rows of a page together."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        told(self.result_list)


def told(occurrences: list[Occurrence]) -> list[Occurrence]:
    """The same rows, each with its `turns` and `progress`. One query."""
    turns = turns_of(occurrences)
    for one in occurrences:
        one.turns = turns[one.pk]
        one.progress = progress_of(one, one.turns)
        one.can_be_paused = one.state == Occurrence.State.GOING_ON or (
            one.state == Occurrence.State.DONE and one.turns.waiting > 0
        )
        one.can_be_resumed = one.state == Occurrence.State.PAUSED and one.reaction.is_active
    return occurrences


def why_nots(row: Occurrence) -> dict:
    """What can be done with it, each with why not, or None."""
    return {"pause": row.why_not_paused(), "resume": row.why_not_resumed()}


def latest(reaction: Reaction) -> list[Occurrence]:
    """The last few of an automation, for its own page. Two queries."""
    rows = reaction.occurrences.select_related("event", "reaction").order_by("-id")[:SHOWN]
    return told(list(rows))


@admin.register(Occurrence)
class OccurrenceAdmin(FactsAdmin, ModelAdmin):
    change_form_template = "admin/reactions/occurrence.html"
    list_display = ["due", "automation", "shown_state", "how_far", "started_by"]
    list_display_links = ["due"]
    list_select_related = ["reaction", "event"]
    list_filter = [("state", ChoicesDropdownFilter), ("reaction", RelatedDropdownFilter)]
    actions_detail = ["pause", "resume"]
    fieldsets = [(None, {"fields": [("automation", "due"), ("started", "ended"), ("started_by", "runs")]})]
    readonly_fields = ["automation", "due", "started", "ended", "started_by", "runs"]

    has_drive_permission = may("reactions.change_reaction")

    def get_changelist(self, request: HttpRequest, **kwargs) -> type:
        parent = super().get_changelist(request, **kwargs)
        return type("OccurrenceChangeList", (OccurrenceList, parent), {})

    @display(description="Due", ordering="due_at")
    def due(self, row: Occurrence) -> str:
        return moment(row.due_at)

    @display(description="Automation")
    def automation(self, row: Occurrence):
        if row.reaction.deleted_at is not None:
            return f"{row.reaction} (deleted)"
        url = reverse("admin:reactions_reaction_change", args=[row.reaction_id])
        return format_html('<a class="cx-link" href="{}">{}</a>', url, row.reaction)

    @display(description="State", label=COLOURS)
    def shown_state(self, row: Occurrence) -> str:
        return row.progress["state"]

    @display(description="How far it is")
    def how_far(self, row: Occurrence) -> str:
        return row.progress["sentence"]

    @display(description="Started")
    def started(self, row: Occurrence) -> str:
        return moment(row.started_at)

    @display(description="Everybody chosen")
    def ended(self, row: Occurrence) -> str:
        return moment(row.ended_at) if row.ended_at else "Not yet"

    @display(description="Started by")
    def started_by(self, row: Occurrence) -> str:
        return by_whom(row.event) if row.is_by_hand else "Its schedule"

    @display(description="Runs")
    def runs(self, row: Occurrence):
        return format_html('<a class="cx-link" href="{}">What was done for each customer</a>', runs_url(row))

    def get_actions_detail(self, request: HttpRequest, object_id) -> list:
        row = Occurrence.objects.select_related("reaction").filter(pk=object_id).first()
        possible = set() if row is None else {name for name, no in why_nots(row).items() if no is None}
        offered = super().get_actions_detail(request, object_id)
        return [one for one in offered if one.method.original_function_name in possible]

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        told([obj])
        context["figures"] = [
            {"label": label, "value": f"{getattr(obj.turns, name):,}", "url": f"{runs_url(obj)}&{asked}"}
            for name, label, asked in FIGURES
        ]
        return super().render_change_form(request, context, add, change, form_url, obj)

    def progress_view(self, request: HttpRequest, object_id: int) -> JsonResponse:
        """How far it is, as JSON, for the page that watches it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = get_object_or_404(Occurrence, pk=object_id)
        return JsonResponse(progress_of(row, turns_of([row])[row.pk]))

    @action(description="Pause", url_path="pause", icon="pause", permissions=["drive"])
    def pause(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = found(object_id)

        def do() -> tuple[int, str]:
            row.pause()
            return messages.SUCCESS, "It is paused: nobody more is chosen, and who waits for their turn waits."

        return self._asked(
            request,
            row,
            title="Pause",
            sentence="Nobody more is chosen, and who waits for their turn waits until you resume it. What is done stays done.",
            no=row.why_not_paused(),
            do=do,
        )

    @action(description="Resume", url_path="resume", icon="play_arrow", permissions=["drive"])
    def resume(self, request: HttpRequest, object_id: str) -> HttpResponse:
        row = found(object_id)

        def do() -> tuple[int, str]:
            row.resume(at=timezone.now())
            return messages.SUCCESS, "It goes on where it was paused."

        return self._asked(
            request,
            row,
            title="Resume",
            sentence="It goes on where it was paused. Who had their turn has no other.",
            no=row.why_not_resumed(),
            do=do,
        )

    def _asked(self, request: HttpRequest, row: Occurrence, *, title: str, **about) -> HttpResponse:
        back = reverse("admin:reactions_occurrence_change", args=[row.pk])
        return confirmed(request, self, title=title, button=title, about=str(row), back=back, **about)

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.progress_view)
        return [path("<int:object_id>/progress/", view, name="reactions_occurrence_progress"), *super().get_urls()]


def found(object_id) -> Occurrence:
    return get_object_or_404(Occurrence.objects.select_related("reaction"), pk=object_id)


def moment(value) -> str:
    return date_format(timezone.localtime(value), "j M Y, H:i")


def runs_url(row: Occurrence) -> str:
    return f"{reverse('admin:reactions_run_changelist')}?occurrence__id__exact={row.pk}"
