"""Earlier versions of a definition: what differs from today's, and bringing one back as a new change."""

import json

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from benefits.admin.acting import Act, ConfirmForm, perform, sent
from benefits.models import BenefitDefinition
from cxmanager.refusals import Refusal
from profiles.conditions.condition import Condition
from profiles.conditions.field import ConditionField
from profiles.conditions.reading import ConditionInvalid

# What a version does not bring back: archiving is a step of its own, and the row stays the row.
NOT_BROUGHT_BACK = {"id", "is_archived", "created_at", "updated_at"}


def show(request: HttpRequest, model_admin, object_id: str, version_id: str) -> HttpResponse:
    definition = get_object_or_404(BenefitDefinition, pk=object_id)
    if not model_admin.has_view_or_change_permission(request, definition):
        raise PermissionDenied
    version = get_object_or_404(definition.history.select_related("history_user"), pk=version_id)
    rows = differences(definition, version)
    act = Act(
        title="Earlier version",
        subtitle=f"{definition.name}, {when(version)}",
        button="Bring this version back",
        back=reverse("admin:benefits_benefitdefinition_history", args=[definition.pk]),
        sentences=[
            "Today's values are replaced by those on the right. That is a change like any other, in the history too."
        ]
        if rows
        else [],
        no=why_not(request, model_admin, definition, rows),
        template="admin/benefits/version.html",
        context={"differences": rows},
    )

    def do(_) -> str:
        bring_back(definition, version)
        return f"“{definition.name}” is again as it was on {when(version)}."

    return perform(request, model_admin, act, ConfirmForm(sent(request)), do)


def when(version) -> str:
    return f"{timezone.localtime(version.history_date):%-d %B %Y, %H:%M}"


def why_not(request: HttpRequest, model_admin, definition: BenefitDefinition, rows: list) -> Refusal | None:
    if not model_admin.has_change_permission(request, definition):
        return Refusal("You may look at earlier versions, but not bring them back.", code="not_permitted")
    if not rows:
        return Refusal("This version is the same as today's.", code="same_version")
    return None


def differences(definition: BenefitDefinition, version) -> list[dict]:
    """[{"label", "now", "then"}] of the fields that bringing it back would change."""
    rows = []
    for field in definition._meta.concrete_fields:
        now, then = getattr(definition, field.attname), getattr(version, field.attname)
        if field.name not in NOT_BROUGHT_BACK and (str(now) if field.name == "image" else now) != then:
            label = str(field.verbose_name)
            rows.append({"label": label[:1].upper() + label[1:], "now": shown(field, now), "then": shown(field, then)})
    now, then = set(definition.tags.values_list("handle", flat=True)), set(tags_of(version))
    if now != then:
        rows.append({"label": "Tags", "now": ", ".join(sorted(now)), "then": ", ".join(sorted(then))})
    return rows


def tags_of(version) -> list[str]:
    return [one.tag.handle for one in version.tags.select_related("tag")]


def shown(field, value) -> str:
    """A value as the form's reader knows it."""
    if value in (None, "", []):
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, ConditionField):
        return condition_in_words(value)
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def condition_in_words(given: dict) -> str:
    try:
        return Condition.of(given).words()
    except ConditionInvalid:
        # Asks for a fact that is no longer known: then as it was written.
        return json.dumps(given, ensure_ascii=False)


@transaction.atomic
def bring_back(definition: BenefitDefinition, version) -> None:
    """Set the definition's values to the version's. Raises ValidationError where the rules of today refuse them."""
    for field in definition._meta.concrete_fields:
        if field.name not in NOT_BROUGHT_BACK:
            setattr(definition, field.attname, getattr(version, field.attname))
    definition.full_clean()
    definition._change_reason = f"Brought back from {when(version)}"
    definition.save()
    definition.tags.set([one.tag_id for one in version.tags.all()])
