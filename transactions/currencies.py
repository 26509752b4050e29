"""What is sold in another currency counts in the programme's, by what the till says that it comes to: no rate is made up here."""

from django.conf import settings
from django.core.exceptions import ValidationError

from access.models import Setting
from access.models.setting import CURRENCY
from cxmanager.statements import Select
from transactions.models import Transaction

SET = Select(lambda handle: Setting.objects.filter(handle=handle).order_by().values_list("value"), handle="a setting")


def programme_currency() -> str:
    """The three letters of the setting `currency`. One query."""
    rows = SET.rows(handle=CURRENCY)
    return rows[0][0] if rows else settings.DEFAULT_CURRENCY


def check_converted(one: Transaction) -> None:
    """Raise ValidationError where the total is in another currency and nothing says what that comes to. One query at most."""
    if one.total_converted is None and one.currency_rate is None:
        check_currency(one.currency)


def check_currency(code: str) -> None:
    """Raise ValidationError unless amounts in it count as they are. One query."""
    ours = programme_currency()
    if code != ours:
        raise ValidationError({"currency_rate": unconverted(code, ours)})


def unconverted(code: str, ours: str) -> str:
    return (
        f"This is in {code} and the programme counts in {ours}. Send currency_rate, how many {ours} one {code} is,"
        f" or total_converted, the total in {ours}."
    )
