"""Automation → Runs: what reactions did for whom, step by step; what they passed over and why; and going on with one."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RelatedDropdownFilter
from unfold.decorators import action, display

from profiles.admin.guarding import page_url
from profiles.admin.reading import FactsAdmin, found_customers, may
from profiles.telling import by_whom, sentence
from reactions.admin.confirming import confirmed
from reactions.models import Run
from reactions.run_wording import STATES, steps_in_words, why_not


@admin.register(Run)
class RunAdmin(FactsAdmin, ModelAdmin):
    list_display = ["started", "reaction", "customer", "about", "shown_state", "outcome", "took"]
    list_display_links = ["started"]
    list_select_related = ["reaction", "event", "occurrence", "profile"]
    list_filter = [("state", ChoicesDropdownFilter), ("reaction", RelatedDropdownFilter)]
    search_fields = ["profile__id"]
    search_help_text = "Customer: name, e-mail, phone or card"
    actions_detail = ["replay"]
    fieldsets = [
        (
            None,
            {"fields": [("reaction_link", "shown_state"), ("customer", "happened"), ("started", "ended"), "outcome"]},
        ),
        ("Step by step", {"fields": ["shown_steps"]}),
        ("Attempts", {"fields": [("attempts", "next_try", "took")]}),
    ]
    readonly_fields = [
        *["reaction_link", "shown_state", "customer", "happened", "started", "ended", "outcome"],
        *["shown_steps", "attempts", "next_try", "took"],
    ]

    has_replay_permission = may("reactions.replay_run")

    def get_search_results(self, request: HttpRequest, queryset, search_term: str):
        asked = search_term.strip()
        return (queryset.filter(profile__in=found_customers(asked)) if asked else queryset), False

    @display(description="Started", ordering="id")
    def started(self, run: Run) -> str:
        return date_format(timezone.localtime(run.created_at), "j M Y, H:i:s")

    @display(description="Ended")
    def ended(self, run: Run) -> str:
        return date_format(timezone.localtime(run.ended_at), "j M Y, H:i:s") if run.ended_at else "Not yet"

    @display(description="Customer")
    def customer(self, run: Run):
        if run.profile_id is None:
            return "–"
        return format_html('<a class="cx-link" href="{}">{}</a>', page_url(run.profile), run.profile)

    @display(description="Event")
    def about(self, run: Run) -> str:
        if run.occurrence is not None:
            return f"Due {date_format(timezone.localtime(run.occurrence.due_at), 'j M Y, H:i')}"
        return run.event.name

    @display(description="Reaction")
    def reaction_link(self, run: Run):
        if run.reaction.deleted_at is not None:
            return f"{run.reaction} (deleted)"
        url = reverse("admin:reactions_reaction_change", args=[run.reaction_id])
        return format_html('<a class="cx-link" href="{}">{}</a>', url, run.reaction)

    @display(description="Because")
    def happened(self, run: Run):
        event = run.event
        when = date_format(timezone.localtime(event.at), "j M Y, H:i:s")
        return format_html(
            '{}<br><span class="cx-subtle">{} · {} · {}</span>', sentence(event), event.name, by_whom(event), when
        )

    @display(description="State", label=STATES)
    def shown_state(self, run: Run) -> str:
        return run.get_state_display()

    @display(description="What came of it")
    def outcome(self, run: Run) -> str:
        if run.state == run.State.DONE:
            return f"{len(run.done)} {'step' if len(run.done) == 1 else 'steps'} done"
        return why_not(run) or "–"

    @display(description="Took")
    def took(self, run: Run) -> str:
        return f"{run.milliseconds:,} ms"

    @display(description="Next try")
    def next_try(self, run: Run) -> str:
        return date_format(timezone.localtime(run.next_at), "j M Y, H:i:s") if run.state in run.DUE else "–"

    @display(description="Steps")
    def shown_steps(self, run: Run):
        return render_to_string("admin/reactions/steps.html", {"steps": steps_in_words(run), "run": run})

    def get_actions_detail(self, request: HttpRequest, object_id) -> list:
        run = Run.objects.filter(pk=object_id).first()
        is_possible = run is not None and run.why_not_replayed() is None
        return super().get_actions_detail(request, object_id) if is_possible else []

    @action(description="Replay", url_path="replay", icon="replay", permissions=["replay"])
    def replay(self, request: HttpRequest, object_id: str) -> HttpResponse:
        run = get_object_or_404(Run.objects.select_related("reaction", "profile"), pk=object_id)

        def do() -> tuple[int, str]:
            run.replay(at=timezone.now())
            return messages.SUCCESS, "The worker goes on with it."

        return confirmed(
            request,
            self,
            title="Replay",
            about=f"{run.reaction}: {run.profile or 'no customer'}",
            sentence="It goes on where it stopped, with the reaction as it is today. What is done stays done and is not done twice.",
            button="Go on",
            back=reverse("admin:reactions_run_change", args=[run.pk]),
            no=run.why_not_replayed(),
            do=do,
        )
