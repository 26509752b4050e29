"""Incentives → Bulk issues: each with its progress, live while it runs, and a button to stop it."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.text import Truncator
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from benefits.models import BenefitBatch
from cxmanager.moments import moment_of
from cxmanager.refusals import Refusal
from profiles.admin.acting import Act, ConfirmForm, perform, sent
from profiles.admin.reading import FactsAdmin, may

WORDS_SHOWN = 500
STATES = {"Done": "success", "Failed": "danger", "Cancelled": "warning", "Running": "info", "Waiting": "info"}


@admin.register(BenefitBatch)
class BenefitBatchAdmin(FactsAdmin, ModelAdmin):
    change_form_template = "admin/benefits/batch.html"
    list_display = ["titled", "to_whom", "state", "matched", "issued_total", "skipped", "by", "asked"]
    list_display_links = ["titled"]
    list_select_related = ["definition", "job", "user"]
    list_filter = [("job__state", admin.ChoicesFieldListFilter)]
    fieldsets = [(None, {"fields": ("to_whom", ("by", "asked", "reason"))})]
    actions_detail = ["stop"]

    has_bulk_issue_permission = may("benefits.bulk_issue_benefit")

    @display(description="Benefit", ordering="definition__name")
    def titled(self, batch: BenefitBatch) -> str:
        return batch.definition.name

    @display(description="To whom")
    def to_whom(self, batch: BenefitBatch):
        """The segment, which leads to its page while it is there, or how else they were chosen; and what had to hold of them."""
        whom = batch.issued_to[:1].upper() + batch.issued_to[1:]
        if batch.segment_id is not None:
            url = reverse("admin:profiles_segment_change", args=[batch.segment_id])
            whom = format_html('<a class="cx-link" href="{}">{}</a>', url, whom)
        words = Truncator(batch.condition_in_words()).chars(WORDS_SHOWN)
        return format_html('{} <span class="cx-subtle">{}</span>', whom, words) if words else whom or None

    @display(description="State", label=STATES)
    def state(self, batch: BenefitBatch) -> str:
        return batch.job.get_state_display()

    @display(description="Issued")
    def issued_total(self, batch: BenefitBatch) -> str:
        return f"{batch.issued:,}"

    @display(description="By")
    def by(self, batch: BenefitBatch) -> str | None:
        return batch.user and str(batch.user)

    @display(description="Asked for", ordering="id")
    def asked(self, batch: BenefitBatch) -> str:
        return moment_of(batch.created_at)

    def get_actions_detail(self, request: HttpRequest, object_id) -> list:
        is_over = BenefitBatch.objects.filter(pk=object_id, job__state__in=BenefitBatch.job.field.related_model.OVER)
        return [] if is_over.exists() else super().get_actions_detail(request, object_id)

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        context["progress"] = progress_of(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def progress_view(self, request: HttpRequest, batch_id: int) -> JsonResponse:
        """How far it is, as JSON, for the page that watches it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = BenefitBatch.objects.select_related("definition", "job")
        return JsonResponse(progress_of(get_object_or_404(rows, pk=batch_id)))

    @action(description="Stop", url_path="stop", icon="stop_circle", permissions=["bulk_issue"])
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        batch = get_object_or_404(BenefitBatch.objects.select_related("definition", "job"), pk=object_id)
        over = Refusal("This bulk issue is already over.", code="already_over")
        act = Act(
            title="Stop the bulk issue",
            subtitle=str(batch),
            button="Stop it",
            back=reverse("admin:benefits_benefitbatch_change", args=[batch.pk]),
            is_danger=True,
            no=over if batch.job.is_over else None,
            sentences=["It ends after its current step. Those who have theirs keep it; the others get none."],
        )

        def do(_) -> str:
            if not batch.job.request_cancel():
                raise over
            return "The bulk issue ends after its current step."

        return perform(request, self, act, ConfirmForm(sent(request)), do)

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.progress_view)
        return [path("<int:batch_id>/progress/", view, name="benefits_benefitbatch_progress"), *super().get_urls()]


def progress_of(batch: BenefitBatch) -> dict:
    """What the page shows, and asks for again every second until it is over."""
    job = batch.job
    left = max(0, batch.matched - batch.issued - batch.skipped)
    return {
        "state": job.get_state_display(),
        "is_over": job.is_over,
        "percent": 100 if not batch.matched else (batch.matched - left) * 100 // batch.matched,
        "matched": batch.matched,
        "issued": batch.issued,
        "skipped": batch.skipped,
        "left": left,
        "error": job.error,
        "sentence": sentence_about(batch, left=left),
    }


def sentence_about(batch: BenefitBatch, *, left: int) -> str:
    done = f"{batch.issued:,} of {batch.matched:,} customers have theirs"
    skipped = f", {batch.skipped:,} were deleted before their turn" if batch.skipped else ""
    match batch.job.state:
        case "queued":
            return f"It waits for the background worker. {done}."
        case "running":
            return f"{done}{skipped}; {left:,} to go."
        case "cancelled":
            return f"Stopped. {done}{skipped}; {left:,} get none."
        case "failed":
            return f"Ended early. {done}{skipped}; {left:,} get none."
    return f"Done. {done}{skipped}."
