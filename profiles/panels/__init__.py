"""The panel socket: what each app shows about a customer on the profile page, in the console's card and in the portal.

An app brings a `panels.py` that registers its panels; those three pages belong to `profiles` and know no other app.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from django.http import HttpRequest
from django.template.loader import render_to_string

from profiles.models import Profile

LATE_FROM = 200


class Place(StrEnum):
    """Where a panel can stand."""

    PROFILE = "profile"
    CARD = "card"
    PORTAL = "portal"
    # About one achievement definition, on its page in Settings, which knows no app above it either.
    ACHIEVEMENT = "achievement"


@dataclass(frozen=True, kw_only=True)
class Panel:
    """One box about one customer. `context(profile, request)` is what its template gets, beside `profile` and `panel`.

    The template is the box's inside only: the page draws frame, icon and title. `order` sorts the panels of a page, low
    first; `is_narrow` ones stand in the side column of a wide page. `permission` is asked of staff pages only: members see
    their own. `actions(profile, request)` are the buttons beside the title, as [{"title", "icon", "url"}].
    """

    handle: str
    title: str
    template: str
    context: Callable[[Profile, HttpRequest], dict]
    order: int = 100
    icon: str = ""
    is_narrow: bool = False
    actions: Callable[[Profile, HttpRequest], list[dict]] | None = None
    permission: str | None = None
    places: frozenset[Place] = field(default_factory=lambda: frozenset({Place.PROFILE}))

    @property
    def is_late(self) -> bool:
        """Whether a narrow page shows it after the side column: what is long, or seldom looked for."""
        return self.order >= LATE_FROM


PANELS: dict[str, Panel] = {}


def register(panel: Panel) -> Panel:
    """Add a panel. Its handle must be new."""
    if panel.handle in PANELS:
        raise ValueError(f"There is a panel {panel.handle} already.")
    PANELS[panel.handle] = panel
    return panel


def panels_for(place: Place, user) -> list[Panel]:
    """The panels of a page that this user may see, in order."""
    shown = [
        one
        for one in PANELS.values()
        if place in one.places and (one.permission is None or user.has_perm(one.permission))
    ]
    return sorted(shown, key=lambda panel: (panel.order, panel.handle))


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A panel as a page draws it: its inside as HTML, and the buttons beside its title."""

    panel: Panel
    html: str
    actions: list[dict]


def render_panels(place: Place, about, request: HttpRequest, *, name: str = "profile") -> list[Shown]:
    """The panels of a page that this user may see, in order, each with its inside rendered. `about` is known to them as `name`."""
    return [
        Shown(
            panel=panel,
            html=render_to_string(
                panel.template, {name: about, "panel": panel, **panel.context(about, request)}, request
            ),
            actions=panel.actions(about, request) if panel.actions else [],
        )
        for panel in panels_for(place, request.user)
    ]
