"""The editor of a reaction: its chain as rows that are added, moved and taken out by buttons, without a script.

Each button but “Save” only draws the page anew, with what was typed.
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms.utils import ErrorDict
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from cxmanager.refusals import Refusal
from profiles.acting import ACTIONS
from reactions.admin.action_forms import ActionForm
from reactions.admin.occurrences import latest
from reactions.admin.reaction_form import TriggerForm
from reactions.admin.times_form import USUAL_TIMES, TimesForm, next_times, zone_told
from reactions.models import Action, Reaction
from reactions.models.action import FILTER
from reactions.models.steps import MOST_ACTIONS, is_known, meant
from reactions.models.written import fields_of
from reactions.wording import sentence_of


class Editor:
    """The page as it stands: the form and its rows, read from the reaction, a document or what was posted."""

    def __init__(self, request: HttpRequest, reaction: Reaction, *, document: dict | None = None):
        self.request, self.reaction = request, reaction
        self.focus, self.is_rearranged = None, False
        read = fields_of(document) if document else {}
        self.kind = self._kind(read)
        form = TimesForm if self.is_timed else TriggerForm
        if request.method == "POST":
            # Whoever has just chosen this kind was not asked for its times yet.
            posted = request.POST.copy()
            if self.is_timed and "frequency" not in posted:
                posted.update(USUAL_TIMES)
            self.form = form(posted, instance=reaction)
            self.rows = [self._posted(prefix) for prefix in posted_prefixes(request)]
            return
        self.form = form(instance=reaction, initial={**read, "is_active": reaction.is_active})
        said = (document or {}).get("actions", reaction.actions_as_document() if reaction.pk else [])
        self.rows = [self._of_document(one, number) for number, one in enumerate(said)]

    def _kind(self, read: dict) -> str:
        """Of one that is saved, its own; else what was chosen by a button, sent, read, or asked for by the address."""
        if self.reaction.pk:
            return self.reaction.kind
        by_button = self.request.POST.get("do", "").partition("kind:")[2]
        said = (by_button, self.request.POST.get("kind"), read.get("kind"), self.request.GET.get("kind"))
        return next((one for one in said if one in Reaction.Kind.values), Reaction.Kind.TRIGGER.value)

    @property
    def is_timed(self) -> bool:
        return self.kind == Reaction.Kind.AUTOMATION

    @property
    def trigger(self) -> str:
        """The event whose values the rows can ask for."""
        return "" if self.is_timed else self.form["trigger"].value() or ""

    def _row(self, *arguments, **given) -> ActionForm:
        return ActionForm(*arguments, trigger=self.trigger, is_timed=self.is_timed, **given)

    def _posted(self, prefix: str) -> ActionForm:
        return self._row(self.request.POST, prefix=prefix, handle=self.request.POST.get(f"{prefix}-uuid", ""))

    def _of_document(self, said: dict, number: int) -> ActionForm:
        initial = ActionForm.initial_of(said)
        handle = meant(initial["uuid"]) if is_known(initial["uuid"]) else initial["uuid"]
        return self._row(prefix=f"row{number}", handle=handle, initial=initial | {"uuid": handle})

    # --- Buttons that draw anew ---------------------------------------------------------------------------------------

    def rearrange(self, what: str) -> None:
        """“add” with the chosen kind, “up:row2”, “down:row2” or “remove:row2”; another button only draws."""
        doing, _, prefix = what.partition(":")
        if doing == "add":
            handle = self.request.POST.get("add", "")
            if (handle == FILTER or handle in ACTIONS) and len(self.rows) < MOST_ACTIONS:
                self.rows.append(self._row(prefix=self._next_prefix(), handle=handle))
                self.focus = self.rows[-1].prefix
            return
        at = next((at for at, row in enumerate(self.rows) if row.prefix == prefix), None)
        if at is None:
            return
        row = self.rows.pop(at)
        if doing in ("up", "down"):
            self.rows.insert(max(0, at - 1) if doing == "up" else at + 1, row)
            self.focus = row.prefix
        elif self.rows:
            self.focus = self.rows[min(at, len(self.rows) - 1)].prefix

    def _next_prefix(self) -> str:
        taken = {row.prefix for row in self.rows}
        return next(f"row{number}" for number in range(MOST_ACTIONS + 1) if f"row{number}" not in taken)

    # --- Saving -------------------------------------------------------------------------------------------------------

    def save(self) -> bool:
        """All of it or nothing. What is wrong is shown at its place."""
        is_fine = self.form.is_valid()
        documents = [row.document(number) for number, row in enumerate(self.rows)]
        if not (is_fine and all(row.is_valid() for row in self.rows)):
            return False
        try:
            with transaction.atomic():
                fields = {"kind": self.kind} | self.form.cleaned_fields()
                self.reaction.write(at=timezone.now(), actions=documents, **fields)
        except Refusal as no:
            self.form.add_error(None, no)
        except ValidationError as error:
            self._refuse(error.message_dict)
        return self.form.is_valid() and all(row.is_valid() for row in self.rows)

    def _refuse(self, wrong: dict[str, list[str]]) -> None:
        for place, sentences in wrong.items():
            first, _, rest = place.partition(".")
            if first == "actions" and rest:
                number, _, name = rest.partition(".")
                self.rows[int(number)].refuse(name, sentences)
            else:
                self.form.add_error(place if place in self.form.fields else None, sentences)

    @property
    def has_errors(self) -> bool:
        return self.form.is_bound and bool(self.form.errors or any(row.errors for row in self.rows if row.is_bound))

    def sentence(self) -> str:
        """The chain as it is typed, in words."""
        shown = self.form.as_shown()
        if not (self.trigger or self.is_timed):
            return ""
        actions = []
        for number, row in enumerate(self.rows):
            said = row.document(number) if row.is_bound else None
            arguments = said["arguments"] if said else of_initial(row)
            kept = {one["name"]: {"value": one["value"], "is_dynamic": one["is_dynamic"] is True} for one in arguments}
            actions.append(Action(reaction=shown, handle=row.handle, arguments=kept))
        return sentence_of(shown, actions)

    def be_quiet(self) -> None:
        """Show no errors yet: nothing was to be saved."""
        for form in (self.form, *self.rows):
            if form.is_bound:
                form._errors = ErrorDict()

    def next_times(self) -> dict:
        """When it would be due next, as the page has it; of a trigger nothing."""
        return next_times(self.form.as_shown(), at=timezone.now()) if self.is_timed else {}


def of_initial(row: ActionForm) -> list[dict]:
    return [
        {"name": name.partition("-")[2], "value": value, "is_dynamic": name.startswith("logic-")}
        for name, value in row.initial.items()
        if name.startswith(("arg-", "logic-")) and value
    ]


def posted_prefixes(request: HttpRequest) -> list[str]:
    """The rows in the order in which the page had them."""
    sent = [one for one in request.POST.getlist("row") if one.isalnum() and len(one) < 10]
    return list(dict.fromkeys(sent))[:MOST_ACTIONS]


def edit(request: HttpRequest, model_admin, object_id: str | None = None, *, document: dict | None = None):
    """The page to add or change one; for those who may only look, with nothing to press."""
    reaction = get_object_or_404(Reaction.objects.living(), pk=object_id) if object_id else Reaction()
    may = model_admin.has_change_permission(request) if object_id else model_admin.has_add_permission(request)
    if not may and not (object_id and model_admin.has_view_permission(request) and request.method == "GET"):
        raise PermissionDenied
    with transaction.atomic():
        editor = Editor(request, reaction, document=document)
        if request.method == "POST":
            doing = request.POST.get("do", "save")
            if doing != "save":
                editor.rearrange(doing)
                editor.is_rearranged = True
            elif editor.save():
                messages.success(request, f"“{reaction}” was saved.")
                return HttpResponseRedirect(reverse("admin:reactions_reaction_change", args=[reaction.pk]))
    return drawn(request, model_admin, editor, may=may)


def preview(request: HttpRequest, model_admin) -> JsonResponse:
    """The sentence and the next times of what is typed, for the page that follows it. Nothing is saved."""
    if not (model_admin.has_add_permission(request) or model_admin.has_change_permission(request)):
        raise PermissionDenied
    editor = Editor(request, Reaction())
    return JsonResponse({"sentence": editor.sentence(), **editor.next_times()})


def drawn(request: HttpRequest, model_admin, editor: Editor, *, may: bool) -> HttpResponse:
    stored = Reaction.objects.filter(pk=editor.reaction.pk).first() if editor.reaction.pk else None
    sentence, times = editor.sentence(), editor.next_times()
    if editor.is_rearranged:
        editor.be_quiet()
    kinds = sorted(ACTIONS.values(), key=lambda kind: kind.label)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": str(stored) if stored else "Add a reaction",
        "opts": model_admin.opts,
        "original": stored,
        "stored": stored,
        "editor": editor,
        "form": editor.form,
        "sentence": sentence,
        "times": times,
        "zone": zone_told(),
        "reaction_kinds": Reaction.Kind.choices,
        "occurrences": latest(stored) if stored and editor.is_timed else [],
        "kinds": [(FILTER, "Filter: go on only if"), *((kind.handle, kind.label) for kind in kinds)],
        "may": may,
        "may_add": model_admin.has_add_permission(request),
        "may_delete": model_admin.has_delete_permission(request),
        "may_try": model_admin.has_dry_run_permission(request),
        "media": model_admin.media + editor.form.media + ActionForm(handle=FILTER, trigger="").media,
    }
    return TemplateResponse(request, "admin/reactions/editor.html", context)
