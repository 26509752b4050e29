"""The last thing of the kind that a rule hears which happened to a customer: what “Why not?” asks the rule about.

Purchases are not recalled here: a rule that hears them, or what follows from them, is asked about a sale.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from cxmanager.moments import moment_of
from earning.models import EarningRule, LedgerTransaction, LoyaltyCard, Referral, ReportedEvent
from earning.occurrences import consenting, hearing, posting, referring, reporting
from earning.occurrences.anniversaries import of_day
from earning.rulebook.rulesets import names_of
from earning.rules.event import ANNIVERSARY, BIRTHDAY, EVENTS
from earning.rules.referral import REGISTER
from earning.snapshot import Happening, RuleTerms
from profiles.models import Profile

Type = EarningRule.Type
# How many events of a name are looked through for one that means what the rule is about.
LOOKED_THROUGH = 50


@dataclass(frozen=True)
class Recalled:
    """What happened, and in words; or what did not.

    `card` is whose it is: of a referral that of who was referred. A card without a happening says whose sale to ask about.
    """

    told: str
    happening: Happening | None = None
    card: LoyaltyCard | None = None


def recall(rule: RuleTerms, card: LoyaltyCard, profile: Profile, *, at: datetime) -> Recalled | None:
    """The latest of its kind for this customer, or that there is none; None for a rule to be asked about a sale. At most three queries."""
    look = LOOKING.get(rule.type)
    return look(rule, card, profile, at) if look is not None else None


def latest_event(rule: RuleTerms, card: LoyaltyCard, profile: Profile, at: datetime) -> Recalled | None:
    name = rule.conditions.event
    if name == "first_purchase":
        return None
    if name in (BIRTHDAY, ANNIVERSARY):
        return latest_day(name, card, profile, at)
    found = [one for one in (latest_seen(name, card, profile), latest_reported({name}, card)) if one is not None]
    if not found:
        return Recalled(f"“{EVENTS[name]}” has not happened to this customer yet.")
    return max(found, key=lambda one: one.happening.at)


def latest_seen(name: str, card: LoyaltyCard, profile: Profile) -> Recalled | None:
    """Of what the product itself sees, and hears as `earning.occurrences.hearing` does."""
    meant = {event: means for event, meanings in hearing.MEANING.items() for word, means in meanings if word == name}
    rows = profile.events.filter(name__in=meant).order_by("-pk")[:LOOKED_THROUGH] if meant else []
    for event in rows:
        if meant[event.name](event) and event.payload.get("card_id") in (None, card.pk):
            return Recalled(f"“{EVENTS[name]}” of {moment_of(event.at)}", hearing.happening_of(event, name), card)
    return None


def latest_reported(codes: set[str], card: LoyaltyCard) -> Recalled | None:
    row = ReportedEvent.objects.filter(card=card, code__in=codes).order_by("-occurred_at", "-pk").first()
    if row is None:
        return None
    told = f"“{EVENTS.get(row.code, row.code)}”, reported for {moment_of(row.occurred_at)}"
    return Recalled(told, reporting.happening_of(row), card)


def latest_custom(rule: RuleTerms, card: LoyaltyCard, profile: Profile, at: datetime) -> Recalled:
    codes = set(names_of(rule.conditions))
    named = " or ".join(f"“{one}”" for one in sorted(codes))
    return latest_reported(codes, card) or Recalled(f"{named} was never reported for this customer.")


def latest_day(name: str, card: LoyaltyCard, profile: Profile, at: datetime) -> Recalled:
    """The last birthday or anniversary, in the program's time zone."""
    zone = ZoneInfo(card.program.timezone)
    today = at.astimezone(zone).date()
    if name == BIRTHDAY:
        month, day, first = profile.birth_month, profile.birth_day, None
        if not (month and day):
            return Recalled("The birthday of this customer is not known.")
    else:
        if profile.joined_at is None:
            return Recalled("It is not known when this customer joined.")
        first = profile.joined_at.astimezone(zone).date()
        month, day = first.month, first.day
    on = max(one for year in (today.year - 1, today.year) if (one := day_of(year, month, day)) <= today)
    if first is not None and on.year <= first.year:
        return Recalled("The customer has not been here for a year yet.")
    told = f"{EVENTS[name]}, {on:%-d %b %Y}"
    return Recalled(told, of_day(name, card, on, card.program, at=at), card)


def day_of(year: int, month: int, day: int) -> date:
    """That day of the year; of 29 February the 28th stands in for it in other years."""
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 3, 1) - timedelta(days=1)


def latest_referral(rule: RuleTerms, card: LoyaltyCard, profile: Profile, at: datetime) -> Recalled | None:
    """That the customer was brought, or else that they brought somebody. What is given for purchases is asked of a sale."""
    rows = Referral.objects.select_related("referrer", "card__profile").order_by("-pk")
    own = rows.filter(card=card.pk).first()
    brought = own or rows.filter(referrer=profile, card__program=card.program_id).first()
    if brought is None:
        return Recalled("Nobody referred this customer, and they referred nobody.")
    whose = brought.card
    told = (
        f"The customer was referred by {own.referrer}" if own is not None else f"The customer referred {whose.profile}"
    )
    told = f"{told}, {moment_of(brought.referred_at)}"
    is_asked_of_it = rule.conditions.event == REGISTER
    return Recalled(told, referring.happening_of(brought) if is_asked_of_it else None, whose)


def latest_permission(rule: RuleTerms, card: LoyaltyCard, profile: Profile, at: datetime) -> Recalled:
    codes = rule.conditions.permissions
    event = profile.events.filter(name=consenting.GRANTED, payload__permission__in=list(codes)).order_by("-pk").first()
    if event is None:
        named = " or ".join(f"“{one}”" for one in codes)
        return Recalled(f"The customer never granted {named}.")
    told = f"“{event.payload['permission']}” was granted, {moment_of(event.at)}"
    return Recalled(told, consenting.happening_of(event, profile), card)


def latest_posting(rule: RuleTerms, card: LoyaltyCard, profile: Profile, at: datetime) -> Recalled:
    rows = LedgerTransaction.objects.filter(card=card, voided_at=None).order_by("-pk")
    accounts = rule.conditions.accounts
    row = (rows.filter(account__in=accounts).first() if accounts else None) or rows.first()
    if row is None:
        return Recalled("Nothing was posted to an account of this customer.")
    told = f"The posting {row.external_id} to “{row.account}”, {moment_of(row.posted_at)}"
    return Recalled(told, posting.happening_of(row), card)


LOOKING: dict[str, Callable[[RuleTerms, LoyaltyCard, Profile, datetime], Recalled | None]] = {
    Type.EVENT: latest_event,
    Type.CUSTOM_EVENT: latest_custom,
    Type.REFERRAL: latest_referral,
    Type.PERMISSION: latest_permission,
    Type.LEDGER_TRANSACTION: latest_posting,
}
