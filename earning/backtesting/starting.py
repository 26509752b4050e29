"""A back-test is asked for: what is to be tested, over which days, and the job that does it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import transaction

from earning.models import BackTest, EarningRule, Program
from earning.refusals import refusal
from earning.rulebook.documents import document_of, read_document
from earning.rulebook.rulesets import RuleSet, read_rules, terms_of_draft
from earning.rules.conditions import PURCHASE
from earning.snapshot import RuleTerms
from jobs.models import Job
from profiles.cause import Cause

KIND = "earning.backtest"
LONGEST_DAYS = 1_100
USUAL_DAYS = 90


@transaction.atomic
def start(
    rule: EarningRule | None = None,
    *,
    draft: dict | None = None,
    days: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    program: Program | None = None,
    at: datetime,
    cause: Cause,
) -> BackTest:
    """Queue the job that asks this rule, or the draft in its place, about the sales of those days. `days` count up to yesterday.

    Raises ValidationError by place for a draft that is wrong or days that are none, Refusal `not_backtestable` for a rule
    that does not hear purchases.
    """
    program = program or (rule.program if rule is not None else Program.objects.default())
    document = document_of(rule) if draft is None else draft
    read = read_document(document, program=program)
    if PURCHASE not in read.conditions.hears:
        raise refusal("not_backtestable")
    first, last = days_meant(program, days=days, starts_on=starts_on, ends_on=ends_on, at=at)
    job = Job.objects.enqueue(KIND, at=at, user=cause.user)
    new = BackTest.objects.create(
        program=program, rule=rule, document=document, starts_on=first, ends_on=last, job=job, created_at=at
    )
    Job.objects.filter(pk=job.pk).update(arguments={"backtest": new.pk})
    job.arguments = {"backtest": new.pk}
    return new


def days_meant(
    program: Program, *, days: int | None, starts_on: date | None, ends_on: date | None, at: datetime
) -> tuple[date, date]:
    """The first and the last day, in the program's zone. Raises ValidationError."""
    today = at.astimezone(ZoneInfo(program.timezone)).date()
    if starts_on is None and ends_on is None:
        count = USUAL_DAYS if days is None else days
        if not 1 <= count <= LONGEST_DAYS:
            raise ValidationError({"days": f"Choose 1 to {LONGEST_DAYS:,} days."})
        return today - timedelta(days=count), today - timedelta(days=1)
    if days is not None:
        raise ValidationError({"days": "Say how many days, or from when to when."})
    last = ends_on or today
    first = starts_on or last
    # Nobody has bought anything then, so the answer would be that the rule gives nothing.
    ahead = {
        place: f"The {which} day must not be after today."
        for place, which, day in (("from", "first", starts_on), ("to", "last", ends_on))
        if day is not None and day > today
    }
    if ahead:
        raise ValidationError(ahead)
    if last < first:
        raise ValidationError({"to": "The last day must not be before the first."})
    if (last - first).days >= LONGEST_DAYS:
        raise ValidationError({"from": f"At most {LONGEST_DAYS:,} days are tested at once."})
    return first, last


def sides_of(test: BackTest) -> tuple[RuleSet, tuple[RuleTerms, ...], RuleTerms]:
    """The rules of the program, those that would be live with the tested one, and that one.

    It is asked as if it had been live then: its dates do not count, and where it is a saved rule it stands in its place.
    """
    read = read_document(test.document, program=test.program)
    rules = read_rules(test.program, drafts=[read])
    tested = replace(terms_of_draft(read, number=1), status="active", starts_at=None, ends_at=None)
    handle = test.rule.handle if test.rule is not None else tested.handle
    others = tuple(one for one in rules.live if one.id > 0 and one.handle != handle)
    return rules, (*others, tested), tested
