"""Administration → Events: which events there are, when each happens and what it carries."""

import json
from itertools import groupby

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from profiles.events.catalogue import CATALOGUE, EventType
from profiles.events.describing import rows_of
from profiles.models import Event
from profiles.telling import sentence


@require_safe
def catalogue(request: HttpRequest) -> TemplateResponse:
    """All events, or those in which every word of `?q=` occurs, under their headings."""
    # For whoever sets up what is done by itself, and for whom.
    if not request.user.has_perm("profiles.change_segment"):
        raise PermissionDenied
    asked = request.GET.get("q", "").strip()
    found = [kind for kind in CATALOGUE if is_meant(kind, asked)]
    request.current_app = admin.site.name
    frame = {
        **admin.site.each_context(request),
        "title": "All events",
        "asked": asked,
        "count": len(found),
        "groups": [
            (group, [shown(kind) for kind in kinds])
            for group, kinds in groupby(in_groups(found), key=lambda kind: kind.group)
        ],
    }
    return TemplateResponse(request, "admin/profiles/events.html", frame)


def in_groups(kinds: list[EventType]) -> list[EventType]:
    """Those of one heading together, in the order in which the headings were declared first."""
    order = {group: at for at, group in enumerate(dict.fromkeys(kind.group for kind in CATALOGUE))}
    return sorted(kinds, key=lambda kind: order[kind.group])


def is_meant(kind: EventType, asked: str) -> bool:
    text = " ".join([kind.name, *kind.aliases, kind.when, kind.group]).lower()
    return all(word in text for word in asked.lower().split())


def shown(kind: EventType) -> dict:
    return {
        "kind": kind,
        "reads": sentence(Event(name=kind.name, payload=kind.example)),
        "fields": list(rows_of(kind.payload)),
        "example": json.dumps(kind.example, indent=2, ensure_ascii=False),
    }
