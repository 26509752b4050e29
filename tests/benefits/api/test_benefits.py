import pytest

from benefits.api.described import BenefitShape
from benefits.models import Benefit
from profiles.models import Event

URL = "/api/v3/benefits"


@pytest.fixture
def sent(coffee, member) -> dict:
    return {
        "benefit_definition_id": str(coffee.pk),
        "profile_id": str(member.pk),
        "issued_at": "2024-12-05 08:30:00",
        "timezone": "Australia/Melbourne",
        "external_id": "E-1",
    }


class TestCreate:
    def test_returns_what_was_sent(self, api, sent, coffee):
        answer = api.post(URL, sent | {"value": 4.5, "meta": {"a": [1]}}, format="json")

        assert answer.status_code == 201
        data = answer.json()["data"]
        assert data["definition"]["id"] == sent["benefit_definition_id"]
        assert data["issued_at"] == "2024-12-05 08:30:00"
        # 4 January in Melbourne, where it is eleven hours later than in UTC.
        assert data["expires_at"] == "2025-01-04 12:59:59"
        assert (data["timezone"], data["external_id"]) == ("Australia/Melbourne", "E-1")
        assert (data["value"], data["meta"]) == (4.5, {"a": [1]})
        assert data["extended_at"] is None
        assert data["is_expired"] is True
        assert data["is_redeemable"] is False
        assert data["why_not_redeemable"] == {"code": "expired", "message": "This benefit has expired."}
        assert data["redemptions_remaining"] == 1
        assert set(data) == set(BenefitShape().fields)
        assert Event.objects.get(name="benefit.issued").door == "api"

    def test_a_given_end_wins_and_a_bare_date_is_its_first_second(self, api, sent):
        data = api.post(URL, sent | {"expires_at": "2024-12-06"}, format="json").json()["data"]

        assert data["expires_at"] == "2024-12-06 00:00:00"

    def test_makes_one_benefit_for_one_external_id(self, api, sent, other_member):
        first = api.post(URL, sent, format="json").json()["data"]["id"]

        assert api.post(URL, sent, format="json").json()["data"]["id"] == first
        answer = api.post(URL, sent | {"profile_id": str(other_member.pk)}, format="json")
        assert (answer.status_code, answer.json()["code"]) == (409, "external_id_taken")
        assert Benefit.objects.count() == 1

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("benefit_definition_id", None),
            ("benefit_definition_id", "99999999999999999999"),
            ("benefit_definition_id", {"id": 1}),
            ("benefit_definition_id", True),
            ("profile_id", "nobody"),
            ("profile_id", "92d7fbd9-0000-4000-8000-000000000000"),
            ("profile_id", 1),
            ("issued_at", "yesterday"),
            ("issued_at", "9999-12-31"),
            ("issued_at", 1e300),
            ("expires_at", []),
            ("timezone", "Moon/Sea"),
            ("timezone", "../../etc/passwd"),
            ("external_id", "x" * 192),
            ("external_id", {}),
            ("value", "much"),
            ("value", "Infinity"),
            ("value", 10**20),
        ],
    )
    def test_refuses_what_does_not_fit_and_writes_nothing(self, api, sent, field, value):
        answer = api.post(URL, sent | {field: value}, format="json")

        assert answer.status_code == 422, answer.json()
        assert list(answer.json()["errors"]) == [field]
        assert not Benefit.objects.exists()

    def test_refuses_an_end_beyond_the_calendar(self, api, sent, coffee):
        coffee.period = 36_500
        coffee.save()

        answer = api.post(URL, sent | {"issued_at": "9990-01-01"}, format="json")

        assert answer.status_code == 422
        assert answer.json()["errors"] == {"expires_at": ["It would end after the year 9998."]}
        assert not Benefit.objects.exists()

    def test_refuses_archived_definitions_and_deleted_customers(self, api, sent, coffee, member):
        coffee.archive()
        assert api.post(URL, sent, format="json").json()["code"] == "archived"
        coffee.restore()
        member.deleted_at = coffee.created_at
        member.save()
        assert api.post(URL, sent, format="json").json()["code"] == "profile_inactive"
        assert not Benefit.objects.exists()


class TestReadChangeDelete:
    def test_change_of_external_id_and_end(self, api, issued):
        answer = api.put(
            f"{URL}/{issued.pk}", {"external_id": "E-2", "expires_at": "2026-06-01 10:00:00"}, format="json"
        )

        assert answer.status_code == 200
        assert (answer.json()["data"]["external_id"], answer.json()["data"]["expires_at"]) == (
            "E-2",
            "2026-06-01 10:00:00",
        )
        assert api.get(f"{URL}?filter[external_id]=E-2").json()["data"][0]["id"] == issued.pk
        assert Event.objects.get(name="benefit.updated").payload["changes"] == {
            "external_id": [None, "E-2"],
            "expires_at": [issued.expires_at.isoformat(), "2026-06-01T10:00:00+00:00"],
        }

    def test_an_external_id_belongs_to_one(self, api, issued, coffee, other_member, at, cause):
        coffee.issue(other_member, at=at, cause=cause, external_id="E-9")

        answer = api.put(f"{URL}/{issued.pk}", {"external_id": "E-9"}, format="json")

        assert (answer.status_code, answer.json()["code"]) == (409, "external_id_taken")
        issued.refresh_from_db()
        assert issued.external_id is None

    def test_deleted_is_gone_and_frees_its_external_id(self, api, sent):
        first = api.post(URL, sent, format="json").json()["data"]["id"]

        assert api.delete(f"{URL}/{first}").status_code == 204

        for method in (api.get, api.put, api.delete):
            assert method(f"{URL}/{first}").status_code == 404
        assert api.get(URL).json()["data"] == []
        assert api.post(URL, sent, format="json").json()["data"]["id"] != first

    def test_counts(self, api, issued, coffee, other_member, at, cause):
        coffee.issue(other_member, at=at, cause=cause)
        issued.redeem(at=at, cause=cause)

        assert api.get("/api/v3/benefits.count").json() == {"data": {"countAll": 2, "countRedeemed": 1}}

    def test_costs_the_same_for_one_and_for_many(self, api, coffee, member, at, cause, django_assert_num_queries):
        coffee.issue(member, at=at, cause=cause)
        api.get(URL)
        with django_assert_num_queries(2):
            assert len(api.get(f"{URL}?page[size]=500").json()["data"]) == 1
        for _ in range(29):
            coffee.issue(member, at=at, cause=cause)
        with django_assert_num_queries(2):
            assert len(api.get(f"{URL}?page[size]=500").json()["data"]) == 30


class TestExtend:
    @pytest.fixture
    def extendable(self, coffee):
        coffee.is_extendable = True
        coffee.save()
        return coffee

    def test_days_are_added_to_the_present_end_even_a_past_one(self, api, extendable, sent):
        one = api.post(URL, sent | {"expires_at": "2024-12-06"}, format="json").json()["data"]
        assert one["extended_at"] is None

        answer = api.post(
            f"{URL}/extend", {"ids": [one["id"]], "profile_id": one["profile_id"], "extend_days": 1}, format="json"
        )

        assert answer.status_code == 200
        (data,) = answer.json()["data"]
        assert data["expires_at"] == "2024-12-07 00:00:00"
        assert data["extended_at"] is not None

    def test_a_date_replaces_the_end(self, api, extendable, issued):
        body = {"ids": [issued.pk], "profile_id": str(issued.profile_id), "extend_date": "2027-01-01"}

        (data,) = api.post(f"{URL}/extend", body, format="json").json()["data"]

        assert data["expires_at"] == "2027-01-01 00:00:00"

    def test_leaves_out_what_may_not_be_extended_and_says_why(self, api, issued, coffee, other_member, at, cause):
        others = coffee.issue(other_member, at=at, cause=cause)
        body = {"ids": [issued.pk, others.pk, 99_999], "profile_id": str(issued.profile_id), "extend_days": 1}

        answer = api.post(f"{URL}/extend", body, format="json")

        assert answer.json()["data"] == []
        assert answer.json()["meta"]["left_out"] == [
            {"id": issued.pk, "code": "not_extendable", "message": "This benefit cannot be extended."}
        ]
        before = issued.expires_at
        issued.refresh_from_db()
        assert issued.expires_at == before

    @pytest.mark.parametrize(
        "by",
        [
            {},
            {"extend_days": 1, "extend_date": "2027-01-01"},
            {"extend_days": 0},
            {"extend_days": -1},
            {"extend_days": 10**12},
            {"extend_days": "x"},
            {"extend_date": "x"},
            {"extend_days": 1, "ids": []},
            {"extend_days": 1, "ids": "all"},
            {"extend_days": 1, "ids": [10**30]},
        ],
    )
    def test_needs_exactly_one_of_days_and_date(self, api, extendable, issued, by):
        body = {"ids": [issued.pk], "profile_id": str(issued.profile_id)} | by

        assert api.post(f"{URL}/extend", body, format="json").status_code == 422
        assert Event.objects.filter(name="benefit.extended").count() == 0


@pytest.mark.parametrize(
    ("scope", "method", "path"),
    [
        ("create-benefits", "get", ""),
        ("read-benefits", "post", ""),
        ("create-benefits", "get", "/1"),
        ("read-benefits", "put", "/1"),
        ("create-benefits", "delete", "/1"),
        ("read-benefits", "post", "/extend"),
        ("create-benefits", "get", ".count"),
        ("create-benefits", "get", "/batches/1"),
    ],
)
def test_needs_its_scope(scoped, scope, method, path):
    assert getattr(scoped(scope), method)(URL + path).status_code == 403
