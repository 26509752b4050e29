"""Random lives of two customers at the till: whatever they buy, bring back, spend, order and give each other, and whenever, what they have is what they were given less what they used."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cxmanager.refusals import Refusal
from earning.awards.returning import rest_of
from earning.ledger.checking import drift
from earning.ledger.expiring import settle_some
from earning.models import (
    Award,
    Balance,
    BalanceRedemption,
    Credit,
    Debit,
    EarningLimit,
    LimitCounter,
    LoyaltyCard,
    Program,
    RewardOrder,
    TierDefinition,
)
from earning.models.balance import SUMS
from earning.rewards import ordering, redeeming
from earning.tiers import years
from profiles.cause import Cause
from profiles.models import Profile
from tests.conftest import NOON, person
from tests.earning import rules_made
from tests.earning.rewards_made import reward
from tests.transactions.conftest import line
from transactions.models import Transaction, TransactionItem

WHICH = st.integers(0, 1)
ANY = st.integers(0, 1_000)
SHARE = st.sampled_from(["0.5", "1", "2"]).map(Decimal)
MONEY = st.sampled_from(["0.50", "3.00", "12.50", "40.00"]).map(Decimal)
LINES = st.lists(
    st.builds(
        line,
        st.sampled_from(["KNIT", "MUG", "SHIPPING"]),
        st.integers(1, 3).map(Decimal),
        st.sampled_from(["0.33", "9.99", "60.00"]),
    ),
    min_size=1,
    max_size=3,
)


class LifeOfCustomers(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.at, self.sold = NOON, 0

    def teardown(self):
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @initialize(
        expires=st.sampled_from([("never", None), ("days", 20), ("month_end", None)]),
        policy=st.sampled_from(Program.ReturnPolicy.values),
        pending=st.sampled_from([0, 3]),
        grace=st.sampled_from([0, 5]),
        on_exceed=st.sampled_from(["trim", "reject"]),
    )
    def begin(self, expires, policy, pending, grace, on_exceed):
        program = Program.objects.default()
        program.points_scale, program.point_value, program.delivery_skus = 2, Decimal("0.1"), ["SHIPPING"]
        program.expiry_strategy, program.expiry_n = expires
        program.return_policy, program.pending_days, program.restore_grace_days = policy, pending, grace
        program.save()
        for rank, (name, least) in enumerate((("Bronze", 0), ("Silver", 200), ("Gold", 600))):
            TierDefinition.objects.create(
                program=program, name=name, handle=name.lower(), rank=rank, value_min=least, downgrade="one_down"
            )
        self.make_rules(on_exceed)
        self.reward = reward(points_cost=Decimal(15), stock=5, max_per_profile=4)
        self.cause = Cause(user=person("Ada"))
        self.profiles = [Profile(first_name=name).enrol(at=self.at, cause=Cause()) for name in ("Maria", "Otto")]
        self.cards = [LoyaltyCard.objects.ensure(one, at=self.at, cause=Cause()) for one in self.profiles]

    def make_rules(self, on_exceed: str) -> None:
        month = {"measure": "points", "period": "month", "on_exceed": on_exceed}
        rules_made.spending("1.1", "One and a bit", limits=[rules_made.limit(150, **month)])
        rules_made.rule(
            "Mugs twice",
            "multiple_reward",
            conditions={"multipliers": [{"match": {"skus": ["MUG"]}, "multiplier": "2"}]},
            limits=[rules_made.limit(90, scope="global", **month)],
        )
        rules_made.rule("Three back", percent="3", limits=[rules_made.limit(5, measure="currency", period="month")])
        rules_made.rule(
            "Knitwear",
            "specific_purchase",
            points="7",
            requires_approval=True,
            conditions={"match": {"skus": ["KNIT"]}, "per": "unit"},
            limits=[rules_made.limit(3, period="month")],
        )
        rules_made.event("first_purchase", points="25")

    @property
    def told(self) -> dict:
        return {"at": self.at, "cause": self.cause}

    def some(self, rows, number: int):
        rows = list(rows.order_by("pk"))
        return rows[number % len(rows)] if rows else None

    def tried(self, verb, *args, **given):
        """A refusal is an answer like any other, and leaves nothing behind."""
        try:
            with transaction.atomic():
                return verb(*args, **given)
        except Refusal:
            return None

    def recorded(self, profile, **document) -> Transaction | None:
        self.sold += 1
        document |= {"external_id": f"T{self.sold}", "transacted_at": self.at, "timezone": "UTC"}
        return self.tried(Transaction.objects.record, profile, document, **self.told)

    # --- At the till --------------------------------------------------------------------------------------------------

    @rule(days=st.integers(0, 15), hours=st.integers(0, 23))
    def time_goes_by(self, days, hours):
        self.at += timedelta(days=days, hours=hours)

    @rule()
    def a_year_goes_by(self):
        self.at += timedelta(days=366)
        years.maintain_due(**self.told)

    @rule(who=st.sampled_from([0, 1, None]), lines=LINES, status=st.sampled_from(["completed", "completed", "pending"]))
    def buys(self, who, lines, status):
        assert self.recorded(None if who is None else self.profiles[who], items=lines, status=status)

    @rule(number=ANY, quantity=SHARE)
    def a_line_comes_back(self, number, quantity):
        item = self.some(TransactionItem.objects.filter(transaction__type="sale", is_void=False), number)
        if item is not None:
            back = line(item.sku, quantity, str(item.price_sell))
            self.recorded(None, type="return", returns=item.transaction.external_id, items=[back])

    @rule(number=ANY)
    def everything_comes_back(self, number):
        sale = self.some(Transaction.objects.filter(type="sale", is_void=False), number)
        if sale is not None:
            left = [(one, one.quantity - one.returned_quantity) for one in sale.items.filter(is_void=False)]
            items = [line(one.sku, quantity, str(one.price_sell)) for one, quantity in left if quantity > 0]
            if items:
                self.recorded(None, type="return", returns=sale.external_id, items=items)

    @rule(number=ANY, part=st.sampled_from(["0.25", "0.5"]).map(Decimal))
    def comes_back_by_its_total(self, number, part):
        sale = self.some(Transaction.objects.filter(type="sale", is_void=False, returned_by=None), number)
        if sale is not None:
            total = (sale.total * part).quantize(Decimal("0.01"))
            self.recorded(None, type="return", returns=sale.external_id, items=[], total=total)

    @rule(number=ANY)
    def is_voided(self, number):
        one = self.some(Transaction.objects.all(), number)
        if one is not None:
            self.tried(one.void, **self.told)

    @rule(number=ANY)
    def a_return_is_voided(self, number):
        one = self.some(Transaction.objects.filter(type="return", is_void=False), number)
        if one is not None:
            self.tried(one.void, **self.told)

    @rule(number=ANY)
    def a_line_is_voided(self, number):
        item = self.some(TransactionItem.objects.filter(is_void=False), number)
        if item is not None:
            self.tried(item.transaction.void_item, item, **self.told)

    @rule(number=ANY, lines=LINES)
    def is_put_right(self, number, lines):
        sale = self.some(Transaction.objects.filter(type="sale", is_void=False), number)
        if sale is not None:
            self.tried(sale.change, {"items": lines}, **self.told)

    @rule(number=ANY, status=st.sampled_from(["completed", "reversed"]))
    def goes_on(self, number, status):
        sale = self.some(Transaction.objects.filter(type="sale", is_void=False), number)
        if sale is not None:
            self.tried(sale.change, {"status": status}, **self.told)

    @rule(number=ANY, who=WHICH)
    def is_anothers(self, number, who):
        sale = self.some(Transaction.objects.filter(type="sale"), number)
        if sale is not None:
            verb = sale.claim if sale.profile_id is None else sale.change
            given = (self.profiles[who],) if sale.profile_id is None else ({},)
            more = {} if sale.profile_id is None else {"profile": self.profiles[who]}
            self.tried(verb, *given, **more, **self.told)

    # --- What they make of it -----------------------------------------------------------------------------------------

    @rule(who=WHICH, number=ANY, amount=MONEY)
    def spends_on_a_sale(self, who, number, amount):
        sale = self.some(Transaction.objects.filter(profile=self.profiles[who], type="sale", is_void=False), number)
        self.tried(self.cards[who].spend, amount, transaction=sale, **self.told)

    @rule(who=WHICH, amount=MONEY, is_strict=st.booleans(), kinds=st.sampled_from(list(redeeming.STRATEGIES.values())))
    def pays(self, who, amount, is_strict, kinds):
        paid = self.tried(redeeming.redeem, self.profiles[who], amount, kinds=kinds, is_strict=is_strict, **self.told)
        assert paid is None or paid.total <= amount

    @rule(number=ANY, amount=st.none() | MONEY)
    def a_payment_is_undone(self, number, amount):
        paid = self.some(BalanceRedemption.objects.all(), number)
        if paid is not None and amount is None:
            self.tried(redeeming.reverse_redemption, paid, is_any_age_allowed=True, **self.told)
        elif paid is not None:
            self.tried(redeeming.give_back, paid, amount, **self.told)

    @rule(who=WHICH, quantity=st.integers(1, 2))
    def orders(self, who, quantity):
        self.tried(ordering.order, self.reward, self.profiles[who], quantity=quantity, **self.told)

    @rule(number=ANY)
    def an_order_is_cancelled(self, number):
        order = self.some(RewardOrder.objects.all(), number)
        if order is not None and self.tried(ordering.cancel, order, **self.told):
            assert not Credit.objects.filter(pk__in=[one["id"] for one in order.made], remaining__gt=0).exists()

    @rule(giver=WHICH, points=MONEY)
    def gives(self, giver, points):
        self.tried(self.cards[giver].transfer, self.cards[1 - giver], points, **self.told)

    @rule(number=ANY, is_agreed=st.booleans())
    def an_award_is_decided(self, number, is_agreed):
        award = self.some(Award.objects.waiting(), number)
        if award is not None:
            decide = award.approve if is_agreed else award.reject
            decide(**self.told)

    @rule()
    def the_worker_comes_by(self):
        while settle_some(at=self.at):
            pass

    # --- What always holds --------------------------------------------------------------------------------------------

    @invariant()
    def the_ledger_agrees_with_itself(self):
        assert list(drift()) == []

    @invariant()
    def nobody_has_less_than_nothing_or_something_while_they_owe(self):
        for balance in Balance.objects.all():
            assert all(getattr(balance, name) >= 0 for name in SUMS), balance
        assert not Balance.objects.filter(debt__gt=0, active__gt=0).exists()

    @invariant()
    def an_award_is_what_its_credits_came_to_and_never_taken_back_beyond_itself(self):
        for award in Award.objects.prefetch_related("credits"):
            given = defaultdict(Decimal)
            for credit in award.credits.all():
                if credit.source_id is None:
                    given[credit.unit] += credit.value
            wanted = {"points": award.points, award.currency: award.currency_amount}
            assert dict(given) == {unit: amount for unit, amount in wanted.items() if amount}, award.working
            assert 0 <= award.points_reversed <= award.points
            assert 0 <= award.currency_reversed <= award.currency_amount
            assert (award.state == "reversed") == (award.state != "rejected" and not rest_of(award))

    @invariant()
    def no_more_was_taken_than_the_awards_say(self):
        """Less where it was forgiven; more only where what came back had ended meanwhile."""
        program = Program.objects.default()
        for award in Award.objects.exclude(state="rejected"):
            back = Debit.objects.filter(kind="reversal", reverses__award=award)
            taken = sum((one.amount for one in back.filter(answered_by=None)), Decimal(0))
            said = award.points_reversed + award.currency_reversed
            if program.expiry_strategy == "never":
                assert taken <= said, (award, award.working)
                assert program.return_policy != "unlimited" or taken == said, (award, award.working)

    @invariant()
    def what_nobody_approved_cannot_be_spent(self):
        for award in Award.objects.filter(rule__name="Knitwear", decided_at=None):
            assert award.state in ("pending_approval", "reversed")
            assert {one.state for one in award.credits.all()} <= {"pending_approval", "reversed", "rejected"}

    @invariant()
    def limits_have_counted_what_customers_hold(self):
        held = defaultdict(Decimal)
        limits = EarningLimit.objects.exclude(period="forever").in_bulk()
        for award in Award.objects.exclude(state="rejected"):
            for limit, window, _ in award.taken:
                one = limits[limit]
                card = award.card_id if one.scope == "member" else None
                held[limit, card, window] += {
                    "points": award.points - award.points_reversed,
                    "currency": award.currency_amount - award.currency_reversed,
                    "count": Decimal(award.state != "reversed"),
                }[one.measure]
        counted = {(one.limit_id, one.card_id, one.period_key): one.used for one in LimitCounter.objects.all()}
        assert {key: used for key, used in counted.items() if used} == {key: used for key, used in held.items() if used}

    @invariant()
    def what_is_undone_has_earned_nothing(self):
        undone = Q(transaction__is_void=True) | Q(transaction__status__in=["pending", "reversed"])
        given = Award.objects.filter(undone, transaction__type="sale")
        assert not given.filter(state__in=["given", "pending_approval"]).exists()

    @invariant()
    def the_stock_is_what_was_ordered(self):
        self.reward.refresh_from_db()
        ordered = sum(one.quantity for one in RewardOrder.objects.filter(cancelled_at=None))
        assert self.reward.stock_used == ordered <= self.reward.stock


@pytest.mark.django_db
def test_whatever_happens_at_the_till_everything_adds_up():
    run_state_machine_as_test(
        LifeOfCustomers,
        settings=settings(
            max_examples=12,
            stateful_step_count=30,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
