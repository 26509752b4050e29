"""Why a reaction was not done for a customer: every way in which it can stop, with the values seen."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from benefits.models import Benefit, BenefitDefinition
from jobs.working import run_one
from profiles.acting import ACTIONS, acts
from profiles.draining import drain_some
from profiles.erasing import erase
from profiles.merging import merge
from profiles.models import Event, Profile, Unheard
from reactions import automating
from reactions.automating import start_next, start_some
from reactions.models import Occurrence, Reaction, Run
from reactions.running import MOST_ATTEMPTS, run_some

pytestmark = pytest.mark.django_db
IS_VIP = {"and": [{"==": [{"var": "tag"}, "vip"]}, {"==": [{"var": "first_name"}, "Maria"]}]}


def action(name: str, **arguments) -> dict:
    return {"name": name, "arguments": [{"name": key, "value": value} for key, value in arguments.items()]}


@pytest.fixture(autouse=True)
def coffee(db) -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


@pytest.fixture
def trigger(at):
    def trigger(*actions, is_active=True) -> Reaction:
        actions = actions or [action("filter", condition=IS_VIP), action("benefit.issue", definition="free-coffee")]
        return Reaction(name="For VIPs", trigger="tag.added").write(at=at, actions=list(actions), is_active=is_active)

    return trigger


@pytest.fixture
def tag(member, at, cause):
    """The member gets tags, one after the other; the worker does what follows, unless told not to."""

    def tag(*names, profile=None, at=at, works=True) -> None:
        (profile or member).add_tags(*names, at=at, cause=cause)
        while works and drain_some(at=at) + run_some(at=at):
            pass

    return tag


def failing(answer) -> list[tuple[str, str]]:
    return [(one["code"], one["text"]) for one in answer.clauses if not one["holds"]]


class TestTriggers:
    def test_what_was_done_at_an_earlier_chance_is_said(self, trigger, tag, member, at):
        reaction = trigger()
        tag("vip")
        assert reaction.why_not(member, at=at).done_before is None
        for number in range(6):
            tag(f"another-{number}", at=at + timedelta(hours=1))
        answer = reaction.why_not(member, at=at)
        assert (answer.is_done, answer.done_before) == (False, reaction.runs.get(state="done"))

    def test_done(self, trigger, tag, member, at):
        reaction = trigger()
        tag("vip")
        answer = reaction.why_not(member, at=at)

        assert (answer.is_done, answer.code, answer.text) == (True, None, "It was done on 1 May 2026, 12:00.")
        assert all(one["holds"] for one in answer.clauses)

    def test_passed_over_by_a_clause_with_the_values_seen_then(self, trigger, tag, member, at):
        reaction = trigger()
        tag("newcomer")
        Profile.objects.filter(pk=member.pk).update(first_name="Mary")
        answer = reaction.why_not(Profile.objects.get(pk=member.pk), at=at)

        (failed,) = [one for one in answer.clauses if not one["holds"]]
        assert (answer.code, failed["expected"], failed["actual"]) == ("filter", "vip", "newcomer")
        # As it was when it ran, not as it is now.
        seen = {one["text"]: one["holds"] for one in answer.clauses if one["code"] == "filter"}
        assert seen == {failed["text"]: False, "First name is “Maria”.": True}
        assert answer.text == failed["text"]
        assert [(one.text, one.run.state) for one in answer.chances] == [("The tag “newcomer” was added.", "filtered")]

    def test_no_such_event(self, trigger, tag, member, other_member, at):
        reaction = trigger()
        tag("vip", profile=other_member)
        answer = reaction.why_not(member, at=at)

        assert answer.code == "no_event"
        assert answer.text.startswith("What it waits for did not happen to this customer yet: ")
        assert answer.text.endswith("(tag.added).")
        assert answer.chances == []

    def test_switched_off(self, trigger, tag, member, at):
        reaction = trigger(is_active=False)
        tag("vip")
        answer = reaction.why_not(member, at=at)

        assert (answer.code, answer.text) == ("switched_off", "It is switched off: nothing starts it.")
        assert [one["code"] for one in answer.clauses] == ["switched_off", "profile_inactive", "no_event"]

    def test_happened_before_it_was_switched_on(self, trigger, tag, member, at):
        tag("vip", at=at - timedelta(hours=1))
        answer = trigger().why_not(member, at=at)

        assert failing(answer) == [
            (
                "before_switched_on",
                "That was before it was switched on, on 1 May 2026, 12:00: only what happens after that starts it.",
            )
        ]

    def test_no_worker(self, trigger, tag, member, at):
        reaction = trigger()
        tag("vip", works=False)
        assert reaction.why_not(member, at=at).code == "not_handed_out"
        drain_some(at=at)
        answer = reaction.why_not(member, at=at)
        assert (answer.code, answer.text) == ("waiting", "It waits for the worker.")

    def test_what_could_not_be_handled(self, trigger, tag, member, at):
        reaction = trigger()
        tag("vip", works=False)
        event = Event.objects.get(name="tag.added")
        Event.objects.update(is_pending=False)
        Unheard.objects.create(
            event=event, handler="reactions.triggers", error="OSError: disk", next_at=at, created_at=at
        )
        answer = reaction.why_not(member, at=at)

        assert answer.code == "not_handled"
        assert answer.text == "It could not be handled: OSError: disk. It is tried again on 1 May 2026, 12:00."

    def test_switched_off_before_its_turn(self, trigger, tag, member, at):
        reaction = trigger()
        tag("vip", works=False)
        drain_some(at=at)
        reaction.switch_off()
        run_some(at=at)
        answer = reaction.why_not(member, at=at)

        assert answer.text == "It was switched off before this was done."
        assert [code for code, _ in failing(answer)] == ["switched_off_before", "switched_off"]

    def test_refused_by_the_verb_with_its_code(self, trigger, tag, member, at):
        reaction = trigger(action("benefit.redeem", definition="free-coffee"))
        tag("vip")
        answer = reaction.why_not(member, at=at)

        assert answer.code == "none_held"
        assert answer.text.startswith("It was refused: ")
        assert answer.clauses[-2]["actual"] == {"definition": "free-coffee"}

    @pytest.mark.logs_an_error
    def test_failed_and_in_the_end_given_up(self, trigger, tag, member, at, monkeypatch):
        @acts("test.fail", label="Fail", sentence="fail")
        def fail(profile, *, at, cause):
            raise OSError("the disk is full")

        monkeypatch.setitem(ACTIONS, "test.fail", ACTIONS.pop("test.fail"))
        reaction = trigger(action("test.fail"))
        tag("vip")
        answer = reaction.why_not(member, at=at)
        assert answer.code == "failed"
        assert answer.text.startswith("It failed, and is tried again on 1 May 2026, 12:0")
        assert answer.text.endswith(": OSError: the disk is full.")

        for day in range(1, MOST_ATTEMPTS):
            run_some(at=at + timedelta(days=day))
        answer = reaction.why_not(member, at=at)
        assert (answer.code, answer.text) == ("parked", "It was given up after 8 attempts: OSError: the disk is full.")

    def test_a_replayed_filter_counts_as_it_saw_it_last(self, trigger, tag, member, at):
        is_mary = action("filter", condition={"==": [{"var": "first_name"}, "Mary"]})
        reaction = trigger(is_mary, action("benefit.issue", definition="free-coffee"))
        tag("vip")
        assert reaction.why_not(member, at=at).code == "filter"
        Profile.objects.filter(pk=member.pk).update(first_name="Mary")
        Run.objects.get().replay(at=at)
        run_some(at=at)

        assert reaction.why_not(member, at=at).is_done

    def test_the_latest_of_several_events_is_answered_for_and_five_are_told(self, trigger, tag, member, at):
        reaction = trigger()
        tag("vip", "a", "b", "c", "d", "e")
        answer = reaction.why_not(member, at=at)

        assert not answer.is_done
        assert [one.event.payload["tag"] for one in answer.chances] == ["e", "d", "c", "b", "a"]

    def test_of_a_merged_customer(self, trigger, tag, member, other_member, at, cause):
        reaction = trigger()
        merge(winner=member, loser=other_member, at=at, cause=cause)
        answer = reaction.why_not(Profile.objects.get(pk=other_member.pk), at=at)
        assert (answer.code, answer.text) == (
            "profile_inactive",
            f"They were merged into {member}: ask about that profile.",
        )
        tag("vip")
        assert reaction.why_not(Profile.objects.get(pk=member.pk), at=at).is_done

    def test_of_an_erased_customer_it_tells_nothing_more(self, trigger, tag, member, at, cause):
        reaction = trigger()
        tag("newcomer")
        erase(member, at=at, cause=cause)
        answer = reaction.why_not(Profile.objects.get(pk=member.pk), at=at)

        assert "newcomer" not in f"{answer.clauses} {answer.text}"

    def test_asks_and_writes_nothing(self, trigger, tag, member, at, django_assert_max_num_queries):
        reaction = trigger()
        tag(*"abcdefgh")
        with django_assert_max_num_queries(10) as asked:
            reaction.why_not(member, at=at)
        assert all(query["sql"].startswith("SELECT") for query in asked.captured_queries)


# Switched on at noon UTC on 1 May.
DUE = datetime(2026, 5, 2, 9, tzinfo=UTC)


class TestAutomations:
    @pytest.fixture
    def automation(self, at):
        def automation(*actions, is_active=True, **given) -> Reaction:
            given = {"audience": {"==": [{"var": "first_name"}, "Maria"]}, "frequency": "daily"} | given
            reaction = Reaction(kind="automation", name="Morning coffee", **given)
            reaction.write(at=at, actions=list(actions) or [action("benefit.issue", definition="free-coffee")])
            if is_active:
                reaction.switch_on(at=at)
            return reaction

        return automation

    @pytest.fixture
    def go(self, time_machine):
        """What the worker does at that moment until nothing is due."""

        def go(moment: datetime = DUE) -> None:
            time_machine.move_to(moment, tick=False)
            while start_some(at=moment) + int(run_one(worker="w") is not None) + run_some(at=moment):
                pass

        return go

    def test_not_due_yet(self, automation, member, other_member, at):
        reaction = automation()
        answer = reaction.why_not(member, at=at)
        assert (answer.code, answer.text) == ("not_due", "It was not due yet: it is on 2 May 2026, 09:00.")
        assert [code for code, _ in failing(reaction.why_not(other_member, at=at))] == ["not_due", "audience"]

        late = reaction.why_not(member, at=DUE + timedelta(minutes=5))
        assert late.text.startswith("It is due since 2 May 2026, 09:00, and no worker has started it yet.")

    def test_not_due_any_more(self, automation, go, member, at):
        reaction, later = automation(frequency="once", on_date=at.date() + timedelta(days=1)), at + timedelta(days=20)
        # No worker ran for longer than what is caught up with.
        go(later)
        reaction.refresh_from_db()
        assert reaction.why_not(member, at=later).text.startswith("It is not due any more")

    def test_switched_off(self, automation, member, at):
        answer = automation(is_active=False).why_not(member, at=at)
        assert (answer.code, failing(answer)[1]) == ("switched_off", ("not_due", "It was not due yet."))

    def test_done_and_passed_over_by_the_audience(self, automation, go, member, other_member):
        reaction = automation()
        go()

        assert Benefit.objects.get().profile == member
        assert reaction.why_not(member, at=DUE).is_done
        answer = reaction.why_not(other_member, at=DUE)
        (failed,) = [one for one in answer.clauses if not one["holds"]]
        assert (failed["code"], failed["expected"], failed["actual"]) == ("audience", "Maria", "Otto")
        assert answer.text == failed["text"]

    def test_the_audience_is_asked_as_of_the_day_that_it_was_due(self, automation, go, member):
        member.birth_month, member.birth_day = 5, 3
        member.save()
        reaction = automation(audience={"is_birthday_today": []})
        go()

        answer = reaction.why_not(member, at=DUE + timedelta(days=1))
        # The birthday is today, and was not on the day that is spoken of.
        assert (answer.code, answer.text.startswith("On 2 May 2026: Birthday must be today")) == ("audience", True)
        assert reaction.why_not(member, at=DUE).text.startswith("Birthday must be today")

    def test_who_belongs_to_it_only_since(self, automation, go, member, other_member, at):
        reaction = automation()
        go()
        Profile.objects.filter(pk=other_member.pk).update(first_name="Maria", created_at=at)
        answer = reaction.why_not(Profile.objects.get(pk=other_member.pk), at=DUE)
        assert answer.code == "not_in_audience_then"
        assert answer.text.startswith("They belong to its customers now, but did not on 2 May 2026, 09:00")

        Profile.objects.filter(pk=other_member.pk).update(created_at=DUE + timedelta(hours=1))
        newer = reaction.why_not(Profile.objects.get(pk=other_member.pk), at=DUE)
        assert newer.text.startswith("The customer is known only since 2 May 2026, 10:00")

    def test_paused_or_not_got_there_yet(self, automation, go, member, monkeypatch):
        monkeypatch.setattr(automating, "done_to_many", lambda *_, **__: False)
        reaction = automation()
        start_next(at=DUE)
        assert reaction.why_not(member, at=DUE).code == "not_reached"
        Occurrence.objects.get().pause()
        assert reaction.why_not(member, at=DUE).code == "paused"
        Occurrence.objects.get().resume(at=DUE)
        run_one(worker="w")
        assert reaction.why_not(member, at=DUE).code == "waiting"
        Occurrence.objects.update(state="paused")
        answer = reaction.why_not(member, at=DUE)
        assert (answer.code, answer.text) == ("paused", "It is paused, and this customer's turn waits with it.")

    def test_switched_off_while_it_went_through(self, automation, go, member):
        reaction = automation()
        start_next(at=DUE)
        reaction.refresh_from_db()
        reaction.switch_off()
        run_one(worker="w")
        answer = reaction.why_not(member, at=DUE)

        assert (answer.code, "stopped" in dict(failing(answer))) == ("switched_off", True)

    def test_a_filter_of_its_own(self, automation, go, member):
        condition = {"==": [{"var": "last_name"}, "Other"]}
        reaction = automation(action("filter", condition=condition), action("tag.add", tag="seen"))
        go()
        answer = reaction.why_not(member, at=DUE)

        assert answer.code == "filter"
        assert answer.clauses[-2]["actual"] == "Membrino"


def test_moments_are_told_in_the_zone_of_who_reads(trigger, tag, member, at):
    reaction = trigger()
    tag("vip")
    with timezone.override("Australia/Sydney"):
        assert reaction.why_not(member, at=at).text == "It was done on 1 May 2026, 22:00."
