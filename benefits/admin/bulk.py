"""Issuing one benefit to many customers: listed or uploaded, of a segment, found by a condition, or selected in the list of profiles."""

from types import MethodType
from uuid import UUID

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action

from benefits.admin import previewing
from benefits.admin.bulk_forms import ChosenForm, SelectedForm
from benefits.batching import start_batch
from benefits.models import BenefitBatch, BenefitDefinition
from cxmanager.identifiers import as_uuid
from profiles.admin.acting import Act, perform, sent
from profiles.cause import Cause
from profiles.conditions.field import or_none
from profiles.conditions.reading import parse
from profiles.models import Identity, Profile, Segment
from profiles.phones import read_phone
from profiles.searching import spellings

AT_ONCE = 1_000
# What an address of the list says that narrows nothing.
OF_PAGING = ("p", "o", "all")
UNKNOWN_NAMED = 5


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
    yield from _identified(names)


def _identified(names: list[str]):
    """(name in lower case, profile id) of those that are an identity: as it is written, else as the counter's box would find it."""
    meant: dict[str, list[str]] = {}
    for name in names:
        for spelt in spellings(name):
            meant.setdefault(spelt, []).append(name)
    rows = list(
        Identity.objects.filter(identifier__in=meant, profile__deleted_at=None).values_list("identifier", "profile_id")
    )
    exact = {identifier for identifier, _ in rows}
    for identifier, pk in rows:
        for name in meant[identifier]:
            if name == identifier or name not in exact:
                yield name.lower(), pk


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
        template="admin/benefits/issue_many.html",
        context={"is_multipart": True},
    )

    def do(cleaned: dict) -> HttpResponse:
        at, cause = timezone.now(), Cause.by_staff(request.user, reason=cleaned["reason"])
        batch = start_batch(definition, at=at, cause=cause, asked_as=cleaned["form_id"], **chosen_by(cleaned))
        return HttpResponseRedirect(page_of(batch))

    form = ChosenForm(sent(request), request.FILES if request.method == "POST" else None)
    return perform(request, model_admin, act, form, do)


def chosen_by(cleaned: dict) -> dict:
    """Who is meant, as `start_batch` takes it. Raises ValidationError for names that are nobody or several."""
    if cleaned["to"] == ChosenForm.To.SEGMENT:
        return {"segment": cleaned["segment"]}
    if cleaned["to"] == ChosenForm.To.CONDITION:
        return {"condition": cleaned["condition"]}
    known, unknown = resolve(cleaned["named"])
    if unknown:
        raise forms.ValidationError(sentence_about(unknown), code="unknown_customers")
    return {"profile_ids": known}


def page_of(batch: BenefitBatch) -> str:
    return reverse("admin:benefits_benefitbatch_change", args=[batch.pk])


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
        at, cause = timezone.now(), Cause.by_staff(request.user, reason=cleaned["reason"])
        whom = whole_list(request) or {"profiles": chosen}
        batch = start_batch(cleaned["definition"], at=at, cause=cause, asked_as=cleaned["form_id"], **whom)
        return HttpResponseRedirect(page_of(batch))

    form = SelectedForm(request.POST if is_answered else None)
    return perform(request, model_admin, act, form, do)


def whole_list(request: HttpRequest) -> dict:
    """The segment or condition, as `start_batch` takes it, where all that it shows were selected, narrowed by nothing else."""
    asked = {name: value for name, value in request.GET.items() if value and name not in OF_PAGING}
    if request.POST.get("select_across") != "1" or len(asked) != 1:
        return {}
    if "segment" in asked:
        segment = Segment.objects.filter(handle=asked["segment"]).first()
        return {"segment": segment} if segment is not None else {}
    # The list that was shown has read it already: it can be asked.
    condition = or_none(parse(asked["condition"])) if "condition" in asked else None
    return {"condition": condition} if condition is not None else {}


def selection_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What the list's form sent, to be sent again with the answer: the rows ticked, or that all are meant."""
    ticked = [("_selected_action", pk) for pk in request.POST.getlist("_selected_action")]
    return [*ticked, ("select_across", request.POST.get("select_across", "0")), ("index", "0")]


@action(description="Issue a benefit to them", url_path="issue", icon="group_add", permissions=["bulk_issue"])
def issue_to_segment(model_admin, request: HttpRequest, object_id: str) -> HttpResponse:
    """The page of a segment on which a program manager chooses what its customers get."""
    segment = get_object_or_404(Segment, pk=object_id)
    number = segment.profiles(at=timezone.now()).count()
    act = Act(
        title="Issue to many",
        subtitle=f"{segment.name}, {number:,} {'customer' if number == 1 else 'customers'} now",
        button="Issue it to them",
        back=reverse("admin:profiles_segment_change", args=[segment.pk]),
        sentences=["Each customer who belongs at this moment gets one, once, in the background."],
    )

    def do(cleaned: dict) -> HttpResponse:
        at, cause = timezone.now(), Cause.by_staff(request.user, reason=cleaned["reason"])
        batch = start_batch(cleaned["definition"], at=at, cause=cause, segment=segment, asked_as=cleaned["form_id"])
        return HttpResponseRedirect(page_of(batch))

    return perform(request, model_admin, act, SelectedForm(sent(request)), do)


def offer_among_customers() -> None:
    """Add the actions to the list of profiles and to the page of a segment, whose admins know no benefits. Called once."""
    for one in (
        profile_admin := admin.site.get_model_admin(Profile),
        segment_admin := admin.site.get_model_admin(Segment),
    ):
        one.has_bulk_issue_permission = may_issue_to_many
    profile_admin.actions = [*(profile_admin.actions or []), issue_to_selected]
    segment_admin.issue_to_segment = MethodType(issue_to_segment, segment_admin)
    segment_admin.actions_detail = [*segment_admin.actions_detail, "issue_to_segment"]


def may_issue_to_many(request: HttpRequest, object_id=None) -> bool:
    return request.user.has_perm("benefits.bulk_issue_benefit")
