"""Ledger transaction: for what is posted to an account of the member elsewhere (earning-reference 1.8)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar

from django.core.exceptions import ValidationError

from earning import reasons
from earning.rules.conditions import Conditions, Gain, Refused, gain_of_happening
from earning.rules.fields import Amount, Choice, Texts
from earning.snapshot import LEDGER_TRANSACTION, Happening, Rewards, RuleTerms

ANY = "any"


@dataclass(frozen=True, slots=True)
class LedgerTransaction(Conditions):
    """Once for each posting; voiding it takes the award back."""

    type: ClassVar = "ledger_transaction"
    label: ClassVar = "Ledger transaction"
    sentence: ClassVar = "For an amount that is posted to an account, such as a deposit."
    about: ClassVar = "postings to an account"
    hears: ClassVar = frozenset({LEDGER_TRANSACTION})
    takes_percent: ClassVar = True
    fields: ClassVar = (
        Texts("accounts", "Accounts", "Their codes, one on each line. Empty means any account. Example: savings."),
        Choice(
            "direction",
            "Direction",
            "Whether it is given for what comes in, for what goes out, or for both.",
            default=ANY,
            choices=[("credit", "Credits: what comes in"), ("debit", "Debits: what goes out"), (ANY, "Both")],
        ),
        Amount("min_amount", "From", "The smallest amount that counts. Empty means any. Example: 100.00."),
        Amount("max_amount", "To", "The largest amount that counts. Empty means any. Example: 5000.00."),
    )

    accounts: tuple[str, ...]
    direction: str
    min_amount: Decimal | None
    max_amount: Decimal | None

    @classmethod
    def checked(cls, values: dict) -> dict:
        if None not in (least := values["min_amount"], most := values["max_amount"]) and most < least:
            raise ValidationError({"max_amount": "This is less than the smallest amount that counts."})
        return values

    def counts_money(self, rewards: Rewards) -> bool:
        return rewards.percent > 0 or self.min_amount is not None or self.max_amount is not None

    def why_not(self, happening: Happening) -> Refused | None:
        amount = happening.amount or Decimal(0)
        if self.accounts and happening.name not in self.accounts:
            return reasons.OTHER_ACCOUNT, happening.name, self.accounts
        if self.direction not in (ANY, happening.direction):
            return reasons.OTHER_DIRECTION, happening.direction, self.direction
        if self.min_amount is not None and amount < self.min_amount:
            return reasons.BELOW_MIN_AMOUNT, amount, self.min_amount
        if self.max_amount is not None and amount > self.max_amount:
            return reasons.ABOVE_MAX, amount, self.max_amount
        return None

    def gain(self, rule: RuleTerms, happening: Happening, basket: None) -> Gain:
        return gain_of_happening(rule, happening)
