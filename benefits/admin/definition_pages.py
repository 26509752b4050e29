"""What is done with one definition: duplicate, archive, restore. Each says beforehand what follows from it."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from benefits.models import BenefitDefinition
from profiles.admin.acting import Act, ConfirmForm, perform, sent


class DuplicateForm(forms.Form):
    name = forms.CharField(
        max_length=191, widget=UnfoldAdminTextInputWidget, help_text="What customers and staff read on the copy."
    )
    handle = forms.SlugField(
        max_length=191,
        widget=UnfoldAdminTextInputWidget,
        help_text="Its own short name, in letters, numbers and hyphens. Example: birthday-coffee-2027.",
    )


def found(object_id: str) -> BenefitDefinition:
    return get_object_or_404(BenefitDefinition, pk=object_id)


def page_of(definition: BenefitDefinition) -> str:
    return reverse("admin:benefits_benefitdefinition_change", args=[definition.pk])


def duplicate(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    definition = found(object_id)
    initial = {"name": f"Copy of {definition.name}"[:191], "handle": free_handle(definition.handle)}
    form = DuplicateForm(sent(request), initial=initial)
    act = Act(
        title="Duplicate",
        subtitle=definition.name,
        button="Make the copy",
        back=page_of(definition),
        sentences=["The copy has the same settings. Nobody holds it yet, and what was used is not taken over."],
    )

    def do(cleaned: dict) -> HttpResponse:
        copy = definition.duplicate(**cleaned)
        model_admin.message_user(request, f"This is the copy of “{definition.name}”. Change what differs and save it.")
        return HttpResponseRedirect(page_of(copy))

    return perform(request, model_admin, act, form, do)


def free_handle(handle: str) -> str:
    """A handle like this one that nobody has."""
    number = 2
    while BenefitDefinition.objects.filter(handle=f"{handle[:180]}-{number}").exists():
        number += 1
    return f"{handle[:180]}-{number}"


def archive(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    definition = found(object_id)
    issued = definition.counters.totals()["issued"]
    held = f"{issued:,} were issued so far; " if issued else ""
    act = Act(
        title="Archive",
        subtitle=definition.name,
        button="Archive it",
        back=page_of(definition),
        is_danger=True,
        sentences=[
            "From now on nobody can issue, claim or redeem it, at any till or online.",
            f"{held}they stay on record, and those still open cannot be used while it is archived.",
            "You can restore it at any time. Ends that pass meanwhile are not moved.",
        ],
    )

    def do(_) -> str:
        definition.archive()
        return f"“{definition.name}” is archived. Nobody can issue, claim or redeem it."

    return perform(request, model_admin, act, ConfirmForm(sent(request)), do)


def restore(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    definition = found(object_id)
    act = Act(
        title="Restore",
        subtitle=definition.name,
        button="Restore it",
        back=page_of(definition),
        sentences=["It can be issued, claimed and redeemed again, and those that customers still hold work at once."],
    )

    def do(_) -> str:
        definition.restore()
        return f"“{definition.name}” is offered again."

    return perform(request, model_admin, act, ConfirmForm(sent(request)), do)
