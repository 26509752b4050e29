import pytest

from benefits.api.described import DefinitionShape
from benefits.models import BatchRecipient, Benefit, BenefitDefinition
from jobs.working import run_one
from profiles.models import Segment

URL = "/api/v3/benefits/definitions"
FEMALE = {"==": [{"var": "gender"}, "female"]}
SPENT = {">=": [{"var": "aggregations.spend_12m"}, 500]}


def make(api, **values) -> dict:
    answer = api.post(URL, {"name": "Free tea", "handle": "free-tea", "period": 50} | values, format="json")
    assert answer.status_code == 201, answer.json()
    return answer.json()["data"]


class TestCreate:
    def test_needs_no_more_than_name_handle_and_period(self, api):
        data = make(api)

        assert data["id"] == str(BenefitDefinition.objects.get().pk)
        assert (data["name"], data["handle"], data["period"], data["period_type"]) == (
            "Free tea",
            "free-tea",
            50,
            "days",
        )
        assert (data["max_redemptions"], data["max_global_redemptions"]) == (1, None)
        assert data["total_global_redemptions"] == data["total_global_created"] == 0
        assert data["total_global_redemptions_remaining"] is None
        assert data["claim_condition"] is None
        assert data["tags"] == []

    def test_answers_with_every_key_that_is_described(self, api):
        assert set(make(api)) == set(DefinitionShape().fields)

    @pytest.mark.parametrize("missing", ["name", "handle", "period"])
    def test_names_what_is_missing(self, api, missing):
        sent = {"name": "Free tea", "handle": "free-tea", "period": 50}
        del sent[missing]

        answer = api.post(URL, sent, format="json")

        assert answer.status_code == 422
        assert answer.json()["errors"] == {missing: ["This field is required."]}
        assert not BenefitDefinition.objects.exists()

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("period", 0),
            ("period", 10**30),
            ("period", "soon"),
            ("period", 100_000),
            ("period_type", "moons"),
            ("period_type", "absolute_date"),
            ("handle", "has space"),
            ("handle", "x" * 192),
            ("max_redemptions", 0),
            ("max_global_redemptions", -1),
            ("max_global_redemptions", 10**16),
            ("value", "NaN"),
            ("value", 1e300),
            ("is_published", "perhaps"),
            ("tags", "winter"),
            ("tags", [{"a": 1}]),
            ("tags", ["x" * 192]),
            ("product_skus", {"a": 1}),
            ("claim_period_start_at", "0001-01-01"),
            ("absolute_expiry", "soon"),
            ("image_url", "no address"),
            ("timezone", "Moon/Sea"),
        ],
    )
    def test_refuses_what_does_not_fit_and_writes_nothing(self, api, field, value):
        answer = api.post(URL, {"name": "T", "handle": "t", "period": 5} | {field: value}, format="json")

        assert answer.status_code == 422, answer.json()
        assert answer.json()["errors"]
        assert not BenefitDefinition.objects.exists()

    @pytest.mark.parametrize("body", ["[]", '"text"', "3", "[[]]", "{", "null"])
    def test_refuses_what_is_no_object(self, api, body):
        assert api.post(URL, body, content_type="application/json").status_code == 422

    @pytest.mark.parametrize(
        ("name", "sentence"),
        [
            ("claim_timeframe", "This cannot be set yet. Leave it empty."),
            ("tier_handles", "Name the tiers whose customers may have it in “tiers”, by their handles."),
            ("tier_restriction", "Name the tiers whose customers may have it in “tiers”, by their handles."),
        ],
    )
    def test_never_pretends_that_a_restriction_is_in_force(self, api, name, sentence):
        answer = api.post(URL, {"name": "T", "handle": "t", "period": 5, name: {"==": [1, 1]}}, format="json")

        assert answer.status_code == 422
        assert answer.json()["errors"] == {name: [sentence]}
        assert not BenefitDefinition.objects.exists()

    def test_keeps_the_tiers_that_may_claim_it(self, api):
        made = make(api, tiers=["silver", "gold"])
        assert made["tiers"] == ["silver", "gold"]

        changed = api.put(f"{URL}/{made['id']}", {"tiers": None}, format="json").json()["data"]
        assert changed["tiers"] == []
        for wrong in ("gold", [1], [""], {"a": 1}):
            answer = api.put(f"{URL}/{made['id']}", {"tiers": wrong}, format="json")
            assert (answer.status_code, list(answer.json()["errors"])) == (422, ["tiers"])

    def test_keeps_conditions_as_they_were_sent_until_they_are_null(self, api):
        conditions = {"view_condition": {"==": [{"var": "gender"}, "female"]}, "claim_condition": SPENT}
        made = make(api, **conditions)
        assert {name: made[name] for name in conditions} == conditions
        copy = api.post(f"{URL}/{made['id']}/clone", {"handle": "copy"}, format="json").json()["data"]
        assert copy["claim_condition"] == SPENT

        for nothing in (None, {}, [], ""):
            changed = api.put(f"{URL}/{made['id']}", {"claim_condition": nothing}, format="json").json()["data"]
            assert (changed["claim_condition"], changed["view_condition"]) == (None, conditions["view_condition"])
            api.put(f"{URL}/{made['id']}", {"claim_condition": SPENT}, format="json")

    @pytest.mark.parametrize(
        ("condition", "sentence"),
        [
            ({"==": [{"var": "gendr"}, "x"]}, "At /==/0/var: There is no fact “gendr”. Did you mean “gender”?"),
            ({"var": "gender", "==": [1, 1]}, "An object has one key, the operator."),
            (False, 'A condition is an object such as {"==": [{"var": "gender"}, "female"]}.'),
            ("female", 'A condition is an object such as {"==": [{"var": "gender"}, "female"]}.'),
        ],
    )
    def test_refuses_a_condition_that_cannot_be_asked(self, api, condition, sentence):
        for name in ("view_condition", "claim_condition"):
            answer = api.post(URL, {"name": "T", "handle": "t", "period": 5, name: condition}, format="json")
            assert answer.status_code == 422
            assert answer.json()["errors"] == {name: [sentence]}
        assert not BenefitDefinition.objects.exists()

    def test_takes_back_a_whole_document_that_was_read(self, api):
        read = make(api, tags=["winter"], absolute_expiry="2026-12-24", claim_condition=SPENT)

        answer = api.put(f"{URL}/{read['id']}", read, format="json")

        assert answer.status_code == 200
        assert answer.json()["data"] | {"updated_at": None} == read | {"updated_at": None}

    def test_reads_a_fixed_end_by_either_name(self, api):
        data = make(api, period_type="absolute_date", absolute_date="2026-12-24 18:00:00")

        assert data["absolute_expiry"] == "2026-12-24 18:00:00"

    def test_says_that_a_handle_is_taken(self, api, coffee):
        answer = api.post(URL, {"name": "T", "handle": "free-coffee", "period": 5}, format="json")

        assert answer.status_code == 422
        assert answer.json()["errors"] == {"handle": ["Another benefit definition has this handle."]}


class TestRead:
    def test_by_id_by_handle_and_by_filter(self, api, coffee):
        one = api.get(f"{URL}/{coffee.pk}").json()["data"]

        assert api.get(f"{URL}/handle/free-coffee").json()["data"] == one
        assert api.get(f"{URL}?filter[handle]=free-coffee").json()["data"] == [one]
        assert api.get(f"{URL}?filter[handle]=other").json()["data"] == []

    @pytest.mark.parametrize("path", ["0", "999999", "9" * 40, "abc", "-1", "handle/none", "1.5"])
    def test_answers_404_for_what_is_not_there(self, api, coffee, path):
        answer = api.get(f"{URL}/{path}")

        assert answer.status_code == 404
        assert answer.json() == {"message": "Not Found"}

    def test_counts_what_customers_used(self, api, coffee, issued, at, cause):
        coffee.max_global_redemptions = 10
        coffee.save()
        issued.redeem(at=at, cause=cause)

        data = api.get(f"{URL}/{coffee.pk}").json()["data"]

        assert data["total_global_redemptions"] == 1
        assert data["total_global_redemptions_remaining"] == 9
        assert data["total_global_created"] == 1

    def test_costs_the_same_for_one_and_for_many(self, api, django_assert_num_queries):
        make(api, tags=["a", "b"])
        api.get(URL)
        with django_assert_num_queries(4):
            assert len(api.get(f"{URL}?page[size]=500").json()["data"]) == 1
        for number in range(29):
            make(api, handle=f"tea-{number}", tags=["a", f"t{number}"])
        with django_assert_num_queries(4):
            assert len(api.get(f"{URL}?page[size]=500").json()["data"]) == 30


class TestChange:
    def test_leaves_alone_what_was_not_sent(self, api, coffee):
        answer = api.put(f"{URL}/{coffee.pk}", {"name": "Flat white", "tags": ["hot"]}, format="json")

        assert answer.status_code == 200
        coffee.refresh_from_db()
        assert (coffee.name, coffee.handle, coffee.period) == ("Flat white", "free-coffee", 30)
        assert answer.json()["data"]["tags"] == ["hot"]

    def test_refuses_a_limit_below_what_was_used(self, api, coffee, issued, at, cause, other_member):
        issued.redeem(at=at, cause=cause)
        coffee.issue(other_member, at=at, cause=cause).redeem(at=at, cause=cause)

        answer = api.put(f"{URL}/{coffee.pk}", {"max_global_redemptions": 1}, format="json")

        assert answer.status_code == 409
        assert answer.json() == {
            "code": "below_used",
            "message": "Customers have used this benefit 2 times already; the limit cannot be lower.",
            "used": 2,
            "errors": {},
        }
        coffee.refresh_from_db()
        assert coffee.max_global_redemptions is None

    def test_archiving_stops_redemption(self, api, coffee, issued, clock):
        api.put(f"{URL}/{coffee.pk}", {"is_archived": True}, format="json")

        answer = api.post(f"/api/v3/profiles/{issued.profile_id}/benefits/{issued.pk}/redeem")

        assert answer.status_code == 409
        assert answer.json()["code"] == "archived"
        assert set(coffee.counters.values_list("is_closed", flat=True)) == {True}


class TestClone:
    def test_copies_everything_but_the_handle(self, api):
        first = make(api, tags=["winter"], max_global_redemptions=2000)

        answer = api.post(f"{URL}/{first['id']}/clone", {"handle": "tea-2", "name": "More tea"}, format="json")

        assert answer.status_code == 201
        second = answer.json()["data"]
        assert second["id"] != first["id"]
        own = {"id", "handle", "name", "created_at", "updated_at"}
        assert {k: v for k, v in second.items() if k not in own} == {k: v for k, v in first.items() if k not in own}

    def test_needs_a_new_handle(self, api, coffee):
        assert api.post(f"{URL}/{coffee.pk}/clone", {}, format="json").json()["errors"] == {
            "handle": ["This field is required."]
        }
        taken = api.post(f"{URL}/{coffee.pk}/clone", {"handle": "free-coffee"}, format="json")
        assert taken.status_code == 422
        assert "handle" in taken.json()["errors"]
        assert BenefitDefinition.objects.count() == 1


class TestDelete:
    def test_deletes_what_was_never_given_out(self, api, coffee):
        answer = api.delete(f"{URL}/{coffee.pk}")

        assert (answer.status_code, answer.content) == (204, b"")
        assert not BenefitDefinition.objects.exists()

    def test_is_refused_while_a_customer_has_one(self, api, coffee, issued):
        answer = api.delete(f"{URL}/{coffee.pk}")

        assert answer.status_code == 409
        assert answer.json()["code"] == "has_benefits"
        assert BenefitDefinition.objects.exists()

    def test_takes_benefits_along_that_were_deleted_unused(self, api, coffee, issued):
        api.delete(f"/api/v3/benefits/{issued.pk}")

        assert api.delete(f"{URL}/{coffee.pk}").status_code == 204


class TestIssueToMany:
    def test_starts_a_batch_for_profile_ids(self, api, coffee, member, other_member):
        sent = {"profile_ids": [str(member.pk), str(other_member.pk), str(member.pk)], "reason": "Opening day."}

        answer = api.post(f"{URL}/{coffee.pk}/issue", sent, format="json")

        assert answer.status_code == 202
        assert answer.json()["data"]["matched"] == 2
        batch = api.get(f"/api/v3/benefits/batches/{answer.json()['data']['batch']}").json()["data"]
        assert (batch["state"], batch["matched"], batch["issued"], batch["reason"]) == ("queued", 2, 0, "Opening day.")

    def test_starts_a_batch_for_everybody(self, api, coffee, member, other_member):
        assert api.post(f"{URL}/{coffee.pk}/issue", {"all": True}, format="json").json()["data"]["matched"] == 2

    def test_starts_a_batch_for_a_segment_by_id_or_handle(self, api, coffee, member, other_member, at, cause):
        member.change(gender="female", at=at, cause=cause)
        segment = Segment.objects.create(name="Women", handle="women", condition=FEMALE)
        for named in (segment.pk, str(segment.pk), "women"):
            answer = api.post(f"{URL}/{coffee.pk}/issue", {"segment": named}, format="json")
            assert answer.json()["data"]["matched"] == 1
        assert {row.profile_id for row in BatchRecipient.objects.all()} == {member.pk}
        batch = api.get(f"/api/v3/benefits/batches/{answer.json()['data']['batch']}").json()["data"]
        assert (batch["whom"], batch["condition"]) == ("segment", FEMALE)
        assert batch["segment"] == {"id": segment.pk, "name": "Women"}

    def test_starts_a_batch_for_a_condition_whose_customers_are_settled_then(
        self, api, coffee, member, other_member, at, cause
    ):
        member.change(gender="female", at=at, cause=cause)
        answer = api.post(f"{URL}/{coffee.pk}/issue", {"condition": FEMALE}, format="json")
        assert (answer.status_code, answer.json()["data"]["matched"]) == (202, 1)

        member.change(gender="", at=at, cause=cause)
        other_member.change(gender="female", at=at, cause=cause)
        run_one(worker="test")

        assert Benefit.objects.get().profile == member

    @pytest.mark.parametrize(
        "sent",
        [
            {},
            {"all": False},
            {"all": True, "profile_ids": []},
            {"segment": 1},
            {"segment": "nobodies"},
            {"segment": None, "condition": None},
            {"condition": {}},
            {"condition": "x"},
            {"condition": FEMALE, "all": True},
            {"condition": {"==": [{"var": "gendr"}, "x"]}},
            {"profile_ids": ["x"]},
        ],
    )
    def test_refuses_what_chooses_nobody(self, api, coffee, sent):
        answer = api.post(f"{URL}/{coffee.pk}/issue", sent, format="json")

        assert answer.status_code == 422
        assert not coffee.batches.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", ""),
        ("post", ""),
        ("get", "/1"),
        ("put", "/1"),
        ("delete", "/1"),
        ("post", "/1/clone"),
        ("post", "/1/issue"),
    ],
)
def test_needs_its_scope(scoped, method, path):
    assert getattr(scoped("read-benefits"), method)(URL + path).status_code == 403
