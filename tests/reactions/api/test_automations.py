"""Automations as Omneo's clients send them, running one now, pausing, and trying one."""

from datetime import UTC, date, datetime, time

import pytest
from django.utils import timezone

from benefits.models import Benefit, BenefitDefinition
from jobs.working import run_one
from profiles.models import Profile
from reactions.automating import start_next
from reactions.models import Occurrence, Reaction, Run
from reactions.running import run_some

pytestmark = pytest.mark.django_db
WOMEN = {"==": [{"var": "gender"}, "female"]}
GIVE = {"name": "benefit.create", "arguments": [{"name": "definition", "value": "free-coffee", "is_dynamic": None}]}
ONLY_VIPS = {
    "name": "filter",
    "arguments": [{"name": "condition", "value": {"in": ["vip", {"var": "flattened_tags"}]}, "is_dynamic": None}],
}
DAILY = {"name": "Morning coffee", "type": "daily", "run_at": "09:00", "query": WOMEN, "actions": [GIVE]}


@pytest.fixture(autouse=True)
def coffee(db) -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


@pytest.fixture
def people():
    """Four customers, two of them women, one of whom is a VIP."""
    genders = ["female", "male", "female", ""]
    rows = Profile.objects.bulk_create(Profile(first_name=f"P{at}", gender=one) for at, one in enumerate(genders))
    from profiles.models import Tag

    rows[0].tags.set(Tag.objects.named("vip"))
    return rows


def post(api, path: str, body=None):
    return api.post(f"/api/v3{path}", body, format="json")


@pytest.fixture
def make(api):
    def make(**given) -> dict:
        answer = post(api, "/automations", DAILY | given)
        assert answer.status_code == 201, answer.content
        return answer.json()["data"]

    return make


def work() -> None:
    """What the worker does until nothing is due."""
    while int(run_one(worker="w") is not None) + run_some(at=timezone.now()):
        pass


def url(made, rest="") -> str:
    return f"/api/v3/automations/{made['id']}{rest}"


class TestWriting:
    def test_is_made_read_and_says_itself(self, make, settings):
        settings.TIME_ZONE = "UTC"
        made = make(is_active=True)

        assert made["sentence"] == (
            "Every day at 09:00, for customers whose gender is “female”, issue the benefit “Free coffee”."
        )
        times = ("type", "frequency", "trigger", "run_at", "date", "slot", "query", "arguments")
        assert [made[key] for key in times] == ["daily", "daily", "daily", "09:00", None, None, WOMEN, []]
        assert (made["next_run_at"][11:], made["last_run_at"]) == ("09:00:00", None)

    def test_type_and_query_are_enough(self, api, make):
        made = post(api, "/automations", {"type": "weekly", "slot": "friday", "query": WOMEN}).json()["data"]
        assert (made["name"], made["slot"], made["is_active"]) == ("Every Friday at 09:00", "friday", False)

    @pytest.mark.parametrize(
        ("given", "stored"),
        [
            ({"type": "weekly", "slot": 1}, {"frequency": "weekly", "weekday": 0}),
            ({"type": "monthly", "slot": 31}, {"frequency": "monthly", "day_of_month": 31}),
            ({"type": "date", "date": "2100-12-24"}, {"frequency": "once", "on_date": date(2100, 12, 24)}),
            ({"type": "any", "date": "2100-12-24 08:00:00"}, {"frequency": "once", "on_date": date(2100, 12, 24)}),
            ({"type": None, "trigger": "*/30 8-18 * * *"}, {"frequency": "cron", "cron": "*/30 8-18 * * *"}),
            ({"type": "interval", "trigger": "0 * * * *"}, {"frequency": "cron", "cron": "0 * * * *"}),
            ({"type": None, "trigger": "daily"}, {"frequency": "daily"}),
            ({"type": "any", "frequency": "Daily"}, {"frequency": "daily"}),
            ({"run_at": "7:30"}, None),
            ({"run_at": "07:30:59"}, {"at_time": time(7, 30)}),
            ({"query": None}, {"audience": None}),
            ({"query": ""}, {"audience": None}),
            ({"query": '{"==": [{"var": "gender"}, "female"]}'}, {"audience": WOMEN}),
        ],
    )
    def test_how_it_is_said(self, api, given, stored):
        answer = post(api, "/automations", DAILY | given)
        if stored is None:
            assert answer.json()["errors"] == {"run_at": ["This is no time of day. Write one like 09:00."]}
            return
        assert answer.status_code == 201, answer.content
        row = Reaction.objects.get()
        assert {name: getattr(row, name) for name in stored} == stored

    def test_a_moment_is_read_in_utc_and_kept_by_the_programmes_clock(self, make, settings):
        settings.TIME_ZONE = "Australia/Melbourne"
        made = make(type="date", run_at="2100-01-05 22:30:00")
        assert (made["date"], made["run_at"]) == ("2100-01-06", "09:30")

    @pytest.mark.parametrize(
        ("given", "key", "said"),
        [
            ({"type": "often"}, "type", "Say how often it is due"),
            ({"type": None}, "frequency", "Choose how often it is due."),
            ({"frequency": "hourly"}, "frequency", "Say how often it is due"),
            ({"type": "weekly"}, "slot", "Choose the day of the week."),
            ({"type": "weekly", "slot": "someday"}, "slot", "Write a day of the week"),
            ({"type": "monthly", "slot": 32}, "slot", "Write a day of the month"),
            ({"type": "monthly", "slot": True}, "slot", "Write a day of the month"),
            ({"type": "monthly", "slot": [1]}, "slot", "Write a day of the month"),
            ({"type": "date", "date": "tomorrow"}, "date", "This is no date."),
            ({"type": "date"}, "date", "Choose the date."),
            ({"type": "cron", "trigger": "at nine"}, "trigger", "Write five fields"),
            ({"query": {"==": [{"var": "gendr"}, "x"]}}, "query", "Did you mean “gender”?"),
            ({"query": "{"}, "query", ""),
            ({"query": [1]}, "query", "A condition is an object"),
            ({"type": {"a": 1}}, "type", ""),
        ],
    )
    def test_mistakes_are_told_under_the_keys_that_were_sent(self, api, given, key, said):
        answer = post(api, "/automations", DAILY | given)
        assert answer.status_code == 422, answer.content
        assert said in answer.json()["errors"][key][0]
        assert not Reaction.objects.exists()

    def test_a_mistake_of_an_action_is_told_with_those_of_the_times(self, api):
        answer = post(api, "/automations", DAILY | {"type": "weekly", "actions": [{"name": "tag.add"}]})
        assert answer.json()["errors"].keys() == {"slot", "actions.0.arguments.tag"}

    def test_what_was_read_can_be_sent_back(self, api, make):
        made = make(type="monthly", slot=15, is_active=True)
        again = api.put(url(made), made, format="json").json()["data"]
        assert again | {"updated_at": made["updated_at"]} == made

    def test_one_key_is_changed_and_the_others_stay(self, api, make):
        made = make(type="weekly", slot="monday")
        changed = api.put(url(made), {"slot": "sunday"}, format="json").json()["data"]
        assert (changed["type"], changed["slot"], changed["run_at"]) == ("weekly", "sunday", "09:00")
        assert changed["query"] == WOMEN

    def test_another_frequency_forgets_the_day_of_the_old_one(self, api, make):
        made = make(type="weekly", slot="monday")
        assert api.put(url(made), {"type": "daily"}, format="json").json()["data"]["slot"] is None
        answer = api.put(url(made), {"type": "weekly"}, format="json")
        assert answer.json()["errors"] == {"slot": ["Choose the day of the week."]}

    def test_a_date_that_is_over_is_not_switched_on(self, api, make):
        made = make(type="date", date="2020-01-01")
        answer = api.put(url(made), {"is_active": True}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "never_due")

    def test_other_times_are_due_from_now_on(self, api, make):
        made = make(type="date", date="2100-01-01", is_active=True)
        changed = api.put(url(made), {"date": "2100-02-01"}, format="json").json()["data"]
        assert changed["next_run_at"] == "2100-02-01 09:00:00"
        over = api.put(url(made), {"date": "2020-02-01"}, format="json")
        assert (over.status_code, over.json()["code"]) == (409, "never_due")
        off = api.put(url(made), {"date": "2020-02-01", "is_active": False}, format="json")
        assert (off.status_code, off.json()["data"]["next_run_at"]) == (200, None)

    def test_triggers_and_automations_are_not_each_others(self, api, make):
        made = make()
        assert api.get("/api/v3/triggers").json()["data"] == []
        assert api.get(f"/api/v3/triggers/{made['id']}").status_code == 404
        (listed,) = api.get("/api/v3/automations", {"filter[type]": "daily"}).json()["data"]
        assert listed["id"] == made["id"]

    def test_deleted_it_is_gone(self, api, make):
        made = make(is_active=True)
        assert api.delete(url(made)).status_code == 204
        assert api.get(url(made)).status_code == 404
        assert api.post(url(made, "/trigger")).status_code == 404

    def test_actions_are_listed_and_added(self, api, make):
        made = make()
        tag = {"name": "tag.add", "arguments": [{"name": "tag", "value": "served"}]}
        assert post(api, f"/automations/{made['id']}/actions", tag).status_code == 201
        assert [one["uuid"] for one in api.get(url(made, "/actions")).json()["data"]] == ["benefit.issue", "tag.add"]


class TestRunNow:
    def test_is_an_occurrence_like_any_other(self, api, make, people):
        made = make(is_active=True)
        before = Reaction.objects.get().next_at
        answer = api.post(url(made, "/trigger"))
        assert answer.status_code == 201, answer.content
        begun = answer.json()["data"]
        assert (begun["state"], begun["matched"], begun["chosen"], begun["automation_id"]) == (
            *("going_on", 2, 0),
            made["id"],
        )
        assert begun["started_by"] == "Till"
        work()

        shown = api.get(f"/api/v3/reactions/occurrences/{begun['id']}").json()["data"]
        assert (shown["state"], shown["chosen"]) == ("done", 2)
        assert shown["turns"] == {"done": 2, "waiting": 0, "failed": 0, "passed_over": 0}
        assert {one.profile for one in Benefit.objects.all()} == {people[0], people[2]}
        runs = api.get("/api/v3/reactions/runs", {"filter[occurrence]": begun["id"]}).json()["data"]
        assert [run["occurrence_id"] for run in runs] == [begun["id"]] * 2
        # Its own times are as they were.
        assert Reaction.objects.get().next_at == before
        assert api.get(url(made)).json()["data"]["last_run_at"] == begun["started_at"]

    def test_each_press_is_one_of_its_own_also_within_one_moment(self, api, make, people, time_machine):
        made = make(is_active=True)
        time_machine.move_to(datetime(2026, 5, 2, 12, tzinfo=UTC), tick=False)
        first, second = (api.post(url(made, "/trigger")).json()["data"] for _ in range(2))
        assert first["id"] != second["id"]
        work()
        assert Benefit.objects.count() == 4

    def test_the_same_request_once_more_is_the_same(self, api, make, people):
        made = make(is_active=True)
        answers = [api.post(url(made, "/trigger"), HTTP_IDEMPOTENCY_KEY="now-1").json()["data"] for _ in range(2)]
        assert answers[0] == answers[1]
        assert Occurrence.objects.count() == 1

    def test_not_while_it_is_switched_off(self, api, make, people):
        answer = api.post(url(make(), "/trigger"))
        assert (answer.status_code, answer.json()["code"]) == (409, "switched_off")
        assert not Occurrence.objects.exists()

    def test_a_run_by_hand_takes_no_place_of_a_due_time(self, api, make, people, time_machine):
        made = make(is_active=True)
        due = Reaction.objects.get().next_at
        time_machine.move_to(due, tick=False)
        api.post(url(made, "/trigger"))
        assert start_next(at=due)
        assert Occurrence.objects.filter(due_at=due).count() == 1


class TestPausing:
    def test_what_waits_waits_until_it_is_resumed(self, api, make, people):
        made = make(is_active=True, actions=[ONLY_VIPS, GIVE | {"sort_order": 2}])
        begun = api.post(url(made, "/trigger")).json()["data"]
        run_one(worker="w")
        address = f"/api/v3/reactions/occurrences/{begun['id']}"
        # Everybody is chosen, and nobody had their turn yet.
        paused = api.post(f"{address}/pause").json()["data"]
        assert (paused["state"], paused["turns"]["waiting"]) == ("paused", 2)
        work()
        assert set(Run.objects.values_list("state", flat=True)) == {"waiting"}
        assert api.post(f"{address}/pause").json()["code"] == "not_going_on"

        resumed = api.post(f"{address}/resume").json()["data"]
        assert resumed["state"] == "done"
        work()
        assert api.get(address).json()["data"]["turns"] == {"done": 1, "waiting": 0, "failed": 0, "passed_over": 1}
        assert api.post(f"{address}/resume").json()["code"] == "not_paused"
        assert api.post(f"{address}/pause").json()["code"] == "not_going_on"

    def test_of_one_that_was_switched_off_nothing_is_resumed(self, api, make, people):
        made = make(is_active=True)
        begun = api.post(url(made, "/trigger")).json()["data"]
        address = f"/api/v3/reactions/occurrences/{begun['id']}"
        api.post(f"{address}/pause")
        api.put(url(made), {"is_active": False}, format="json")
        assert api.post(f"{address}/resume").json()["code"] == "switched_off"

    def test_occurrences_are_filtered(self, api, make, people):
        made = make(is_active=True)
        api.post(url(made, "/trigger"))
        address = "/api/v3/reactions/occurrences"
        assert len(api.get(address, {"filter[automation]": made["id"]}).json()["data"]) == 1
        assert api.get(address, {"filter[state]": "done"}).json()["data"] == []


class TestDryRun:
    def test_says_whether_the_audience_has_them_and_what_would_be_done(self, api, make, people):
        made = make(actions=[GIVE, ONLY_VIPS | {"sort_order": 2}])
        chosen, other = (
            post(api, f"/automations/{made['id']}/dry-run", {"profile_id": str(people[at].pk)}).json()["data"]
            for at in (0, 1)
        )
        assert [(one["handle"], one["outcome"]) for one in chosen["steps"]] == [
            ("audience", "done"),
            ("benefit.issue", "done"),
            ("filter", "done"),
        ]
        assert (chosen["state"], other["state"]) == ("done", "filtered")
        assert other["steps"][0]["clauses"][0]["actual"] == "male"
        assert other["steps"][1]["outcome"] == "done"
        assert not (Benefit.objects.exists() or Occurrence.objects.exists() or Run.objects.exists())

    @pytest.mark.parametrize(
        ("given", "status"), [({}, 422), ({"profile_id": "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"}, 404)]
    )
    def test_needs_a_customer(self, api, make, given, status):
        assert post(api, f"/automations/{make()['id']}/dry-run", given).status_code == status


def test_needs_the_scope(make, manager, at):
    from rest_framework.test import APIClient

    from access.models import ApiToken

    made = make(is_active=True)
    secret = ApiToken.objects.issue(
        name="Shop", user=manager, scopes=["CRUD-targets"], at=at, expires_at=at.replace(year=2100)
    )[1]
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get("/api/v3/automations").status_code == 403
    assert client.get("/api/v3/reactions/occurrences").status_code == 403
    assert client.post(url(made, "/trigger")).status_code == 403


def test_why_not_tells_the_clause_of_the_audience_with_what_was_seen(api, make, people):
    made = make(is_active=True)
    api.post(url(made, "/trigger"))
    work()
    woman, man = (api.get(url(made, "/why-not"), {"profile_id": str(one.pk)}).json()["data"] for one in people[:2])

    assert (woman["is_done"], woman["code"], woman["chances"][0]["state"]) == (True, None, "done")
    (failed,) = [one for one in man["clauses"] if not one["holds"]]
    assert (man["code"], failed["code"], failed["expected"], failed["actual"]) == (
        "audience",
        "audience",
        "female",
        "male",
    )
    assert man["chances"][0]["occurrence_id"] == Occurrence.objects.get().pk
