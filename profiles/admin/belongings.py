"""A customer's identities, addresses, attributes, dates and interactions: one form for each kind, one way to save it."""

from dataclasses import dataclass, field

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone

from profiles.admin.guarding import about_customer, framed, page_url
from profiles.cause import Cause
from profiles.models import Address, CustomAttribute, Identity, Interaction, Profile, ProfileDate
from profiles.models.belonging import Belonging


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What staff can put down about a customer. `anchor` is the panel it stands in."""

    model: type[Belonging]
    name: str
    fields: tuple[str, ...]
    anchor: str
    labels: dict[str, str] = field(default_factory=dict)
    help_texts: dict[str, str] = field(default_factory=dict)
    initial: dict[str, object] = field(default_factory=dict)

    def permission(self, verb: str) -> str:
        return f"profiles.{verb}_{self.model._meta.model_name}"


KINDS = {
    "identity": Kind(
        model=Identity, name="identity", fields=("handle", "identifier", "is_primary", "is_active"), anchor="identities"
    ),
    "address": Kind(
        model=Address,
        name="address",
        fields=(
            *("address_line_1", "address_line_2", "address_line_3", "company"),
            *("city", "state", "postcode", "country", "is_default", "notes"),
        ),
        anchor="addresses",
    ),
    "attribute": Kind(
        model=CustomAttribute,
        name="attribute",
        fields=("namespace", "handle", "type", "value"),
        anchor="attributes",
        labels={"handle": "Name"},
        help_texts={
            "namespace": "What it belongs to. Example: preferences.",
            "handle": "Its short name there. Example: favourite_colour.",
            "value": 'As JSON: a text in double quotes, such as "teal", a number such as 42, true, or a list.',
        },
        initial={"value": ""},
    ),
    "date": Kind(
        model=ProfileDate,
        name="date",
        fields=("handle", "name", "date", "relationship", "is_recurring", "note"),
        anchor="attributes",
        labels={"handle": "Short name", "is_recurring": "Comes back every year"},
        help_texts={
            "handle": "Example: wedding. One date for each short name and person.",
            "name": "As people read it. Example: Wedding anniversary.",
            "relationship": "Whose date it is, when it is not the customer's own. Example: daughter.",
        },
    ),
    "interaction": Kind(
        model=Interaction,
        name="interaction",
        fields=("name", "action", "channel", "signal", "interacted_at", "location", "description", "namespace"),
        anchor="interactions",
        labels={
            "name": "What was it about",
            "action": "Kind",
            "channel": "Through",
            "signal": "How did it go",
            "interacted_at": "When",
            "location": "Where",
            "namespace": "Recorded by",
        },
        help_texts={
            "name": "Example: Fitting for the winter range.",
            "description": "What was said, for the next colleague.",
            "namespace": "The system or team that records it. Reactions and reports can tell them apart by it.",
        },
        initial={"namespace": "store", "action": "visit", "channel": "location"},
    ),
}


@about_customer(None)
def add(request: HttpRequest, profile: Profile, *, kind: str) -> HttpResponse:
    """The empty form of a kind; what is typed comes about through `put_down`."""
    chosen = permitted(request, kind, "add")
    row = chosen.model(profile=profile)
    form = form_of(request, chosen, row)
    if request.method == "POST" and saved(form, lambda cause: row.put_down(at=timezone.now(), cause=cause), request):
        return HttpResponseRedirect(page_url(profile, chosen.anchor))
    return drawn(request, profile, form, title=f"Add {article(chosen.name)}", chosen=chosen)


@about_customer(None)
def edit(request: HttpRequest, profile: Profile, *, kind: str, row_id: int) -> HttpResponse:
    """The form of one row; what differs goes through `change`."""
    chosen = permitted(request, kind, "change")
    row = get_object_or_404(chosen.model, pk=row_id, profile=profile)
    form = form_of(request, chosen, row)

    def save(cause: Cause) -> None:
        row.change(at=timezone.now(), cause=cause, **{name: form.cleaned_data[name] for name in form.changed_data})

    if request.method == "POST" and saved(form, save, request):
        return HttpResponseRedirect(page_url(profile, chosen.anchor))
    return drawn(request, profile, form, title=f"Edit {chosen.name}", chosen=chosen, row=row)


@about_customer(None)
def remove(request: HttpRequest, profile: Profile, *, kind: str, row_id: int) -> HttpResponse:
    """Take the row off. Asked by POST from its form, where it was looked at."""
    chosen = permitted(request, kind, "delete")
    row = get_object_or_404(chosen.model, pk=row_id, profile=profile)
    if request.method == "POST":
        row.remove(at=timezone.now(), cause=Cause.by_staff(request.user))
        messages.success(request, f"The {chosen.name} was taken off.")
    return HttpResponseRedirect(page_url(profile, chosen.anchor))


def permitted(request: HttpRequest, kind: str, verb: str) -> Kind:
    """The kind of this name, if the user may do that with it. Raises Http404, PermissionDenied."""
    if kind not in KINDS:
        raise Http404
    if not request.user.has_perm(KINDS[kind].permission(verb)):
        raise PermissionDenied
    return KINDS[kind]


def form_of(request: HttpRequest, kind: Kind, row: Belonging) -> forms.ModelForm:
    """The kind's form with the back office's widgets; an interaction is taken to happen now unless one says otherwise."""
    widgets_of = admin.site.get_model_admin(kind.model if admin.site.is_registered(kind.model) else Profile)

    def widget(db_field, **kwargs):
        return widgets_of.formfield_for_dbfield(db_field, request=request, **kwargs)

    made = forms.modelform_factory(
        kind.model,
        fields=kind.fields,
        labels=kind.labels,
        help_texts=kind.help_texts,
        formfield_callback=widget,
    )
    initial = dict(kind.initial) if row._state.adding else {}
    if kind.model is Interaction and row._state.adding:
        initial |= {"interacted_at": timezone.now(), "location": Cause.by_staff(request.user).location}
    return made(request.POST if request.method == "POST" else None, instance=row, initial=initial)


def saved(form: forms.ModelForm, save, request: HttpRequest) -> bool:
    """Whether the typed row was saved. What the verb refuses is shown at its field."""
    if not form.is_valid():
        return False
    try:
        save(Cause.by_staff(request.user))
    except ValidationError as refused:
        for name, errors in getattr(refused, "error_dict", {None: [refused]}).items():
            form.add_error(name if name in form.fields else None, errors)
        return False
    return True


def drawn(
    request: HttpRequest, profile: Profile, form: forms.ModelForm, *, title: str, chosen: Kind, row=None
) -> HttpResponse:
    may_remove = row is not None and request.user.has_perm(chosen.permission("delete"))
    return framed(
        request,
        "admin/profiles/form_page.html",
        profile=profile,
        title=title,
        form=form,
        save_label="Save",
        media=form.media,
        removing={"kind": chosen.model.noun, "row": row} if may_remove else None,
    )


def article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"
