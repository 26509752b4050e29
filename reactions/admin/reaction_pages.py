"""Pages about one reaction: try it, copy it, take it out or bring it in as a file, delete it; and the recipes."""

import json
from datetime import datetime
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from achievements.models import AchievementDefinition
from profiles.cause import Cause
from profiles.models import Event, Profile
from profiles.telling import by_whom, sentence
from reactions.admin.confirming import confirmed
from reactions.admin.reaction_editing import Editor, drawn
from reactions.automating import run_now
from reactions.models import Reaction
from reactions.models.times import KEYS
from reactions.occurrence_wording import customers
from reactions.of_levels import rewarding
from reactions.recipes import offered
from reactions.rehearsing import rehearse
from reactions.run_wording import steps_in_words
from reactions.wording import sentence_of

PAST_EVENTS = 20
LARGEST_FILE = 500_000
RECIPES_BY = [(False, "When something happens"), (True, "When it is time")]


def page_of(reaction: Reaction) -> str:
    return reverse("admin:reactions_reaction_change", args=[reaction.pk])


def found(object_id) -> Reaction:
    return get_object_or_404(Reaction.objects.living(), pk=object_id)


def framed(request: HttpRequest, model_admin, template: str, **context) -> TemplateResponse:
    frame = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, "media": model_admin.media}
    return TemplateResponse(request, template, frame | context)


# --- Trying it --------------------------------------------------------------------------------------------------------


class TryForm(forms.Form):
    """Whom or what to try it with."""

    customer = forms.CharField(
        label="A customer",
        required=False,
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off", "type": "search"}),
        help_text="Name, e-mail, phone or card. It is tried with an example of the event.",
    )
    profile = forms.UUIDField(required=False, widget=forms.HiddenInput)
    event = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)


def dry_run(request: HttpRequest, model_admin, object_id) -> HttpResponse:
    """What would be done for a customer, or for a past event. Nothing is written, so asking is a GET."""
    if not model_admin.has_dry_run_permission(request):
        raise PermissionDenied
    reaction, at = found(object_id), timezone.now()
    is_timed = reaction.kind == Reaction.Kind.AUTOMATION
    past = Event.objects.filter(name=reaction.trigger or None).select_related("profile", "location").order_by("-id")
    form = TryForm(request.GET)
    if is_timed:
        form.fields["customer"].help_text = "Name, e-mail, phone or card. It is tried as if it were due now."
    run, about, customers = None, "", []
    if form.is_valid():
        event_id, asked = form.cleaned_data["event"], form.cleaned_data["customer"].strip()
        if event_id:
            event = past.filter(pk=event_id).first()
            if event is None:
                form.add_error(None, "There is no such event any more.")
            else:
                run, about = rehearse(reaction, event=event, at=at), f"{event.profile}: {sentence(event)}"
        elif form.cleaned_data["profile"] or asked:
            living = Profile.objects.living()
            chosen = living.filter(pk=form.cleaned_data["profile"]) if form.cleaned_data["profile"] else None
            customers = list((living.search(asked) if chosen is None else chosen).order_by("-id")[:PAST_EVENTS])
            if not customers:
                form.add_error("customer", "No such customer was found.")
            elif len(customers) == 1:
                run, about, customers = rehearse(reaction, profile=customers[0], at=at), str(customers[0]), []
    return framed(
        request,
        model_admin,
        "admin/reactions/dry_run.html",
        title="Dry run",
        reaction=reaction,
        sentence=sentence_of(reaction, reaction.actions.all()),
        form=form,
        is_timed=is_timed,
        run=run,
        about=about,
        steps=steps_in_words(run) if run else [],
        customers=customers,
        events=[{"event": one, "reads": sentence(one), "who": by_whom(one)} for one in past[:PAST_EVENTS]],
        back=page_of(reaction),
    )


# --- Running it -------------------------------------------------------------------------------------------------------


def run_by_hand(request: HttpRequest, model_admin, object_id) -> HttpResponse:
    """Say whom an automation would be for now, and start it when the button is pressed. The page's key makes one press one occurrence."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    reaction, at = get_object_or_404(Reaction.objects.automations(), pk=object_id), timezone.now()
    key = request.POST.get("key", "")[:64] or uuid4().hex

    def do() -> HttpResponse:
        occurrence = run_now(reaction, at=at, cause=Cause.by_staff(request.user), key=key)
        messages.success(request, "It started. The worker goes through its audience.")
        return HttpResponseRedirect(reverse("admin:reactions_occurrence_change", args=[occurrence.pk]))

    return confirmed(
        request,
        model_admin,
        title="Run now",
        about=sentence_of(reaction, reaction.actions.all()),
        sentence=whom_now(reaction, at=at),
        button="Run it now",
        back=page_of(reaction),
        no=reaction.why_not_run_now(),
        do=do,
        kept={"key": key},
    )


def whom_now(reaction: Reaction, *, at: datetime) -> str:
    """How many customers it would be for, and that whoever had their turn before has another."""
    count = reaction.audience_at(at).count()
    said = f"It is done now for {count:,} {customers(count)}, and at its own times as well."
    last = reaction.occurrences.order_by("-id").first()
    if last is None:
        return said
    when = date_format(timezone.localtime(last.started_at), "j M Y, H:i")
    return f"{said} It last started on {when}: who had their turn then and is among them has another."


# --- Copies -----------------------------------------------------------------------------------------------------------


def duplicate(request: HttpRequest, model_admin, object_id) -> HttpResponse:
    """The editor, filled with a copy that is not saved yet."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    document = found(object_id).as_document()
    return filled(request, model_admin, document | {"name": f"{document['name']} (copy)"[:191]})


def filled(request: HttpRequest, model_admin, document: dict) -> HttpResponse:
    request.method = "GET"
    return drawn(request, model_admin, Editor(request, Reaction(), document=document), may=True)


def export(request: HttpRequest, model_admin, object_id) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    reaction = found(object_id)
    text = json.dumps(reaction.as_document(), indent=2, ensure_ascii=False)
    name = slugify(reaction.name) or f"reaction-{reaction.pk}"
    return HttpResponse(
        text + "\n",
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}.json"'},
    )


class ImportForm(forms.Form):
    file = forms.FileField(
        label="File",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".json,application/json"}),
        help_text="A reaction that was exported here, or a trigger or an automation as the API answers it, as JSON.",
    )

    def clean_file(self) -> dict:
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError("This file is too large to be a reaction.")
        try:
            document = json.loads(file.read().decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise ValidationError("This is not a JSON file.") from error
        if isinstance(document, dict) and isinstance(document.get("data"), dict):
            document = document["data"]
        if not isinstance(document, dict) or not isinstance(document.get("actions", []), list):
            raise ValidationError("This is not the file of a reaction.")
        trial = Reaction()
        try:
            trial.write_nothing(document, at=timezone.now())
        except ValidationError as error:
            raise ValidationError(
                [f"{place}: {said}" for place, sentences in error.message_dict.items() for said in sentences]
            ) from error
        return {**exported_like(document)}


def exported_like(document: dict) -> dict:
    """The keys that the editor reads; ids are another database's."""
    actions = [{key: value for key, value in one.items() if key != "id"} for one in document.get("actions") or []]
    kept = {name: document[name] for name in ("name", "description", "notes", *KEYS) if name in document}
    return kept | {"actions": actions}


def import_one(request: HttpRequest, model_admin) -> HttpResponse:
    """Read a file into the editor. It is saved, switched off, when the editor's button is pressed."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return filled(request, model_admin, form.cleaned_data["file"])
    return framed(request, model_admin, "admin/reactions/import.html", title="Import a reaction", form=form)


def rewarded_level(request: HttpRequest) -> tuple[AchievementDefinition, int | None] | None:
    """The achievement and the level that the address asks a reaction for."""
    definition = AchievementDefinition.objects.filter(handle=request.GET.get("achievement", "")).first()
    level = request.GET.get("level", "")
    if definition is None:
        return None
    return definition, int(level) if level.isascii() and level.isdecimal() and len(level) < 6 else None


def recipes(request: HttpRequest, model_admin) -> HttpResponse:
    """What others do; choosing one fills the editor."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    rewarded = rewarded_level(request)
    if rewarded is not None:
        return filled(request, model_admin, rewarding(*rewarded))
    rows = offered()
    chosen = next((one for one in rows if one.handle == request.GET.get("recipe")), None)
    if chosen is not None:
        return filled(request, model_admin, chosen.document(at=timezone.now()))
    groups = [(label, [one for one in rows if one.is_timed is is_timed]) for is_timed, label in RECIPES_BY]
    return framed(request, model_admin, "admin/reactions/recipes.html", title="Start from a recipe", groups=groups)


def remove(request: HttpRequest, model_admin, object_id) -> HttpResponse:
    if not model_admin.has_delete_permission(request):
        raise PermissionDenied
    reaction = found(object_id)

    def do() -> tuple[int, str]:
        reaction.remove(at=timezone.now())
        return messages.SUCCESS, f"“{reaction}” was deleted."

    answer = confirmed(
        request,
        model_admin,
        title="Delete",
        about=str(reaction),
        sentence="Nothing starts it any more, and what waits is not done. What it did stays done, and its runs stay on record.",
        button="Delete it",
        back=page_of(reaction),
        no=None,
        do=do,
    )
    if isinstance(answer, HttpResponseRedirect):
        return HttpResponseRedirect(reverse("admin:reactions_reaction_changelist"))
    return answer
