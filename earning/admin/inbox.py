"""Incentives → Approvals: what waits for a second person, one page for awards and for adjustments, one or many at once."""

from collections.abc import Iterator
from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from cxmanager.moments import moment_of
from cxmanager.refusals import Refusal
from earning.amounts import in_words
from earning.awards import approvals as deciding
from earning.awards.approvals import WHY_REJECTED, waiting_counts
from earning.ledger import adjusting
from earning.models import Adjustment, Award
from earning.wording import what_of
from profiles.admin.acting import profile_page
from profiles.cause import Cause

SHOWN = 50
# How old the number in the sidebar may be.
KEPT_SECONDS = 30
KEPT_AS = "earning:waiting"


class DecideForm(forms.Form):
    """What is chosen is judged row by row; here only that there is something, and a reason to reject."""

    chosen = forms.MultipleChoiceField(required=False)
    reason = forms.CharField(
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text="Why. Needed to reject; kept on the customer's timeline.",
    )
    decision = forms.ChoiceField(choices=[("approve", "Approve"), ("reject", "Reject")])

    def clean(self) -> dict:
        cleaned = super().clean()
        if not cleaned.get("chosen"):
            raise forms.ValidationError("Choose what to decide about.", code="nothing_chosen")
        if cleaned.get("decision") == "reject" and not cleaned.get("reason", "").strip():
            self.add_error("reason", WHY_REJECTED)
        return cleaned

    def add_error(self, field: str | None, error) -> None:
        super().add_error(field, error)
        if field == "reason":
            # Far down the page.
            self.fields["reason"].widget.attrs["autofocus"] = True


@dataclass(frozen=True)
class Waiting:
    """One thing that waits, as the page shows it. `no` is why this person cannot decide it."""

    key: str
    row: Award | Adjustment
    what: str
    why: str
    asked: str
    url: str
    no: Refusal | None

    @property
    def profile_url(self) -> str:
        return profile_page(self.row.card.profile)


def approvals(request: HttpRequest, model_admin) -> HttpResponse:
    """The page; a POST decides. Analysts look, and decide nothing."""
    may_decide = request.user.has_perm("earning.approve_award")
    if not (may_decide or request.user.has_perm("earning.view_award")):
        raise PermissionDenied
    if request.method == "POST" and not may_decide:
        raise PermissionDenied
    waiting = list(all_waiting(request.user))
    form = DecideForm(request.POST if request.method == "POST" else None)
    form.fields["chosen"].choices = [(one, one) for one in request.POST.getlist("chosen")]
    if request.method == "POST" and form.is_valid():
        decide(request, form.cleaned_data)
        return HttpResponseRedirect(reverse("admin:earning_adjustment_approvals"))
    counts = waiting_counts()
    context = {
        **model_admin.admin_site.each_context(request),
        "title": "Approvals",
        "is_page_of_sidebar": True,
        "opts": model_admin.opts,
        "waiting": waiting,
        "more": max(0, sum(counts.values()) - len(waiting)),
        "chosen": set(request.POST.getlist("chosen")),
        "form": form,
        "may_decide": may_decide,
        "media": model_admin.media,
    }
    return TemplateResponse(request, "admin/earning/approvals.html", context, status=422 if form.errors else 200)


def all_waiting(user) -> Iterator[Waiting]:
    """Adjustments, which a colleague asked for, then awards; the oldest first. Two queries."""
    rows = Adjustment.objects.filter(state=Adjustment.State.WAITING).order_by("pk")
    for one in rows.select_related("card__profile", "card__program", "requested_by")[:SHOWN]:
        sign = "" if one.amount > 0 else "−"
        yield Waiting(
            key=f"adjustment-{one.pk}",
            row=one,
            what=f"{sign}{in_words(abs(one.amount), one.unit)}",
            why=f"Adjustment: {one.reason}",
            asked=f"{f'Asked for by {one.requested_by}' if one.requested_by else 'Asked for'}, {moment_of(one.requested_at)}",
            url="",
            no=adjusting.why_not_decided_by(one, user),
        )
    awards = Award.objects.waiting().select_related("card__profile", "card__program", "badge", "transaction")
    for one in awards[:SHOWN]:
        yield Waiting(
            key=f"award-{one.pk}",
            row=one,
            what=what_of(one),
            why=f"Rule “{one.name}”" + (f": {one.working}" if one.working else ""),
            asked=f"{one.transaction or one.get_source_display()}, {moment_of(one.created_at)}",
            url=reverse("admin:earning_award_change", args=[one.pk]),
            no=None,
        )


def decide(request: HttpRequest, cleaned: dict) -> None:
    """Each in a transaction of its own, so that one refusal keeps nothing else from being decided."""
    at, cause = timezone.now(), Cause.by_staff(request.user, reason=cleaned["reason"].strip())
    approves, done, refused = cleaned["decision"] == "approve", 0, []
    for row in chosen_rows(cleaned["chosen"]):
        try:
            verb_of(row, approves=approves)(row, at=at, cause=cause)
            done += 1
        except Refusal as no:
            refused.append(f"{row.card.profile}: {no}")
    cache.delete(KEPT_AS)
    if done:
        what = "approved" if approves else "rejected"
        messages.success(request, f"One was {what}." if done == 1 else f"{done} were {what}.")
    for said in refused:
        messages.error(request, said)


def chosen_rows(keys: list[str]) -> Iterator[Award | Adjustment]:
    """The rows that were ticked, whatever became of them since the page was shown."""
    for model in (Adjustment, Award):
        prefix = f"{model._meta.model_name}-"
        wanted = [key.removeprefix(prefix) for key in keys if key.startswith(prefix)]
        wanted = [int(one) for one in wanted if one.isdigit() and len(one) < 19]
        yield from model.objects.filter(pk__in=wanted).select_related("card__profile", "card__program").order_by("pk")


def verb_of(row: Award | Adjustment, *, approves: bool):
    module = deciding if isinstance(row, Award) else adjusting
    return module.approve if approves else module.reject


def badge(request: HttpRequest) -> str:
    """How many wait, for the sidebar: kept for some seconds, since it stands on every page."""
    if not request.user.has_perm("earning.approve_award"):
        return ""
    count = cache.get_or_set(KEPT_AS, lambda: sum(waiting_counts().values()), KEPT_SECONDS)
    return f"{count:,}" if count else ""
