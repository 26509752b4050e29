from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

LINK = RegexValidator(
    r"^(https?://\S+|/(?!/)\S*)$", "Write an address that begins with https://, or a path of your site such as /club."
)


class RuleFields(models.Model):
    """All that program managers set for an earning rule: the fields, and what each means to a customer (behaviour.md 5)."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        ACTIVE = "active", "Active"
        INACTIVE = "inactive", "Inactive"
        ARCHIVED = "archived", "Archived"

    class Type(models.TextChoices):
        SPENDING = "spending", "Spending"
        MULTIPLE_REWARD = "multiple_reward", "Multiple reward"
        SPECIFIC_PURCHASE = "specific_purchase", "Specific purchase"
        EVENT = "event", "Event"
        CUSTOM_EVENT = "custom_event", "Custom event"
        REFERRAL = "referral", "Referral"
        PERMISSION = "permission", "Permission"
        LEDGER_TRANSACTION = "ledger_transaction", "Ledger transaction"
        COUPON = "coupon", "Coupon"

    program = models.ForeignKey("earning.Program", models.PROTECT, related_name="rules")
    name = models.CharField(
        max_length=191, help_text="What customers and staff read. Example: Four points for a dollar."
    )
    handle = models.SlugField(
        max_length=191, help_text="The short name that integrations use. Example: four-per-dollar."
    )
    description = models.TextField(blank=True, help_text="How points are earned, in the customer's words.")
    link = models.CharField(
        "link instead of the description",
        max_length=500,
        blank=True,
        validators=[LINK],
        help_text="A page that explains it. Where there is one, customers see the link in place of the description.",
    )
    type = models.CharField(
        max_length=20, choices=Type, help_text="What it rewards. The conditions below belong to it."
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.DRAFT, help_text="Only an active rule awards anything."
    )
    starts_at = models.DateTimeField(
        "start date", null=True, blank=True, help_text="The first moment that counts. Empty means from now on."
    )
    ends_at = models.DateTimeField(
        "end date", null=True, blank=True, help_text="The last moment that counts. Empty means for good."
    )
    requires_approval = models.BooleanField(
        "require approval",
        default=False,
        help_text="Each time it applies, somebody must approve the award before the customer can spend it.",
    )
    is_hidden = models.BooleanField(
        "hide from customers",
        default=False,
        help_text="It works, but customers do not see it among the ways to earn.",
    )
    apply_automatically = models.BooleanField(
        default=True, help_text="Untick for a rule that only staff and integrations apply, by naming it."
    )
    tiers = models.ManyToManyField(
        "earning.TierDefinition",
        blank=True,
        related_name="rules",
        help_text="Only for customers on one of these tiers. None chosen: for all.",
    )
    segments = models.ManyToManyField(
        "profiles.Segment",
        blank=True,
        related_name="+",
        help_text="Only for customers who belong to one of these segments. None chosen: for all.",
    )
    excluded_segments = models.ManyToManyField(
        "profiles.Segment", blank=True, related_name="+", help_text="Not for customers of these, whatever else holds."
    )
    excluded_members = models.ManyToManyField(
        "profiles.Profile",
        blank=True,
        related_name="+",
        verbose_name="excluded customers",
        help_text="Not for these customers. Name each by e-mail or card number. Example: maria@example.com.",
    )
    locations = models.ManyToManyField(
        "profiles.Location", blank=True, related_name="+", help_text="Only there. None chosen: everywhere."
    )
    priority = models.PositiveIntegerField(
        default=100, help_text="Rules with a lower number come first. It matters where one stops the others."
    )
    stop_after = models.BooleanField(
        "stop after this rule", default=False, help_text="Where it gives something, no later rule is asked."
    )
    conditions = models.JSONField(default=dict, blank=True)
    points = models.DecimalField(
        max_digits=18,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="How many points. For spending: how many for each amount. Example: 4.",
    )
    currency_amount = models.DecimalField(
        max_digits=18,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="How much money is credited. Example: 5.00.",
    )
    currency = models.CharField(
        max_length=3, blank=True, help_text="Of the currency amount: three letters. Example: AUD."
    )
    percent = models.DecimalField(
        "percent back",
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="How much of the amount comes back as money. Example: 1 for one percent.",
    )
    badge = models.ForeignKey(
        "earning.Badge",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="rules",
        help_text="A badge that the customer gets, once.",
    )
    pending_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MaxValueValidator(3650)],
        help_text="After how many days it can be spent. Empty means as the program says.",
    )
    expires_after_days = models.PositiveIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(36500)],
        help_text="After how many days it expires. Empty means as the program says.",
    )

    class Meta:
        abstract = True
