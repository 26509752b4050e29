"""Event: what the system itself sees happen to a member (earning-reference 1.8)."""

from dataclasses import dataclass
from typing import ClassVar

from earning import reasons
from earning.rules.conditions import Conditions, Gain, Refused, gain_of_happening
from earning.rules.fields import Choice, Flag
from earning.snapshot import EVENT, Happening, Member, ProgramTerms, RuleTerms

ACCOUNT_CREATED, BIRTHDAY, LOGIN = "account_created", "birthday", "login"
ANNIVERSARY = "membership_anniversary"

EVENTS = {
    ACCOUNT_CREATED: "Account created",
    "card_activated": "Card activated",
    "profile_completed": "Profile completed",
    "email_verified": "E-mail address verified",
    "phone_verified": "Phone number verified",
    "newsletter_subscribed": "Newsletter subscribed",
    "first_purchase": "First purchase",
    BIRTHDAY: "Birthday",
    ANNIVERSARY: "Anniversary of the membership",
    LOGIN: "Login",
    "level_up": "Next tier reached",
    "badge_earned": "Badge earned",
    "review_submitted": "Review submitted",
    "consent_given": "Consent given",
}
# What happens once in a member's life: buying, returning and buying again is no second first purchase.
ONCE_BY_ITSELF = frozenset(
    {
        ACCOUNT_CREATED,
        "profile_completed",
        "email_verified",
        "phone_verified",
        "newsletter_subscribed",
        "first_purchase",
    }
)
EVER = "ever"


@dataclass(frozen=True, slots=True)
class Event(Conditions):
    """One event of the list. A birthday and an anniversary are given once a year, a login once a day, in the programme's zone."""

    type: ClassVar = "event"
    label: ClassVar = "Event"
    sentence: ClassVar = "For something that happens to the member, such as a birthday."
    about: ClassVar = "events"
    hears: ClassVar = frozenset({EVENT})
    competes: ClassVar = True
    fields: ClassVar = (
        Choice(
            "event",
            "Event",
            "What it is given for. Example: Birthday. A login is that an app of yours gets a customer's token. That an e-mail address or a phone number was verified, or a review submitted, one of your systems must report: POST /earning/events.",
            is_required=True,
            choices=list(EVENTS.items()),
        ),
        Flag(
            "once",
            "Only once",
            "Whether a member has it once ever. Not said, it is so for what happens once by itself, such as the first purchase; a birthday is given once a year and a login once a day.",
            default=None,
        ),
    )

    event: str
    once: bool

    @classmethod
    def checked(cls, values: dict) -> dict:
        if values["once"] is None:
            values["once"] = values["event"] in ONCE_BY_ITSELF
        return values

    def why_not(self, happening: Happening) -> Refused | None:
        return None if happening.name == self.event else (reasons.OTHER_EVENT, happening.name, self.event)

    def once_for(self, happening: Happening, member: Member, program: ProgramTerms) -> str | None:
        if self.once:
            return EVER
        day = happening.at.astimezone(program.zone).date()
        if self.event in (BIRTHDAY, ANNIVERSARY):
            return f"{day.year}"
        return day.isoformat() if self.event == LOGIN else None

    def gain(self, rule: RuleTerms, happening: Happening, basket: None) -> Gain:
        return gain_of_happening(rule, happening)
