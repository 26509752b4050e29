from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from access.models import User
from cxmanager.refusals import Refusal
from earning.models.rule_fields import RuleFields
from earning.refusals import refusal
from earning.rules import check_manual, read_conditions, type_of
from earning.rules.conditions import Conditions
from earning.rules.rewards import read_rewards
from earning.snapshot import Rewards

BACKWARDS = "It must end after it starts."
NO_CURRENCY = "A currency amount needs its currency."
# The rewards that a form shows as fields of the rule.
REWARDS = ("points", "currency_amount", "currency", "percent", "badge")


class EarningRuleQuerySet(models.QuerySet):
    def live(self) -> "EarningRuleQuerySet":
        """Those that award, when their time has come."""
        return self.filter(status=EarningRule.Status.ACTIVE)

    def shown_to_members(self) -> "EarningRuleQuerySet":
        return self.live().filter(is_hidden=False)

    def whole(self) -> "EarningRuleQuerySet":
        """With all that its document holds: seven queries however many there are."""
        named = ("tiers", "segments", "excluded_segments", "excluded_members", "locations", "limits")
        return self.select_related("program", "badge").prefetch_related(*named)

    def write(
        self, document: dict, *, at: datetime, user: User | None = None, rule: "EarningRule | None" = None
    ) -> "EarningRule":
        """Make a rule of a document (api.md 5), or bring this one to what the document says; what it does not name stays.

        The API, imports and drafts come here. Raises ValidationError by place, such as `conditions.per_amount`.
        """
        from earning.rulebook.keeping import write

        return write(document, at=at, user=user, rule=rule)


class EarningRule(RuleFields):
    """How customers of a program earn: for what, under which conditions, how much (seed 004, behaviour.md 5, earning-reference 1).

    What is earned names the `EarningRuleVersion` that was in force: every change that is kept makes a new one.
    """

    version = models.ForeignKey(
        "earning.EarningRuleVersion", models.PROTECT, null=True, editable=False, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = EarningRuleQuerySet.as_manager()
    history = HistoricalRecords(
        m2m_fields=["tiers", "segments", "excluded_segments", "excluded_members", "locations"],
        excluded_fields=["version"],
    )

    class Meta:
        ordering = ["program", "priority", "created_at", "id"]
        indexes = [models.Index(fields=["program", "status", "priority"], name="earning_rules_of_program")]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "handle"],
                name="earning_rule_handle_once_in_a_program",
                violation_error_code="handle_taken",
                violation_error_message="Another rule of this program has this handle.",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None) | Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="earning_rule_ends_after_it_starts",
                violation_error_code="backwards",
                violation_error_message=BACKWARDS,
            ),
            models.CheckConstraint(
                condition=Q(currency_amount=None) | ~Q(currency=""),
                name="earning_rule_money_has_a_currency",
                violation_error_code="currency_missing",
                violation_error_message=NO_CURRENCY,
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise ValidationError by place for all that does not fit: conditions, rewards, dates, a type that is fixed."""
        errors: dict[str, list[str]] = {}
        for check in (self._clean_dates, self._clean_type, self._clean_conditions, self._clean_rewards):
            try:
                check()
            except ValidationError as error:
                errors.update(error.message_dict)
        if errors:
            raise ValidationError(errors)

    def _clean_dates(self) -> None:
        check_dates(self.starts_at, self.ends_at)

    def _clean_type(self) -> None:
        if not self.pk:
            return
        held = EarningRule.objects.filter(pk=self.pk).values_list("type", "status").first()
        if held is not None and held[0] != self.type and (held[1] != self.Status.DRAFT or self.was_applied()):
            raise ValidationError({"type": refusal("type_is_fixed")})

    def _clean_conditions(self) -> None:
        if self.type not in self.Type.values:
            return
        check_manual(self.type, apply_automatically=self.apply_automatically)
        try:
            self.conditions = read_conditions(self.type, self.conditions).as_json()
        except ValidationError as error:
            raise ValidationError(by_place("conditions", error)) from error

    def _clean_rewards(self) -> None:
        if self.currency_amount is not None and not self.currency:
            # Its own currency is meant by most; a rule that was saved keeps the one it says.
            self.currency = self.program.currency if self.program_id else ""
        if self.currency_amount is not None and not self.currency:
            raise ValidationError({"currency": ValidationError(NO_CURRENCY, code="currency_missing")})
        if self.type in self.Type.values:
            read_rewards(type_of(self.type), self.rewards_as_given())

    # --- Asking -------------------------------------------------------------------------------------------------------

    def rewards_as_given(self) -> dict:
        """The reward fields as a document holds them: “4”, whatever decimals the column has."""
        amounts = {name: getattr(self, name) for name in ("points", "currency_amount", "percent")}
        given = {name: None if one is None else f"{Decimal(one).normalize():f}" for name, one in amounts.items()}
        return given | {"currency": self.currency or None, "badge": self.badge.handle if self.badge_id else None}

    @property
    def rewards(self) -> Rewards:
        return read_rewards(type_of(self.type), self.rewards_as_given())

    def read_conditions(self) -> Conditions:
        """The conditions as evaluation has them."""
        return read_conditions(self.type, self.conditions)

    def was_applied(self) -> bool:
        """Whether anybody ever got something by it."""
        return self.awards.exists()

    def as_document(self, *, is_portable: bool = False) -> dict:
        """The rule as the API shows it (api.md 5). No query for one that was read with `whole()`.

        A portable one names locations by the codes that tills send, which another installation may know as well.
        """
        from earning.rulebook.documents import document_of

        return document_of(self, is_portable=is_portable)

    def why_not_activatable(self) -> Refusal | None:
        """Why it cannot start to award, or None."""
        return refusal("rule_archived") if self.status == self.Status.ARCHIVED else None

    def why_not_deletable(self) -> Refusal | None:
        """Why it cannot be deleted, or None: what it awarded names it for good."""
        return refusal("rule_in_use") if self.was_applied() else None

    # --- Doing --------------------------------------------------------------------------------------------------------

    def keep(self, *, at: datetime, user: User | None = None) -> "models.Model | None":
        """Write down what the rule says now as its next version, and let everybody evaluate by it.

        Call it when the row, what it is for and its limits are saved. Returns the new EarningRuleVersion, or None where
        nothing differs from the last.
        """
        from earning.rulebook.keeping import keep

        return keep(self, at=at, user=user)

    @transaction.atomic
    def activate(self, *, at: datetime, user: User | None = None) -> None:
        """Let it award. Asking again changes nothing. Raises Refusal `rule_archived`, ValidationError where it does not fit."""
        no = self.why_not_activatable()
        if no is not None:
            raise no
        self._change_status(self.Status.ACTIVE, at=at, user=user)

    @transaction.atomic
    def deactivate(self, *, at: datetime, user: User | None = None) -> None:
        """Let it award nothing until it is activated again. Raises Refusal `rule_archived`."""
        if self.status == self.Status.ARCHIVED:
            raise refusal("rule_archived")
        self._change_status(self.Status.INACTIVE, at=at, user=user)

    @transaction.atomic
    def archive(self, *, at: datetime, user: User | None = None) -> None:
        """Put it away for good; what it awarded stays. Asking again changes nothing."""
        self._change_status(self.Status.ARCHIVED, at=at, user=user)

    @transaction.atomic
    def restore(self, *, at: datetime, user: User | None = None) -> None:
        """Bring it back from the archive, inactive. Raises Refusal `rule_not_archived`."""
        if self.status != self.Status.ARCHIVED:
            raise refusal("rule_not_archived")
        self._change_status(self.Status.INACTIVE, at=at, user=user)

    def _change_status(self, status: str, *, at: datetime, user: User | None) -> None:
        if self.status == status:
            return
        self.status = status
        if status == self.Status.ACTIVE:
            self.clean()
        self.save(update_fields=["status", "updated_at"])
        self.keep(at=at, user=user)

    @transaction.atomic
    def duplicate(self, *, at: datetime, user: User | None = None, **changes) -> "EarningRule":
        """A draft that says the same but for the changes, which are keys of the document such as `name` or `handle`."""
        from earning.rulebook.documents import free_handle

        copy = self.as_document() | {"name": f"{self.name} (copy)"[:191], "status": self.Status.DRAFT.value} | changes
        copy["handle"] = changes.get("handle") or free_handle(self.program, copy["name"])
        return type(self).objects.write(copy, at=at, user=user)

    def delete(self, *args, **kwargs):
        """Only a rule that nobody earned by can be deleted. Raises Refusal `rule_in_use`."""
        no = self.why_not_deletable()
        if no is not None:
            raise no
        with transaction.atomic():
            # Its versions name it, and it names the last of them.
            EarningRule.objects.filter(pk=self.pk).update(version=None)
            answer = super().delete(*args, **kwargs)
            self.program.touch_rules()
        return answer


def check_dates(starts_at: datetime | None, ends_at: datetime | None) -> None:
    """Raise ValidationError at the end where it is not after the start. Also a constraint, which can name no field."""
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        raise ValidationError({"ends_at": ValidationError(BACKWARDS, code="backwards")})


def by_place(place: str, error: ValidationError) -> dict[str, list[str]]:
    """What is wrong inside of a place, by place."""
    if hasattr(error, "error_dict"):
        return {f"{place}.{inner}": said for inner, said in error.message_dict.items()}
    return {place: error.messages}
