"""What staff do with the points and money on a card."""

from decimal import Decimal

import pytest

from earning.models import Adjustment, BalanceRedemption, Credit, Debit
from profiles.models import Event
from tests.earning.admin.pages import act, hidden, page, points, said
from tests.earning.rewards_made import reward


class TestAdjust:
    def send(self, client, full, **given):
        sent = {
            "direction": "on",
            "points": "100",
            "reason": "A promise.",
            **hidden(client, act("adjust", full), "seen"),
        }
        return client.post(act("adjust", full), sent | given, follow=True)

    def test_is_made_at_once_up_to_the_limit(self, as_clerk, clerk, full):
        response = self.send(as_clerk, full)

        assert said(response) == ["100 points were put on the card."]
        assert points(full) == 1100
        event = Event.objects.get(name="points.adjusted")
        assert (event.user, event.reason, event.door) == (clerk, "A promise.", "admin")

    def test_takes_off(self, as_clerk, full):
        assert said(self.send(as_clerk, full, direction="off")) == ["100 points were taken off the card."]
        assert points(full) == 900

    def test_waits_for_somebody_else_above_the_limit_and_says_so_before(self, as_clerk, full):
        text = as_clerk.get(act("adjust", full)).content.decode()
        assert "More than 500 points at once wait until somebody else has approved." in text
        assert "wait for approval by somebody else." in said(self.send(as_clerk, full, points="501"))[0]
        assert (points(full), points(full, "pending_approval")) == (1000, 501)

    def test_is_made_once_for_a_form_sent_twice(self, as_clerk, full):
        sent = {"direction": "on", "points": "100", "reason": "X.", **hidden(as_clerk, act("adjust", full), "seen")}
        answers = [as_clerk.post(act("adjust", full), sent, follow=True) for _ in range(2)]
        assert said(answers[1]) == ["This was done a moment ago, so it was not done again."]
        assert points(full) == 1100

    def test_of_the_same_again_is_made_when_the_form_is_opened_anew(self, as_clerk, full):
        self.send(as_clerk, full)
        self.send(as_clerk, full)
        assert points(full) == 1200

    @pytest.mark.parametrize(
        ("given", "told"),
        [
            ({"points": "0"}, "Write an amount above 0."),
            ({"points": "NaN"}, "Enter a number."),
            ({"points": "1.5"}, "Points have no decimal places here."),
            ({"reason": " "}, "Say why, so that others understand it later."),
            ({"direction": "off", "points": "5000", "reason": "Kept."}, "wait"),
        ],
    )
    def test_refuses_and_keeps_what_was_typed(self, as_clerk, full, given, told):
        response = self.send(as_clerk, full, **given)
        if told != "wait":
            assert told in response.content.decode()
            assert given.get("points", "100") in response.content.decode()
        assert points(full) == 1000

    def test_takes_no_more_than_there_is(self, as_clerk, full, program):
        program.adjustment_approval_above = None
        program.save()
        response = self.send(as_clerk, full, direction="off", points="5000", reason="Kept words.")
        assert "The card has 1,000 points, which is 4,000 points too few." in response.content.decode()
        assert "Kept words." in response.content.decode()
        assert not Adjustment.objects.exists()


class TestSpend:
    def test_spends_once_for_a_form_sent_twice(self, as_clerk, full):
        sent = {"points": "300", "reason": "Wrapping.", **hidden(as_clerk, act("spend", full), "form_id")}
        for _ in range(2):
            response = as_clerk.post(act("spend", full), sent, follow=True)
        assert said(response) == ["300 points of Maria Membrino were spent."]
        assert points(full) == 700

    def test_shows_the_refusal(self, as_clerk, full, now, cause):
        sent = {"points": "3000", **hidden(as_clerk, act("spend", full), "form_id")}
        assert "which is 2,000 points too few" in as_clerk.post(act("spend", full), sent).content.decode()
        full.change_status("suspended", at=now, cause=cause)
        assert "This card is suspended." in as_clerk.post(act("spend", full), sent | {"points": "1"}).content.decode()
        assert points(full) == 1000


class TestTransfer:
    def test_finds_the_other_and_gives_once(self, as_clerk, full, member, other_member):
        found = as_clerk.get(act("transfer", full), {"q": "Othersen"})
        assert list(found.context["hits"]) == [other_member]
        address = f"{act('transfer', full)}?to={other_member.pk}"
        sent = {"points": "400", **hidden(as_clerk, address, "form_id")}
        answers = [as_clerk.post(address, sent, follow=True) for _ in range(2)]
        assert said(answers[0]) == ["400 points went from Maria Membrino to Otto Othersen."]
        assert said(answers[1]) == ["This was done a moment ago, so it was not done again."]
        assert points(full) == 600
        assert points(other_member.cards.get()) == 400

    def test_says_nothing_of_an_address_or_a_phone_that_nobody_knows(self, as_clerk, full, other_member):
        type(other_member).objects.filter(pk=other_member.pk).update(email=None, mobile_phone=None)
        found = as_clerk.get(act("transfer", full), {"q": "Othersen"})
        assert list(found.context["hits"]) == [other_member]
        assert "None" not in found.content.decode()

    def test_never_offers_the_customer_themselves(self, as_clerk, full):
        assert list(as_clerk.get(act("transfer", full), {"q": "Membrino"}).context["hits"]) == []

    @pytest.mark.parametrize("to", ["x", "01a223c5-beb8-72dc-a42b-e63b0c49886e", "\x00"])
    def test_knows_nobody_by_nonsense(self, as_clerk, full, to):
        assert as_clerk.get(act("transfer", full), {"to": to}).status_code == 404


class TestPay:
    def send(self, client, full, **given):
        sent = {"amount": "25", "currency": "AUD", "kinds": "rewards_points", "is_strict": "on"}
        return client.post(act("pay", full), sent | hidden(client, act("pay", full), "seen") | given, follow=True)

    def test_pays_with_rewards_then_points_and_is_undone(self, as_clerk, full):
        text = as_clerk.get(act("pay", full)).content.decode()
        assert "The card has 20.00 AUD in rewards, and 1,000 points, worth 10.00 AUD." in text
        assert said(self.send(as_clerk, full))[0].startswith(
            "25.00 AUD were paid: 20.00 AUD with rewards and 5.00 AUD with points (500 points)."
        )
        assert (points(full), points(full, unit="AUD")) == (500, 0)
        paid = BalanceRedemption.objects.get()
        undone = as_clerk.post(page("balanceredemption_reverse", paid.pk), follow=True)
        assert said(undone)[0].startswith("The payment of 25.00 AUD was undone.")
        assert (points(full), points(full, unit="AUD")) == (1000, 20)

    def test_pays_once_for_a_form_sent_twice(self, as_clerk, full):
        seen = hidden(as_clerk, act("pay", full), "seen")
        self.send(as_clerk, full)
        assert said(self.send(as_clerk, full, **seen)) == ["This was done a moment ago, so it was not done again."]
        assert BalanceRedemption.objects.count() == 1

    def test_pays_all_or_nothing_unless_told_otherwise(self, as_clerk, full):
        assert "AUD too little" in self.send(as_clerk, full, amount="50").content.decode()
        assert not Debit.objects.exists()
        self.send(as_clerk, full, amount="50", is_strict="")
        assert BalanceRedemption.objects.get().total == 30

    @pytest.mark.parametrize("given", [{"currency": "XXX"}, {"kinds": "gold"}, {"amount": "-1"}])
    def test_refuses_nonsense(self, as_clerk, full, given):
        assert self.send(as_clerk, full, **given).context["form"].errors
        assert not Debit.objects.exists()


class TestRewards:
    def test_gives_one_for_a_form_sent_twice(self, as_clerk, full):
        ten = reward()
        sent = {"definition": ten.pk, "reason": "Sorry.", **hidden(as_clerk, act("give", full), "form_id")}
        for _ in range(2):
            response = as_clerk.post(act("give", full), sent, follow=True)
        assert said(response)[0].startswith("Maria Membrino now has “Ten off”, 10.00 AUD. Ends ")
        assert Credit.objects.filter(reward_definition=ten).count() == 1

    def test_gives_none_that_staff_may_not(self, as_clerk, full):
        ten = reward(is_assignable=False)
        text = as_clerk.get(act("give", full)).content.decode()
        assert "There is no reward yet that staff may give." in text
        sent = {"definition": ten.pk, "form_id": "01a223c5-beb8-72dc-a42b-e63b0c49886e"}
        as_clerk.post(act("give", full), sent)
        assert not Credit.objects.filter(reward_definition=ten).exists()

    def test_extends_one_once(self, as_clerk, full):
        ten = reward(is_extendable=True)
        sent = {"definition": ten.pk, **hidden(as_clerk, act("give", full), "form_id")}
        as_clerk.post(act("give", full), sent)
        given = Credit.objects.get(reward_definition=ten)
        address = page("credit_extend", given.pk)
        seen = hidden(as_clerk, address, "seen")
        answers = [as_clerk.post(address, {"days": "10", **seen}, follow=True) for _ in range(2)]
        assert said(answers[0])[0].startswith("The reward of Maria Membrino was extended.")
        assert said(answers[1])[0].startswith("It was extended a moment ago, so it was not extended again.")
        given.refresh_from_db()
        assert (given.expires_at.isoformat() > seen["seen"], given.extended_at is None) == (True, False)

    def test_takes_from_the_catalogue_and_cancels(self, as_clerk, full):
        cheap, dear = reward(points_cost=Decimal(400)), reward(handle="dear", name="Dear", points_cost=Decimal(4000))
        page_ = as_clerk.get(act("catalogue", full))
        offered = {one["name"]: one["why_not"] for one in page_.context["choices"]}
        assert offered == {"Ten off": "", "Dear": "The card has 1,000 points, which is 3,000 points too few."}
        sent = {"definition": cheap.pk, "quantity": "2", **hidden(as_clerk, act("catalogue", full), "form_id")}
        for _ in range(2):
            response = as_clerk.post(act("catalogue", full), sent, follow=True)
        assert said(response) == ["Maria Membrino took 2 × Ten off for 800 points."]
        assert (points(full), points(full, unit="AUD")) == (200, 40)
        refused = as_clerk.post(
            act("catalogue", full),
            {"definition": dear.pk, "quantity": "1", **hidden(as_clerk, act("catalogue", full), "form_id")},
        )
        assert "too few" in refused.content.decode()
        cancelled = as_clerk.post(page("rewardorder_cancel", full.orders.get().pk), follow=True)
        assert said(cancelled) == ["The order of 2 × Ten off was cancelled. 800 points are on the card again."]
        assert (points(full), points(full, unit="AUD")) == (1000, 20)

    def test_the_catalogue_costs_the_same_for_many(self, as_clerk, full, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        reward(handle="r-0", points_cost=Decimal(1), max_per_profile=3)
        as_clerk.get(act("catalogue", full))
        with CaptureQueriesContext(
            connection,
        ) as few:
            as_clerk.get(act("catalogue", full))
        for number in range(1, 12):
            reward(handle=f"r-{number}", points_cost=Decimal(1), max_per_profile=3)
        with django_assert_num_queries(len(few)):
            as_clerk.get(act("catalogue", full))
