from datetime import timedelta

import pytest

from benefits.explaining import why_held, why_in_words
from benefits.models import Benefit, BenefitDefinition
from cxmanager.refusals import Refusal
from profiles.acting import ACTIONS, acts
from profiles.draining import drain_some
from profiles.erasing import erase
from profiles.merging import merge
from profiles.models import Event
from reactions.models import Action, Reaction, Run
from reactions.rehearsing import rehearse
from reactions.running import MOST_ATTEMPTS, run_next, run_some

pytestmark = pytest.mark.django_db


def literal(**arguments) -> dict:
    return {name: {"value": value, "is_dynamic": False} for name, value in arguments.items()}


@pytest.fixture
def coffee() -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


@pytest.fixture
def react(at):
    """Switch on a trigger: react("tag.added", ("tag.add", {"tag": "vip"}), …). Arguments are literals."""

    def react(trigger, *actions, name="Welcome") -> Reaction:
        reaction = Reaction.objects.create(name=name, trigger=trigger)
        for order, (handle, arguments) in enumerate(actions):
            action = Action(reaction=reaction, sort_order=order, handle=handle, arguments=literal(**arguments))
            action.full_clean()
            action.save()
        reaction.full_clean()
        reaction.switch_on(at=at)
        return reaction

    return react


@pytest.fixture
def go(at):
    """What the worker does until nothing is due."""

    def go(*, after=timedelta()) -> None:
        while drain_some(at=at + after) + run_some(at=at + after):
            pass

    return go


def test_an_event_starts_it_and_what_it_makes_says_why(react, go, member, at, cause, coffee):
    reaction = react("tag.added", ("benefit.issue", {"definition": coffee.handle}))
    member.add_tags("newcomer", at=at, cause=cause)
    event = Event.objects.get(name="tag.added")

    go()

    run, benefit = Run.objects.get(), Benefit.objects.get()
    assert (run.state, run.event, run.profile, run.attempts) == ("done", event, member, 1)
    assert run.steps[0]["made"] == {"type": "benefits.benefit", "id": str(benefit.pk), "name": str(benefit)}
    issued = Event.objects.get(name="benefit.issued")
    assert (issued.cause, issued.door, issued.actor, issued.depth) == (event, "reaction", reaction.name, 1)


def test_why_a_benefit_is_there_names_the_reaction_and_who_led_to_it(react, go, member, at, cause, coffee):
    react("tag.added", ("benefit.issue", {"definition": coffee.handle}))
    member.add_tags("newcomer", at=at, cause=cause)
    go()

    said = why_in_words(why_held(Benefit.objects.get()))
    assert said == "Issued by the reaction “Welcome” because the tag “newcomer” was added by Clara."


def test_once_for_each_event_however_often_the_worker_comes(react, go, member, at, cause, coffee):
    react("tag.added", ("benefit.issue", {"definition": coffee.handle}))
    member.add_tags("one", "two", at=at, cause=cause)
    go()
    # As if it had been handed out before, and the worker had died in the wrong moment.
    Event.objects.filter(name="tag.added").update(is_pending=True)
    go()

    assert (Benefit.objects.count(), Run.objects.count()) == (2, 2)


def test_what_happened_before_it_was_switched_on_does_not_start_it(react, go, member, at, cause, coffee):
    member.add_tags("newcomer", at=at - timedelta(seconds=1), cause=cause)
    react("tag.added", ("benefit.issue", {"definition": coffee.handle}))
    go()

    assert not Run.objects.exists()


def test_switching_off_ends_what_waits(react, go, member, at, cause, coffee):
    reaction = react("tag.added", ("benefit.issue", {"definition": coffee.handle}))
    member.add_tags("newcomer", at=at, cause=cause)
    drain_some(at=at)
    reaction.switch_off()
    go()

    assert (Run.objects.get().state, Benefit.objects.count()) == ("switched_off", 0)


class TestFilters:
    def test_on_the_customer_and_the_event(self, react, go, member, other_member, at, cause):
        condition = {"and": [{"==": [{"var": "tag"}, "newcomer"]}, {"==": [{"var": "first_name"}, member.first_name]}]}
        react("tag.added", ("filter", {"condition": condition}), ("tag.add", {"tag": "welcome"}))
        member.add_tags("newcomer", at=at, cause=cause)
        other_member.add_tags("newcomer", at=at, cause=cause)
        go()

        assert [tag.handle for tag in member.tags.order_by("handle")] == ["newcomer", "welcome"]
        assert [tag.handle for tag in other_member.tags.all()] == ["newcomer"]
        run = Run.objects.get(profile=other_member)
        assert (run.state, len(run.steps)) == ("filtered", 1)
        assert [clause["holds"] for clause in run.steps[0]["clauses"]] == [True, False]
        assert member.first_name in run.steps[0]["text"]


class TestWhatGoesWrong:
    @pytest.fixture
    def shaky(self, monkeypatch):
        """An action that fails while `shaky` holds anything."""
        failing = [True]
        monkeypatch.delitem(ACTIONS, "test.shaky", raising=False)

        @acts("test.shaky", label="Be shaky", sentence="be shaky")
        def shaky(profile, *, at, cause):
            profile.add_tags("half-done", at=at, cause=cause)
            if failing:
                raise ConnectionError("The shop does not answer.")

        yield failing
        ACTIONS.pop("test.shaky", None)

    @pytest.mark.logs_an_error
    def test_a_failing_action_does_not_undo_earlier_ones_and_is_tried_again(self, react, go, member, at, cause, shaky):
        react("tag.added", ("filter", {"condition": NEWCOMER}), ("tag.add", {"tag": "first"}), ("test.shaky", {}))
        member.add_tags("newcomer", at=at, cause=cause)
        go()

        run = Run.objects.get(steps__1__handle="tag.add")
        assert (run.state, run.error) == ("retrying", "ConnectionError: The shop does not answer.")
        assert {tag.handle for tag in member.tags.all()} == {"newcomer", "first"}

        shaky.clear()
        go(after=timedelta(minutes=1))
        run.refresh_from_db()
        assert (run.state, run.attempts) == ("done", 2)
        assert [step["outcome"] for step in run.steps] == ["done", "done", "failed", "done"]
        assert {tag.handle for tag in member.tags.all()} == {"newcomer", "first", "half-done"}

    @pytest.mark.logs_an_error
    def test_is_given_up_after_the_last_attempt(self, react, go, member, at, cause, shaky):
        react("tag.added", ("test.shaky", {}))
        member.add_tags("newcomer", at=at, cause=cause)
        for day in range(MOST_ATTEMPTS + 2):
            go(after=timedelta(days=day))

        run = Run.objects.get()
        assert (run.state, run.attempts) == ("parked", MOST_ATTEMPTS)

    def test_what_the_verb_refuses_ends_it(self, react, go, member, at, cause, coffee):
        react("tag.added", ("benefit.redeem", {"definition": coffee.handle}), ("tag.add", {"tag": "never"}))
        member.add_tags("newcomer", at=at, cause=cause)
        go()

        run = Run.objects.get()
        assert (run.state, run.error) == ("refused", "The customer holds no such benefit that could be used now.")
        assert run.steps[0]["code"] == "none_held"
        assert [tag.handle for tag in member.tags.all()] == ["newcomer"]

    def test_two_that_start_one_another_stop_at_the_limit_and_say_so(self, react, go, member, at, cause):
        react("tag.added", ("tag.remove", {"tag": "ping"}), name="Off")
        react("tag.removed", ("tag.add", {"tag": "ping"}), name="On")
        member.add_tags("ping", at=at, cause=cause)
        go()

        last = Run.objects.first()
        assert (last.state, last.steps[-1]["code"]) == ("refused", "chain_too_deep")
        assert "12 events" in last.error
        assert Event.objects.filter(door="reaction").count() == 12


NEWCOMER = {"==": [{"var": "tag"}, "newcomer"]}
FOR_NEWCOMERS = ("filter", {"condition": NEWCOMER})


def test_arguments_may_be_worked_out_from_the_event(at, member, cause, go):
    reaction = Reaction.objects.create(name="Echo", trigger="tag.added")
    dynamic = {"value": {"cat": ["seen-", {"var": "tag"}]}, "is_dynamic": True}
    echo = Action(
        reaction=reaction,
        handle="attribute.set",
        arguments=literal(namespace="club", handle="latest") | {"value": dynamic},
    )
    echo.full_clean()
    echo.save()
    reaction.switch_on(at=at)
    member.add_tags("newcomer", at=at, cause=cause)
    go()

    assert member.custom_attributes.get().value == "seen-newcomer"


def test_a_customer_merged_away_meanwhile_passes_it_on(react, member, other_member, at, cause, go):
    react("tag.added", ("tag.add", {"tag": "welcome"}))
    other_member.add_tags("newcomer", at=at, cause=cause)
    drain_some(at=at)
    merge(winner=member, loser=other_member, at=at, cause=cause)
    go()

    assert "welcome" in {tag.handle for tag in member.tags.all()}


def test_what_runs_saw_goes_when_the_person_is_erased(react, go, member, at, cause):
    react("tag.added", FOR_NEWCOMERS, ("tag.add", {"tag": "welcome"}))
    member.add_tags("newcomer", "other", at=at, cause=cause)
    drain_some(at=at)
    run_next(at=at)
    erase(member, at=at, cause=cause)
    go()

    states = list(Run.objects.order_by("pk").values_list("state", "steps")[:2])
    assert states == [("done", []), ("parked", [])]


class TestReplaying:
    def test_goes_on_where_it_stopped(self, react, go, member, at, cause, coffee):
        react(
            "tag.added", FOR_NEWCOMERS, ("tag.add", {"tag": "first"}), ("benefit.redeem", {"definition": coffee.handle})
        )
        member.add_tags("newcomer", at=at, cause=cause)
        go()
        run = Run.objects.get(state="refused")
        coffee.issue(member, at=at, cause=cause)

        run.replay(at=at)
        go()

        run.refresh_from_db()
        assert (run.state, run.error) == ("done", "")
        assert [step["outcome"] for step in run.steps] == ["done", "done", "refused", "done"]
        assert Benefit.objects.get().redemptions == 1

    def test_what_was_done_is_not_done_twice(self, react, go, member, at, cause):
        react("tag.added", FOR_NEWCOMERS, ("tag.add", {"tag": "first"}))
        member.add_tags("newcomer", at=at, cause=cause)
        drain_some(at=at)
        with pytest.raises(Refusal) as waiting:
            Run.objects.get().replay(at=at)
        go()
        with pytest.raises(Refusal) as done:
            Run.objects.get(state="done").replay(at=at)

        assert (waiting.value.code, done.value.code) == ("still_waiting", "already_done")


class TestRehearsing:
    def test_says_what_would_happen_and_writes_nothing(self, react, member, at, coffee):
        reaction = react("tag.added", ("benefit.issue", {"definition": coffee.handle}), ("tag.add", {"tag": "welcome"}))
        reaction.switch_off()
        before = Event.objects.count()

        run = rehearse(reaction, profile=member, at=at)

        assert [step["outcome"] for step in run.steps] == ["done", "done"]
        assert (run.state, run.steps[0]["made"]["type"]) == ("done", "benefits.benefit")
        assert not (Benefit.objects.exists() or Run.objects.exists() or member.tags.exists())
        assert Event.objects.count() == before

    def test_of_a_past_event(self, react, member, at, cause):
        member.add_tags("newcomer", "other", at=at, cause=cause)
        reaction = react("tag.added", FOR_NEWCOMERS, ("tag.add", {"tag": "welcome"}))
        states = {
            event.payload["tag"]: rehearse(reaction, event=event, at=at).state
            for event in Event.objects.filter(name="tag.added")
        }

        assert states == {"newcomer": "done", "other": "filtered"}


class TestSaving:
    def test_an_unknown_event_is_told_with_what_is_near(self):
        with pytest.raises(Exception, match=r"There is no event “tag\.addd”\. Did you mean “tag\.added”\?"):
            Reaction(name="R", trigger="tag.addd").full_clean()

    def test_nothing_to_do_cannot_be_switched_on(self, at):
        with pytest.raises(Exception, match=r"Add an action first"):
            Reaction.objects.create(name="R", trigger="tag.added").switch_on(at=at)

    @pytest.mark.parametrize(
        ("handle", "arguments", "said"),
        [
            ("tag.ad", {}, "There is no action “tag.ad”. Did you mean “tag.add”?"),
            ("tag.add", {}, "tag: Tag is missing."),
            ("tag.add", {"tag": "a", "colour": "red"}, "colour: “Add a tag” takes no “colour”."),
            ("filter", {}, "A filter needs a condition."),
            ("filter", {"condition": {"==": [{"var": "tagg"}, "a"]}}, "tagg"),
        ],
    )
    def test_a_wrong_action_is_refused(self, handle, arguments, said):
        reaction = Reaction.objects.create(name="R", trigger="tag.added")
        with pytest.raises(Exception) as error:
            Action(reaction=reaction, handle=handle, arguments=literal(**arguments)).full_clean()
        assert said in " ".join(error.value.messages)
