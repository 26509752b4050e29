import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from profiles.cause import Cause
from profiles.models import Identity, Profile

LIST = "/admin/profiles/profile/"


def names(response) -> list[str]:
    return [profile.full_name for profile in response.context["cl"].result_list]


class TestSearch:
    @pytest.mark.parametrize(
        "typed", ["MEMBRINO", "maria@example.com", "0450 551 500", "+61450551500", "card-77", "mar memb"]
    )
    def test_opens_the_only_hit(self, as_clerk, member, other_member, at, cause, page, typed):
        Identity(profile=member, handle="loyalty-card", identifier="card-77").put_down(at=at, cause=cause)

        response = as_clerk.get(LIST, {"q": typed})

        assert (response.status_code, response.headers["Location"]) == (302, page)

    def test_lists_several_newest_first(self, as_clerk, member, other_member):
        assert names(as_clerk.get(LIST, {"q": "example.com"})) == ["Otto Othersen", "Maria Membrino"]

    @pytest.mark.parametrize("looked_at", [1, 5_000])
    def test_keeps_its_order_whichever_way_it_is_asked(self, as_clerk, member, other_member, monkeypatch, looked_at):
        monkeypatch.setattr("profiles.admin.profile.LOOKED_AT", looked_at)
        newest_first = as_clerk.get(LIST, {"q": "example com"})
        added = newest_first.context["cl"].list_display.index("added")

        assert names(newest_first) == ["Otto Othersen", "Maria Membrino"]
        assert names(as_clerk.get(LIST, {"q": "example com", "o": added})) == ["Maria Membrino", "Otto Othersen"]

    def test_says_what_to_try_when_nobody_is_found(self, as_clerk, member):
        response = as_clerk.get(LIST, {"q": "Nobody"})

        assert response.status_code == 200
        assert "Nothing was found for “Nobody”." in response.content.decode()

    @pytest.mark.parametrize("typed", ["\x00", "%", "'; DROP TABLE", "x" * 5_000, "🙂", "\\"])
    def test_survives_whatever_is_typed(self, as_clerk, member, other_member, typed):
        assert as_clerk.get(LIST, {"q": typed}).status_code in (200, 302)


class TestFilters:
    def test_leave_out_the_deleted_until_asked_for(self, as_clerk, member, other_member, at, cause):
        other_member.remove(at=at, cause=cause)

        assert names(as_clerk.get(LIST)) == ["Maria Membrino"]
        assert names(as_clerk.get(LIST, {"status": "deleted"})) == ["Otto Othersen"]

    def test_find_those_who_agreed(self, as_clerk, member, other_member, at, cause):
        member.set_comms({"email_promo": True}, at=at, cause=cause)
        other_member.set_comms({"email_promo": True, "email_optout": True}, at=at, cause=cause)

        assert names(as_clerk.get(LIST, {"consent": "email"})) == ["Maria Membrino"]

    def test_find_those_who_joined_on_a_day(self, as_clerk, member, at, cause):
        Profile(first_name="Late", last_name="Comer").enrol(at=at.replace(day=2), cause=cause)

        found = as_clerk.get(LIST, {"joined_at_from": "2026-05-01", "joined_at_to": "2026-05-01"})

        assert names(found) == ["Maria Membrino"]

    @pytest.mark.parametrize(
        "query", ["status=nonsense", "consent=nonsense", "contact=nonsense", "joined_at_from=nonsense", "contact=email"]
    )
    def test_survive_nonsense(self, as_clerk, member, query):
        assert as_clerk.get(f"{LIST}?{query}").status_code == 200


class TestCost:
    def test_is_the_same_for_one_and_thirty(self, as_clerk, member, at, cause):
        as_clerk.get(LIST)
        with CaptureQueriesContext(connection) as for_one:
            as_clerk.get(LIST)
        for number in range(30):
            profile = Profile(first_name="Ana", last_name=f"Number {number}").enrol(at=at, cause=Cause())
            profile.add_tags("vip", f"tag-{number}", at=at, cause=Cause())

        with CaptureQueriesContext(connection) as for_thirty:
            response = as_clerk.get(LIST)

        assert response.context["cl"].result_count == 31
        # One more, whatever the number: past one page the keys of the page's rows are found first.
        assert len(for_thirty) == len(for_one) + 1

    def test_never_counts_everything(self, as_clerk, member, other_member):
        with CaptureQueriesContext(connection) as queries:
            as_clerk.get(LIST)

        counts = [query["sql"] for query in queries if "COUNT(" in query["sql"]]
        assert counts
        assert all("LIMIT 10001" in sql for sql in counts)


class TestOtherLists:
    @pytest.mark.parametrize("model", ["location", "tag", "interaction"])
    def test_open_for_the_clerk(self, as_clerk, member, at, cause, model):
        member.add_tags("vip", at=at, cause=cause)

        assert as_clerk.get(reverse(f"admin:profiles_{model}_changelist")).status_code == 200

    def test_count_a_tags_customers(self, as_manager, member, other_member, at, cause):
        for profile in (member, other_member):
            profile.add_tags("vip", at=at, cause=cause)

        (tag,) = as_manager.get(reverse("admin:profiles_tag_changelist")).context["cl"].result_list

        assert (tag.handle, tag.customer_count) == ("vip", 2)

    def test_staff_say_where_they_stand(self, as_manager, clerk):
        response = as_manager.get(reverse("admin:profiles_staffmember_add"))

        assert response.status_code == 200
