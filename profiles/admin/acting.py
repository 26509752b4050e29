"""Pages on which somebody does one thing: what it will do, a small form, one button. The verb's refusal is shown there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from unfold.widgets import UnfoldAdminTextInputWidget

from cxmanager.refusals import Refusal
from profiles.models import Profile


@dataclass(frozen=True, kw_only=True)
class Act:
    """What the page says. `no` is a reason known beforehand: then there is no button, only the reason and the way back."""

    title: str
    button: str
    back: str
    subtitle: str = ""
    sentences: Sequence[str] = ()
    no: Refusal | None = None
    is_danger: bool = False
    template: str = "admin/profiles/act.html"
    context: dict = field(default_factory=dict)


class ActForm(forms.Form):
    """The base of such a page's form. With a reason that the timeline keeps."""

    reason = forms.CharField(
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text="Kept on the customer's timeline. You may leave it empty.",
    )


class ConfirmForm(forms.Form):
    """Nothing to fill in: the button is the answer."""


def perform(
    request: HttpRequest, model_admin, act: Act, form: forms.Form, do: Callable[[dict], str | HttpResponse]
) -> HttpResponse:
    """Show the page, or on a valid POST call `do` with the cleaned data: one verb, which returns the sentence to say.

    A refusal or wrong value puts its sentence on the page and keeps what was typed.
    """
    if request.method == "POST" and act.no is None and form.is_valid():
        try:
            done = do(form.cleaned_data)
        except ValidationError as error:
            _add(form, error)
        else:
            if isinstance(done, HttpResponse):
                return done
            messages.success(request, done)
            return HttpResponseRedirect(act.back)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": act.title,
        "opts": model_admin.opts,
        "act": act,
        "form": form,
        "media": model_admin.media + form.media,
        **act.context,
    }
    return TemplateResponse(request, act.template, context)


def _add(form: forms.Form, error: ValidationError) -> None:
    """Put the error at its fields where the page shows them, else on top."""
    for name, errors in getattr(error, "error_dict", {None: [error]}).items():
        for one in errors:
            form.add_error(name if name in form.fields else None, one)


def sent(request: HttpRequest):
    """What was posted, even if it was nothing; None when the page is only opened."""
    return request.POST if request.method == "POST" else None


def back_to(request: HttpRequest, default: str) -> str:
    """Where the person came from, when the page was told so by `?next=` and that is ours; else the default."""
    sent = request.POST.get("next") or request.GET.get("next") or ""
    return sent if url_has_allowed_host_and_scheme(sent, allowed_hosts={request.get_host()}) else default


def change_page(row: models.Model) -> str:
    """The address of the row's own page in the back office."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def profile_page(profile: Profile) -> str:
    """The address of the customer's page."""
    return reverse("admin:profiles_profile_change", args=[profile.pk])
