"""What is done with one earning rule: activate, deactivate, archive, restore, duplicate, delete; and rules as files."""

import json

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import ProtectedError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminTextInputWidget

from cxmanager.refusals import Refusal
from earning.admin.choosing import choice_of, chosen_program
from earning.admin.rule_editing import page_of
from earning.models import EarningRule
from earning.rulebook.documents import free_handle
from earning.rulebook.keeping import export, import_all
from profiles.admin.acting import Act, ConfirmForm, perform, sent

LARGEST_FILE = 2_000_000

# What each step means for customers, and what is said when it is done.
STEPS = {
    "activate": (
        "Activate",
        "From now on it awards, within its dates. What happened before is not gone through again.",
        "“{}” is active.",
    ),
    "deactivate": (
        "Deactivate",
        "From now on it awards nothing. What customers got by it stays theirs, and you can activate it again.",
        "“{}” is inactive.",
    ),
    "archive": (
        "Archive",
        "It awards nothing any more and leaves the list. What customers got by it stays theirs, and you can bring it back.",
        "“{}” is archived.",
    ),
    "restore": (
        "Restore",
        "It comes back from the archive, inactive: it awards nothing until you activate it.",
        "“{}” is back, inactive.",
    ),
}


def found(object_id) -> EarningRule:
    return get_object_or_404(EarningRule.objects.whole(), pk=object_id)


def step(request: HttpRequest, model_admin, object_id, doing: str) -> HttpResponse:
    """The page that says what a step means, and its button."""
    if not model_admin.has_change_permission(request):
        raise PermissionDenied
    rule = found(object_id)
    title, sentence, done = STEPS[doing]
    act = Act(
        title=title,
        subtitle=rule.name,
        button=f"{title} it",
        back=page_of(rule),
        is_danger=doing == "archive",
        sentences=[sentence],
        no=rule.why_not_activatable() if doing == "activate" else None,
    )

    def do(_) -> str:
        getattr(rule, doing)(at=timezone.now(), user=request.user)
        return done.format(rule.name)

    return perform(request, model_admin, act, ConfirmForm(sent(request)), do)


class DuplicateForm(forms.Form):
    name = forms.CharField(
        max_length=191, widget=UnfoldAdminTextInputWidget, help_text="What customers and staff read on the copy."
    )
    handle = forms.SlugField(
        max_length=191,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Its own short name. Empty: made of the name.",
    )


def duplicate(request: HttpRequest, model_admin, object_id) -> HttpResponse:
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    rule = found(object_id)
    name = f"{rule.name} (copy)"[:191]
    form = DuplicateForm(sent(request), initial={"name": name, "handle": free_handle(rule.program, name)})
    act = Act(
        title="Duplicate",
        subtitle=rule.name,
        button="Make the copy",
        back=page_of(rule),
        sentences=["The copy says the same and is a draft: it awards nothing until you activate it."],
    )

    def do(cleaned: dict) -> HttpResponse:
        changes = {key: value for key, value in cleaned.items() if value}
        copy = rule.duplicate(at=timezone.now(), user=request.user, **changes)
        messages.success(request, f"This is the copy of “{rule.name}”. Change what differs and save it.")
        return HttpResponseRedirect(page_of(copy))

    return perform(request, model_admin, act, form, do)


def remove(request: HttpRequest, model_admin, object_id) -> HttpResponse:
    if not model_admin.has_delete_permission(request):
        raise PermissionDenied
    rule = found(object_id)
    act = Act(
        title="Delete",
        subtitle=rule.name,
        button="Delete it",
        back=page_of(rule),
        is_danger=True,
        sentences=["It goes with its versions. Nobody has earned by it."],
        no=rule.why_not_deletable(),
    )

    def do(_) -> HttpResponse:
        try:
            rule.delete()
        except ProtectedError:
            # Somebody earned by it between the question and the answer.
            raise rule.why_not_deletable() or Refusal("This rule is in use.", code="rule_in_use") from None
        messages.success(request, f"“{rule.name}” was deleted.")
        return HttpResponseRedirect(list_page())

    return perform(request, model_admin, act, ConfirmForm(sent(request)), do)


def list_page() -> str:
    return reverse("admin:earning_earningrule_changelist")


# --- Files ------------------------------------------------------------------------------------------------------------


def as_file(rules) -> HttpResponse:
    """The rules as the JSON that `import_all` reads."""
    rules = list(rules)
    name = rules[0].handle if len(rules) == 1 else "earning-rules"
    return HttpResponse(
        json.dumps(export(rules), indent=2, ensure_ascii=False) + "\n",
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}.json"'},
    )


def export_one(request: HttpRequest, model_admin, object_id) -> HttpResponse:
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    return as_file([found(object_id)])


class ImportForm(forms.Form):
    file = forms.FileField(
        label="File",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".json,application/json"}),
        help_text="Rules that were exported here or on another installation, as JSON.",
    )

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError("This file is too large to hold earning rules.")
        try:
            return json.loads(file.read().decode("utf-8-sig"))
        except (ValueError, RecursionError) as error:
            raise ValidationError("This is not a JSON file.") from error


def import_rules(request: HttpRequest, model_admin) -> HttpResponse:
    """Write the rules of a file into the chosen program, all or none."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    program = chosen_program(request)
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made, changed = import_all(form.cleaned_data["file"], program=program, at=timezone.now(), user=request.user)
        except ValidationError as error:
            for sentence in told_by_place(error):
                form.add_error("file", sentence)
        else:
            new = f"{len(made):,} {'rule is' if len(made) == 1 else 'rules are'} new"
            messages.success(request, f"{new}, {len(changed):,} {'was' if len(changed) == 1 else 'were'} changed.")
            return HttpResponseRedirect(list_page())
    context = {
        **model_admin.admin_site.each_context(request),
        **choice_of(request),
        "title": "Import earning rules",
        "opts": model_admin.opts,
        "form": form,
        "media": model_admin.media,
        "back": list_page(),
    }
    return TemplateResponse(request, "admin/earning/import.html", context)


def told_by_place(error: ValidationError) -> list[str]:
    """“Rule 3, conditions.per_amount: …”, in the order of the file."""
    sentences = []
    for place, said in getattr(error, "message_dict", {"": error.messages}).items():
        number, _, rest = place.removeprefix("earning_rules.").partition(".")
        where = f"Rule {int(number) + 1}{f', {rest}' if rest else ''}: " if number.isdecimal() else ""
        sentences += [f"{where}{one}" for one in said]
    return sentences
