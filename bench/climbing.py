"""1,000,000 customers counted by an automation, every other count unlocking a level, against INSERT … SELECT by hand.

`python -m bench climbing [CUSTOMERS]`; PostgreSQL only. The first baseline counts and nothing else; the second writes the levels,
events and runs as well, which ours must.
"""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from bench.automation import automate, by_hand, seconds
from bench.database import scratch_database
from bench.serving import spread

CUSTOMERS = 1_000_000
REPETITIONS = 4
TARGET_OF_ALL = 0.3
COUNT = """
INSERT INTO achievements_achievement AS a (profile_id, definition_id, cycle, count, level, created_at, updated_at)
SELECT id, %(definition)s, '', 1, 0, %(at)s, %(at)s FROM profiles_profile WHERE deleted_at IS NULL
ON CONFLICT (profile_id, definition_id, cycle) DO UPDATE SET count = a.count + 1, updated_at = EXCLUDED.updated_at
"""
TOLD = """
    INSERT INTO profiles_event (name, profile_id, subject_type, subject_id, payload, door, actor, reason, cause_id, depth, at)
    SELECT '{name}', profile_id, 'achievements.achievement', id::text,
        jsonb_build_object('achievement_id', id, 'definition_id', definition_id, 'cycle', cycle, 'count', count::text,
            'level', floor(count / 2), 'next_level', floor(count / 2) + 1, 'count_to_next', (2 - count %% 2)::text,
            'definition', jsonb_build_object('name', 'Visits', 'handle', 'visits'), '{own}', '1'),
        'reaction', 'Visits', '', %(event)s, 1, %(at)s FROM {rows}
"""
# All of it by two statements: one cannot change a row twice.
ALL = f"""
WITH counted AS ({COUNT} RETURNING *), told AS ({TOLD.format(name="achievement.progressed", own="amount", rows="counted")})
INSERT INTO reactions_run (reaction_id, event_id, occurrence_id, profile_id, state, steps, attempts, next_at, error,
    milliseconds, created_at, ended_at)
SELECT %(reaction)s, %(event)s, %(occurrence)s, profile_id, 'done',
    jsonb_build_array(jsonb_build_object('handle', 'achievement.progress', 'outcome', 'done',
        'made', jsonb_build_object('type', 'achievements.achievement', 'id', id::text))),
    1, %(at)s, '', 0, %(at)s, %(at)s FROM counted;
WITH risen AS (
    UPDATE achievements_achievement SET level = floor(count / 2), unlocked_at = %(at)s
    WHERE definition_id = %(definition)s AND floor(count / 2) > level RETURNING *
), given AS (
    INSERT INTO achievements_unlockedlevel (achievement_id, level, name, count, unlocked_at)
    SELECT id, level, '', count, %(at)s FROM risen
)
{TOLD.format(name="achievement.unlocked", own="level_name", rows="risen")}
"""


def main(arguments: list[str] = ()) -> None:
    count = int(arguments[0]) if arguments else CUSTOMERS
    with scratch_database("climbing"):
        fill(count)
        reaction, of_hand, of_all = visits(), definition("of-hand"), definition("of-all")
        bare, whole, ours = [], [], []
        for number in range(REPETITIONS):
            at = timezone.now() - timedelta(days=REPETITIONS - number)
            bare.append(seconds(lambda at=at: by_hand(COUNT, {"definition": of_hand.pk, "at": at})))
            given = given_for(reaction, of_all, at)
            whole.append(seconds(lambda given=given: by_hand(ALL, given)))
            ours.append(seconds(lambda at=at: automate(reaction, at + timedelta(seconds=2))))
        check(count)
        print(f"\nAn automation that counts for {count:,} customers, {REPETITIONS} times; each second time a level")
        print(f"  the counts by hand       {spread(bare, '8.2f')} s")
        print(f"  with all that follows    {spread(whole, '8.2f')} s")
        print(f"  the automation           {spread(ours, '8.2f')} s")
        for which, baseline, target in (("first", bare, ""), ("second", whole, f"   target ≥ {TARGET_OF_ALL}")):
            ratios = [a / b for a, b in zip(baseline, ours, strict=True)]
            print(f"  ratio to the {which:11} {spread(ratios, '8.2f')}{target}")


def check(count: int) -> None:
    """What was measured is what was meant: everybody is counted as often, and every level was given once."""
    from achievements.models import Achievement, UnlockedLevel

    rows = Achievement.objects.filter(definition__handle="visits", count=REPETITIONS, level=REPETITIONS // 2)
    levels = UnlockedLevel.objects.filter(achievement__definition__handle="visits")
    assert (rows.count(), levels.count()) == (count, count * (REPETITIONS // 2))


def fill(count: int) -> None:
    from bench.automation import set_created
    from profiles.demo import insert
    from profiles.models import Profile

    insert(Profile, (set_created(Profile(first_name="Ann")) for _ in range(count)))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def definition(handle: str):
    from achievements.models import AchievementDefinition

    return AchievementDefinition.objects.create(name="Visits", handle=handle, strategy="linear", every=2)


def visits():
    from reactions.models import Action, Reaction

    definition("visits")
    reaction = Reaction.objects.create(
        kind="automation", name="Visits", frequency="daily", audience={"==": [{"var": "first_name"}, "Ann"]}
    )
    arguments = {"definition": {"value": "visits", "is_dynamic": False}}
    Action.objects.create(reaction=reaction, handle="achievement.progress", arguments=arguments)
    reaction.switch_on(at=timezone.now() - timedelta(days=10))
    return reaction


def given_for(reaction, of_all, at) -> dict:
    """What the statements by hand are told. Its queries are made before the clock runs."""
    from profiles.cause import Cause
    from profiles.models import Event
    from reactions.models import Occurrence

    event = Event.objects.record("automation.started", at=at, cause=Cause(), subject=reaction)
    occurrence = Occurrence.objects.create(reaction=reaction, due_at=at, started_at=at, event=event)
    return {
        "definition": of_all.pk,
        "reaction": reaction.pk,
        "event": event.pk,
        "occurrence": occurrence.pk,
        "at": at,
    }
