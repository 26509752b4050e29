from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from benefits.models import Benefit, BenefitDefinition
from cxmanager.refusals import Refusal
from jobs.models import Job
from jobs.working import run_one
from profiles.draining import drain_some
from profiles.merging import merge
from profiles.models import Event, Profile
from reactions import automating
from reactions.automating import start_next, start_some
from reactions.models import Action, Occurrence, Reaction, Run
from reactions.running import run_some

pytestmark = pytest.mark.django_db
WOMEN = {"==": [{"var": "gender"}, "female"]}


@pytest.fixture
def coffee() -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


@pytest.fixture
def people():
    """Five customers, three of them women."""
    genders = ["female", "male", "female", "", "female"]
    return Profile.objects.bulk_create(
        Profile(first_name=f"P{number}", gender=gender) for number, gender in enumerate(genders)
    )


@pytest.fixture
def automation(at, coffee, people):
    """A coffee for all women, every day at nine."""

    def automation(**given) -> Reaction:
        given = {"frequency": "daily", "audience": WOMEN} | given
        one = Reaction(kind="automation", name="Morning coffee", **given)
        one.full_clean()
        one.save()
        arguments = {"definition": {"value": coffee.handle, "is_dynamic": False}}
        Action.objects.create(reaction=one, handle="benefit.issue", arguments=arguments)
        one.switch_on(at=at)
        return one

    return automation


@pytest.fixture
def go(time_machine):
    """What the worker does at that moment until nothing is due."""

    def go(moment: datetime) -> None:
        time_machine.move_to(moment, tick=False)
        while start_some(at=moment) + int(run_one(worker="w") is not None) + run_some(at=moment):
            pass

    return go


# Switched on at noon UTC on 1 May.
NEXT_DAY = datetime(2026, 5, 2, 9, tzinfo=UTC)


def test_each_of_the_audience_once_when_it_is_due(automation, go, coffee, people):
    one = automation()
    go(NEXT_DAY - timedelta(seconds=1))
    assert not Occurrence.objects.exists()

    go(NEXT_DAY)
    go(NEXT_DAY + timedelta(hours=1))

    assert {benefit.profile for benefit in Benefit.objects.all()} == {people[0], people[2], people[4]}
    occurrence = Occurrence.objects.get()
    assert (occurrence.state, occurrence.matched, occurrence.chosen) == ("done", 3, 3)
    started = Event.objects.get(name="automation.started")
    assert started.payload == {"name": "Morning coffee", "due_at": NEXT_DAY.isoformat(), "matched": 3}
    issued = Event.objects.filter(name="benefit.issued")
    assert {(event.cause, event.actor) for event in issued} == {(started, "Morning coffee")}
    one.refresh_from_db()
    assert (one.last_at, one.next_at) == (NEXT_DAY, NEXT_DAY + timedelta(days=1))


def test_what_was_missed_is_caught_up_with_as_of_its_day(automation, go, people):
    birthday = people[1]
    birthday.birth_month, birthday.birth_day = 5, 3
    birthday.save()
    automation(audience={"is_birthday_today": []})

    # No worker ran from the 2nd to the 5th.
    go(NEXT_DAY + timedelta(days=3, hours=2))

    assert [one.due_at.day for one in Occurrence.objects.order_by("due_at")] == [2, 3, 4, 5]
    assert [benefit.profile for benefit in Benefit.objects.all()] == [birthday]


def test_steps_go_on_where_the_last_one_ended(automation, go, monkeypatch):
    monkeypatch.setattr(automating, "CHUNK", 2)
    automation(audience=None)
    go(NEXT_DAY)

    assert Benefit.objects.values("profile").distinct().count() == Benefit.objects.count() == Profile.objects.count()


def test_being_due_is_no_version_of_it(automation, go):
    one = automation()
    before = one.history.count()
    go(NEXT_DAY)
    assert one.history.count() == before


def test_once_is_once(automation, go):
    one = automation(frequency="once", on_date=NEXT_DAY.date())
    go(NEXT_DAY)
    go(NEXT_DAY + timedelta(days=365))

    one.refresh_from_db()
    assert (Occurrence.objects.count(), one.next_at) == (1, None)


class TestPausing:
    @pytest.fixture
    def begun(self, automation) -> Occurrence:
        automation()
        start_next(at=NEXT_DAY)
        return Occurrence.objects.get()

    def test_nobody_more_is_chosen_and_what_waits_waits(self, begun, go, monkeypatch):
        monkeypatch.setattr(automating, "CHUNK", 2)
        monkeypatch.setattr(automating, "done_to_many", lambda *_, **__: False)
        assert automating.step(begun, Job.objects.claim(worker="w", at=NEXT_DAY), at=NEXT_DAY) is True
        begun.pause()
        go(NEXT_DAY + timedelta(hours=1))
        assert (Run.objects.count(), Benefit.objects.count()) == (2, 0)

        begun.resume(at=NEXT_DAY)
        go(NEXT_DAY)
        begun.refresh_from_db()
        assert (begun.state, Run.objects.count(), Benefit.objects.count()) == ("done", 3, 3)

    def test_before_anybody_was_chosen(self, begun, go):
        begun.pause()
        go(NEXT_DAY)
        assert (Run.objects.count(), Job.objects.get().state) == (0, "done")

        begun.resume(at=NEXT_DAY)
        go(NEXT_DAY)
        assert Benefit.objects.count() == 3

    def test_what_waits_in_a_paused_one_holds_up_nothing_else(self, begun, go, people, monkeypatch, at, cause):
        monkeypatch.setattr(automating, "done_to_many", lambda *_, **__: False)
        run_one(worker="w")
        begun.pause()
        tag = [
            {
                "name": "attribute.set",
                "arguments": [
                    {"name": "namespace", "value": "a"},
                    {"name": "handle", "value": "b"},
                    {"name": "value", "value": "c"},
                ],
            }
        ]
        later = Reaction(name="On a tag", trigger="tag.added").write(at=at, actions=tag, is_active=True)
        people[0].add_tags("vip", at=NEXT_DAY, cause=cause)
        while drain_some(at=NEXT_DAY):
            pass
        go(NEXT_DAY)

        assert later.runs.get().state == "done"
        assert set(Run.objects.filter(occurrence=begun).values_list("state", flat=True)) == {"waiting"}

    def test_only_what_goes_on_can_be_paused_and_only_what_is_paused_resumed(self, begun, go):
        with pytest.raises(Refusal) as not_paused:
            begun.resume(at=NEXT_DAY)
        go(NEXT_DAY)
        with pytest.raises(Refusal) as not_going_on:
            begun.pause()
        assert (not_paused.value.code, not_going_on.value.code) == ("not_paused", "not_going_on")


def test_switching_off_stops_it(automation, go):
    one = automation()
    start_next(at=NEXT_DAY)
    one.switch_off()
    go(NEXT_DAY)

    assert (Occurrence.objects.get().state, Run.objects.count()) == ("stopped", 0)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"frequency": ""}, {"frequency": ["Choose how often it is due."]}),
        ({"frequency": "weekly"}, {"weekday": ["Choose the day of the week."]}),
        ({"frequency": "monthly"}, {"day_of_month": ["Choose the day of the month."]}),
        ({"frequency": "cron", "cron": "often"}, {"cron": ["Write five fields such as 0 9 * * 1, as crontab has."]}),
    ],
)
def test_a_time_that_is_not_said_is_refused(given, said):
    with pytest.raises(ValidationError) as error:
        Reaction(kind="automation", name="A", **given).full_clean()
    assert error.value.message_dict == said


def test_two_who_are_merged_meanwhile_get_one(automation, go, people, monkeypatch, time_machine, at, cause):
    time_machine.move_to(NEXT_DAY, tick=False)
    monkeypatch.setattr(automating, "done_to_many", lambda *_, **__: False)
    automation()
    start_next(at=NEXT_DAY)
    run_one(worker="w")
    merge(winner=people[0], loser=people[2], at=at, cause=cause)
    go(NEXT_DAY)

    assert {benefit.profile for benefit in Benefit.objects.all()} == {people[0], people[4]}
    assert Benefit.objects.count() == 2
    assert sorted(Run.objects.values_list("state", flat=True)) == ["done", "done", "filtered"]


class TestManyTogether:
    def test_runs_say_the_same_as_one_by_one(self, automation, go, monkeypatch):
        automation()
        go(NEXT_DAY)
        together = list(Run.objects.order_by("profile").values("profile", "state", "attempts", "steps", "ended_at"))
        monkeypatch.setattr(automating, "done_to_many", lambda *_, **__: False)
        go(NEXT_DAY + timedelta(days=1))
        single = Run.objects.filter(occurrence=Occurrence.objects.first())
        one_by_one = list(single.order_by("profile").values("profile", "state", "attempts", "steps", "ended_at"))

        assert len(together) == len(one_by_one) == 3
        for first, second in zip(together, one_by_one, strict=True):
            made = first["steps"][0].pop("made"), second["steps"][0].pop("made")
            assert [one["type"] for one in made] == ["benefits.benefit"] * 2
            assert second["steps"][0].pop("milliseconds") >= 0
            assert second["ended_at"] - first.pop("ended_at") == timedelta(days=1)
            assert second.pop("ended_at") and first["steps"][0].pop("at") < second["steps"][0].pop("at")
            assert first == second

    def test_what_is_refused_for_all_is_said_in_each_run(self, automation, go, coffee):
        automation()
        coffee.archive()
        go(NEXT_DAY)

        assert set(Run.objects.values_list("state", flat=True)) == {"refused"}
        assert not Benefit.objects.exists()
