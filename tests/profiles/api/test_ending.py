import pytest

from profiles.models import Profile
from tests.profiles.api.conftest import DOCUMENT


class TestDeleting:
    def test_is_gone_everywhere_and_frees_what_is_unique(self, call, carlos):
        assert call("delete", f"profiles/{carlos['id']}", expect=204) is None
        for method, path in [
            *[("get", ""), ("put", ""), ("patch", ""), ("delete", ""), ("get", "/resync"), ("put", "/update-type")],
            *[("get", "/identities"), ("post", "/identities"), ("get", "/identities/zendesk"), ("get", "/addresses")],
            *[
                ("get", "/attributes/comms"),
                ("put", "/attributes/comms"),
                ("get", "/attributes/dates"),
                ("put", "/comms"),
            ],
            *[("put", "/attributes/dates"), ("get", "/attributes/custom"), ("put", "/attributes/custom/a:b")],
            *[
                ("get", "/interactions"),
                ("post", "/interactions"),
                ("get", "/tags"),
                ("post", "/tags"),
                ("get", "/timeline"),
            ],
        ]:
            body = None if method in ("get", "delete") else {}
            assert call(method, f"profiles/{carlos['id']}{path}", body, expect=404) == {"message": "Not Found"}
        assert call("get", "profiles")["data"] == call("get", "identities")["data"] == []
        call("post", "profiles", DOCUMENT, expect=201)

    def test_purge_erases_also_what_was_deleted(self, call, carlos):
        call("delete", f"profiles/{carlos['id']}", expect=204)
        call("delete", f"profiles/{carlos['id']}/purge", expect=204)
        call("delete", f"profiles/{carlos['id']}/purge", expect=404)
        erased = Profile.objects.get()
        assert (erased.first_name, erased.email, erased.erased_at is not None) == ("", None, True)

    def test_purge_erases_a_living_profile(self, call, carlos):
        call("delete", f"profiles/{carlos['id']}/purge", expect=204)
        call("get", f"profiles/{carlos['id']}", expect=404)
        assert Profile.objects.get().first_name == ""


class TestMerging:
    def test_answers_with_the_one_that_stays(self, call, carlos, member):
        body = {"source_profile_id": carlos["id"], "destination_profile_id": str(member.pk)}
        winner = call("post", "profiles/merge", body)["data"]
        assert (winner["id"], winner["email"]) == (str(member.pk), "maria@example.com")
        assert [one["merged_from"] for one in winner["identities"]] == [carlos["id"]]
        call("get", f"profiles/{carlos['id']}", expect=404)

    def test_refuses_the_same_and_the_merged(self, call, carlos, member):
        same = {"source_profile_id": carlos["id"], "destination_profile_id": carlos["id"]}
        assert call("post", "profiles/merge", same, expect=409)["code"] == "same_profile"
        body = {"source_profile_id": carlos["id"], "destination_profile_id": str(member.pk)}
        call("post", "profiles/merge", body)
        assert call("post", "profiles/merge", body, expect=409)["code"] == "already_merged"

    @pytest.mark.parametrize(
        ("body", "place"),
        [
            ({}, "source_profile_id"),
            ({"source_profile_id": "x", "destination_profile_id": "y"}, "source_profile_id"),
            ({"source_profile_id": 10**50, "destination_profile_id": []}, "destination_profile_id"),
            (
                dict.fromkeys(("source_profile_id", "destination_profile_id"), "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"),
                "source_profile_id",
            ),
        ],
    )
    def test_refuses_what_is_no_profile(self, call, body, place):
        assert place in call("post", "profiles/merge", body, expect=422)["errors"]
