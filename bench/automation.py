"""A birthday automation over 1,000,000 customers that issues to 1 in 365, against INSERT … SELECT by hand (row 10).

`python -m bench automation [CUSTOMERS]`; PostgreSQL only. The first baseline writes the benefits and nothing else; the second
their events and runs as well, which ours must: docs/decisions/2026-11-28-automations-against-all-that-they-write.md.
"""

import time
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from bench.database import scratch_database
from bench.serving import spread

CUSTOMERS = 1_000_000
REPETITIONS = 9
TARGET_OF_BENEFITS, TARGET_OF_ALL = 0.15, 0.6
PROFILES = """
INSERT INTO profiles_profile (id, title, first_name, last_name, email, mobile_phone, mobile_phone_national,
    mobile_phone_country, gender, birth_year, birth_month, birth_day, profile_type, is_completed, joined_at, currency,
    company, occupation, secondary_email, search_text, comms, appearance, created_at, updated_at)
"""
BENEFITS = """
INSERT INTO benefits_benefit (definition_id, profile_id, issued_at, expires_at, timezone, is_sole_claim, extensions,
    revoke_reason, redemptions, max_redemptions, redeem_code_pos, redeem_code_online, created_at, updated_at)
SELECT %(definition)s, id, %(at)s, %(end)s, 'UTC', FALSE, 0, '', 0, 1, '', '', %(at)s, %(at)s FROM profiles_profile
WHERE deleted_at IS NULL AND birth_month = %(month)s AND birth_day = %(day)s
"""
# All of it in one statement, the benefits read again by nobody.
ALL = f"""
WITH made AS ({BENEFITS} RETURNING *), told AS (
    INSERT INTO profiles_event (name, profile_id, subject_type, subject_id, payload, door, actor, reason, cause_id, depth, at)
    SELECT 'benefit.issued', profile_id, 'benefits.benefit', id::text,
        jsonb_build_object('benefit_id', id, 'definition_id', definition_id::text, 'issued_at', issued_at,
            'expires_at', expires_at,
            'definition', jsonb_build_object('name', 'Birthday coffee', 'handle', 'birthday-coffee')),
        'reaction', 'Birthday', '', %(event)s, 1, %(at)s FROM made
)
INSERT INTO reactions_run (reaction_id, event_id, occurrence_id, profile_id, state, steps, attempts, next_at, error,
    milliseconds, created_at, ended_at)
SELECT %(reaction)s, %(event)s, %(occurrence)s, profile_id, 'done',
    jsonb_build_array(jsonb_build_object('handle', 'benefit.issue', 'outcome', 'done',
        'made', jsonb_build_object('type', 'benefits.benefit', 'id', id::text))),
    1, %(at)s, '', 0, %(at)s, %(at)s FROM made
"""


def main(arguments: list[str] = ()) -> None:
    count = int(arguments[0]) if arguments else CUSTOMERS
    with scratch_database("automation"):
        fill(count)
        reaction = birthday()
        bare, whole, ours, issued = [], [], [], 0
        for number in range(REPETITIONS):
            # The same birthday, of years that are over: what is due in the future is not done yet.
            at = timezone.now().replace(year=timezone.now().year - number - 1)
            given = given_for(reaction, at)
            bare.append(seconds(lambda given=given: by_hand(BENEFITS, given)))
            given = given_for(reaction, at + timedelta(seconds=1))
            whole.append(seconds(lambda given=given: by_hand(ALL, given)))
            before = held()
            ours.append(seconds(lambda at=at: automate(reaction, at + timedelta(seconds=2))))
            issued = held() - before
        print(f"\nA birthday automation over {count:,} customers, {issued:,} benefits each time (row 10)")
        print(f"  one INSERT … SELECT      {spread(bare, '8.2f')} s")
        print(f"  with events and runs     {spread(whole, '8.2f')} s")
        print(f"  the automation           {spread(ours, '8.2f')} s")
        for which, baseline, target in (("first", bare, TARGET_OF_BENEFITS), ("second", whole, TARGET_OF_ALL)):
            ratios = [a / b for a, b in zip(baseline, ours, strict=True)]
            print(f"  ratio to the {which:11} {spread(ratios, '8.2f')}   target ≥ {target}")


def seconds(call) -> float:
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


def held() -> int:
    from benefits.models import Benefit

    return Benefit.objects.count()


def fill(count: int) -> None:
    from profiles.models import Profile

    today = timezone.localdate()
    people = (
        Profile(
            first_name="Ann",
            birth_month=today.month if number % 365 == 0 else today.month % 12 + 1,
            birth_day=today.day if today.day < 29 else 28,
            birth_year=1980,
        )
        for number in range(count)
    )
    from profiles.demo import insert

    insert(Profile, (set_created(one) for one in people))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def set_created(profile):
    profile.created_at = profile.updated_at = profile.joined_at = timezone.now()
    return profile


def birthday():
    from benefits.models import BenefitDefinition
    from reactions.models import Action, Reaction

    BenefitDefinition.objects.create(name="Birthday coffee", handle="birthday-coffee", max_redemptions=1)
    reaction = Reaction.objects.create(
        kind="automation", name="Birthday", frequency="daily", audience={"is_birthday_today": []}
    )
    arguments = {"definition": {"value": "birthday-coffee", "is_dynamic": False}}
    Action.objects.create(reaction=reaction, handle="benefit.issue", arguments=arguments)
    reaction.switch_on(at=timezone.now() - timedelta(days=1))
    return reaction


def given_for(reaction, at) -> dict:
    """What the statements by hand are told. Its queries are made before the clock runs."""
    from benefits.models import BenefitDefinition
    from profiles.cause import Cause
    from profiles.models import Event
    from reactions.models import Occurrence

    event = Event.objects.record("automation.started", at=at, cause=Cause(), subject=reaction)
    occurrence = Occurrence.objects.create(reaction=reaction, due_at=at, started_at=at, event=event)
    return {
        "definition": BenefitDefinition.objects.get().pk,
        "reaction": reaction.pk,
        "event": event.pk,
        "occurrence": occurrence.pk,
        "at": at,
        "end": at + timedelta(days=30),
        "month": timezone.localdate().month,
        "day": min(timezone.localdate().day, 28),
    }


def by_hand(statement: str, given: dict) -> None:
    from django.db import transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, given)


def automate(reaction, at) -> None:
    """From its being due to the last benefit: what the worker does, in this process."""
    from jobs.working import run_one
    from profiles.cause import Cause
    from reactions.automating import begin
    from reactions.running import run_some

    begin(reaction, due_at=at, at=at, cause=Cause(by=reaction.name))
    while int(run_one(worker="bench") is not None) + run_some(at=timezone.now()):
        pass
