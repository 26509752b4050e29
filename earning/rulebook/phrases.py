"""What rules of each type say: who gets what, and for what. Each takes what the conditions say and the rewards in words.

They answer (“Customers”, “get 4 points for each 1.00 they spend”); who may have it and the limits are said around that.
"""

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from cxmanager.amounts import money, pieces
from earning.rules.event import EVENTS, ONCE_BY_ITSELF
from earning.snapshot import Match

if TYPE_CHECKING:
    from earning.rulebook.wording import Said

Rewards = tuple[str, Decimal | None]
Phrase = tuple[str, str]
CUSTOMERS = "Customers"
NOTHING_YET = "something"
MOST_NAMED = 4

# When each event of the list is, said after what is given.
WHEN = {
    "account_created": "for joining",
    "card_activated": "when their card is activated",
    "profile_completed": "for completing their profile",
    "email_verified": "for verifying their e-mail address",
    "phone_verified": "for verifying their phone number",
    "newsletter_subscribed": "for subscribing to the newsletter",
    "first_purchase": "for their first purchase",
    "birthday": "on their birthday",
    "membership_anniversary": "on each anniversary of their membership",
    "login": "for logging in, once a day",
    "level_up": "when they reach a higher tier",
    "badge_earned": "when they earn a badge",
    "review_submitted": "for a review",
    "consent_given": "for giving a consent",
}
REFERRED_WHEN = {
    "register": "when the new customer registers",
    "first_purchase": "for the new customer's first purchase",
    "every_purchase": "for every later purchase of the new customer",
}
REFERRING = {
    "referrer": "Customers who refer somebody",
    "referred": "Customers who were referred",
    "both": "Customers who refer somebody, and those whom they refer,",
}
DIRECTIONS = {"credit": "comes in on", "debit": "goes out of", "any": "is posted to"}


def listed(words: Iterable[str], joiner: str) -> str:
    """“a”, “a or b”, “a, b or c”; of many the first ones and how many more."""
    words = list(words)
    if len(words) > MOST_NAMED + 1:
        words = [*words[:MOST_NAMED], f"{len(words) - MOST_NAMED:,} more"]
    return f" {joiner} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def matched(match: Match) -> str:
    """Which lines: “SCARF-RED, the brand Acme or color red”."""
    words = list(match.skus)
    words += [f"the category {one}" for one in match.categories]
    words += [f"the brand {one}" for one in match.brands]
    words += [f"{key} {value}".strip() for key, value in match.labels]
    return listed(words, "or")


def at_least(said: "Said") -> str:
    least = said.number("min_order_total")
    return f", in orders of at least {money(least)}" if least else ""


def getting(rewards: Rewards, of: str = "the amount") -> str:
    """“get 4 points and 1% of the amount back”."""
    words, percent = rewards
    back = f"{pieces(percent)}% of {of} back" if percent else ""
    return f"get {listed(filter(None, [words, back]), 'and') or NOTHING_YET}"


def spending(said: "Said", rewards: Rewards) -> Phrase:
    words, percent = rewards
    per = said.number("per_amount", Decimal(1))
    step = "each full" if said.text("mode") == "step" else "each"
    parts = []
    if words or not percent:
        parts.append(f"{words or NOTHING_YET} for {step} {money(per) if per else '…'} they spend")
    if percent:
        parts.append(f"{pieces(percent)}% of what they spend back")
    what = f"get {listed(parts, 'and')}"
    only, not_these, most = said.match("include"), said.match("exclude"), said.number("max_amount")
    what += f" on {only}" if only else ""
    what += f", but not on {not_these}" if not_these else ""
    what += ", delivery not counted" if said.is_on("exclude_delivery") else ""
    what += at_least(said)
    return CUSTOMERS, what + (f", up to {money(most)} of an order" if most else "")


def multiple_reward(said: "Said", rewards: Rewards) -> Phrase:
    rows = said.multipliers()
    parts = [
        f"{'…' if factor is None else pieces(factor)} times the points on {match or 'everything'}"
        for factor, match in rows
    ]
    badge = f", and {rewards[0]}" if rewards[0] else ""
    return CUSTOMERS, f"get {listed(parts, 'and') or 'a multiple of the points'}{badge}"


def specific_purchase(said: "Said", rewards: Rewards) -> Phrase:
    match = said.match("match") or "certain products"
    each = {
        "unit": f"for each unit of {match} they buy",
        "transaction": f"for a purchase with {match}",
    }.get(said.text("per"), f"for each line with {match}")
    least, most = said.number("min_quantity"), said.number("max_units")
    what = f"{getting(rewards, 'what it costs')} {each}"
    what += f", when they buy at least {pieces(least)}" if least else ""
    return CUSTOMERS, what + (f", {pieces(most)} of them at most" if most else "")


def event(said: "Said", rewards: Rewards) -> Phrase:
    name = said.text("event")
    when = WHEN.get(name, "for an event" if name not in EVENTS else f"for {EVENTS[name].lower()}")
    once = ", once only" if said.is_on("once") and name not in ONCE_BY_ITSELF else ""
    return CUSTOMERS, f"{getting(rewards)} {when}{once}"


def custom_event(said: "Said", rewards: Rewards) -> Phrase:
    code, by = (
        said.text("code", "…"),
        "your systems or their own app" if said.is_on("member_triggerable") else "your systems",
    )
    only = ", if its data meets the condition" if said.given.get("predicate") else ""
    return CUSTOMERS, f"{getting(rewards)} when {by} report “{code}”{only}"


def referral(said: "Said", rewards: Rewards) -> Phrase:
    who = REFERRING.get(said.text("beneficiary", "referrer"), REFERRING["referrer"])
    when = REFERRED_WHEN.get(said.text("event"), "for a referral")
    return who, f"{getting(rewards, 'that purchase')} {when}{at_least(said)}"


def permission(said: "Said", rewards: Rewards) -> Phrase:
    names = said.words("permissions")
    if said.text("match") == "all" and len(names) > 1:
        what = f"{getting(rewards)} once they have granted {listed(names, 'and')}"
    else:
        what = f"{getting(rewards)} for granting {listed(names, 'or') or 'a permission'}"
    taken = said.text("on_withdrawal") == "reverse"
    return CUSTOMERS, what + (", and lose what is left of it when they withdraw it" if taken else "")


def ledger_transaction(said: "Said", rewards: Rewards) -> Phrase:
    accounts = listed(said.words("accounts"), "or") or "any account"
    way = DIRECTIONS.get(said.text("direction", "any"), DIRECTIONS["any"])
    least, most = said.number("min_amount"), said.number("max_amount")
    what = f"{getting(rewards)} for each amount that {way} {accounts}"
    what += f", from {money(least)}" if least else ""
    return CUSTOMERS, what + (f", {'' if least else 'up '}to {money(most)}" if most else "")


def coupon(said: "Said", rewards: Rewards) -> Phrase:
    codes, pool, uses = said.words("codes"), said.text("pool"), said.number("max_uses")
    which = f"a coupon of the pool “{pool}”" if pool else f"the coupon {listed(codes, 'or') or '…'}"
    what = f"{getting(rewards, 'the order')} with {which}{at_least(said)}"
    what += ", once for each customer" if said.is_on("once_per_member") else ""
    return CUSTOMERS, what + (f", {pieces(uses)} uses in all" if uses else "")


BY_TYPE: dict[str, Callable[["Said", Rewards], Phrase]] = {
    one.__name__: one
    for one in (
        spending,
        multiple_reward,
        specific_purchase,
        event,
        custom_event,
        referral,
        permission,
        ledger_transaction,
        coupon,
    )
}
