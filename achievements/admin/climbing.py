"""Staff add to a customer's count, or put it right. Each page says what follows; the verb's refusal is shown there."""

from decimal import Decimal
from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminDecimalFieldWidget, UnfoldAdminSelectWidget
from uuid_utils.compat import uuid7

from achievements.admin.wording import count_told
from achievements.models import Achievement, AchievementDefinition
from achievements.models.counted import MOST_AT_ONCE
from achievements.refusals import refusal
from profiles.admin.acting import Act, ActForm, back_to, perform, profile_page, sent
from profiles.cause import Cause
from profiles.models import Profile


class ProgressForm(ActForm):
    definition = forms.ModelChoiceField(
        queryset=AchievementDefinition.objects.none(),
        label="Achievement",
        empty_label="Choose the achievement",
        widget=UnfoldAdminSelectWidget,
        error_messages={
            "required": "Choose the achievement.",
            "invalid_choice": "Nothing counts towards this achievement any more.",
        },
    )
    count = forms.DecimalField(
        min_value=Decimal("0.01"),
        max_value=MOST_AT_ONCE,
        decimal_places=2,
        initial=1,
        widget=UnfoldAdminDecimalFieldWidget,
        label="How much",
        help_text="What it adds to the count.",
    )
    # The same form sent twice, by a double click or a reload, counts once.
    form_id = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ["definition", "count", "reason", "form_id"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"form_id": uuid7(), **kwargs.pop("initial", {})}, **kwargs)
        self.fields["definition"].queryset = (
            AchievementDefinition.objects.living().filter(is_published=True).order_by("name")
        )


class CorrectForm(ActForm):
    count = forms.DecimalField(
        min_value=0,
        max_digits=18,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget,
        label="What it should count",
        help_text="Levels that were reached stay. Levels that it now reaches are unlocked.",
    )
    field_order = ["count", "reason"]


def progress(request: HttpRequest, model_admin, profile_id: UUID) -> HttpResponse:
    """The page on which staff count something for a customer."""
    profile = get_object_or_404(Profile, pk=profile_id)
    if not model_admin.has_progress_permission(request):
        raise PermissionDenied
    act = Act(
        title="Count towards an achievement",
        subtitle=str(profile),
        button="Count it",
        back=back_to(request, profile_page(profile)),
        no=refusal("profile_inactive") if profile.deleted_at else None,
        sentences=[
            "For what the programme does not count by itself. A count only goes up; putting one right is a permission of its own."
        ],
    )

    def do(cleaned: dict) -> str:
        definition = cleaned["definition"]
        standing = definition.progress(
            profile,
            at=timezone.now(),
            cause=Cause.by_staff(request.user, reason=cleaned["reason"]),
            count=cleaned["count"],
            source=f"form-{cleaned['form_id']}",
        )
        levels = [definition.level_said(one) for one in standing.unlocked]
        unlocked = f" Unlocked: {', '.join(levels)}." if levels else ""
        return f"“{definition.name}” counts {count_told(standing.achievement.count)} now.{unlocked}"

    form = ProgressForm(sent(request), initial={"definition": request.GET.get("definition")})
    return perform(request, model_admin, act, form, do)


def correct(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    """The page on which a count is put right."""
    row = get_object_or_404(Achievement.objects.select_related("definition", "profile"), pk=object_id)
    act = Act(
        title="Correct the count",
        subtitle=f"{row.profile}: {row.definition.name}",
        button="Correct it",
        back=reverse("admin:achievements_achievement_change", args=[row.pk]),
        sentences=[f"It counts {count_told(row.count)} now, at level {row.level}."],
    )

    def do(cleaned: dict) -> str:
        cause = Cause.by_staff(request.user, reason=cleaned["reason"])
        row.correct(cleaned["count"], at=timezone.now(), cause=cause)
        return f"It counts {count_told(row.count)} now."

    return perform(request, model_admin, act, CorrectForm(sent(request)), do)
