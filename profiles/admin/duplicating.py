"""The page on which a definition is copied, under a name and a handle of its own."""

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from unfold.widgets import UnfoldAdminTextInputWidget

from profiles.admin.acting import Act, change_page, perform, sent


class DuplicateForm(forms.Form):
    name = forms.CharField(
        max_length=191, widget=UnfoldAdminTextInputWidget, help_text="What customers and staff read on the copy."
    )
    handle = forms.SlugField(
        max_length=191,
        widget=UnfoldAdminTextInputWidget,
        help_text="Its own short name, in letters, numbers and hyphens. Example: coffee-2027.",
    )


def duplicate(request: HttpRequest, model_admin, definition: models.Model, *, sentence: str) -> HttpResponse:
    """For a definition with `duplicate(name=…, handle=…)`. The sentence says what the copy has, and what it has not."""
    initial = {"name": f"Copy of {definition.name}"[:191], "handle": free_handle(definition)}
    act = Act(
        title="Duplicate",
        subtitle=definition.name,
        button="Make the copy",
        back=change_page(definition),
        sentences=[sentence],
    )

    def do(cleaned: dict) -> HttpResponse:
        copy = definition.duplicate(**cleaned)
        model_admin.message_user(request, f"This is the copy of “{definition.name}”. Change what differs and save it.")
        return HttpResponseRedirect(change_page(copy))

    return perform(request, model_admin, act, DuplicateForm(sent(request), initial=initial), do)


def free_handle(definition: models.Model) -> str:
    """A handle like the definition's that no other has."""
    rows, base, number = type(definition)._default_manager, definition.handle[:180], 2
    while rows.filter(handle=f"{base}-{number}").exists():
        number += 1
    return f"{base}-{number}"
