"""Many counts for one customer at once: each is counted, each level announced once. Each guard is also taken out, to see the race it prevents."""

from decimal import Decimal
from time import sleep

import pytest
from django.db import connection, transaction

from achievements import progressing, unlocking
from achievements.models import Achievement, AchievementDefinition, UnlockedLevel
from achievements.models.definition import HELD
from benefits.models import Benefit, BenefitDefinition
from jobs.models import Job
from profiles.draining import drain_some
from profiles.merging import merge
from profiles.models import Event, Profile
from reactions.models import Action, Reaction
from reactions.running import run_some
from tests.races.tills import AT, CAUSE, customers

MANY = 50


def visits(**values) -> AchievementDefinition:
    values = {"strategy": "non_linear", "levels": [{"trigger": 10}, {"trigger": 25}, {"trigger": 50}]} | values
    definition = AchievementDefinition(name="Visits", handle="visits", **values)
    definition.full_clean()
    definition.save()
    return definition


def counting(definition: AchievementDefinition, profile: Profile, count=1, **given):
    return lambda: AchievementDefinition.objects.get(pk=definition.pk).progress(
        profile, at=AT, cause=CAUSE, count=Decimal(count), **given
    )


def announced(name: str = "achievement.unlocked") -> list[int]:
    return sorted(Event.objects.filter(name=name).values_list("payload__level", flat=True))


def stored(definition) -> list[tuple]:
    return [(one.count, one.level) for one in Achievement.objects.filter(definition=definition)]


def unlocked() -> list[int]:
    return list(UnlockedLevel.objects.order_by("level").values_list("level", flat=True))


@pytest.fixture
def without_locks(monkeypatch):
    """Counting as it is done by hand: read the count, add to it, write it; no lock on the customer."""

    def count_up(definition, steps, *, at):
        counted = []
        for step in steps:
            row, _ = Achievement.objects.get_or_create(
                profile_id=step.profile_id, definition=definition, defaults={"created_at": at, "updated_at": at}
            )
            sleep(0.02)
            Achievement.objects.filter(pk=row.pk).update(count=row.count + step.amount)
            counted.append((row.pk, step.profile_id, "", row.count + step.amount, row.level))
        return counted

    monkeypatch.setattr(progressing, "count_up", count_up)
    monkeypatch.setattr(Profile.objects.all().__class__, "select_for_update", lambda self, **_: self)


def test_fifty_at_once_are_fifty_and_each_level_is_announced_once(at_once):
    definition, [profile] = visits(), customers(1)

    results = at_once([counting(definition, profile)] * MANY)

    assert [one for one in results if isinstance(one, Exception)] == []
    assert stored(definition) == [(50, 3)]
    assert announced() == unlocked() == [1, 2, 3]
    assert sorted(level for one in results for level in one.unlocked) == [1, 2, 3]
    counts = Event.objects.filter(name="achievement.progressed").values_list("payload__count", flat=True)
    assert sorted(map(int, counts)) == list(range(1, MANY + 1))


@pytest.mark.usefixtures("without_locks")
def test_without_the_locks_counts_are_lost(at_once):
    definition, [profile] = visits(), customers(1)

    at_once([counting(definition, profile)] * MANY)

    assert Achievement.objects.get().count < MANY


def test_without_the_customers_lock_the_statement_alone_still_counts_and_announces_exactly(at_once, monkeypatch):
    """The row of the progress is locked by the statement that counts: what follows it sees no other."""
    monkeypatch.setattr(Profile.objects.all().__class__, "select_for_update", lambda self, **_: self)
    definition, [profile] = visits(), customers(1)

    at_once([counting(definition, profile)] * MANY)

    assert stored(definition) == [(50, 3)]
    assert announced() == [1, 2, 3]


def test_three_benefits_come_of_three_levels(at_once):
    """By a reaction to the levels, after fifty counts at once."""
    BenefitDefinition.objects.create(name="Coffee", handle="coffee")
    reaction = Reaction.objects.create(name="Reward", trigger="achievement.unlocked")
    said = {"definition": {"value": "coffee", "is_dynamic": None}}
    Action.objects.create(reaction=reaction, handle="benefit.issue", arguments=said)
    reaction.switch_on(at=AT)
    definition, [profile] = visits(), customers(1)

    at_once([counting(definition, profile)] * MANY)
    while drain_some(at=AT):
        pass
    # Handed out once more by workers who do not know of one another, nothing is given twice.
    at_once([lambda: drain_some(at=AT), lambda: drain_some(at=AT)])
    at_once([lambda: run_some(at=AT), lambda: run_some(at=AT)])

    assert Benefit.objects.filter(profile=profile).count() == 3


def test_three_benefits_come_of_what_the_levels_unlock(at_once):
    BenefitDefinition.objects.create(name="Coffee", handle="coffee")
    gives = {"meta": {"unlocks": [{"type": "benefit_definition", "id_type": "handle", "id": "coffee"}]}}
    definition = visits(levels=[{"trigger": at} | gives for at in (10, 25, 50)])
    [profile] = customers(1)

    at_once([counting(definition, profile)] * MANY)
    at_once([lambda: drain_some(at=AT)] * 4)
    while drain_some(at=AT):
        pass

    assert Benefit.objects.filter(profile=profile).count() == 3
    issued = Event.objects.filter(name="benefit.issued")
    assert {event.cause.name for event in issued} == {"achievement.unlocked"}


def test_one_source_told_by_many_at_once_counts_once(at_once):
    definition, [profile] = visits(), customers(1)

    at_once([counting(definition, profile, 10, source="external-1")] * 20)

    assert stored(definition) == [(10, 1)]
    assert announced() == [1]


def test_sixteen_customers_at_once_wait_for_nobody(at_once):
    definition, profiles = visits(), customers(16)

    at_once([counting(definition, one, 25) for one in profiles])

    assert stored(definition) == [(25, 2)] * 16
    assert announced() == [1] * 16 + [2] * 16


def test_on_off_is_unlocked_by_one_of_many(at_once):
    definition, [profile] = visits(strategy="on_off"), customers(1)

    results = at_once([counting(definition, profile)] * 20)

    assert stored(definition) == [(1, 1)]
    assert sum(len(one.unlocked) for one in results) == 1
    assert len(announced("achievement.progressed")) == 1


def lower_while_one_counts(definition, profile) -> list:
    """One counts to 5 by the old ladder and takes its time to commit; meanwhile the first level comes down to 5."""

    def slowly():
        with transaction.atomic():
            counting(definition, profile, 5)()
            sleep(0.5)

    def lower():
        sleep(0.2)
        one = AchievementDefinition.objects.get(pk=definition.pk)
        one.levels = [{"trigger": 5}]
        one.full_clean()
        one.save()

    return [slowly, lower]


def unlock_all() -> None:
    for job in Job.objects.filter(kind=unlocking.KIND, state=Job.State.QUEUED):
        job = Job.objects.claim(worker="test", at=AT.replace(year=2099))
        while unlocking.unlock_some(job, at=AT):
            pass


def test_who_counts_while_thresholds_fall_is_given_the_level(at_once):
    definition, [profile, other] = visits(), customers(2)
    counting(definition, other)()

    assert at_once(lower_while_one_counts(definition, profile)) == [None, None]
    unlock_all()

    assert sorted(stored(definition)) == [(1, 0), (5, 1)]
    assert announced() == [1]


def test_without_the_held_ladder_the_level_is_missed(at_once, monkeypatch):
    monkeypatch.setattr(type(HELD), "compiled", HELD.__class__.__mro__[1].compiled)
    monkeypatch.setattr(HELD, "_plans", {})
    definition, [profile, other] = visits(), customers(2)
    counting(definition, other)()

    def lower_and_unlock():
        lower_while_one_counts(definition, profile)[1]()
        unlock_all()

    at_once([lower_while_one_counts(definition, profile)[0], lower_and_unlock])

    assert sorted(stored(definition)) == [(1, 0), (5, 0)]


def test_lowering_and_counting_at_once_announce_each_level_once(at_once):
    definition, profiles = visits(), customers(10)
    for one in profiles:
        counting(definition, one, 8)()

    at_once([*(counting(definition, one) for one in profiles), lower_while_one_counts(definition, profiles[0])[1]])
    at_once([unlock_all])

    assert stored(definition) == [(9, 1)] * 10
    assert announced() == [1] * 10


def test_merging_and_counting_at_once_lose_nothing(at_once):
    definition, [winner, loser] = visits(), customers(2)
    counting(definition, winner, 6)()
    counting(definition, loser, 3)()

    results = at_once(
        [lambda: merge(winner=winner, loser=loser, at=AT, cause=CAUSE), *[counting(definition, loser)] * 5]
    )

    counted = 9 + sum(not isinstance(one, Exception) for one in results[1:])
    assert {getattr(one, "code", one) for one in results[1:] if isinstance(one, Exception)} <= {"profile_inactive"}
    assert [(one.profile_id, one.count) for one in Achievement.objects.all()] == [(winner.pk, counted)]
    assert announced() == ([1] if counted >= 10 else [])


def test_the_constraint_holds_where_a_level_would_come_twice():
    definition, [profile] = visits(), customers(1)
    row = counting(definition, profile, 10)().achievement
    with pytest.raises(Exception, match="achievements_unlocked_level_once"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO achievements_unlockedlevel (achievement_id, level, name, count, unlocked_at)"
            " VALUES (%s, 1, '', 10, now())",
            [row.pk],
        )
