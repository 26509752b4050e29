"""Addresses, interactions, tags and the timeline of a customer."""

import pytest

from profiles.cause import Cause, Door
from profiles.models import Address, Event, Interaction, Location

HOME = {"address_line_1": "12 Gertrude Street", "city": "Fitzroy", "state": "VIC", "postcode": "3065", "country": "AU"}
VISIT = {
    "action": "visit",
    "channel": "location",
    "signal": 1,
    "name": "Tried on boots",
    "namespace": "store",
    "interacted_at": "2026-05-01 12:00:00",
    "tags": ["boots"],
    "rating": 4.5,
    "duration": 900,
    "meta": {"sizes": ["42"]},
}


class TestAddresses:
    def test_are_made_read_changed_and_deleted(self, call, member):
        path = f"profiles/{member.pk}/addresses"
        made = call("post", path, HOME | {"latitude": -37.8, "is_default": True}, expect=201)["data"]
        assert isinstance(made["id"], str)
        assert (made["latitude"], made["company"], made["is_default"]) == ("-37.8", None, True)
        changed = call("put", f"{path}/{made['id']}", made | {"city": "Collingwood", "notes": "Ring twice"})["data"]
        assert changed == made | {"city": "Collingwood", "notes": "Ring twice", "updated_at": changed["updated_at"]}
        second = call("post", path, HOME | {"is_default": True}, expect=201)["data"]
        shown = call("get", path)["data"]
        assert [(one["id"], one["is_default"]) for one in shown] == [(made["id"], False), (second["id"], True)]
        assert call("get", f"profiles/{member.pk}")["data"]["address"]["id"] == second["id"]
        call("delete", f"{path}/{made['id']}", expect=204)
        call("get", f"{path}/{made['id']}", expect=404)
        names = Event.objects.filter(name__startswith="address").order_by("id").values_list("name", flat=True)
        assert list(names) == ["address.created", "address.updated", "address.created", "address.deleted"]

    @pytest.mark.parametrize(
        ("body", "place"),
        [
            *[({name: None}, name) for name in HOME],
            ({"postcode": "9" * 33}, "postcode"),
            ({"iso": "AUST"}, "iso"),
            ({"is_default": "no way"}, "is_default"),
            ({"city": ["Fitzroy"]}, "city"),
        ],
    )
    def test_that_are_wrong_are_refused(self, call, member, body, place):
        assert list(call("post", f"profiles/{member.pk}/addresses", HOME | body, expect=422)["errors"]) == [place]
        assert not Address.objects.exists()

    @pytest.mark.parametrize("number", ["0", "x", "9" * 19, "9" * 25, f"{'0' * 20}{'9' * 5_000}"])
    def test_that_are_not_there_are_a_404(self, call, member, number):
        for method in ("get", "put", "delete"):
            call(method, f"profiles/{member.pk}/addresses/{number}", expect=404)


class TestInteractions:
    def test_are_made_by_profile_or_identity_and_told(self, call, member, at, cause):
        member.add_identity(handle="card", identifier="1", at=at, cause=cause)
        shop = Location.objects.create(name="Fitzroy")
        body = VISIT | {"profile_id": str(member.pk), "location_id": shop.pk, "staff_id": None}
        made = call("post", "interactions", body, expect=201)["data"]
        assert made == {
            **body,
            "id": made["id"],
            "identity": None,
            "location": made["location"],
            "description": None,
            "url": None,
            "latitude": None,
            "longitude": None,
            "product_id": None,
            "product_variant_id": None,
            "product_category_id": None,
            "created_at": made["created_at"],
            "updated_at": made["updated_at"],
        }
        assert made["location"]["name"] == "Fitzroy"
        other = call("post", "interactions", VISIT | {"identifier": {"handle": "card", "id": "1"}}, expect=201)["data"]
        assert other["profile_id"] == str(member.pk)
        assert Event.objects.filter(name="interaction.created", profile=member).count() == 2
        for path in (f"interactions/{made['id']}", f"profiles/{member.pk}/interactions/{made['id']}"):
            assert call("get", path)["data"] == made
        for path in ("interactions", f"profiles/{member.pk}/interactions"):
            assert call("get", f"{path}?filter[channel]=location&filter[tags.handle]=boots")["data"] == [made, other]

    def test_are_changed_and_deleted(self, call, member):
        made = call("post", f"profiles/{member.pk}/interactions", VISIT, expect=201)["data"]
        changed = call("put", f"interactions/{made['id']}", made | {"tags": ["shoes"], "signal": -1})["data"]
        assert changed == made | {"tags": ["shoes"], "signal": -1, "updated_at": changed["updated_at"]}
        call("delete", f"profiles/{member.pk}/interactions/{made['id']}", expect=204)
        call("get", f"interactions/{made['id']}", expect=404)
        call("delete", f"interactions/{made['id']}", expect=404)

    @pytest.mark.parametrize(
        ("body", "place"),
        [
            ({"profile_id": None}, "profile_id"),
            ({"profile_id": "x"}, "profile_id"),
            ({"profile_id": "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"}, "profile_id"),
            ({"action": "dance"}, "action"),
            ({"channel": None}, "channel"),
            ({"signal": 2}, "signal"),
            ({"signal": "good"}, "signal"),
            ({"name": ""}, "name"),
            ({"namespace": "x" * 192}, "namespace"),
            ({"rating": 10**9}, "rating"),
            ({"rating": "NaN"}, "rating"),
            ({"duration": -1}, "duration"),
            ({"duration": 2**31}, "duration"),
            ({"location_id": 999}, "location_id"),
            ({"staff_id": "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"}, "staff_id"),
            ({"url": "nowhere"}, "url"),
            ({"tags": "boots"}, "tags"),
            ({"tags": ["x" * 192]}, "tags.0"),
            ({"interacted_at": "99999-01-01"}, "interacted_at"),
        ],
    )
    def test_that_are_wrong_are_refused(self, call, member, body, place):
        answer = call("post", "interactions", VISIT | {"profile_id": str(member.pk)} | body, expect=422)
        assert list(answer["errors"]) == [place]
        assert not Interaction.objects.exists()

    def test_of_nobody_are_refused(self, call, db):
        for body, place in (({}, "profile_id"), ({"identifier": {"handle": "x", "id": "y"}}, "identifier")):
            assert list(call("post", "interactions", VISIT | body, expect=422)["errors"]) == [place]

    def test_cost_the_same_for_1_and_30(self, call, member, at, cause, django_assert_num_queries):
        shop = Location.objects.create(name="Fitzroy")
        fields = {name: VISIT[name] for name in ("action", "channel", "signal", "name", "namespace")}
        call("get", "interactions")
        for count, queries, mine in ((1, 4, 5), (30, 4, 5)):
            while Interaction.objects.count() < count:
                member.add_interaction(**fields, location=shop, tags=["a", "b"], at=at, cause=cause)
            with django_assert_num_queries(queries):
                assert len(call("get", "interactions?page[size]=50")["data"]) == count
            with django_assert_num_queries(mine):
                call("get", f"profiles/{member.pk}/interactions?page[size]=50")


class TestTags:
    def test_are_added_replaced_and_removed(self, call, member):
        path = f"profiles/{member.pk}/tags"
        added = call("post", path, {"tags": ["vip", "staff", "vip"]}, expect=201)["data"]
        assert [one["handle"] for one in added] == ["staff", "vip"]
        assert [one["handle"] for one in call("put", path, {"tags": ["new"]})["data"]] == ["new"]
        call("delete", f"{path}/vip", expect=404)
        call("delete", f"{path}/new", expect=204)
        assert call("get", path) == {"data": []}

    @pytest.mark.parametrize("body", [{}, {"tags": "vip"}, {"tags": [""]}, {"tags": [None]}, {"tags": ["x" * 192]}])
    def test_that_are_wrong_are_refused(self, call, member, body):
        call("post", f"profiles/{member.pk}/tags", body, expect=422)
        call("put", f"profiles/{member.pk}/tags", body, expect=422)
        assert not member.tags.exists()


class TestTimeline:
    def test_says_who_did_it_from_where_and_because_of_what(self, call, member, clerk, at):
        shop = Location.objects.create(name="Fitzroy")
        cause = Cause(door=Door.ADMIN, user=clerk, location=shop, reason="Asked for it.")
        first = member.record("tag.added", at=at, cause=cause, payload={"tag": "vip"})
        member.record("tag.removed", at=at, cause=cause.because_of(first), payload={"tag": "old"})

        last = call("get", f"profiles/{member.pk}/timeline")["data"][-1]
        assert last == {
            "id": last["id"],
            "name": "tag.removed",
            "at": "2026-05-01 12:00:00",
            "door": "admin",
            "actor": "Clara",
            "user": {"id": clerk.pk, "name": "Clara"},
            "location": {"id": shop.pk, "name": "Fitzroy"},
            "reason": "Asked for it.",
            "subject": {"type": "profiles.profile", "id": str(member.pk)},
            "payload": {"tag": "old"},
            "cause": {"id": first.pk, "name": "tag.added", "at": "2026-05-01 12:00:00", "actor": "Clara"},
        }
        named = call("get", f"profiles/{member.pk}/timeline?filter[name]=tag.added&sort=-at")["data"]
        assert [one["id"] for one in named] == [first.pk]

    def test_costs_the_same_for_1_and_30(self, call, member, clerk, at, django_assert_num_queries):
        call("get", f"profiles/{member.pk}/timeline")
        cause = Cause(door=Door.ADMIN, user=clerk).because_of(member.events.get())
        for count in (1, 30):
            while member.events.count() < count:
                member.record("tag.added", at=at, cause=cause, payload={"tag": "vip"})
            with django_assert_num_queries(3):
                assert len(call("get", f"profiles/{member.pk}/timeline?page[size]=50")["data"]) == count
