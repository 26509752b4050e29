"""What several processes find of a back-test together is what one finds: each has customers of its own."""

from datetime import timedelta

import pytest

from earning.backtesting import sharing
from earning.backtesting.asking import compared
from earning.backtesting.starting import start
from earning.models import BackTest, LoyaltyCard
from jobs.models import Job
from jobs.working import run_one
from profiles.cause import Cause
from profiles.models import Profile
from tests.earning.rules_made import limit, rule, spending
from tests.transactions.conftest import line
from transactions.models import Transaction

pytestmark = pytest.mark.django_db(transaction=True)

CUSTOMERS, DAYS = 7, 4
DRAFT = {
    "name": "Red gives ten",
    "type": "specific_purchase",
    "conditions": {"match": {"skus": ["RED"]}},
    "rewards": {"points": "10"},
    "limits": [{"scope": "member", "measure": "count", "period": "month", "cap": "3"}],
}


@pytest.fixture
def purchases(at):
    """Of seven customers, four each, in turn: red, or blue, or both, and some of it came back."""
    profiles = [Profile(first_name=f"No {number}").enrol(at=at, cause=Cause()) for number in range(CUSTOMERS)]
    for one in profiles:
        LoyaltyCard.objects.ensure(one, at=at, cause=Cause())
    for day in range(DAYS):
        for number, one in enumerate(profiles):
            lines = [line("RED", price=f"{10 + number}.00"), line("BLUE", price=f"{day}.50")][: 1 + (number + day) % 2]
            document = {
                "external_id": f"S{day}-{number}",
                "transacted_at": at - timedelta(days=9 - day),
                "items": lines,
            }
            Transaction.objects.record(one, document, at=at, cause=Cause())
    for number in (0, 3):
        document = {"type": "return", "returns": f"S1-{number}", "items": [line("RED", price=f"{10 + number}.00")]}
        Transaction.objects.record(None, document | {"external_id": f"R{number}"}, at=at, cause=Cause())


@pytest.fixture
def rules(purchases):
    spending("1", limits=[limit(25, measure="points", period="month", on_exceed="trim")])
    rule("Two percent", percent="2")


@pytest.fixture
def split(monkeypatch):
    """Any sale is worth a process, and two may work beside this one."""
    monkeypatch.setattr(sharing, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(sharing, "spare_processors", lambda: 2)


def queued(at) -> BackTest:
    return start(draft=DRAFT, days=30, at=at, cause=Cause())


def result_of(test: BackTest) -> dict:
    job = run_one(worker="w")
    assert job.state == Job.State.DONE, job.error
    assert (job.done, job.total) == (CUSTOMERS * DAYS, CUSTOMERS * DAYS)
    test.refresh_from_db()
    return {name: found for name, found in test.result.items() if name != "seconds"}


@pytest.mark.usefixtures("rules")
def test_three_find_what_one_finds(at, monkeypatch):
    alone = result_of(queued(at))
    assert alone["rule"]["awards"] == 3 * CUSTOMERS
    assert alone["difference"]["points"] != "0"
    monkeypatch.setattr(sharing, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(sharing, "spare_processors", lambda: 2)
    assert sharing.shares_of(compared(queued(at)), CUSTOMERS * DAYS) == 3
    assert result_of(BackTest.objects.latest("pk")) == alone


@pytest.mark.usefixtures("rules", "split")
def test_what_all_use_up_together_is_asked_by_one(at):
    assert sharing.shares_of(compared(queued(at)), 28) == 3
    rule("A hundred for all", points="1", limits=[limit(100, scope="global")])
    assert sharing.shares_of(compared(queued(at)), 28) == 1


@pytest.mark.usefixtures("rules")
def test_few_sales_are_asked_about_by_one(at):
    assert sharing.shares_of(compared(queued(at)), 28) == 1


@pytest.mark.usefixtures("rules", "split")
@pytest.mark.logs_an_error
def test_one_that_died_is_told_and_the_job_tried_again(at, monkeypatch):
    listen = sharing.Other.listen

    def die_first(self, *, seconds=0):
        self.process.kill()
        self.process.wait()
        listen(self, seconds=seconds)

    test = queued(at)
    with monkeypatch.context() as patch:
        patch.setattr(sharing.Other, "listen", die_first)
        job = run_one(worker="w")
    job.refresh_from_db()
    assert job.state == Job.State.QUEUED
    assert "The process earning.backtesting.beside died." in job.error
    Job.objects.update(run_at=at)
    assert result_of(test)["transactions"] == CUSTOMERS * DAYS


@pytest.mark.usefixtures("rules", "split")
def test_who_cancels_ends_the_others_too(at, monkeypatch):
    others = []
    listen = sharing.Other.listen

    def noted(self, *, seconds=0):
        others.append(self.process)
        Job.objects.update(is_cancel_requested=True)
        listen(self, seconds=seconds)

    monkeypatch.setattr(sharing.Other, "listen", noted)
    queued(at)
    assert run_one(worker="w").state == Job.State.CANCELLED
    assert others
    assert all(process.poll() is not None for process in others)
