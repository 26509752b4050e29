"""What the settings of a program may be, and what they are in a new one."""

from django.core.exceptions import ValidationError

from access.models.setting import is_currency

MOST_WARNINGS, MOST_WARNING_DAYS = 10, 365


def validate_currency(code: str) -> None:
    """Raise ValidationError unless these are the three letters of a currency."""
    if not is_currency(code):
        raise ValidationError(f"“{code}” is not a currency. Write three letters, such as AUD.", code="invalid_currency")


def validate_texts(value) -> None:
    """Raise ValidationError unless this is a list of texts."""
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise ValidationError("Write a list of texts.", code="invalid_list")


def active_only() -> list[str]:
    return ["active"]


def validate_statuses(value) -> None:
    """Raise ValidationError unless this is a list of what a card can be."""
    from earning.models.card import LoyaltyCard

    validate_texts(value)
    unknown = [one for one in value if one not in LoyaltyCard.Status.values]
    if unknown:
        known = ", ".join(LoyaltyCard.Status.values)
        raise ValidationError(f"A card is never “{unknown[0]}”. It is one of {known}.", code="invalid_status")


def usual_warnings() -> list[int]:
    return [30, 7, 1]


def validate_warning_days(value) -> None:
    """Raise ValidationError unless this is a list of a few numbers of days, none twice."""
    fits = isinstance(value, list) and all(type(one) is int and 1 <= one <= MOST_WARNING_DAYS for one in value)
    if not fits or len(value) > MOST_WARNINGS or len(set(value)) < len(value):
        raise ValidationError(
            f"Write at most {MOST_WARNINGS} different numbers of days, each from 1 to {MOST_WARNING_DAYS}, such as 30, 7, 1.",
            code="invalid_days",
        )
