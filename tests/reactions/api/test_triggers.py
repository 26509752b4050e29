"""Triggers as Omneo's clients send them, trying them, and their runs."""

import pytest

from access.models import ApiToken
from benefits.models import Benefit, BenefitDefinition
from profiles.draining import drain_some
from profiles.models import Event
from reactions.models import Reaction, Run
from reactions.running import run_some

pytestmark = pytest.mark.django_db
OF_CUSTOMER = {"name": "profile_id", "value": {"var": "profile_id"}, "is_dynamic": True}


def argument(name, value) -> dict:
    return {"name": name, "value": value, "is_dynamic": None}


IS_VIP = {"name": "filter", "sort_order": 1, "arguments": [argument("condition", {"===": [{"var": "tag"}, "vip"]})]}
GIVE = {"name": "benefit.create", "sort_order": 2, "arguments": [OF_CUSTOMER, argument("definition", "free-coffee")]}
# As omneo-reference 4.7 has it, for an event of ours.
WORKED = {"name": "Coffee for VIPs", "trigger": "tag.added", "is_active": True, "actions": [IS_VIP, GIVE]}


@pytest.fixture(autouse=True)
def coffee(db) -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


@pytest.fixture
def made(api) -> dict:
    answer = api.post("/api/v3/triggers", WORKED, format="json")
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]


@pytest.fixture
def tagged(made, member, cause):
    """The member gets these tags, and the worker does what follows."""

    def tagged(*tags) -> None:
        reaction = Reaction.objects.get()
        at = reaction.switched_on_at
        member.add_tags(*tags, at=at, cause=cause)
        while drain_some(at=at) + run_some(at=at):
            pass

    return tagged


def url(made, rest="") -> str:
    return f"/api/v3/triggers/{made['id']}{rest}"


class TestWriting:
    def test_the_worked_trigger_is_taken_as_it_is_and_works(self, made, tagged, member):
        assert made["is_active"] is True
        assert [(one["uuid"], one["sort_order"]) for one in made["actions"]] == [("filter", 1), ("benefit.issue", 2)]
        assert made["sentence"].startswith("When ")
        assert made["sentence"].endswith("issue the benefit “Free coffee”.")
        tagged("vip", "other")

        assert Benefit.objects.get().profile == member
        assert sorted(Run.objects.values_list("state", flat=True)) == ["done", "filtered"]

    def test_what_was_read_can_be_sent_back(self, api, made):
        answer = api.put(url(made), made, format="json")

        assert answer.status_code == 200
        same = {name: value for name, value in answer.json()["data"].items() if name != "updated_at"}
        assert same == {name: value for name, value in made.items() if name != "updated_at"}

    def test_actions_keep_their_keys_without_being_named_by_them(self, api, made):
        tag = {"name": "tag.add", "sort_order": 3, "arguments": [argument("tag", "served")]}
        answer = api.put(url(made), {"actions": [IS_VIP, tag, GIVE | {"sort_order": 4}]}, format="json").json()["data"]

        before = {one["uuid"]: one["id"] for one in made["actions"]}
        after = {one["uuid"]: one["id"] for one in answer["actions"]}
        assert [after["filter"], after["benefit.issue"]] == [before["filter"], before["benefit.issue"]]
        assert [one["uuid"] for one in answer["actions"]] == ["filter", "tag.add", "benefit.issue"]

    def test_actions_that_are_not_sent_stay_and_an_empty_list_takes_them_off(self, api, made):
        assert len(api.put(url(made), {"name": "Other"}, format="json").json()["data"]["actions"]) == 2
        refused = api.put(url(made), {"actions": []}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (409, "no_actions")
        assert len(api.get(url(made)).json()["data"]["actions"]) == 2
        emptied = api.put(url(made), {"is_active": False, "actions": []}, format="json")
        assert (emptied.status_code, emptied.json()["data"]["actions"]) == (200, [])

    @pytest.mark.parametrize(
        ("name", "handle"),
        [("tsend", "target.send"), ("redeem.benefit", "benefit.redeem"), ("benefit.create", "benefit.issue")],
    )
    def test_omneos_names(self, api, name, handle):
        from reactions.models import Target

        Target.objects.create(name="Mail", handle="mail", url="https://mail.example.com", template="{}")
        takes = {"tsend": argument("target", "mail"), "redeem.benefit": argument("benefit", "free-coffee")}
        said = {
            "uuid": name,
            "name": "What we call it",
            "arguments": [takes.get(name, argument("definition", "free-coffee"))],
        }
        answer = api.post("/api/v3/triggers", {"name": "T", "trigger": "tag.added", "actions": [said]}, format="json")

        assert answer.status_code == 201, answer.content
        (action,) = answer.json()["data"]["actions"]
        assert (action["uuid"], action["name"]) == (handle, "What we call it")

    @pytest.mark.parametrize(
        ("actions", "place", "said"),
        [
            (
                [IS_VIP, {"name": "benefit.issue", "arguments": [argument("definition", "free-cofee")]}],
                "actions.1.arguments.definition",
                "There is no benefit “free-cofee”. Did you mean “free-coffee”?",
            ),
            ([{"name": "benefit.isue"}], "actions.0.name", "There is no action “benefit.isue”."),
            ([{"name": "tag.add"}], "actions.0.arguments.tag", "Tag is missing."),
            ([IS_VIP, "tag.add"], "actions.1", "An action is an object with a name and arguments."),
            ([{"name": "tag.add", "arguments": {"tag": "a"}}], "actions.0.arguments", "This must be a list"),
            ([IS_VIP | {"sort_order": -1}], "actions.0.sort_order", "This must be a whole number from 0"),
            ([{"name": "filter"}], "actions.0.arguments.condition", "A filter needs a condition."),
            (
                [{"name": "tag.add", "arguments": [argument("profile_id", "4711"), argument("tag", "a")]}],
                "actions.0.arguments.profile_id",
                "“Add a tag” takes no “profile_id”.",
            ),
            (
                [{"name": "tag.add", "arguments": [{"name": "tag", "value": {"nothing": [1]}, "is_dynamic": True}]}],
                "actions.0.arguments.tag",
                "This is no JSON Logic.",
            ),
            ({"name": "filter"}, "actions", "This must be a list of at most 50 actions."),
        ],
    )
    def test_mistakes_are_told_at_their_place_and_nothing_is_kept(self, api, actions, place, said):
        answer = api.post("/api/v3/triggers", WORKED | {"actions": actions}, format="json")

        assert answer.status_code == 422
        assert said in answer.json()["errors"][place][0]
        assert not Reaction.objects.exists()

    def test_of_another_event_its_filters_are_asked_again(self, api, made):
        answer = api.put(url(made), {"trigger": "profile.created"}, format="json")

        assert answer.status_code == 422
        assert "actions.0.arguments.condition" in answer.json()["errors"]
        assert Reaction.objects.get().trigger == "tag.added"

    def test_an_unknown_event_is_told_with_what_is_near(self, api):
        answer = api.post("/api/v3/triggers", {"name": "T", "trigger": "tag.aded"}, format="json")

        assert answer.json()["errors"]["trigger"] == ["There is no event “tag.aded”. Did you mean “tag.added”?"]

    def test_is_switched_on_and_off(self, api, made):
        assert api.put(url(made), {"is_active": False}, format="json").json()["data"]["is_active"] is False
        assert Reaction.objects.get().switched_on_at is None
        empty = api.post("/api/v3/triggers", {"name": "T", "trigger": "tag.added", "is_active": True}, format="json")
        assert (empty.status_code, empty.json()["code"]) == (409, "no_actions")
        assert Reaction.objects.count() == 1

    def test_deleted_it_is_gone_and_its_runs_stay(self, api, made, tagged):
        tagged("vip")
        assert api.delete(url(made)).status_code == 204

        assert api.get(url(made)).status_code == 404
        assert api.get("/api/v3/reactions/runs").json()["data"][0]["reaction"] == "Coffee for VIPs"


class TestActions:
    def test_are_listed_and_added(self, api, made):
        tag = {"name": "tag.add", "arguments": [argument("tag", "served")]}
        added = api.post(url(made, "/actions"), tag, format="json")

        assert (added.status_code, added.json()["data"]["sort_order"]) == (201, 3)
        listed = [one["uuid"] for one in api.get(url(made, "/actions")).json()["data"]]
        assert listed == ["filter", "benefit.issue", "tag.add"]

    def test_a_wrong_one_is_told_by_its_own_keys(self, api, made):
        answer = api.post(url(made, "/actions"), {"name": "tag.add"}, format="json")

        assert (answer.status_code, answer.json()["errors"]) == (422, {"arguments.tag": ["Tag is missing."]})


def test_is_found_by_name(api, made):
    found = api.get("/api/v3/triggers", {"filter[name]": "Coffee for VIPs"}).json()["data"]
    assert [one["id"] for one in found] == [made["id"]]
    assert api.get("/api/v3/triggers", {"filter[name]": "Other"}).json()["data"] == []


class TestDryRun:
    def test_for_a_customer_and_for_a_past_event(self, api, made, member, cause, at):
        member.add_tags("newcomer", at=at, cause=cause)
        event = Event.objects.get(name="tag.added")
        passed_over = api.post(url(made, "/dry-run"), {"event_id": event.pk}, format="json").json()["data"]
        tried = api.post(url(made, "/dry-run"), {"profile_id": str(member.pk)}, format="json").json()["data"]

        assert passed_over["state"] == "filtered"
        assert passed_over["steps"][0]["clauses"][0]["actual"] == "newcomer"
        assert [one["outcome"] for one in tried["steps"]] == ["done", "done"]
        assert not (Benefit.objects.exists() or Run.objects.exists())

    @pytest.mark.parametrize("given", [{}, {"profile_id": "0190c3ad-38cd-7747-b7f3-6649c9c05c5d", "event_id": 1}])
    def test_needs_the_one_or_the_other(self, api, made, given):
        assert api.post(url(made, "/dry-run"), given, format="json").status_code == 422


class TestWhyNot:
    def test_the_clause_with_the_values_seen(self, api, made, tagged, member):
        tagged("newcomer")
        data = api.get(url(made, "/why-not"), {"profile_id": str(member.pk)}).json()["data"]

        (failed,) = [one for one in data["clauses"] if not one["holds"]]
        assert (failed["code"], failed["expected"], failed["actual"]) == ("filter", "vip", "newcomer")
        assert (data["is_done"], data["code"], data["text"]) == (False, "filter", failed["text"])
        run = Run.objects.get()
        assert data["chances"] == [
            {
                "at": f"{run.event.at:%Y-%m-%d %H:%M:%S}",
                "text": "The tag “newcomer” was added.",
                "event_id": run.event_id,
                "occurrence_id": None,
                "run_id": run.pk,
                "state": "filtered",
                "came_of_it": run.steps[-1]["text"],
            }
        ]

    def test_of_whom_nothing_happened_to(self, api, made, member):
        data = api.get(url(made, "/why-not"), {"profile_id": str(member.pk)}).json()["data"]
        assert (data["code"], data["chances"]) == ("no_event", [])

    @pytest.mark.parametrize(
        ("given", "status"),
        [({}, 422), ({"profile_id": "x"}, 422), ({"profile_id": "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"}, 404)],
    )
    def test_needs_a_customer(self, api, made, given, status):
        assert api.get(url(made, "/why-not"), given).status_code == status

    def test_shows_what_is_known_of_a_customer_so_it_needs_that_scope_too(self, made, member, manager, at):
        from rest_framework.test import APIClient

        client, year = APIClient(), at.replace(year=2100)
        secret = ApiToken.objects.issue(name="Shop", user=manager, scopes=["CRUD-reactions"], at=at, expires_at=year)[1]
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        assert client.get(url(made, "/why-not"), {"profile_id": str(member.pk)}).status_code == 403


class TestRuns:
    def test_are_filtered_read_and_replayed(self, api, tagged, member):
        tagged("vip", "other")
        (run,) = api.get("/api/v3/reactions/runs", {"filter[state]": "filtered"}).json()["data"]
        assert api.get("/api/v3/reactions/runs", {"filter[profile]": str(member.pk)}).json()["meta"]["total"] == 2
        assert (run["event"], run["steps"][0]["clauses"][0]["holds"]) == ("tag.added", False)

        again = api.post(f"/api/v3/reactions/runs/{run['id']}/replay").json()["data"]
        assert (again["state"], again["attempts"]) == ("retrying", 0)
        done = Run.objects.get(state="done")
        refused = api.post(f"/api/v3/reactions/runs/{done.pk}/replay")
        assert (refused.status_code, refused.json()["code"]) == (409, "already_done")


def test_needs_the_scope(made, manager, at):
    from rest_framework.test import APIClient

    client = APIClient()
    secret = ApiToken.objects.issue(
        name="Shop", user=manager, scopes=["CRUD-targets"], at=at, expires_at=at.replace(year=2100)
    )[1]
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get("/api/v3/triggers").status_code == 403
    assert client.get("/api/v3/reactions/runs").status_code == 403
