"""“Why did this not happen for this customer?”: choose a reaction and a customer, from the page of the one or of the other."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from profiles.models import Profile
from reactions.admin.reaction_pages import framed
from reactions.models import Reaction

MOST_FOUND = 20
NEEDED = ("reactions.view_reaction", "reactions.view_run", "profiles.view_profile")


def may_ask(user) -> bool:
    """The answer shows what is known of a customer, and what runs saw."""
    return all(user.has_perm(permission) for permission in NEEDED)


class WhyNotForm(forms.Form):
    reaction = forms.ChoiceField(
        label="Which reaction",
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="Those that are switched off as well.",
    )
    customer = forms.CharField(
        label="Which customer",
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "type": "search"}),
        help_text="Name, e-mail, phone or card.",
    )
    profile = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = {label: [] for label in Reaction.Kind.labels}
        for one in Reaction.objects.living().order_by("name", "pk"):
            kinds[one.get_kind_display()].append((str(one.pk), one.name if one.is_active else f"{one.name} (off)"))
        chosen = [(label, rows) for label, rows in kinds.items() if rows]
        self.fields["reaction"].choices = [("", "Choose a reaction"), *chosen]


def why_not(request: HttpRequest, model_admin) -> HttpResponse:
    """Ask, and read the answer. Nothing is written, so asking is a GET."""
    if not may_ask(request.user):
        raise PermissionDenied
    form = WhyNotForm(request.GET)
    reaction, profile, customers = None, None, []
    if form.is_valid():
        said = form.cleaned_data
        reaction = Reaction.objects.living().filter(pk=said["reaction"] or None).first()
        customers = found(said["profile"], said["customer"].strip())
        if len(customers) == 1:
            profile, customers = customers[0], []
            form["customer"].label = "Another customer"
        elif not customers and (said["profile"] or said["customer"].strip()):
            form.add_error("customer", "No such customer was found.")
    answer = reaction.why_not(profile, at=timezone.now()) if reaction and profile else None
    return framed(
        request,
        model_admin,
        "admin/reactions/why_not.html",
        title="Why not?",
        form=form,
        reaction=reaction,
        profile=profile,
        customers=customers,
        answer=answer,
        dry_run_url=dry_run_url(reaction, profile) if answer else "",
    )


def dry_run_url(reaction: Reaction, profile: Profile) -> str:
    """What it would do for the customer now."""
    if profile.deleted_at is not None:
        return ""
    return f"{reverse('admin:reactions_reaction_dry_run', args=[reaction.pk])}?profile={profile.pk}"


def found(key, text: str) -> list[Profile]:
    """The customer of the key; where somebody typed, whom a search at the counter finds."""
    rows = Profile.objects.select_related("merged_into")
    if text:
        return list(rows.living().search(text).order_by("-id")[:MOST_FOUND])
    return list(rows.filter(pk=key)) if key else []
