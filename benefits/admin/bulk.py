"""Issuing one benefit to many customers: to those listed or uploaded, or to those selected in the list of profiles."""

from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget
from uuid_utils.compat import uuid7

from benefits.admin import previewing
from benefits.admin.acting import Act, ActForm, perform, sent
from benefits.batching import start_batch
from benefits.models import BenefitDefinition
from cxmanager.imports.sheets import MOST_BYTES
from profiles.cause import Cause
from profiles.models import Identity, Profile
from profiles.phones import read_phone

AT_ONCE = 1_000
UNKNOWN_NAMED = 5


class BatchForm(ActForm):
    # The same form sent twice, by a double click or a reload, starts one bulk issue.
    form_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"form_id": uuid7()}, **kwargs)


class ListedForm(BatchForm):
    customers = forms.CharField(
        required=False,
        max_length=2_000_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
        help_text="One on each line: e-mail address, mobile phone, card number or other identity, or profile id.",
    )
    file = forms.FileField(
        required=False,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.txt,text/csv,text/plain"}),
        label="Or a file of them",
        help_text="Text or CSV up to 10 MB. The first cell of each line counts.",
    )
    field_order = ["customers", "file", "reason"]

    def clean_file(self):
        upload = self.cleaned_data.get("file")
        if upload is None:
            return None
        if upload.size > MOST_BYTES:
            raise forms.ValidationError("The file is larger than 10 MB. Split it into several.")
        try:
            return upload.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise forms.ValidationError("This is not a text file in UTF-8.") from error

    def clean(self) -> dict:
        cleaned = super().clean()
        if not self.errors:
            both = f"{cleaned.get('customers') or ''}\n{cleaned.get('file') or ''}"
            cleaned["named"] = names_in(both)
            if not cleaned["named"]:
                raise forms.ValidationError("Name at least one customer, or choose a file.", code="nobody")
        return cleaned


class SelectedForm(BatchForm):
    definition = forms.ModelChoiceField(
        queryset=BenefitDefinition.objects.none(),
        label="Benefit",
        empty_label="Choose one",
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": "Choose the benefit to issue."},
    )
    field_order = ["definition", "reason"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["definition"].queryset = BenefitDefinition.objects.issuable().order_by("name", "id")


def names_in(text: str) -> list[str]:
    """The first cell of each line, once, without a header and quotes."""
    cells = (
        line.replace(";", ",").split(",")[0].strip().strip("\"'").strip()
        for line in text.replace("\0", "").splitlines()
    )
    headers = {"email", "e-mail", "profile_id", "id", "identity", "phone", "customer"}
    return [cell for cell in dict.fromkeys(cells) if cell and cell.lower() not in headers]


def resolve(names: list[str]) -> tuple[set[UUID], list[str]]:
    """The profiles that these names are, and the names that are nobody or several. A few queries for each thousand."""
    known: set[UUID] = set()
    unknown: list[str] = []
    for start in range(0, len(names), AT_ONCE):
        found: dict[str, set[UUID]] = {}
        for name, pk in _found(names[start : start + AT_ONCE]):
            found.setdefault(name, set()).add(pk)
        for name in names[start : start + AT_ONCE]:
            meant = found.get(name.lower(), set())
            if len(meant) == 1:
                known |= meant
            else:
                unknown.append(f"{name} (several)" if meant else name)
    return known, unknown


def _found(names: list[str]):
    """(name in lower case, profile id) of those that are somebody: by id, e-mail, phone, identity."""
    living = Profile.objects.living()
    ids = {as_uuid(name): name for name in names}
    ids.pop(None, None)
    yield from ((ids[pk].lower(), pk) for pk in living.filter(pk__in=ids).values_list("pk", flat=True))
    yield from living.filter(email__in=[name.lower() for name in names]).values_list("email", "pk")
    phones = {number: name.lower() for name in names if (number := as_phone(name))}
    for number, pk in living.filter(mobile_phone_e164__in=phones).values_list("mobile_phone_e164", "pk"):
        yield phones[number], pk
    identities = Identity.objects.filter(identifier__in=names, profile__deleted_at=None)
    for identifier, pk in identities.values_list("identifier", "profile_id"):
        yield identifier.lower(), pk


def as_uuid(name: str) -> UUID | None:
    try:
        return UUID(name)
    except ValueError:
        return None


def as_phone(name: str) -> str | None:
    if sum(character.isdigit() for character in name) < 6 or "@" in name or as_uuid(name):
        return None
    try:
        return read_phone(name).e164
    except forms.ValidationError:
        return None


def issue_to_listed(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    """The page of a definition on which a program manager names the customers."""
    definition = get_object_or_404(BenefitDefinition, pk=object_id)
    at = timezone.now()
    act = Act(
        title="Issue to many",
        subtitle=definition.name,
        button="Issue it to them",
        back=reverse("admin:benefits_benefitdefinition_change", args=[definition.pk]),
        no=definition.why_not_given_out(),
        sentences=[
            "Each customer gets one, once, in the background.",
            f"Issued now: {previewing.end_of(definition, at=at)}",
        ],
        context={"is_multipart": True},
    )

    def do(cleaned: dict) -> HttpResponse:
        known, unknown = resolve(cleaned["named"])
        if unknown:
            raise forms.ValidationError(sentence_about(unknown), code="unknown_customers")
        cause = Cause.by_staff(request.user, reason=cleaned["reason"])
        batch = start_batch(definition, at=timezone.now(), cause=cause, profile_ids=known, asked_as=cleaned["form_id"])
        return HttpResponseRedirect(reverse("admin:benefits_benefitbatch_change", args=[batch.pk]))

    return perform(
        request, model_admin, act, ListedForm(sent(request), request.FILES if request.method == "POST" else None), do
    )


def sentence_about(unknown: list[str]) -> str:
    shown = ", ".join(name[:60] for name in unknown[:UNKNOWN_NAMED])
    more = f" and {len(unknown) - UNKNOWN_NAMED:,} more" if len(unknown) > UNKNOWN_NAMED else ""
    return f"Not exactly one customer is known as: {shown}{more}. Correct or remove them; nothing was issued."


@admin.action(description="Issue a benefit to the selected", permissions=["bulk_issue"])
def issue_to_selected(model_admin, request: HttpRequest, queryset: QuerySet) -> HttpResponse:
    """The action in the list of profiles: asks which benefit and why, and issues it to all that the list's selection means."""
    if not request.user.has_perm("benefits.bulk_issue_benefit"):
        raise PermissionDenied
    is_answered = "confirmed" in request.POST
    chosen = queryset.living()
    number = chosen.count()
    act = Act(
        title="Issue to many",
        subtitle=f"{number:,} {'customer' if number == 1 else 'customers'}",
        button="Issue it to them",
        back=request.get_full_path(),
        sentences=["Each customer gets one, once, in the background."],
        context={"selection": selection_of(request), "action_name": "issue_to_selected"},
    )

    def do(cleaned: dict) -> HttpResponse:
        cause = Cause.by_staff(request.user, reason=cleaned["reason"])
        batch = start_batch(
            cleaned["definition"], at=timezone.now(), cause=cause, profiles=chosen, asked_as=cleaned["form_id"]
        )
        return HttpResponseRedirect(reverse("admin:benefits_benefitbatch_change", args=[batch.pk]))

    form = SelectedForm(request.POST if is_answered else None)
    return perform(request, model_admin, act, form, do)


def selection_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What the list's form sent, to be sent again with the answer: the rows ticked, or that all are meant."""
    ticked = [("_selected_action", pk) for pk in request.POST.getlist("_selected_action")]
    return [*ticked, ("select_across", request.POST.get("select_across", "0")), ("index", "0")]


def offer_in_list_of_profiles() -> None:
    """Add the action to the list of profiles, whose admin knows no benefits. Called once, when the admin is set up."""
    profile_admin = admin.site.get_model_admin(Profile)
    profile_admin.has_bulk_issue_permission = lambda request: request.user.has_perm("benefits.bulk_issue_benefit")
    profile_admin.actions = [*(profile_admin.actions or []), issue_to_selected]
