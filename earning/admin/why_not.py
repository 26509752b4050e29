"""“Why did this rule give the customer nothing?”: choose a rule on the customer's page."""

from uuid import UUID

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget

from earning.explaining import WhyNot, why_not
from earning.models import EarningRule
from profiles.admin.acting import profile_page
from profiles.models import Profile
from transactions.wording import moment_of, total_of

NEEDED = ("earning.view_earningrule", "earning.view_loyaltycard", "profiles.view_profile")


class WhyNotForm(forms.Form):
    rule = forms.ModelChoiceField(
        queryset=EarningRule.objects.none(),
        required=False,
        empty_label="Choose a rule",
        widget=UnfoldAdminSelectWidget,
        help_text="Those that are not active as well.",
    )


def ask(request: HttpRequest, model_admin, profile_id: UUID) -> HttpResponse:
    """Ask, and read the answer. Nothing is written, so asking is a GET."""
    profile = get_object_or_404(Profile, pk=profile_id)
    if not all(request.user.has_perm(permission) for permission in NEEDED):
        raise PermissionDenied
    rules = EarningRule.objects.filter(program__in=profile.cards.values("program"))
    form = WhyNotForm(request.GET)
    form.fields["rule"].queryset = rules.exclude(status=EarningRule.Status.ARCHIVED).order_by("name", "pk")
    rule = form.cleaned_data["rule"] if form.is_valid() else None
    answer = why_not(rule, profile, at=timezone.now()) if rule is not None else None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Why not?",
        "opts": model_admin.opts,
        "profile": profile,
        "back": profile_page(profile),
        "form": form,
        "rule": rule,
        "answer": answer and in_words(answer),
        "media": model_admin.media + form.media,
    }
    return TemplateResponse(request, "admin/earning/why_not.html", context)


def in_words(answer: WhyNot) -> dict:
    sale = answer.transaction
    return {
        "text": answer.text,
        "is_applied": bool(answer.awards),
        "sale": sale and f"The sale of {moment_of(sale)}, {total_of(sale)}",
        "sale_url": sale and reverse("admin:transactions_transaction_change", args=[sale.pk]),
        "asked": answer.asked if answer.outcome is not None else "",
        "awards": answer.awards,
        "status": "" if answer.rule.status == EarningRule.Status.ACTIVE else answer.rule.get_status_display().lower(),
    }
