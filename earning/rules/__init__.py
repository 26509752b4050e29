"""The nine types of earning rules (behaviour.md 5): one file each, with what it asks for, how a form asks for that, and what it gives."""

from django.core.exceptions import ValidationError

from cxmanager.nearness import did_you_mean
from earning.rules.conditions import Conditions
from earning.rules.coupon import Coupon
from earning.rules.custom_event import CustomEvent
from earning.rules.event import Event
from earning.rules.ledger_transaction import LedgerTransaction
from earning.rules.multiple_reward import MultipleReward
from earning.rules.permission import Permission
from earning.rules.referral import Referral
from earning.rules.specific_purchase import SpecificPurchase
from earning.rules.spending import Spending

TYPES: dict[str, type[Conditions]] = {
    one.type: one
    for one in (
        Spending,
        MultipleReward,
        SpecificPurchase,
        Event,
        CustomEvent,
        Referral,
        Permission,
        LedgerTransaction,
        Coupon,
    )
}


def type_of(name: str) -> type[Conditions]:
    """The type of this name. Raises ValidationError with what is near, whatever stands in the place of a name."""
    if isinstance(name, str) and name in TYPES:
        return TYPES[name]
    near = did_you_mean(str(name), TYPES) or f" It is one of {', '.join(TYPES)}."
    raise ValidationError(f"There is no type of rule “{str(name)[:40]}”.{near}", code="invalid_choice")


def read_conditions(name: str, given) -> Conditions:
    """The conditions of a rule of this type, from JSON. Raises ValidationError by place."""
    return type_of(name).read(given if given is not None else {})


def check_manual(name: str, *, apply_automatically: bool) -> None:
    """Raise ValidationError where a rule of this type cannot be left to staff to choose."""
    kind = type_of(name)
    if not apply_automatically and not kind.may_be_manual:
        raise ValidationError(
            {"apply_automatically": f"A rule of the type {kind.label.lower()} always applies by itself."}
        )
