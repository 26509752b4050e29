"""One pass over the rules for one occurrence: what each gives, in turn, and why others give nothing."""

from decimal import Decimal

from earning import reasons
from earning.basket import Basket
from earning.evaluating.entries import Entry
from earning.evaluating.limiting import Limits
from earning.rules.conditions import MULTIPLYING_PHASE, SPENDING_PHASE, Gain, Refused
from earning.snapshot import MEMBER, REFERRAL, ZERO, Member, Occurrence, ProgramTerms, Purchase, RuleTerms


class Pass:
    """`accrued` is what spending gave for each line so far, by the line's key: what multipliers multiply."""

    def __init__(self, program: ProgramTerms, member: Member, occurrence: Occurrence):
        self.program, self.member, self.occurrence = program, member, occurrence
        self.basket = Basket(occurrence, program) if isinstance(occurrence, Purchase) else None
        self.limits = Limits(program)
        self.entries: list[Entry] = []
        self.accrued: dict[str, Decimal] = {}
        # Of each rule that was gone through why it gave nothing, None where it applied.
        self.refused: dict[int, Refused | None] = {}
        self.stopped_by: RuleTerms | None = None

    def refuse(self, rule: RuleTerms, refused: Refused) -> None:
        self.refused[id(rule)] = refused

    def executed(self, rule: RuleTerms) -> None:
        """The rule had an effect: it is among those that applied, and may end the pass."""
        self.refused[id(rule)] = None
        if rule.stop_after:
            self.stopped_by = rule

    def is_stopped(self, rule: RuleTerms) -> bool:
        """Whether an earlier rule ended the pass; this one's outcome says so then."""
        if self.stopped_by is None:
            return False
        self.refuse(rule, (reasons.STOPPED, self.stopped_by.name, None))
        return True

    def why_not_met(self, rule: RuleTerms) -> Refused:
        """Why a rule gives nothing that needs what was not bought."""
        conditions = rule.conditions
        if conditions.phase == MULTIPLYING_PHASE:
            return reasons.NO_LINES, None, None
        return conditions.why_not(self.occurrence) or conditions.gain(rule, self.occurrence, self.basket)

    def apply(self, rule: RuleTerms) -> None:
        """Let a rule that may apply give what it gives."""
        if self.is_stopped(rule):
            return
        conditions = rule.conditions
        gain = conditions.why_not(self.occurrence) or conditions.gain(rule, self.occurrence, self.basket)
        if not isinstance(gain, Gain):
            self.refuse(rule, gain)
            return
        refusals = [self.give(rule, side, gain) for side in conditions.beneficiaries(self.member)]
        if None in refusals:
            self.executed(rule)
        else:
            self.refuse(rule, refusals[0])

    def give(self, rule: RuleTerms, side: str, gain: Gain) -> Refused | None:
        """Give it to the member or to who referred them, within the limits. Returns why not, where nothing is given."""
        who = self.member if side == MEMBER else self.member.referrer
        refused = self._why_not_to(who, side)
        if refused is not None:
            return refused
        once = rule.conditions.once_for(self.occurrence, self.member, self.program)
        if once is not None and (rule.id, once) in who.had:
            return reasons.ALREADY_AWARDED, None, None
        entry = Entry(self.program, rule, side, gain, once=once)
        if entry.is_nothing:
            self._accrue(rule, entry)
            return reasons.ROUNDED_AWAY, gain.points or gain.money, None
        if rule.limits:
            left = self.limits.left(rule, who, entry.points, entry.money, entry.currency)
            if left.refused is not None:
                return left.refused
            entry.trim(left)
            self.limits.take(rule, entry.points, entry.money)
        self._accrue(rule, entry)
        self.entries.append(entry)
        return None

    def _why_not_to(self, who: Member | None, side: str) -> Refused | None:
        if self.basket is not None or self.occurrence.kind != REFERRAL:
            return None
        if self.member.referrer is None:
            return reasons.NO_REFERRER, None, None
        if who.status in self.program.earning_statuses:
            return None
        reason = reasons.MEMBER_STATUS if side == MEMBER else reasons.REFERRER_STATUS
        return reason, who.status, self.program.earning_statuses

    def _accrue(self, rule: RuleTerms, entry: Entry) -> None:
        """What rounds to nothing by itself counts all the same where it is multiplied."""
        if rule.conditions.phase == SPENDING_PHASE:
            for key, (points, _) in entry.shares.items():
                self.accrued[key] = self.accrued.get(key, ZERO) + points

    def cut(self, key: str, amount: Decimal) -> None:
        """Take points of a line from all that gave points for it, from each in proportion."""
        had = self.accrued[key]
        if not had:
            return
        stays = max(ZERO, had - amount)
        for entry in self.entries:
            if key in entry.shares:
                entry.shrink(key, stays / had)
        self.accrued[key] = stays
