"""Rules are written, and each change that is kept makes a version to which awards point."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import transaction

from access.models import User
from earning.models import EarningLimit, EarningRule, EarningRuleVersion, Program
from earning.rulebook.documents import ReadRule, document_of, free_handle, read_document
from earning.rules.conditions import Conditions
from profiles.models.constraints import told_politely

# Two documents that differ in nothing else say the same.
OF_EACH_LIMIT = ("scope", "measure", "period", "is_of_conditions")


@transaction.atomic
def write(document: dict, *, at: datetime, user: User | None = None, rule: EarningRule | None = None) -> EarningRule:
    """As `EarningRule.objects.write`."""
    if rule is not None:
        rule = EarningRule.objects.whole().get(pk=locked(rule).pk)
        document = document_of(rule) | document
    read = read_document(document, program=rule.program if rule is not None else None)
    if rule is not None and read.program != rule.program:
        raise ValidationError({"program": "A rule stays with its program."})
    rule = rule or EarningRule()
    apply(read, rule)
    rule.full_clean(exclude=["version"])
    with told_politely(rule):
        rule.save()
    for name, rows in read.many.items():
        getattr(rule, name).set(rows)
    write_limits(rule, read.limits)
    keep(rule, at=at, user=user)
    return rule


def apply(read: ReadRule, rule: EarningRule) -> None:
    """Set what the document says on the unsaved row."""
    for name, value in read.fields.items():
        if name != "handle":
            setattr(rule, name, value)
    rule.program, rule.type, rule.badge = read.program, read.type, read.badge
    rule.handle = read.fields["handle"] or rule.handle or free_handle(read.program, rule.name)
    rule.conditions = read.conditions.as_json()
    for name in ("points", "currency_amount", "percent"):
        setattr(rule, name, getattr(read.rewards, name) or None)
    rule.currency = read.rewards.currency or ""


def write_limits(rule: EarningRule, limits: Sequence[dict]) -> None:
    """Bring the rule's limits to these. One that stays keeps what was used of it, whatever its number is now."""
    held = {key_of(one): one for one in rule.limits.all() if not one.is_of_conditions}
    for limit in limits:
        wanted = EarningLimit(rule=rule, **limit)
        row = held.pop(key_of(wanted), wanted)
        if row.pk is None or (row.cap, row.on_exceed) != (wanted.cap, wanted.on_exceed):
            row.cap, row.on_exceed = wanted.cap, wanted.on_exceed
            row.save()
    EarningLimit.objects.filter(pk__in=[one.pk for one in held.values()]).delete()


def key_of(limit: EarningLimit) -> tuple:
    return tuple(getattr(limit, name) for name in OF_EACH_LIMIT)


def limit_of_conditions(rule: EarningRule, conditions: Conditions) -> None:
    """The uses of a coupon in all are a limit like any other, kept beside those that people write."""
    most = getattr(conditions, "max_uses", None)
    rows = EarningLimit.objects.filter(rule=rule, is_of_conditions=True)
    if most is None:
        rows.delete()
        return
    EarningLimit.objects.update_or_create(
        rule=rule,
        is_of_conditions=True,
        scope=EarningLimit.Scope.GLOBAL,
        measure=EarningLimit.Measure.COUNT,
        period=EarningLimit.Period.FOREVER,
        defaults={"cap": Decimal(most), "on_exceed": EarningLimit.OnExceed.REJECT},
    )


@transaction.atomic
def keep(rule: EarningRule, *, at: datetime, user: User | None = None) -> EarningRuleVersion | None:
    """As `EarningRule.keep`."""
    locked(rule)
    fresh = EarningRule.objects.whole().get(pk=rule.pk)
    limit_of_conditions(fresh, fresh.read_conditions())
    document = document_of(fresh)
    last = EarningRuleVersion.objects.filter(rule=fresh).order_by("-number").first()
    if last is not None and last.document == document and fresh.version_id == last.pk:
        return None
    number = 1 if last is None else last.number + 1
    version = EarningRuleVersion.objects.create(rule=fresh, number=number, document=document, user=user, created_at=at)
    EarningRule.objects.filter(pk=fresh.pk).update(version=version)
    rule.version = version
    fresh.program.touch_rules()
    return version


def locked(rule: EarningRule) -> EarningRule:
    """Of two who change a rule at once the second waits, and sees what the first has made of it."""
    return EarningRule.objects.select_for_update(no_key=True).get(pk=rule.pk)


def export(rules: Iterable[EarningRule]) -> dict:
    """The rules as one JSON document, which `import_all` reads on this installation or another."""
    return {"earning_rules": [document_of(one, is_portable=True) for one in rules]}


@transaction.atomic
def import_all(
    document, *, program: Program, at: datetime, user: User | None = None
) -> tuple[list[EarningRule], list[EarningRule]]:
    """Write the rules of an export into this program: one of the same handle is changed. Returns (made, changed); all or nothing.

    Raises ValidationError by place, such as `earning_rules.2.conditions.per_amount`.
    """
    given = document.get("earning_rules") if isinstance(document, dict) else document
    if not isinstance(given, list):
        raise ValidationError({"earning_rules": "This must be a list of rules."})
    errors, made, changed = {}, [], []
    for number, one in enumerate(given):
        try:
            if not isinstance(one, dict):
                raise ValidationError("A rule must be a JSON object.")
            held = EarningRule.objects.filter(program=program, handle=str(one.get("handle") or "")).first()
            rule = write(one | {"program": program.handle}, at=at, user=user, rule=held)
            (made if held is None else changed).append(rule)
        except ValidationError as error:
            said = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            errors |= {f"earning_rules.{number}.{place}".rstrip("."): messages for place, messages in said.items()}
    if errors:
        raise ValidationError(errors)
    return made, changed
