"""What a back-test is asked: a rule, as it is saved, as it was typed or as it was tested before, and the days."""

from dataclasses import dataclass

from django import forms
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminRadioSelectWidget, UnfoldAdminSelect2Widget

from earning.admin.simulating import rule_to_try, typed_draft
from earning.backtesting.starting import USUAL_DAYS
from earning.models import BackTest, EarningRule, Program
from earning.rules import TYPES
from earning.rules.conditions import PURCHASE

OWN = "own"
DAYS = [("30", "The last 30 days"), ("90", "The last 90 days"), ("365", "The last year"), (OWN, "From … to")]
TYPES_TESTED = [name for name, kind in TYPES.items() if PURCHASE in kind.hears]


@dataclass(frozen=True)
class Subject:
    """What is tested. `document` is that of a draft; None where the rule is tested as it is saved."""

    rule: EarningRule | None = None
    document: dict | None = None
    # Why the document is not the saved one.
    note: str = ""
    before: BackTest | None = None

    def as_document(self) -> dict | None:
        if self.document is not None:
            return self.document
        return self.rule.as_document() if self.rule is not None else None

    @property
    def is_testable(self) -> bool:
        document = self.as_document()
        return document is None or document.get("type") in TYPES_TESTED


def subject_of(request: HttpRequest, program: Program) -> Subject:
    """What the address asks about: `rule`, with `typed` what was typed of it, or `again` a back-test that was."""
    known = request.GET.get("again", "")
    if known.isdecimal() and len(known) < 19:
        before = BackTest.objects.select_related("program", "rule").filter(pk=known).first()
        if before is not None:
            note = "The rule is tested as it was then, whatever was changed since."
            return Subject(before.rule, before.document, note, before)
    rule = rule_to_try(request)
    document = typed_draft(request, rule, rule.program if rule is not None else program)
    note = "The rule is tested as you typed it. Nothing of that is saved." if document is not None else ""
    return Subject(rule, document, note)


class BackTestForm(forms.Form):
    """The rule is asked for only where the address names none."""

    rule = forms.ModelChoiceField(
        queryset=EarningRule.objects.none(),
        widget=UnfoldAdminSelect2Widget,
        empty_label="Choose a rule",
        help_text="Only rules about purchases can be tested, drafts too.",
    )
    days = forms.ChoiceField(
        label="Which days",
        choices=DAYS,
        initial=str(USUAL_DAYS),
        widget=UnfoldAdminRadioSelectWidget,
        help_text="The first three end yesterday, as today is not over yet.",
    )
    starts_on = forms.DateField(label="From", required=False, widget=UnfoldAdminDateWidget)
    ends_on = forms.DateField(
        label="To", required=False, widget=UnfoldAdminDateWidget, help_text="This day is the last. Empty: today."
    )

    def __init__(self, data, *, program: Program, subject: Subject):
        before = subject.before
        initial = {"days": OWN, "starts_on": before.starts_on, "ends_on": before.ends_on} if before is not None else {}
        super().__init__(data, initial=initial)
        if subject.as_document() is not None:
            del self.fields["rule"]
        else:
            rules = EarningRule.objects.filter(program=program, type__in=TYPES_TESTED)
            self.fields["rule"].queryset = rules.exclude(status=EarningRule.Status.ARCHIVED).order_by("name")

    def clean(self) -> dict:
        said = super().clean()
        if said.get("days") == OWN and not said.get("starts_on") and "starts_on" not in self.errors:
            self.add_error("starts_on", "Say from which day.")
        return said

    def days_asked(self) -> dict:
        """As `starting.start` takes them."""
        said = self.cleaned_data
        if said["days"] == OWN:
            return {"starts_on": said["starts_on"], "ends_on": said["ends_on"]}
        return {"days": int(said["days"])}
