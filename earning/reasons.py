"""Why a rule did not apply: the codes of api.md 5, and for each the sentences that tell what was seen and what was wanted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from cxmanager.amounts import money, pieces


class Code(StrEnum):
    """What a rule that did not apply answers over the API."""

    INACTIVE = "inactive"
    NOT_STARTED = "not_started"
    ENDED = "ended"
    TIER = "tier"
    SEGMENT = "segment"
    EXCLUDED = "excluded"
    LOCATION = "location"
    MEMBER_STATUS = "member_status"
    BELOW_MIN_ORDER = "below_min_order"
    NO_MATCHING_LINES = "no_matching_lines"
    EVENT_MISMATCH = "event_mismatch"
    ALREADY_AWARDED = "already_awarded"
    LIMIT_REACHED = "limit_reached"
    LOWER_THAN_OTHER_RULE = "lower_than_other_rule"
    STOPPED_BY = "stopped_by"
    CURRENCY_MISMATCH = "currency_mismatch"
    NEEDS_MANUAL = "needs_manual"


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with its sentence, in which `{seen}` and `{wanted}` stand for what was found and what the rule asks for.

    The sentence is made only where somebody reads it: a purchase at the till goes through all rules, and nobody does.
    """

    code: Code
    sentence: str
    is_money: bool = False

    def said(self, seen, wanted) -> str:
        return self.sentence.format(seen=self._written(seen), wanted=self._written(wanted))

    def _written(self, value) -> str:
        if isinstance(value, Decimal):
            return money(value) if self.is_money else pieces(round(value, 4))
        if isinstance(value, datetime):
            return f"{value:%d %b %Y, %H:%M}".removeprefix("0")
        if isinstance(value, Iterable) and not isinstance(value, str):
            return " or ".join(f"“{one}”" for one in sorted(map(str, value))) or "none"
        return "none" if value is None else str(value)


INACTIVE = Reason(Code.INACTIVE, "This rule is {seen}, and only active rules apply.")
NOT_STARTED = Reason(Code.NOT_STARTED, "This rule starts on {wanted}, and this happened on {seen}.")
ENDED = Reason(Code.ENDED, "This rule ended on {wanted}, and this happened on {seen}.")
MEMBER_STATUS = Reason(Code.MEMBER_STATUS, "The card is {seen}, and only cards that are {wanted} earn.")
REFERRER_STATUS = Reason(
    Code.MEMBER_STATUS, "The card of who referred this member is {seen}, and only cards that are {wanted} earn."
)
NEEDS_MANUAL = Reason(Code.NEEDS_MANUAL, "This rule is not applied by itself: staff choose it by hand.")
NOT_HEARD = Reason(Code.EVENT_MISMATCH, "This rule is about {wanted}, and this is {seen}.")
OTHER_EVENT = Reason(Code.EVENT_MISMATCH, "This rule is for “{wanted}”, and this is “{seen}”.")
NO_REFERRER = Reason(Code.EVENT_MISMATCH, "Nobody referred this member.")
NOT_BY_MEMBERS = Reason(Code.EVENT_MISMATCH, "Members may not report “{wanted}” themselves; only a server may.")
PREDICATE = Reason(Code.EVENT_MISMATCH, "The data of the event does not meet the condition of this rule.")
OTHER_COUPON = Reason(Code.EVENT_MISMATCH, "This rule is for other coupons than {seen}.")
NO_COUPON = Reason(Code.EVENT_MISMATCH, "This rule is for a coupon, and none was used.")
OTHER_PERMISSION = Reason(Code.EVENT_MISMATCH, "This rule is for the permission {wanted}, and “{seen}” was granted.")
MISSING_PERMISSIONS = Reason(Code.EVENT_MISMATCH, "This rule also needs the permission {wanted}.")
OTHER_ACCOUNT = Reason(Code.EVENT_MISMATCH, "This rule is for the account {wanted}, and this was posted to “{seen}”.")
OTHER_DIRECTION = Reason(Code.EVENT_MISMATCH, "This rule is for a {wanted}, and this is a {seen}.")
ABOVE_MAX = Reason(Code.EVENT_MISMATCH, "The amount is {seen}, and this rule is for {wanted} at most.", is_money=True)
LOCATION = Reason(Code.LOCATION, "This rule is for other locations than this one.")
NO_LOCATION = Reason(Code.LOCATION, "This rule is for certain locations, and no location is known here.")
TIER = Reason(Code.TIER, "The member's tier is {seen}, and this rule is for {wanted}.")
SEGMENT = Reason(Code.SEGMENT, "The member is not in the segment {wanted}.")
EXCLUDED_SEGMENT = Reason(Code.EXCLUDED, "The member is in the segment {seen}, which this rule leaves out.")
EXCLUDED = Reason(Code.EXCLUDED, "This rule leaves this member out.")
CURRENCY = Reason(Code.CURRENCY_MISMATCH, "This is in {seen}, and this rule counts in {wanted}.")
BELOW_MIN_ORDER = Reason(
    Code.BELOW_MIN_ORDER, "The order comes to {seen}, and this rule needs {wanted}.", is_money=True
)
BELOW_MIN_AMOUNT = Reason(Code.BELOW_MIN_ORDER, "The amount is {seen}, and this rule needs {wanted}.", is_money=True)
NO_ORDER = Reason(
    Code.BELOW_MIN_ORDER, "This rule needs an order of {wanted}, and there is no order here.", is_money=True
)
BELOW_STEP = Reason(
    Code.BELOW_MIN_ORDER, "The lines that count come to {seen}, and this rule counts steps of {wanted}.", is_money=True
)
ROUNDED_AWAY = Reason(Code.BELOW_MIN_ORDER, "What this rule gives comes to {seen}, which is rounded to nothing.")
NO_LINES = Reason(Code.NO_MATCHING_LINES, "No line of this order counts for this rule.")
NOT_ENOUGH_UNITS = Reason(
    Code.NO_MATCHING_LINES, "The order has {seen} of what this rule asks for, and it needs {wanted}."
)
NOTHING_TO_MULTIPLY = Reason(
    Code.NO_MATCHING_LINES, "No spending rule gave points for the lines that this rule multiplies."
)
MULTIPLIED_BY_ONE = Reason(Code.NO_MATCHING_LINES, "This rule multiplies the lines by one, which changes nothing.")
ALREADY_AWARDED = Reason(Code.ALREADY_AWARDED, "The member has had this already, and it is given once.")
ALREADY_IN_PERIOD = Reason(Code.ALREADY_AWARDED, "The member has had this already for {seen}.")
LIMIT_COUNT = Reason(Code.LIMIT_REACHED, "This rule was applied {seen} times, and its limit is {wanted}.")
LIMIT_POINTS = Reason(Code.LIMIT_REACHED, "This rule would give {seen} points, and its limit leaves {wanted}.")
LIMIT_CURRENCY = Reason(
    Code.LIMIT_REACHED, "This rule would give {seen}, and its limit leaves {wanted}.", is_money=True
)
LOWER = Reason(Code.LOWER_THAN_OTHER_RULE, "“{seen}” gives more for this, and only the highest counts.")
STOPPED = Reason(Code.STOPPED_BY, "“{seen}” applied, and it ends the evaluation.")
