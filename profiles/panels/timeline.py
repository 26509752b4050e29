"""The timeline: everything that happened to a customer, newest first, with who did it and because of what."""

from dataclasses import dataclass

from django.apps import apps
from django.contrib import admin
from django.db.models import Prefetch
from django.urls import reverse

from profiles import telling
from profiles.models import Event, Profile

PAGE = 20
EFFECTS_SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One event as the page shows it. `cause` and `effects` are (sentence, address or None)."""

    event: Event
    sentence: str
    icon: str
    by: str
    url: str | None
    cause: tuple[str, str | None] | None
    effects: list[tuple[str, str | None]]
    more_effects: int


def timeline(profile: Profile, request) -> dict:
    """A page of the timeline. `?from=` shows it from that event back, which is how causes and effects are reached."""
    told = profile.events.exclude(name__in=telling.consequences())
    rows = told.select_related("cause", "location").prefetch_related(
        Prefetch("effects", queryset=Event.objects.order_by("id"))
    )
    newest = number(request.GET.get("from"))
    if newest is not None:
        rows = rows.filter(pk__lte=newest)
    events = list(rows.order_by("-pk")[: PAGE + 1])
    return {
        "entries": [entry(event, request.user) for event in events[:PAGE]],
        "older": events[PAGE].pk if len(events) > PAGE else None,
        "is_past": newest is not None,
        "marked": newest,
    }


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def entry(event: Event, user) -> Entry:
    effects = list(event.effects.all())
    return Entry(
        event=event,
        sentence=telling.sentence(event),
        icon=telling.icon(event),
        by=telling.by_whom(event),
        url=subject_url(event, user),
        cause=told(event.cause, event) if event.cause_id else None,
        effects=[told(effect, event) for effect in effects[:EFFECTS_SHOWN]],
        more_effects=max(0, len(effects) - EFFECTS_SHOWN),
    )


def told(other: Event, event: Event) -> tuple[str, str | None]:
    """A cause or an effect, with its place on the timeline when it is this customer's."""
    is_here = other.profile_id == event.profile_id
    return telling.sentence(other), f"?from={other.pk}#event-{other.pk}" if is_here else None


def subject_url(event: Event, user) -> str | None:
    """The page of what the event is about, where the user may see one. The profile itself is where they are."""
    if not event.subject_type or event.subject_type == "profiles.profile":
        return None
    try:
        model = apps.get_model(event.subject_type)
    except LookupError:
        return None
    label = f"{model._meta.app_label}.view_{model._meta.model_name}"
    if not admin.site.is_registered(model) or event.name.endswith(".deleted") or not user.has_perm(label):
        return None
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[event.subject_id])
