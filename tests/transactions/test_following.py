"""What an app above makes of purchases at once: told of each step, with what it asked to know from before."""

import pytest

from cxmanager.refusals import Refusal
from tests.transactions.conftest import line
from transactions import following
from transactions.models import Aggregation, Transaction


class Diary(following.Follower):
    """Notes each step with what was spent before and after it, and tells how many steps a transaction took."""

    tells = ("steps",)

    def __init__(self):
        self.steps: list[following.Step] = []
        self.spent: list[tuple] = []

    def foresee(self, profile, *, at):
        return spent_by(profile)

    def follow(self, step, foreseen) -> None:
        self.steps.append(step)
        self.spent.append((foreseen, spent_by(step.transaction.profile)))

    def told(self, transaction) -> dict:
        return {"steps": sum(step.transaction.pk == transaction.pk for step in self.steps)}

    @property
    def last(self) -> following.Step:
        return self.steps[-1]


def spent_by(profile) -> str | None:
    row = Aggregation.objects.filter(profile=profile).first() if profile is not None else None
    return row and str(row.spend_all)


@pytest.fixture
def diary(monkeypatch) -> Diary:
    diary = Diary()
    monkeypatch.setattr(following, "FOLLOWERS", [diary])
    return diary


def test_a_sale_is_told_with_its_lines_and_the_figures_from_before(diary, sell):
    sell(line(price="10.00"), external_id="S1")
    sale = sell(line(price="5.00"), line("MUG"), external_id="S2")
    step = diary.last
    assert (step.what, step.transaction, step.event.name) == (following.What.RECORDED, sale, "transaction.created")
    assert [one.sku for one in step.lines] == ["KNIT", "MUG"]
    assert diary.spent == [(None, "10.00"), ("10.00", "25.00")]


def test_the_same_number_again_is_told_once(diary, sell):
    sell(external_id="S1")
    sell(external_id="S1")
    assert len(diary.steps) == 1


def test_each_verb_is_told(diary, sell, take_back, member, at, cause):
    sale = sell(line(quantity="2"), line("MUG"), external_id="S1")
    take_back("S1", line(), external_id="R1")
    sale.void_item(sale.items.get(sku="MUG"), at=at, cause=cause)
    sale.change({"receipt_ref": "4711"}, at=at, cause=cause)
    back = Transaction.objects.get(external_id="R1")
    back.void(at=at, cause=cause)
    key = sale.pk
    Transaction.objects.get(pk=key).remove(at=at, cause=cause)
    assert [(step.what.value, step.transaction.type) for step in diary.steps] == [
        ("recorded", "sale"),
        ("recorded", "return"),
        ("line_voided", "sale"),
        ("changed", "sale"),
        ("voided", "return"),
        ("removed", "return"),
        ("removed", "sale"),
    ]
    assert diary.steps[3].changes == {"receipt_ref": ["", "4711"]}
    assert not Transaction.objects.exists()


def test_a_change_that_changes_nothing_is_not_told(diary, sell, at, cause):
    sale = sell(external_id="S1", receipt_ref="4711")
    sale.change({"receipt_ref": "4711"}, at=at, cause=cause)
    assert len(diary.steps) == 1


def test_moving_a_sale_tells_whose_it_was(diary, sell, member, other_member, at, cause):
    sale = sell(external_id="S1")
    sale.change({}, profile=other_member, at=at, cause=cause)
    assert (diary.last.owner_before, diary.last.transaction.profile) == (member.pk, other_member)


def test_a_claimed_receipt_is_told_after_its_customer_is_known_and_before_its_returns(
    diary, sell, take_back, member, at, cause
):
    sale = sell(external_id="S1", profile=None)
    take_back("S1", line(), external_id="R1")
    assert [step.transaction.profile for step in diary.steps] == [None, None]
    sale.claim(member, at=at, cause=cause)
    assert [(step.what.value, step.transaction.type, step.transaction.profile) for step in diary.steps[2:]] == [
        ("claimed", "sale", member),
        ("claimed", "return", member),
    ]


def test_what_a_follower_refuses_is_not_done(diary, sell, monkeypatch):
    def refuse(step, foreseen):
        raise Refusal("Not today.", code="not_today")

    monkeypatch.setattr(diary, "follow", refuse)
    with pytest.raises(Refusal):
        sell(external_id="S1")
    assert not Transaction.objects.exists()


def test_the_document_says_what_was_made_of_it_and_sending_it_back_changes_nothing(diary, sell, api, at):
    sale = sell(external_id="S1")
    document = api.get(f"/api/v3/transactions/{sale.pk}").json()["data"]
    assert document["meta"] == {"steps": 1}
    answer = api.put(f"/api/v3/transactions/{sale.pk}", document, format="json")
    assert (answer.status_code, answer.json()["data"]["meta"]) == (200, {"steps": 1})
    assert Transaction.objects.get().meta is None
    api.patch(f"/api/v3/transactions/{sale.pk}", {"meta": {"till": 4, "steps": 9}}, format="json")
    assert Transaction.objects.get().meta == {"till": 4}
