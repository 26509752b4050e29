"""Random lives of two cards: whatever is done to them, and whenever, the ledger agrees with itself and nobody has less than nothing."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cxmanager.refusals import Refusal
from earning.ledger import adjusting, approving
from earning.ledger.checking import drift
from earning.ledger.expiring import settle_some
from earning.ledger.restoring import restore
from earning.ledger.taking_back import reverse, reversed_before
from earning.models import Adjustment, Balance, Credit, Debit, LoyaltyCard, Program
from earning.models.balance import SUMS
from profiles.cause import Cause
from profiles.models import Profile
from tests.conftest import NOON, person

UNITS = st.sampled_from(["points", "points", "AUD"])
# Tenths that binary numbers do not have, and whole ones.
AMOUNTS = st.sampled_from(["0.1", "0.2", "0.3", "1", "7", "33.35", "50", "120"]).map(Decimal)
DAYS = st.integers(0, 12)
WHICH = st.integers(0, 1)
ANY = st.integers(0, 1_000)


class LifeOfACard(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.at = NOON

    def teardown(self):
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @initialize(
        strategy=st.sampled_from(["never", "days", "month_end", "inactivity"]),
        policy=st.sampled_from(Program.ReturnPolicy.values),
        grace=st.sampled_from([0, 3]),
    )
    def begin(self, strategy, policy, grace):
        program = Program.objects.default()
        program.points_scale, program.adjustment_approval_above = 2, Decimal(40)
        program.expiry_strategy, program.expiry_n = strategy, 10
        program.return_policy, program.restore_grace_days = policy, grace
        program.save()
        self.people = [person("Ada"), person("Ben")]
        self.told_by = Cause(user=self.people[0])
        profiles = [Profile(first_name=name).enrol(at=self.at, cause=Cause()) for name in ("Maria", "Otto")]
        self.cards = [LoyaltyCard.objects.ensure(one, at=self.at, cause=Cause()) for one in profiles]

    @property
    def told(self) -> dict:
        return {"at": self.at, "cause": self.told_by}

    def some(self, rows, number: int):
        rows = list(rows.order_by("pk"))
        return rows[number % len(rows)] if rows else None

    def tried(self, verb, *args, **given) -> None:
        """A refusal is an answer like any other, and leaves nothing behind."""
        try:
            with transaction.atomic():
                verb(*args, **given)
        except Refusal:
            pass

    # --- What can be done ---------------------------------------------------------------------------------------------

    @rule(days=DAYS, hours=st.integers(0, 23))
    def time_goes_by(self, days, hours):
        self.at += timedelta(days=days, hours=hours)

    @rule(
        card=WHICH,
        unit=UNITS,
        value=AMOUNTS,
        kind=st.sampled_from(["earn", "point", "opening"]),
        pending=st.integers(0, 5),
        lives=st.none() | st.integers(6, 20),
        needs_approval=st.booleans(),
        ago=DAYS,
    )
    def is_credited(self, card, unit, value, kind, pending, lives, needs_approval, ago):
        given = {} if lives is None else {"expires_at": self.at - timedelta(days=ago) + timedelta(days=lives)}
        self.cards[card].credit(
            value,
            unit=unit,
            kind=kind,
            pending_days=pending,
            earned_at=self.at - timedelta(days=ago),
            needs_approval=needs_approval,
            **given,
            **self.told,
        )

    @rule(card=WHICH, unit=UNITS, amount=AMOUNTS)
    def spends(self, card, unit, amount):
        self.tried(self.cards[card].spend, amount, unit=unit, **self.told)

    @rule(giver=WHICH, points=AMOUNTS)
    def gives(self, giver, points):
        self.tried(self.cards[giver].transfer, self.cards[1 - giver], points, **self.told)

    @rule(number=ANY, amount=st.none() | AMOUNTS, policy=st.none() | st.sampled_from(Program.ReturnPolicy.values))
    def is_taken_back(self, number, amount, policy):
        credit = self.some(Credit.objects.all(), number)
        if credit is not None:
            made = reverse(credit.card, {credit: amount}, policy=policy, **self.told)
            assert reversed_before([credit]).get(credit.pk, 0) <= credit.value
            assert all(one.amount <= (amount or credit.value) for one in made)

    @rule(number=ANY, amount=st.none() | AMOUNTS)
    def comes_back(self, number, amount):
        debit = self.some(Debit.objects.filter(kind="spend"), number)
        if debit is not None:
            self.tried(restore, debit, amount, **self.told)

    @rule(card=WHICH, amount=AMOUNTS, is_less=st.booleans(), unit=UNITS)
    def is_adjusted(self, card, amount, is_less, unit):
        amount = -amount if is_less else amount
        self.tried(self.cards[card].adjust, amount, unit=unit, reason="Counted anew.", **self.told)

    @rule(number=ANY, is_agreed=st.booleans(), by=WHICH)
    def an_adjustment_is_decided(self, number, is_agreed, by):
        waiting = self.some(Adjustment.objects.filter(state="waiting"), number)
        if waiting is not None:
            decide = adjusting.approve if is_agreed else adjusting.reject
            self.tried(decide, waiting, at=self.at, cause=Cause(user=self.people[by]))

    @rule(number=ANY, is_agreed=st.booleans())
    def an_award_is_decided(self, number, is_agreed):
        waiting = self.some(Credit.objects.filter(state="pending_approval", adjustment=None), number)
        if waiting is not None:
            decide = approving.approve if is_agreed else approving.reject
            decide(waiting.card, [waiting], **self.told)

    @rule(number=ANY)
    def is_blocked_or_let_go(self, number):
        credit = self.some(Credit.objects.all(), number)
        if credit is not None:
            verb = approving.unblock if credit.state == "blocked" else approving.block
            self.tried(verb, credit, **self.told)

    @rule()
    def the_worker_comes_by(self):
        while settle_some(at=self.at):
            pass
        assert not Credit.objects.due(at=self.at).exists()

    # --- What always holds --------------------------------------------------------------------------------------------

    @invariant()
    def the_ledger_agrees_with_itself(self):
        assert list(drift()) == []

    @invariant()
    def nobody_has_less_than_nothing(self):
        for balance in Balance.objects.all():
            assert all(getattr(balance, name) >= 0 for name in SUMS), balance

    @invariant()
    def nobody_has_something_while_they_owe(self):
        assert not Balance.objects.filter(debt__gt=0, active__gt=0).exists()


@pytest.mark.django_db
def test_whatever_happens_the_ledger_agrees_with_itself():
    run_state_machine_as_test(
        LifeOfACard,
        settings=settings(
            max_examples=25,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
