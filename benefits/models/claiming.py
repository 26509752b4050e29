"""Who may claim what (behaviour.md 3): asked of one definition for the reason, and of all of them for the list."""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q, TextField
from django.db.models.functions import Cast

from benefits.models.benefit import Benefit
from benefits.models.counter import GlobalCounter
from benefits.models.redemption import Redemption
from benefits.refusals import refusal
from cxmanager.refusals import Refusal
from cxmanager.statements import Select
from profiles.cause import Cause
from profiles.conditions.asking import Asking
from profiles.conditions.condition import Condition
from profiles.conditions.explaining import for_customers
from profiles.conditions.reading import ConditionInvalid
from profiles.models import Profile

logger = logging.getLogger(__name__)
NOBODY = Condition(False)


class ClaimableQuerySet(models.QuerySet):
    """The query beside the rule of `Claimable`."""

    def claimable_by(self, profile: Profile, *, at: datetime) -> "ClaimableQuerySet":
        """Those for which `why_not_claimable(profile)` is None.

        Which they are is asked at once: one query for all definitions, and as many for what is known of the customer as
        `profiles.conditions.asking` says, however many conditions there are. The rows are read when they are used.
        """
        return self.filter(pk__in=offered_to(profile, at=at).claimable)


def still_open(*, profile: UUID, at: datetime) -> Q:
    theirs = Benefit.objects.filter(definition=OuterRef("pk"), profile=profile)
    once = Q(~Exists(theirs.filter(revoked_at=None)), is_reclaimable=False)
    again = Q(~Exists(theirs.unspent(at=at)), is_reclaimable=True)
    has_room = GlobalCounter.objects.filter(allowance__gt=F("used"), definition=OuterRef("pk"))
    return Q(
        Q(claim_period_start_at=None) | Q(claim_period_start_at__lte=at),
        Q(claim_period_end_at=None) | Q(claim_period_end_at__gt=at),
        once | again,
        Q(max_global_redemptions=None) | Exists(has_room),
        is_archived=False,
        is_published=True,
        is_claimable=True,
    )


def _candidates(*, profile: UUID, at: datetime) -> models.QuerySet:
    from benefits.models.definition import BenefitDefinition

    # The conditions as text: one that was asked before is known by it, and not read again.
    texts = [Cast(name, TextField()) for name in ("view_condition", "claim_condition", "tiers")]
    return BenefitDefinition.objects.filter(still_open(profile=profile, at=at)).order_by("pk").values_list("pk", *texts)


# The definitions that are open to a customer, with their conditions.
CANDIDATES = Select(_candidates, profile=UUID(int=0), at=datetime(1999, 12, 31, tzinfo=UTC))


@dataclass(frozen=True)
class Offered:
    """What is open and shown to a customer: the keys of what they can claim, and of what they cannot claim yet with the
    conditions that they do not meet, the oldest first."""

    claimable: list[int]
    not_yet: dict[int, list[Condition]]
    asking: Asking

    def missing(self, pk: int) -> list[str]:
        """What the conditions of this one ask for that they do not meet yet, as sentences."""
        return [sentence for one in self.not_yet[pk] for sentence in not_met(self.asking.explain(one))]


def offered_to(profile: Profile, *, at: datetime) -> Offered:
    """What the customer could claim now, and could if they met its condition. One query, and those of `Asking`."""
    rows = [] if profile.deleted_at is not None else CANDIDATES.rows(profile=profile.pk, at=at)
    candidates = [(pk, asked(view), asked(claim), of_tiers(tiers)) for pk, view, claim, tiers in rows]
    asking = Asking([one for _, *both in candidates for one in both if one is not None], profile, at=at)
    claimable, not_yet = [], {}
    for pk, view, *both in candidates:
        if asking.holds(view):
            failed = [one for one in both if not asking.holds(one)]
            if failed:
                not_yet[pk] = failed
            else:
                claimable.append(pk)
    return Offered(claimable, not_yet, asking)


def asked(given: str | dict | None) -> Condition | None:
    """The condition of a definition, as Python or as JSON text. One that can no longer be asked, since a fact went, holds of nobody."""
    if given is None:
        return None
    try:
        return Condition.of(given)
    except ConditionInvalid as error:
        logger.error("A benefit's condition can no longer be asked: %s", error.message)
        return NOBODY


def of_tiers(given: str | list) -> Condition | None:
    """The condition that a customer is on one of these tiers, as a list or its JSON text; None where none are named."""
    handles = json.loads(given) if isinstance(given, str) else given
    return asked({"in": [{"var": "tier_handle"}, handles]}) if handles else None


class Claimable(models.Model):
    """A definition whose benefits customers may take themselves, if the conditions hold of them."""

    class Meta:
        abstract = True

    # --- Asking -------------------------------------------------------------------------------------------------------

    def why_not_claimable(self, profile: Profile, *, at: datetime) -> Refusal | None:
        """Why the customer cannot claim this now, or None. `claimable_by` is the same rule as a query.

        To whom the view condition hides it, it is as if nobody could claim it: they do not learn what is kept from them.
        What a claim condition asks for is told: `failed` are its clauses that do not hold, in words.
        """
        if self.is_archived:
            return refusal("archived")
        view, claim, tiers = self.conditions()
        asking = Asking([one for one in (view, claim, tiers) if one is not None], profile, at=at)
        if not (self.is_claimable and self.is_published and asking.holds(view)):
            return refusal("not_claimable")
        if not self.is_claim_window_open(at=at):
            return refusal("claim_window_closed")
        if not asking.holds(tiers):
            return refusal("tier_required", tiers=self.tiers)
        if not asking.holds(claim):
            return refusal("claim_condition_failed", failed=not_met(for_customers(asking.explain(claim))))
        if self.held_by(profile, at=at).exists():
            return self.refusal_as_held()
        return self.why_not_issuable(profile)

    def conditions(self) -> tuple[Condition | None, Condition | None, Condition | None]:
        """Who sees it, who may claim it, and on which tiers; each None where it asks for nothing."""
        return asked(self.view_condition), asked(self.claim_condition), of_tiers(self.tiers)

    def count_eligible(self, *, at: datetime) -> int:
        """How many living customers see it and meet its claim condition now. One query."""
        found = Profile.objects.living()
        for one in self.conditions():
            found = found if one is None else found.matching(one, at=at)
        return found.order_by().count()

    def is_claim_window_open(self, *, at: datetime) -> bool:
        has_begun = self.claim_period_start_at is None or self.claim_period_start_at <= at
        return has_begun and (self.claim_period_end_at is None or at < self.claim_period_end_at)

    def held_by(self, profile: Profile, *, at: datetime) -> models.QuerySet[Benefit]:
        """Those of the customer that keep them from claiming another: any, or of a reclaimable one what they have not used up."""
        theirs = Benefit.objects.filter(definition=self, profile=profile)
        return theirs.unspent(at=at) if self.is_reclaimable else theirs.filter(revoked_at=None)

    def refusal_as_held(self) -> Refusal:
        if not self.is_reclaimable:
            return refusal("already_held")
        return Refusal(
            "The customer has one that can still be used. They may claim another after that.", code="already_held"
        )

    # --- Doing --------------------------------------------------------------------------------------------------------

    @transaction.atomic
    def claim(
        self, profile: Profile, *, at: datetime, cause: Cause, external_id: str | None = None, **given
    ) -> Benefit:
        """Give the customer the benefit they ask for. Raises Refusal with the reason of `why_not_claimable`.

        The same `external_id`, or the same form's id as `asked_as`, returns the benefit that it claimed before.
        """
        benefit, is_new = self._claim(profile, at=at, cause=cause, external_id=external_id, **given)
        if is_new:
            GlobalCounter.objects.count_issued(self)
        return benefit

    @transaction.atomic
    def claim_and_redeem(
        self, profile: Profile, *, at: datetime, cause: Cause, external_id: str | None = None, **given
    ) -> Redemption:
        """Claim and use once, or neither. Raises Refusal with the reason of either.

        A claim made before with the same `external_id` is used once more, if it has uses left.
        """
        benefit, is_new = self._claim(profile, at=at, cause=cause, external_id=external_id, **given)
        redemption = benefit.use(at=at, cause=cause)
        # One step for both counts: taken one after the other, two customers could wait for each other's row.
        GlobalCounter.objects.take(self, 1, issued=int(is_new))
        benefit.redemptions += 1
        return redemption

    def _claim(
        self,
        profile: Profile,
        *,
        at: datetime,
        cause: Cause,
        external_id: str | None,
        asked_as: UUID | None = None,
        **given,
    ) -> tuple[Benefit, bool]:
        """Claim without counting. False for a benefit that was claimed before with the same external id or form."""
        # The customer's own row is the lock: two claims of one customer wait for one another. What was claimed before is
        # asked under it: a repeated call would else be refused for what the first has just given.
        profile = Profile.objects.select_for_update(no_key=True).get(pk=profile.pk)
        earlier = self._issued_before(profile, external_id, asked_as)
        if earlier is not None:
            return earlier, False
        no = self.why_not_claimable(profile, at=at)
        if no is not None:
            raise no
        benefit, is_new = self._give(
            profile,
            at=at,
            cause=cause,
            issued_at=at,
            external_id=external_id,
            asked_as=asked_as,
            claimed_at=at,
            is_sole_claim=not self.is_reclaimable,
            **given,
        )
        if is_new:
            profile.record("benefit.claimed", subject=benefit, at=at, cause=cause, payload=benefit.as_payload())
        return benefit, is_new


def not_met(clauses: list[dict]) -> list[str]:
    """What these clauses of a condition ask for that the customer does not meet, as sentences."""
    return [clause["text"] for clause in clauses if not clause["holds"]]
