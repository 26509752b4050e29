"""Back-tests over the API (api.md 5)."""

import pytest

from earning.models import BackTest
from jobs.working import run_one
from tests.earning.api.test_rules import FOUR
from tests.earning.rules_made import event, spending
from tests.transactions.conftest import line

RULES, TESTS = "/api/v3/earning/rules", "/api/v3/earning/backtests"


@pytest.fixture
def sold(card, sell, at):
    """One sale of 100 on 1 May 2026."""
    return sell(line("BLUE", price="100.00"), external_id="S1", transacted_at=at)


def asked(api, url: str, **given):
    return api.post(url, {"from": "2026-05-01", "to": "2026-05-02"} | given, format="json")


def test_a_worker_does_it_and_the_result_is_there(api, program, sold):
    rule = spending("2")

    answer = asked(api, f"{RULES}/{rule.pk}/backtest", draft=FOUR | {"limits": []})

    assert answer.status_code == 202, answer.content
    new = answer.json()["data"]
    assert (new["state"], new["progress"], new["result"], new["rule_id"]) == ("queued", None, None, rule.pk)
    run_one(worker="w")
    done = api.get(f"{TESTS}/{new['id']}").json()["data"]
    assert (done["state"], done["progress"], done["from"], done["to"]) == ("done", 100, "2026-05-01", "2026-05-02")
    result = done["result"]
    assert (result["live"]["points"], result["draft"]["points"], result["difference"]["points"]) == (
        "200",
        "400",
        "200",
    )
    assert result["by_day"] == [
        {"date": "2026-05-01", "live": "200", "draft": "400"},
        {"date": "2026-05-02", "live": "0", "draft": "0"},
    ]


def test_a_draft_that_nobody_saved(api, program, sold):
    new = asked(api, TESTS, draft=FOUR).json()["data"]
    run_one(worker="w")

    listed = api.get(TESTS, {"filter[state]": "done"}).json()["data"]

    assert [(one["id"], one["rule_id"], one["result"]["rule"]["points"]) for one in listed] == [
        (new["id"], None, "400")
    ]


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"days": 3}, "days"),
        ({"days": 0, "from": None, "to": None}, "days"),
        ({"from": "soon"}, "from"),
        ({"from": "2026-05-03"}, "to"),
        ({"to": "2998-05-03"}, "to"),
        ({"draft": FOUR | {"conditions": {"per_amount": "-1"}}}, "conditions.per_amount"),
    ],
)
def test_what_is_wrong_is_told_by_its_place(api, program, given, place):
    answer = asked(api, TESTS, **({"draft": FOUR} | given))

    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [place]
    assert not BackTest.objects.exists()


def test_a_rule_for_something_else_is_refused(api, program):
    answer = asked(api, f"{RULES}/{event('birthday').pk}/backtest")

    assert (answer.status_code, answer.json()["code"]) == (409, "not_backtestable")


def test_a_rule_that_is_not_there(api, program):
    assert asked(api, f"{RULES}/99/backtest").status_code == 404


def test_a_list_costs_two_queries_for_one_and_for_many(api, program, sold, django_assert_num_queries):
    for count in (1, 5):
        while BackTest.objects.count() < count:
            asked(api, TESTS, draft=FOUR)
        with django_assert_num_queries(2):
            assert len(api.get(TESTS).json()["data"]) == count
