"""Loyalty setup → Back-tests: what a rule would have given in past days; live while it is worked out, and a button to stop it."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models.fields.json import KeyTransform
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from cxmanager.refusals import Refusal
from earning.admin.backtest_form import OWN, BackTestForm, subject_of
from earning.admin.backtest_result import shown_result
from earning.admin.choosing import OfChosenProgramMixin, choice_of, chosen_program
from earning.admin.rule_editor import names_of
from earning.backtesting.answering import answer_of
from earning.backtesting.starting import start
from earning.models import BackTest, EarningRule
from earning.refusals import refusal
from earning.rulebook.wording import sentence_of
from jobs.models import Job
from profiles.admin.acting import Act, ConfirmForm, perform, sent
from profiles.admin.reading import FactsAdmin, may
from profiles.cause import Cause

STATES = {"Done": "success", "Failed": "danger", "Cancelled": "warning", "Running": "info", "Waiting": "info"}
# What the answer needs of a result. The days, which may be a thousand, stay where they are.
ANSWERED_BY = ("transactions", "live", "draft", "rule", "difference")
EARLIER_SHOWN = 10


@admin.register(BackTest)
class BackTestAdmin(OfChosenProgramMixin, FactsAdmin, ModelAdmin):
    change_form_template = "admin/earning/backtest.html"
    list_display = ["titled", "tested_days", "state", "said", "by", "asked"]
    list_display_links = ["titled"]
    list_filter = [("job__state", admin.ChoicesFieldListFilter)]
    fieldsets = [(None, {"fields": (("by", "asked"),)})]
    actions_list = ["begin"]
    actions_detail = ["stop"]

    has_start_permission = may("earning.add_backtest")

    def get_queryset(self, request: HttpRequest):
        rows = super().get_queryset(request).select_related("program", "rule", "job__created_by")
        return rows if request.resolver_match.kwargs.get("object_id") else without_days(rows)

    def lookup_allowed(self, lookup: str, value, request: HttpRequest) -> bool:
        return lookup == "rule__id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description="Rule")
    def titled(self, test: BackTest) -> str:
        return test.document.get("name") or "Draft"

    @display(description="Days", ordering="starts_on")
    def tested_days(self, test: BackTest) -> str:
        return days_in_words(test)

    @display(description="State", label=STATES)
    def state(self, test: BackTest) -> str:
        return test.job.get_state_display()

    @display(description="What it said")
    def said(self, test: BackTest) -> str:
        return answer_in_words(test)

    @display(description="By")
    def by(self, test: BackTest) -> str | None:
        return test.job.created_by and str(test.job.created_by)

    @display(description="Asked for", ordering="id")
    def asked(self, test: BackTest) -> str:
        return date_format(timezone.localtime(test.created_at), "j M Y, H:i")

    # --- Pages --------------------------------------------------------------------------------------------------------

    @action(description="Back-test a rule", url_path="start", icon="play_arrow", permissions=["start"])
    def begin(self, request: HttpRequest) -> HttpResponse:
        """Choose the days and go. A rule that cannot be tested is told so."""
        subject = subject_of(request, chosen_program(request))
        program = subject.rule.program if subject.rule is not None else chosen_program(request)
        no = None if subject.is_testable else refusal("not_backtestable")
        form = BackTestForm(sent(request), program=program, subject=subject)
        if request.method == "POST" and no is None and form.is_valid():
            try:
                test = self._started(request, form, subject, program)
            except ValidationError as error:
                say(form, error)
            else:
                return HttpResponseRedirect(page_of(test))
        context = {
            **self.admin_site.each_context(request),
            **choice_of(request),
            "title": "Back-test",
            "opts": self.opts,
            "form": form,
            "no": no,
            "own": OWN,
            "subject": subject,
            "of": program,
            "sentence": sentence_about(subject.as_document(), program),
            "earlier": earlier_of(subject.rule) if subject.rule is not None else [],
            "back": rule_page(subject.rule) if subject.rule is not None else reverse(LIST),
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "admin/earning/backtest_start.html", context)

    def _started(self, request: HttpRequest, form: BackTestForm, subject, program) -> BackTest:
        rule = subject.rule or form.cleaned_data.get("rule")
        cause = Cause.by_staff(request.user)
        asked = {"draft": subject.document, "program": program, **form.days_asked()}
        return start(rule, **asked, at=timezone.now(), cause=cause)

    def render_change_form(self, request: HttpRequest, context, add=False, change=False, form_url="", obj=None):
        context |= {
            "progress": progress_of(obj),
            "days": days_in_words(obj),
            "sentence": sentence_about(obj.document, obj.program),
            "result": shown_result(obj) if obj.result else None,
            "rule_url": rule_page(obj.rule)
            if obj.rule_id and request.user.has_perm("earning.view_earningrule")
            else "",
            "may_start": self.has_start_permission(request),
            "earlier": [one for one in earlier_of(obj.rule) if one.pk != obj.pk] if obj.rule_id else [],
        }
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_actions_detail(self, request: HttpRequest, object_id) -> list:
        is_over = BackTest.objects.filter(pk=object_id, job__state__in=Job.OVER).exists()
        return [] if is_over else super().get_actions_detail(request, object_id)

    def progress_view(self, request: HttpRequest, object_id: int) -> JsonResponse:
        """How far it is, as JSON, for the page that watches it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return JsonResponse(progress_of(get_object_or_404(BackTest.objects.select_related("job"), pk=object_id)))

    @action(description="Stop", url_path="stop", icon="stop_circle", permissions=["start"])
    def stop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        test = get_object_or_404(BackTest.objects.select_related("job"), pk=object_id)
        over = Refusal("This back-test is already over.", code="already_over")
        act = Act(
            title="Stop the back-test",
            subtitle=str(test),
            button="Stop it",
            back=page_of(test),
            is_danger=True,
            no=over if test.job.is_over else None,
            sentences=["It ends after its current step and says nothing. No customer is touched either way."],
        )

        def do(_) -> str:
            if not test.job.request_cancel():
                raise over
            return "The back-test ends after its current step."

        return perform(request, self, act, ConfirmForm(sent(request)), do)

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.progress_view)
        return [path("<int:object_id>/progress/", view, name="earning_backtest_progress"), *super().get_urls()]


LIST = "admin:earning_backtest_changelist"


def without_days(rows):
    """The rows with what their answers need, and nothing else of the results."""
    parts = {f"told_{name}": KeyTransform(name, "result") for name in ANSWERED_BY}
    return rows.annotate(**parts).defer("result")


def earlier_of(rule: EarningRule) -> list[BackTest]:
    """The latest back-tests of a rule, with what they said. One query."""
    rows = without_days(BackTest.objects.filter(rule=rule).select_related("program", "job"))
    found = list(rows.order_by("-id")[: EARLIER_SHOWN + 1])
    for one in found:
        one.answer, one.days_told, one.url = answer_in_words(one), days_in_words(one), page_of(one)
    return found


def answer_in_words(test: BackTest) -> str:
    """Of a row of `without_days`, or of one that was read whole."""
    if test.job.state != Job.State.DONE:
        return sentence_of_job(test.job)
    result = (
        {name: getattr(test, f"told_{name}") for name in ANSWERED_BY}
        if "result" in test.get_deferred_fields()
        else test.result
    )
    return answer_of(result, days=count_of_days(test), currency=test.program.currency)


def progress_of(test: BackTest) -> dict:
    """What the page shows, and asks for again every second until it is over."""
    job = test.job
    return {
        "state": job.get_state_display(),
        "is_over": job.is_over,
        "percent": job.percent or 0,
        "error": job.error,
        "sentence": sentence_of_job(job),
    }


def sentence_of_job(job: Job) -> str:
    gone_through = f"{job.done:,} of {job.total:,} purchases are gone through" if job.total else "It begins"
    match job.state:
        case Job.State.QUEUED:
            return "It waits to be tried again." if job.error else "It waits for the background worker."
        case Job.State.RUNNING:
            return f"{gone_through}."
        case Job.State.CANCELLED:
            return "It was stopped, and says nothing."
        case Job.State.FAILED:
            return "It failed, and says nothing. No customer was touched."
    return f"{job.done:,} {'purchase was' if job.done == 1 else 'purchases were'} gone through."


def say(form: BackTestForm, error: ValidationError) -> None:
    """At the boxes of the days; what is wrong with the rule on top."""
    places = {"from": "starts_on", "to": "ends_on", "days": "days"}
    for place, errors in getattr(error, "error_dict", {"": [error]}).items():
        for one in errors:
            form.add_error(places.get(place), one)


def sentence_about(document: dict | None, program) -> str:
    return sentence_of(document, names_of(program), currency=program.currency) if document is not None else ""


def count_of_days(test: BackTest) -> int:
    return (test.ends_on - test.starts_on).days + 1


def days_in_words(test: BackTest) -> str:
    first, last = (date_format(one, "j M Y") for one in (test.starts_on, test.ends_on))
    return first if first == last else f"{first} – {last}"


def page_of(test: BackTest) -> str:
    return reverse("admin:earning_backtest_change", args=[test.pk])


def rule_page(rule: EarningRule) -> str:
    return reverse("admin:earning_earningrule_change", args=[rule.pk])
