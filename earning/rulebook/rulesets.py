"""The rules of a program as evaluation has them: read once, kept in the process, read anew when the program's token differs.

The token is read with the card, so what a rule says counts from the first purchase after it was kept, on every server.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from django.db.models import Model
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from earning.evaluating.ordering import InOrder
from earning.models import Badge, EarningRule, Program, TierDefinition
from earning.models.program import new_token
from earning.rulebook.documents import ReadRule
from earning.rules.conditions import Conditions
from earning.snapshot import EVENT, LimitTerms, ProgramTerms, RuleTerms
from profiles.conditions.condition import Condition
from profiles.conditions.value_reading import ConditionInvalid
from profiles.models import Segment

MOST_KEPT = 200
NAMED_BY_RULES = (Segment, TierDefinition, Badge)
# Drafts are no older nor younger than one another.
NEVER_SAVED = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class RuleSet:
    """All rules of a program, and the ladder of its tiers. `live` are those that are active, whatever their dates; `all` has also those that are not.

    `segments` are the conditions of the segments that live rules name, by handle; those that nobody can meet are left out.
    """

    program: Program
    terms: ProgramTerms
    all: tuple[RuleTerms, ...]
    live: tuple[RuleTerms, ...]
    segments: dict[str, Condition]
    badges: dict[str, int]
    limits: dict[int, LimitTerms] = field(default_factory=dict)
    ladder: tuple[TierDefinition, ...] = ()

    @cached_property
    def counts_points(self) -> bool:
        """Whether a tier is reached by points."""
        return any(tier.basis != TierDefinition.Basis.SPEND for tier in self.ladder)

    @cached_property
    def counts_spend(self) -> bool:
        """Whether a tier is reached by what was bought."""
        return any(tier.basis == TierDefinition.Basis.SPEND for tier in self.ladder)

    def heard(self, kind: str) -> InOrder:
        """The live rules that may award for occurrences of this kind, such as `purchase` or `referral`."""
        return self._by_kind.get(kind) or InOrder()

    def hears_event(self, name: str) -> bool:
        """Whether a live rule is for the event of this name, or the code of a custom one."""
        return name in self._names

    def with_drafts_in_place(self) -> "RuleSet":
        """The same without the saved rules whose handle a draft has: it stands in their place."""
        drafts = {rule.handle for rule in self.all if rule.id < 0}

        def kept(rules: tuple[RuleTerms, ...]) -> tuple[RuleTerms, ...]:
            return tuple(rule for rule in rules if rule.id < 0 or rule.handle not in drafts)

        return replace(self, all=kept(self.all), live=kept(self.live))

    @cached_property
    def _by_kind(self) -> dict[str, InOrder]:
        kinds = {kind for rule in self.live for kind in rule.conditions.hears}
        return {kind: InOrder(rule for rule in self.live if kind in rule.conditions.hears) for kind in kinds}

    @cached_property
    def _names(self) -> frozenset[str]:
        return frozenset(name for rule in self.live for name in names_of(rule.conditions))


def names_of(conditions: Conditions) -> tuple[str, ...]:
    """What an event is called that the rule hears; nothing for other types."""
    if EVENT not in conditions.hears:
        return ()
    return tuple(one for one in (getattr(conditions, "event", None), getattr(conditions, "code", None)) if one)


_kept: dict[int, tuple[int, RuleSet]] = {}


@receiver([post_save, post_delete], dispatch_uid="earning.rulebook.rulesets.touch")
def touch(sender: type[Model], **_) -> None:
    """What rules name has changed: a segment's condition, a tier's or a badge's handle."""
    if issubclass(sender, NAMED_BY_RULES):
        Program.objects.update(rules_token=new_token())


def rules_of(program_id: int, token: int) -> RuleSet:
    """The rules as of this token. Nine queries where this process has others, else none."""
    kept = _kept.get(program_id)
    if kept is None or kept[0] != token:
        if len(_kept) > MOST_KEPT:
            _kept.clear()
        # The token may be newer by now: then the rules are too, and the next reader sees so.
        kept = _kept[program_id] = token, read_rules(Program.objects.get(pk=program_id))
    return kept[1]


def rules_of_program(program: Program) -> RuleSet:
    """The rules of a program that was read just now."""
    return rules_of(program.pk, program.rules_token)


def read_rules(program: Program, *, drafts: Sequence[ReadRule] = (), only_drafts: bool = False) -> RuleSet:
    """The rules as they stand in the database, with drafts that are written nowhere, or those alone."""
    rules = () if only_drafts else EarningRule.objects.filter(program=program).whole()
    found = [terms_of(rule) for rule in rules]
    found += [terms_of_draft(draft, number=number) for number, draft in enumerate(drafts, 1)]
    live = tuple(rule for rule in found if rule.status == EarningRule.Status.ACTIVE)
    named = {handle for rule in found for handle in (*rule.segments, *rule.excluded_segments)}
    badges = dict(Badge.objects.values_list("handle", "pk"))
    ladder = tuple(TierDefinition.objects.ladder(program.pk))
    limits = {limit.id: limit for rule in found for limit in rule.limits}
    return RuleSet(program, program_terms(program), tuple(found), live, conditions_of(named), badges, limits, ladder)


def conditions_of(handles: Iterable[str]) -> dict[str, Condition]:
    """The conditions of these segments. One that can no longer be asked, since a fact went, holds of nobody. One query, or none."""
    found, handles = {}, list(handles)
    if handles:
        for handle, condition in Segment.objects.filter(handle__in=handles).values_list("handle", "condition"):
            try:
                found[handle] = Condition.of(condition)
            except ConditionInvalid:
                continue
    return found


def program_terms(program: Program) -> ProgramTerms:
    return ProgramTerms(
        currency=program.currency,
        zone=ZoneInfo(program.timezone),
        scale=program.points_scale,
        rounding=str(program.points_rounding),
        stacking=str(program.multiplier_stacking),
        combination=str(program.event_combination),
        delivery_skus=frozenset(program.delivery_skus),
        earning_statuses=frozenset(program.earning_statuses),
    )


def terms_of(rule: EarningRule) -> RuleTerms:
    """No query for a rule that was read with `whole()`."""
    return RuleTerms(
        id=rule.pk,
        version_id=rule.version_id,
        handle=rule.handle,
        name=rule.name,
        type=str(rule.type),
        conditions=rule.read_conditions(),
        created_at=rule.created_at,
        rewards=rule.rewards,
        status=str(rule.status),
        starts_at=rule.starts_at,
        ends_at=rule.ends_at,
        tiers=frozenset(one.handle for one in rule.tiers.all()),
        segments=frozenset(one.handle for one in rule.segments.all()),
        excluded_segments=frozenset(one.handle for one in rule.excluded_segments.all()),
        excluded_members=frozenset(str(one.pk) for one in rule.excluded_members.all()),
        locations=frozenset(str(one.pk) for one in rule.locations.all()),
        priority=rule.priority,
        stop_after=rule.stop_after,
        requires_approval=rule.requires_approval,
        apply_automatically=rule.apply_automatically,
        limits=tuple(one.as_terms() for one in sorted(rule.limits.all(), key=lambda one: one.pk)),
        pending_days=rule.pending_days,
        expires_after_days=rule.expires_after_days,
    )


def terms_of_draft(draft: ReadRule, *, number: int) -> RuleTerms:
    """What a rule that nobody saved would say, as if it were active unless it says that it is not. Its ids are below zero."""
    fields, many = draft.fields, draft.many
    status = "active" if fields["status"] == "draft" else fields["status"]
    return RuleTerms(
        id=-number,
        version_id=None,
        handle=fields["handle"] or f"draft-{number}",
        name=fields["name"],
        type=draft.type,
        conditions=draft.conditions,
        created_at=NEVER_SAVED,
        rewards=draft.rewards,
        status=status,
        **{name: fields[name] for name in ("starts_at", "ends_at", "priority", "stop_after", "requires_approval")},
        **{name: fields[name] for name in ("apply_automatically", "pending_days", "expires_after_days")},
        **{name: frozenset(one.handle for one in many[name]) for name in ("tiers", "segments", "excluded_segments")},
        **{name: frozenset(str(one.pk) for one in many[name]) for name in ("excluded_members", "locations")},
        limits=draft_limits(draft, number=number),
    )


def draft_limits(draft: ReadRule, *, number: int) -> tuple[LimitTerms, ...]:
    limits = list(draft.limits)
    most = getattr(draft.conditions, "max_uses", None)
    if most is not None:
        limits.append({"scope": "global", "measure": "count", "period": "forever", "cap": most, "on_exceed": "reject"})
    return tuple(LimitTerms(id=-1_000 * number - place, **one) for place, one in enumerate(limits))
