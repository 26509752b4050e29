from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.db import models

from profiles.conditions.condition import Condition
from profiles.conditions.evaluating import NotEvaluated, evaluate
from profiles.conditions.field import in_words, or_none
from profiles.events.asking import condition_on, with_lists, with_numbers
from profiles.events.catalogue import CATALOGUE, canonical

MOST_AT_ONCE = Decimal(1_000_000_000)
CENT = Decimal("0.01")
ANY_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
# What an achievement does to itself would go round until the limit of chains.
NEVER_COUNTED = ("achievement.progressed", "achievement.corrected")

# With what begins that which the event changes.
BEGINNINGS = {"profile.updated": ("profile.created",)}


class EventConditionField(models.JSONField):
    """JSON Logic over what an event carries and its customer, or None for every such event. `clean()` of the row judges it."""

    def clean(self, value, model_instance):
        return super().clean(or_none(value), model_instance)

    def in_words(self, value: dict) -> str:
        return in_words(value)

    def deconstruct(self):
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs


def one() -> int:
    return 1


class CountsWhen(models.Model):
    """What adds to the count by itself: an event, a condition on it, and how much each adds (behaviour.md 4)."""

    class For(models.TextChoices):
        CUSTOMER = "customer", "the customer of the event"
        STAFF = "staff", "the staff member who served the customer"

    count_event = models.CharField(
        "count when",
        max_length=64,
        blank=True,
        help_text="What adds to the count by itself. Empty: only reactions, integrations and staff add to it. Example: transaction.created counts every purchase.",
    )
    count_condition = EventConditionField(
        "only if",
        null=True,
        blank=True,
        help_text="What must hold for it to count. Empty: every such event counts. Example: the brands of the purchase contain Harbour.",
    )
    count_amount = models.JSONField(
        "how much",
        default=one,
        help_text="What each adds to the count: a number, or JSON Logic over the event. Example: {“var”: “total”} adds up what was spent.",
    )
    count_for = models.CharField(
        "counts for",
        max_length=10,
        choices=For,
        default=For.CUSTOMER,
        help_text="Whose count it adds to. For the staff member, the event must say who served; staff are customers too.",
    )

    class Meta:
        abstract = True

    def clean(self) -> None:
        super().clean()
        if self.count_event:
            self._clean_event()
        elif self.count_condition is not None:
            raise ValidationError({"count_event": "Say first what it counts: the condition asks of that event."})
        if self.amount_of_number is None and not is_logic(self.count_amount):
            raise ValidationError(
                {"count_amount": 'Write a number above 0, or JSON Logic such as {"var": "total"}.'}, code="no_amount"
            )

    def _clean_event(self) -> None:
        try:
            self.count_event = canonical(self.count_event)
        except ValidationError as error:
            raise ValidationError({"count_event": error}) from error
        if CATALOGUE.named(self.count_event).customer == "never":
            raise ValidationError({"count_event": f"“{self.count_event}” is no customer's, so it counts for nobody."})
        if self.count_event in NEVER_COUNTED:
            raise ValidationError({"count_event": "An achievement cannot count how achievements are counted."})
        if self.count_condition is not None:
            try:
                condition_on(self.count_event, self.count_condition, is_new=True)
            except ValidationError as error:
                raise ValidationError({"count_condition": error}) from error

    @property
    def events_heard(self) -> frozenset[str]:
        """The events that may add to the count.

        On/off with a condition on `profile.updated` asks whether something holds of the customer: it may hold from the
        first moment, so that nothing is changed later. It looks at `profile.created` as well.
        """
        asks = self.strategy == "on_off" and self.count_condition is not None
        return frozenset({self.count_event, *(BEGINNINGS.get(self.count_event, ()) if asks else ())})

    @property
    def condition(self) -> Condition | None:
        """Raises ConditionInvalid where what it asks for is known no more."""
        return None if self.count_condition is None else condition_on(self.count_event, self.count_condition)

    @property
    def amount_of_number(self) -> Decimal | None:
        """What each adds, where it is the same for all; None where it is worked out or is no amount."""
        return amount_in(self.count_amount)

    def amount_from(self, payload: dict, *, at) -> Decimal | None:
        """What an event with this payload adds; None for nothing: an amount of zero or less, or none at all."""
        if self.amount_of_number is not None:
            return self.amount_of_number
        path = self.count_amount.get("var")
        if isinstance(path, str) and path in payload:
            # As it was kept, without a detour through floating point.
            return amount_in(payload[path])
        try:
            return amount_in(evaluate(self.count_amount, with_lists(with_numbers(payload)), at=at))
        except NotEvaluated:
            return None


def amount_in(value) -> Decimal | None:
    """The amount as a count takes it, with two decimals; None for what is none, or not above zero."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        return None
    try:
        amount = Decimal(str(value).strip())
        amount = amount.quantize(CENT) if amount.is_finite() and amount <= MOST_AT_ONCE else None
    except InvalidOperation:
        return None
    return amount if amount is not None and amount > 0 else None


def is_logic(value) -> bool:
    """Whether it is JSON Logic that can be worked out, as far as that shows without an event."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    try:
        evaluate(value, {}, at=ANY_MOMENT)
    except NotEvaluated as error:
        # What is counted and compared is not there yet; operators are.
        return "operator" not in str(error) and "nested" not in str(error)
    return True
