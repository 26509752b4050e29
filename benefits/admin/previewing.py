"""What a definition looks like to a customer, and when one issued now would end: worked out by the model's own rule."""

from datetime import datetime

from django.conf import settings
from django.forms import ModelForm

from benefits.models import BenefitDefinition
from cxmanager.moments import sentence_of_end

# What the preview shows, and so what the page sends to it.
FIELDS = (
    *("name", "type", "discount_percent", "short_description", "terms_conditions", "image_url"),
    *("redeem_instructions_store", "redeem_instructions_online", "redeem_code_online"),
    *("period", "period_type", "absolute_expiry", "timezone", "max_redemptions", "is_published"),
)
OF_VALIDITY = ("period", "period_type", "absolute_expiry", "timezone")
UNITS = {
    "days": ("day", "days"),
    "weeks": ("week", "weeks"),
    "months": ("month", "months"),
    "years": ("year", "years"),
    "absolute_week": ("calendar week", "calendar weeks"),
    "absolute_month": ("calendar month", "calendar months"),
}


def read(form: ModelForm) -> tuple[BenefitDefinition, str]:
    """The definition that the form's values make, unsaved, and what is wrong with its validity, in words."""
    form.is_valid()
    if form.non_field_errors():
        return form.instance, " ".join(form.non_field_errors())
    wrong = [sentence for name in OF_VALIDITY for sentence in form.errors.get(name, [])]
    return form.instance, " ".join(dict.fromkeys(wrong))


def as_shown(definition: BenefitDefinition, problem: str = "", *, at: datetime) -> dict:
    """What the card's template shows. `picture` is the uploaded one, once it is stored."""
    picture = definition.image.url if definition.image and definition.image._committed else ""
    return {
        "definition": definition,
        "picture": picture,
        "image": picture or definition.image_url,
        "offer": offer_of(definition),
        "uses": uses_of(definition),
        "ends": "" if problem else end_of(definition, at=at),
        "problem": problem,
    }


def end_of(definition: BenefitDefinition, *, at: datetime, timezone: str = "") -> str:
    """When a benefit issued at that moment would end: “Ends 31 May, in 30 days.”"""
    zone = timezone or definition.timezone or settings.TIME_ZONE
    try:
        expires_at = definition.expiry_for(issued_at=at, timezone=zone)
    except (ValueError, OverflowError, TypeError):
        # A period that is not filled in yet, or leads beyond the calendar.
        return ""
    return sentence_of_end(expires_at, timezone=zone, at=at) if expires_at else ""


def offer_of(definition: BenefitDefinition) -> str:
    if definition.type == BenefitDefinition.Type.PRODUCT_DISCOUNT and definition.discount_percent:
        return f"{definition.discount_percent.normalize():f}% off"
    return "Free product" if definition.type == BenefitDefinition.Type.FREE_PRODUCT else ""


def uses_of(definition: BenefitDefinition) -> str:
    most = definition.max_redemptions
    if most is None:
        return "As often as you like"
    return {1: "Once", 2: "Twice"}.get(most, f"{most:,} times")


def validity_of(definition: BenefitDefinition) -> str:
    """How long it is valid, for lists: “30 days”, “Until 31 December 2026”."""
    if definition.period_type == BenefitDefinition.PeriodType.ABSOLUTE_DATE:
        return f"Until {definition.absolute_expiry:%-d %B %Y}" if definition.absolute_expiry else ""
    one, many = UNITS[definition.period_type]
    return f"{definition.period:,} {one if definition.period == 1 else many}"
