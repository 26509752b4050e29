from datetime import date, datetime
from decimal import Decimal
from types import EllipsisType
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from cxmanager.refusals import Refusal
from profiles.cause import Cause
from profiles.models import Event, Location, Profile
from profiles.models.location import validate_timezone
from transactions.models.transaction_rows import TransactionQuerySet
from transactions.refusals import refusal

CENT = Decimal("0.01")
# Prices may have parts of a cent; what is paid has none.
MONEY = {"max_digits": 14, "decimal_places": 2}
LARGEST = Decimal(10) ** 12
# The types of location that are no shop one can walk into.
ONLINE = {"online", "web", "website", "ecommerce", "e-commerce", "webshop", "app"}


class Transaction(models.Model):
    """A sale or a return (omneo-reference 2.18). It comes about and changes through the verbs below, each of which leaves an event.

    Only what is completed and not void counts in the customer's figures. `net` is what it adds to them: signed, in the
    programme's currency, without voided lines. `transacted_on` is the calendar day in the transaction's own time zone:
    the day that stands on the receipt.
    """

    class Type(models.TextChoices):
        SALE = "sale", "Sale"
        RETURN = "return", "Return"

    class Status(models.TextChoices):
        PENDING = "pending", "Pending"
        IN_REVIEW = "in_review", "In review"
        COMPLETED = "completed", "Completed"
        REVERSED = "reversed", "Reversed"

    external_id = models.CharField(max_length=191, null=True, blank=True)
    # Indexed below, together with what its lists are sorted by.
    profile = models.ForeignKey(
        "profiles.Profile",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="transactions",
        db_index=False,
        verbose_name="customer",
    )
    type = models.CharField(max_length=8, choices=Type, default=Type.SALE)
    status = models.CharField(max_length=12, choices=Status, default=Status.COMPLETED)
    returns = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="returned_by",
        db_index=False,
        help_text="The sale that this takes back, wholly or in part.",
    )
    location = models.ForeignKey(
        "profiles.Location", models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    is_online = models.BooleanField(null=True, editable=False, help_text="As the location was when it sold this.")
    staff = models.ForeignKey(
        "profiles.Profile", models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    total = models.DecimalField(**MONEY)
    total_original = models.DecimalField(**MONEY, null=True, blank=True, help_text="Before discounts.")
    total_converted = models.DecimalField(**MONEY, null=True, blank=True, help_text="In the programme's currency.")
    net = models.DecimalField(**MONEY, editable=False)
    rounding = models.DecimalField(**MONEY, null=True, blank=True)
    margin = models.DecimalField(**MONEY, null=True, blank=True)
    currency = models.CharField(max_length=3)
    currency_rate = models.DecimalField(
        max_digits=18, decimal_places=8, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    timezone = models.CharField(
        "time zone of the sale",
        max_length=64,
        validators=[validate_timezone],
        help_text="The day on the receipt is a day there. Example: Australia/Melbourne.",
    )
    transacted_at = models.DateTimeField()
    transacted_on = models.DateField(editable=False)
    receipt_ref = models.CharField("receipt", max_length=191, blank=True)
    receipt_is_email = models.BooleanField(default=False)
    receipt_email = models.CharField(max_length=191, blank=True)
    order_number = models.CharField(max_length=191, blank=True)
    is_void = models.BooleanField("void", default=False)
    claimed_at = models.DateTimeField(null=True, blank=True)
    tags = models.ManyToManyField("profiles.Tag", blank=True, related_name="+", through="TransactionTag")
    systems = models.ManyToManyField("transactions.System", blank=True, related_name="+", through="TransactionSystem")
    custom_fields = models.JSONField(default=dict, blank=True)
    meta = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TransactionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["profile", "-transacted_at", "-id"], name="transactions_of_profile"),
            models.Index(fields=["-transacted_at", "-id"], name="transactions_by_moment"),
            models.Index(fields=["location", "-transacted_at"], name="transactions_by_location"),
            models.Index(fields=["receipt_ref"], name="transactions_by_receipt"),
            models.Index(fields=["updated_at", "id"], name="transactions_updated"),
            models.Index(fields=["created_at", "id"], name="transactions_created"),
            # Few of each among millions.
            models.Index(fields=["order_number"], name="transactions_by_order", condition=~Q(order_number="")),
            models.Index(fields=["returns"], name="transactions_returning", condition=Q(returns__isnull=False)),
            models.Index(fields=["staff"], name="transactions_by_staff", condition=Q(staff__isnull=False)),
            models.Index(fields=["-id"], name="transactions_voided", condition=Q(is_void=True)),
            models.Index(fields=["status", "-id"], name="transactions_open", condition=~Q(status="completed")),
            models.Index(fields=["-id"], name="transactions_returned", condition=Q(type="return")),
            # The same few in the order of the back office's list: without, it reads all that happened since the latest of them.
            models.Index(
                fields=["-transacted_at", "-id"], name="transactions_voided_listed", condition=Q(is_void=True)
            ),
            models.Index(
                fields=["status", "-transacted_at", "-id"],
                name="transactions_open_listed",
                condition=~Q(status="completed"),
            ),
            models.Index(
                fields=["-transacted_at", "-id"], name="transactions_returns_listed", condition=Q(type="return")
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["external_id"],
                name="transactions_external_id_is_unique",
                violation_error_code="external_id_taken",
                violation_error_message="Another transaction has this external id.",
            ),
            models.CheckConstraint(
                condition=Q(returns=None) | Q(type="return"), name="transactions_only_returns_return"
            ),
        ]
        permissions = [
            ("claim_transaction", "Can claim a receipt for a customer"),
            ("void_transaction", "Can void transactions"),
            ("import_transactions", "Can import transactions from a file"),
        ]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.receipt_ref or self.external_id or f'#{self.pk}'}"

    @property
    def counts(self) -> bool:
        """Whether it is part of its customer's figures."""
        return self.status == self.Status.COMPLETED and not self.is_void

    @property
    def takes_back(self) -> bool:
        """Whether its lines stand against what the sale's lines may still give back: in any status but undone."""
        return self.type == self.Type.RETURN and not self.is_void and self.status != self.Status.REVERSED

    def settle(self) -> None:
        """Work out what follows from other fields: net, transacted_on, is_online. Before every save.

        Raises ValidationError where the total or what it comes to is beyond what can be stored.
        """
        worth = self.total_converted
        if worth is None:
            worth = self.total if self.currency_rate is None else (self.total * self.currency_rate).quantize(CENT)
        if max(abs(self.total), abs(worth)) >= LARGEST:
            raise ValidationError({"total": "This number is too large."})
        self.net = -worth if self.type == self.Type.RETURN else worth
        self.transacted_on = day_of(self.transacted_at, self.timezone)
        self.is_online = sells_online(self.location)

    def why_not_undoable(self) -> Refusal | None:
        """Why this cannot be voided, reversed or deleted, or None."""
        if self.type == self.Type.SALE and self.returned_by.filter(is_void=False).exclude(status="reversed").exists():
            return refusal("has_returns")
        return None

    # --- Doing --------------------------------------------------------------------------------------------------------

    def change(
        self, document: dict, *, at: datetime, cause: Cause, profile: Profile | EllipsisType | None = ...
    ) -> dict:
        """Set what the document names and record `transaction.updated`; nothing is written when nothing differs.

        Its lines are matched by id, external id, else SKU and name; those that it does not name stay, unless it says
        `delete_existing_items`, or names their ids under `delete_items`. `profile` moves the transaction to that customer. Returns {"field": [before, after]}.
        Raises Refusal: has_returns, returned_too_many, not_on_sale, sale_not_found, before_its_sale, after_its_return,
        external_id_taken.
        """
        from transactions.changing import change

        return change(self, document, profile=profile, at=at, cause=cause)

    def void(self, *, at: datetime, cause: Cause) -> None:
        """Take it out of the figures; it stays on record. Records `transaction.voided`. Raises Refusal: already_void, has_returns."""
        from transactions.voiding import void

        void(self, at=at, cause=cause)

    def void_item(self, item: "models.Model", *, at: datetime, cause: Cause) -> None:
        """Void one line: the total is lower by its amount. Records `transaction.voided`. Raises Refusal: already_void, has_returns."""
        from transactions.voiding import void_item

        void_item(self, item, at=at, cause=cause)

    def remove(self, *, at: datetime, cause: Cause) -> None:
        """Delete it for good, with its lines. Records `transaction.deleted`, which keeps what it was. Raises Refusal `has_returns`."""
        from transactions.voiding import remove

        remove(self, at=at, cause=cause)

    def claim(self, profile: Profile, *, at: datetime, cause: Cause) -> None:
        """Give a transaction that nobody has to this customer: a sale with its returns, a return with its sale and that one's returns.

        Raises Refusal: already_claimed, profile_inactive.

        Records `transaction.created` for the customer, whose listeners have not heard of it. One of any number of callers
        at once gets it.
        """
        from transactions.claiming import claim

        claim(self, profile, at=at, cause=cause)

    def record_event(self, name: str, *, at: datetime, cause: Cause, items: list | None = None, **payload) -> Event:
        """Write down what happened to it, on its customer's timeline if it has one. `items` saves reading its lines."""
        from transactions.payloads import payload_of

        payload = payload_of(self, items) | payload
        return Event.objects.record(name, at=at, cause=cause, profile=self.profile, subject=self, payload=payload)


def sells_online(location: Location | None) -> bool | None:
    """Whether the location is a website by its type; None where no location is known."""
    return None if location is None else location.type.strip().lower() in ONLINE


def day_of(moment: datetime, timezone: str) -> date:
    """The calendar day of the moment in that time zone."""
    return moment.astimezone(ZoneInfo(timezone)).date()


class TransactionTag(models.Model):
    """A tag of a transaction. Rows of their own, because clients expect the order in which they sent them."""

    transaction = models.ForeignKey(Transaction, models.CASCADE, related_name="tag_rows")
    tag = models.ForeignKey("profiles.Tag", models.CASCADE, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["transaction", "tag"], name="transactions_tag_sticks_once"),
        ]

    def __str__(self) -> str:
        return str(self.tag)


class TransactionSystem(models.Model):
    """A system that a transaction came through, in the order in which they were sent."""

    transaction = models.ForeignKey(Transaction, models.CASCADE, related_name="system_rows")
    system = models.ForeignKey("transactions.System", models.CASCADE, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["transaction", "system"], name="transactions_system_once"),
        ]

    def __str__(self) -> str:
        return str(self.system)
