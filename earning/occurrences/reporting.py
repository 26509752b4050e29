"""Events that other systems, and customers' own apps, report: custom ones by their code, and those that the product knows (api.md 5)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from cxmanager.inserting import insert
from earning.models import EarningRule, LoyaltyCard, Program, ReportedEvent
from earning.occurrences.happening import Heard, award_happening
from earning.reasons import Code
from earning.refusals import refusal
from earning.rulebook.rulesets import RuleSet, names_of, rules_of_program
from earning.rules.event import EVENTS
from earning.snapshot import EVENT, Happening
from profiles.cause import Cause
from profiles.models import Event, Profile
from transactions.locking import in_turn

# Clocks of other systems do not agree to the minute; and what happened long ago is history, which is imported.
AHEAD, BACKDATED = timedelta(minutes=5), timedelta(days=366)


@transaction.atomic
def report(
    profile: Profile,
    code: str,
    *,
    external_id: str,
    at: datetime,
    cause: Cause,
    program: Program | None = None,
    occurred_at: datetime | None = None,
    data: Mapping | None = None,
    by_member: bool = False,
) -> Heard:
    """Write down that it happened and what it earns. The same `external_id` in a program is heard once, and answers the same.

    Records `custom.reported`. Raises Refusal: event_unknown where no rule of the program is about it, event_not_available
    where those that are hold elsewhere than the customer is, event_external_id_taken, profile_inactive; ValidationError for a
    moment that has not come, or is too long ago.
    """
    program = program or Program.objects.default()
    check_moment(occurred_at, at=at)
    rules = rules_of_program(program)
    check_is_known(code, rules, by_member=by_member)
    profile = in_turn(profile)
    card = LoyaltyCard.objects.ensure(profile, program, at=at, cause=cause)
    row = ReportedEvent(
        card=card,
        program=program,
        code=code,
        external_id=external_id,
        data=dict(data or {}),
        occurred_at=occurred_at or at,
        created_at=at,
    )
    row = written(row, at=at, cause=cause)
    heard = award_happening(
        card, happening_of(row, by_member=by_member), at=at, cause=cause.because_of(row.event) if row.event else cause
    )
    refuse_elsewhere(heard)
    return heard


def happening_of(row: ReportedEvent, *, by_member: bool = False) -> Happening:
    """What rules hear of it."""
    return Happening(
        kind=EVENT, name=row.code, at=row.occurred_at, key=f"reported:{row.pk}", data=row.data, by_member=by_member
    )


def check_moment(moment: datetime | None, *, at: datetime) -> None:
    if moment is not None and moment > at + AHEAD:
        raise ValidationError({"occurred_at": "This has not happened yet."})
    if moment is not None and moment < at - BACKDATED:
        raise ValidationError({"occurred_at": f"This is longer ago than {BACKDATED.days} days."})


def check_is_known(code: str, *rules: RuleSet, by_member: bool = False) -> None:
    """Raise Refusal `event_unknown` where nothing of these knows it."""
    if not any(is_known(code, some, by_member=by_member) for some in rules):
        raise refusal("event_unknown", event=code)


def is_known(code: str, rules: RuleSet, *, by_member: bool) -> bool:
    """Whether it is an event of the product, or a rule that is not archived is about it; for customers' apps, one that they may report."""
    custom = [
        one for one in rules.all if one.type == EarningRule.Type.CUSTOM_EVENT and code in names_of(one.conditions)
    ]
    custom = [one for one in custom if one.status != EarningRule.Status.ARCHIVED]
    if by_member:
        return any(one.conditions.member_triggerable for one in custom)
    return code in EVENTS or bool(custom)


def written(row: ReportedEvent, *, at: datetime, cause: Cause) -> ReportedEvent:
    """The row, or the one that the same external id made before. Raises Refusal `event_external_id_taken` where that is another's."""
    held = ReportedEvent.objects.select_related("event").filter(program=row.program_id, external_id=row.external_id)
    earlier = held.first()
    if earlier is None:
        payload = {
            "card_id": row.card_id,
            "program": row.card.program.as_payload(),
            "code": row.code,
            "external_id": row.external_id,
            "data": row.data,
        }
        row.event = Event.objects.record(
            "custom.reported", at=at, cause=cause, profile=row.card.profile, subject=row.card, payload=payload
        )
        try:
            with transaction.atomic():
                insert(row)
        except IntegrityError as error:
            # The customer is locked, so whoever was as fast spoke of another one.
            raise refusal("event_external_id_taken") from error
        return row
    if (earlier.card_id, earlier.code) != (row.card_id, row.code):
        raise refusal("event_external_id_taken")
    return earlier


def refuse_elsewhere(heard: Heard) -> None:
    """Raise Refusal `event_not_available` where all rules about the event are for other places (earning-reference W34)."""
    about = [one for one in heard.outcomes if one.applied or one.reason != Code.EVENT_MISMATCH]
    about = [one for one in about if EVENT in one.rule.conditions.hears]
    if about and all(one.reason == Code.LOCATION for one in about):
        raise refusal("event_not_available")
