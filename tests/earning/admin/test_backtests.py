"""Back-tests in the back office: ask for one, watch it, read what it says."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from earning.models import Award, BackTest, TierDefinition
from jobs.models import Job
from jobs.working import run_one
from tests.earning.rules_made import event, limit, rule, spending
from tests.transactions.conftest import line

pytestmark = pytest.mark.django_db
START, LIST = "admin:earning_backtest_begin", "admin:earning_backtest_changelist"


@pytest.fixture
def bought(card, sell):
    """Two purchases of the last days: 100.00 of BLUE, and 20.00 of RED of which nothing came back."""
    now = timezone.now()
    sell(line("BLUE", price="100.00"), external_id="S1", transacted_at=now - timedelta(days=2))
    sell(line("RED", price="20.00"), external_id="S2", transacted_at=now - timedelta(days=3))


def red_twice(**document):
    conditions = {"multipliers": [{"match": {"skus": ["RED"]}, "multiplier": "2"}]}
    return rule("Red twice", "multiple_reward", conditions=conditions, **document)


def started(browser: Client, address: str, **said) -> BackTest:
    answer = browser.post(address, {"days": "30"} | said)
    assert answer.status_code == 302, answer.context["form"].errors
    test = BackTest.objects.latest("id")
    assert answer["Location"] == page_of(test)
    return test


def done(test: BackTest) -> BackTest:
    job = run_one(worker="w")
    assert job.state == Job.State.DONE, job.error
    return BackTest.objects.get(pk=test.pk)


def of(rule, **more) -> str:
    return reverse(START, query={"rule": rule.pk} | more)


def page_of(test: BackTest) -> str:
    return reverse("admin:earning_backtest_change", args=[test.pk])


def shown(browser: Client, address: str) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


class TestStarting:
    def test_it_is_asked_for_and_its_page_says_that_it_waits(self, browser, bought):
        test = started(browser, of(red_twice(status="draft")))

        page = shown(browser, page_of(test))

        assert (test.ends_on - test.starts_on).days == 29
        assert "It waits for the background worker." in page
        assert f'data-progress-url="/admin/earning/backtest/{test.pk}/progress/"' in page

    def test_days_of_ones_own(self, browser):
        test = started(browser, of(spending("1")), days="own", starts_on="2026-03-01", ends_on="2026-03-31")

        assert (f"{test.starts_on}", f"{test.ends_on}") == ("2026-03-01", "2026-03-31")

    @pytest.mark.parametrize(
        ("days", "place", "sentence"),
        [
            ({"days": "own"}, "starts_on", "Say from which day."),
            (
                {"days": "own", "starts_on": "2026-03-31", "ends_on": "2026-03-01"},
                "ends_on",
                "The last day must not be before the first.",
            ),
            (
                {"days": "own", "starts_on": "2001-01-01", "ends_on": "2026-03-01"},
                "starts_on",
                "At most 1,100 days are tested at once.",
            ),
            (
                {"days": "own", "starts_on": "2026-03-31", "ends_on": "2998-03-01"},
                "ends_on",
                "The last day must not be after today.",
            ),
            (
                {"days": "own", "starts_on": "2998-03-01"},
                "starts_on",
                "The first day must not be after today.",
            ),
            ({"days": "12"}, "days", "Select a valid choice. 12 is not one of the available choices."),
        ],
    )
    def test_days_that_are_none_are_said_at_their_box(self, browser, days, place, sentence):
        answer = browser.post(of(spending("1")), days)

        assert answer.status_code == 200
        assert answer.context["form"].errors == {place: [sentence]}
        assert not BackTest.objects.exists()

    def test_without_a_rule_one_is_chosen_among_those_about_purchases(self, browser):
        about_purchases = spending("1")
        event("birthday")
        rule("Old", points="1").archive(at=timezone.now())

        offered = browser.get(reverse(START)).context["form"].fields["rule"].queryset

        assert list(offered) == [about_purchases]
        assert started(browser, reverse(START), rule=about_purchases.pk).rule == about_purchases
        assert browser.post(reverse(START), {"days": "30"}).context["form"].errors.keys() == {"rule"}

    def test_a_rule_about_something_else_is_refused_politely(self, browser):
        birthday = event("birthday")

        page = shown(browser, of(birthday))

        assert "Only rules for purchases can be back-tested" in page
        assert ">Start<" not in page
        browser.post(of(birthday), {"days": "30"})
        assert not BackTest.objects.exists()

    def test_the_button_is_only_where_it_can_be_tested(self, browser, as_analyst):
        can, cannot = spending("1"), event("birthday")

        def offers(client: Client, one) -> bool:
            return of(one) in shown(client, reverse("admin:earning_earningrule_change", args=[one.pk]))

        assert offers(browser, can)
        assert not offers(browser, cannot)
        assert not offers(as_analyst, can)

    def test_what_was_typed_is_tested_without_saving_it(self, browser, bought):
        one = spending("1")
        editor = reverse("admin:earning_earningrule_change", args=[one.pk])
        posted = {
            "name": one.name,
            "type": "spending",
            "status": "active",
            "priority": "100",
            "apply_automatically": "on",
            "conditions.mode": "ratio",
            "conditions.per_amount": "1",
            "rewards.points": "3",
            "do": "backtest",
        }

        answer = browser.post(editor, posted)
        assert answer.status_code == 302
        assert "The rule is tested as you typed it." in shown(browser, answer["Location"])
        test = done(started(browser, answer["Location"]))

        assert test.rule == one
        assert (test.result["live"]["points"], test.result["draft"]["points"]) == ("120", "360")
        one.refresh_from_db()
        assert one.as_document()["rewards"]["points"] == "1"

    def test_one_that_was_is_done_again_as_the_rule_was(self, browser, bought):
        one = spending("1")
        first = done(started(browser, of(one)))
        changed = one.as_document() | {"rewards": {"points": "9"}}
        type(one).objects.write(changed, rule=one, at=timezone.now())

        page = browser.get(reverse(START, query={"again": first.pk}))
        assert page.context["form"].initial["starts_on"] == first.starts_on
        second = done(started(browser, reverse(START, query={"again": first.pk})))

        assert second.result["draft"]["points"] == first.result["draft"]["points"] == "120"


class TestResult:
    def test_the_answer_is_first_then_the_figures(self, browser, bought, program, card):
        gold = TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=1)
        type(card).objects.filter(pk=card.pk).update(tier=gold)
        program.point_value = "0.05"
        program.save()
        spending("1")
        test = done(started(browser, of(red_twice(status="draft"))))
        before = Award.objects.count()

        answer = browser.get(page_of(test))
        page, result = answer.content.decode(), answer.context["result"]

        assert result["answer"] == "In these 30 days 1 customer would have earned 20 points more, which is 1.00 AUD."
        assert result["answer"] in page
        figures = {one["label"]: (one["live"], one["draft"], one["difference"]) for one in result["figures"]}
        assert figures["Points"] == ("120", "140", "+20")
        assert figures["What it costs"] == ("6.00 AUD", "7.00 AUD", "+1.00 AUD")
        assert figures["Times that a rule gave something"] == ("2", "3", "+1")
        assert [(one["name"], one["live"], one["draft"], one["difference"]) for one in result["tiers"]] == [
            ("Gold", "120", "140", "+20")
        ]
        assert result["why_not"] == [
            {"sentence": "Nothing was bought that counts for the rule.", "count": 1, "share": 100}
        ]
        assert "Live rules: 120 points. With the rule: 140 points." in result["chart"]["said"]
        assert "data-progress-url" not in page
        assert Award.objects.count() == before

    def test_without_purchases_it_says_so(self, browser, card):
        test = done(started(browser, of(spending("1"))))

        page = shown(browser, page_of(test))

        assert "No customer bought anything in these 30 days, so there is nothing to go by." in page
        assert "Side by side" not in page

    def test_what_points_cost_is_left_out_where_nobody_said_it(self, browser, bought, program):
        program.point_value = None
        program.save()

        page = shown(browser, page_of(done(started(browser, of(spending("1", status="draft"))))))

        assert "In these 30 days 1 customer would have earned 120 points more." in page
        assert "say on the program's page what one point is worth" in page

    def test_one_that_failed_says_so_and_can_be_done_again(self, browser):
        test = started(browser, of(spending("1")))
        Job.objects.filter(pk=test.job_id).update(state=Job.State.FAILED, error="Given up after 5 attempts.")

        page = shown(browser, page_of(test))

        assert "It failed, and says nothing. No customer was touched." in page
        assert "Given up after 5 attempts." in page
        assert f"?again={test.pk}" in page
        assert "data-progress-url" not in page

    def test_the_others_of_the_rule_are_listed_with_what_they_said(self, browser, bought):
        one = spending("1", status="draft")
        first, second = done(started(browser, of(one))), started(browser, of(one), days="90")

        page = shown(browser, page_of(second))

        assert "1 customer would have earned 120 points more." in page
        assert page_of(first) in page
        assert page_of(first) in shown(browser, of(one))

    def test_analysts_read_and_start_nothing(self, browser, as_analyst, bought):
        test = done(started(browser, of(spending("1"))))

        assert "Test again" not in shown(as_analyst, page_of(test))
        assert as_analyst.get(reverse(START)).status_code == 403
        assert as_analyst.post(of(test.rule), {"days": "30"}).status_code == 403


class TestProgress:
    def test_it_is_told_while_it_goes_on(self, browser):
        test = started(browser, of(spending("1")))
        Job.objects.filter(pk=test.job_id).update(state=Job.State.RUNNING, done=2_000, total=8_000)

        told = browser.get(reverse("admin:earning_backtest_progress", args=[test.pk])).json()

        assert told == {
            "state": "Running",
            "is_over": False,
            "percent": 25,
            "error": "",
            "sentence": "2,000 of 8,000 purchases are gone through.",
        }

    def test_it_can_be_stopped_once(self, browser):
        test = started(browser, of(spending("1")))
        stop = reverse("admin:earning_backtest_stop", args=[test.pk])
        assert stop in shown(browser, page_of(test))

        browser.post(stop)

        page = shown(browser, page_of(test))
        assert "It was stopped, and says nothing." in page
        assert stop not in page
        assert run_one(worker="w") is None
        assert "This back-test is already over." in shown(browser, stop)


class TestList:
    def test_each_says_what_it_found_and_the_list_reads_no_days(self, browser, bought):
        done(started(browser, of(spending("1", status="draft", limits=[limit(1)]))))

        page = shown(browser, reverse(LIST))

        assert "1 customer would have earned 120 points more." in page
        rows = browser.get(reverse(LIST)).context["cl"].result_list
        assert "result" in rows[0].get_deferred_fields()

    def test_one_rule_s_alone(self, browser):
        one, other = spending("1"), spending("2", name="Another")
        started(browser, of(one))
        started(browser, of(other))

        rows = browser.get(reverse(LIST, query={"rule__id__exact": one.pk})).context["cl"].result_list

        assert [row.rule for row in rows] == [one]
