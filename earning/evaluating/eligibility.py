"""Which rules may apply at all to a member and an occurrence: what all types ask, before what each asks for itself."""

from earning import reasons
from earning.rules.conditions import PURCHASE, Refused
from earning.rules.event import ACCOUNT_CREATED
from earning.snapshot import EVENT, REFERRAL, Happening, Member, Occurrence, ProgramTerms, Purchase, RuleTerms

ACTIVE = "active"
# How the sentence of a rule that is about something else calls what happened.
CALLED = {
    PURCHASE: "a purchase",
    "event": "an event",
    "referral": "a referral",
    "permission": "a permission",
    "ledger_transaction": "a posting to an account",
    "coupon": "a coupon without a purchase",
}


class Eligibility:
    """Asks rule after rule; what does not depend on the rule is worked out once."""

    def __init__(self, program: ProgramTerms, member: Member, occurrence: Occurrence):
        self.program, self.member, self.occurrence = program, member, occurrence
        self.kind = PURCHASE if isinstance(occurrence, Purchase) else occurrence.kind
        self.location = occurrence.location
        if self.location is None and isinstance(occurrence, Happening):
            # What happens nowhere in particular counts for where the member is at home.
            self.location = member.location
        self.earns = self._earns()

    def _earns(self) -> bool:
        if self.member.status in self.program.earning_statuses:
            return True
        # Who just joined waits for their card, and the welcome is for joining.
        is_joining = self.kind == EVENT and self.occurrence.name == ACCOUNT_CREATED
        return is_joining and self.member.status == "pending"

    def why_not(self, rule: RuleTerms) -> Refused | None:
        """The first reason why the rule cannot apply, with what was seen and what it wants; None where it may."""
        return self._why_not_now(rule) or self._why_not_this(rule) or self._why_not_member(rule)

    def _why_not_now(self, rule: RuleTerms) -> Refused | None:
        if rule.status != ACTIVE:
            return reasons.INACTIVE, "a draft" if rule.status == "draft" else rule.status, None
        at = self.occurrence.at
        if rule.starts_at is not None and at < rule.starts_at:
            return reasons.NOT_STARTED, self._local(at), self._local(rule.starts_at)
        if rule.ends_at is not None and at > rule.ends_at:
            return reasons.ENDED, self._local(at), self._local(rule.ends_at)
        return None

    def _local(self, moment):
        return moment.astimezone(self.program.zone)

    def _why_not_this(self, rule: RuleTerms) -> Refused | None:
        conditions = rule.conditions
        if self.kind not in conditions.hears:
            return reasons.NOT_HEARD, CALLED[self.kind], conditions.about
        # Of a referral each side earns by its own card.
        if not self.earns and self.kind != REFERRAL:
            return reasons.MEMBER_STATUS, self.member.status, self.program.earning_statuses
        if not rule.apply_automatically and rule.handle not in self.occurrence.chosen:
            return reasons.NEEDS_MANUAL, None, None
        if conditions.counts_money(rule.rewards):
            wanted = self.wanted_currency(rule)
            if self.occurrence.currency and self.occurrence.currency != wanted:
                return reasons.CURRENCY, self.occurrence.currency, wanted
        return None

    def wanted_currency(self, rule: RuleTerms) -> str:
        """In which currency a rule counts: a percentage comes back in what was paid, and nothing is converted."""
        return (rule.rewards.percent and rule.rewards.currency) or self.program.currency

    def _why_not_member(self, rule: RuleTerms) -> Refused | None:
        member = self.member
        if rule.locations and self.location not in rule.locations:
            return (reasons.LOCATION if self.location else reasons.NO_LOCATION), self.location, rule.locations
        if rule.tiers and member.tier not in rule.tiers:
            return reasons.TIER, member.tier, rule.tiers
        if rule.segments and rule.segments.isdisjoint(member.segments):
            return reasons.SEGMENT, member.segments, rule.segments
        if rule.excluded_segments and not rule.excluded_segments.isdisjoint(member.segments):
            return reasons.EXCLUDED_SEGMENT, rule.excluded_segments & member.segments, None
        if rule.excluded_members and member.profile_id in rule.excluded_members:
            return reasons.EXCLUDED, None, None
        return None
