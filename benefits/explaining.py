"""Why a customer has a benefit, and why they may not claim one: answers for people, clause by clause."""

from datetime import datetime

from benefits.models import Benefit, BenefitDefinition
from benefits.models.claiming import asked
from benefits.refusals import SENTENCES
from benefits.telling import to_whom
from profiles.cause import Door
from profiles.conditions.asking import Asking
from profiles.conditions.condition import Condition
from profiles.conditions.explaining import for_customers, is_secret
from profiles.models import Event, Profile
from profiles.models.event import DEEPEST
from profiles.telling import by_whom, sentence

THROUGH = {
    "admin": "in the back office",
    "api": "through the API",
    "member": "in the member portal",
    "import": "from a file",
    "command": "on the command line",
    "reaction": "by a reaction",
    "system": "by the system",
}

# Clauses about what is kept from customers.
HIDING = {"archived", "not_claimable"}


def clause(code: str, text: str, *, expected, actual, holds: bool, otherwise: str = "") -> dict:
    """`text` is what holds; where it does not, the sentence of the refusal stands in its place, or `otherwise`."""
    text = text if holds else otherwise or SENTENCES[code]
    return {"code": code, "text": text, "expected": expected, "actual": actual, "holds": holds}


def claim_clauses(definition: BenefitDefinition, profile: Profile, *, at: datetime) -> list[dict]:
    """What must hold for the customer to claim this, each clause with what was expected, what was seen and whether it holds.

    In the order in which `why_not_claimable` asks: the first that does not hold has the code that it refuses with. The view
    condition's clauses, coded `not_claimable`, are for staff: customers may not learn what is kept from them. Two queries,
    and those of `Asking`.
    """
    view, claim, tiers = definition.conditions()
    asking = Asking([one for one in (view, claim, tiers) if one is not None], profile, at=at)
    start, end = definition.claim_period_start_at, definition.claim_period_end_at
    held = definition.held_by(profile, at=at).count()
    again = definition.is_reclaimable
    left = definition.global_uses_left()
    is_offered = definition.is_claimable and definition.is_published
    window = {"from": start and start.isoformat(), "until": end and end.isoformat()}
    return [
        clause(
            "archived",
            "The benefit is still offered.",
            expected=False,
            actual=definition.is_archived,
            holds=not definition.is_archived,
        ),
        clause(
            "not_claimable",
            "Customers may claim it, and it is published.",
            expected={"is_claimable": True, "is_published": True},
            actual={"is_claimable": definition.is_claimable, "is_published": definition.is_published},
            holds=is_offered,
        ),
        *of_condition("not_claimable", view, asking),
        clause(
            "claim_window_closed",
            "It can be claimed at this time.",
            expected=window,
            actual=at.isoformat(),
            holds=definition.is_claim_window_open(at=at),
        ),
        *of_condition("tier_required", tiers, asking),
        *of_condition("claim_condition_failed", claim, asking),
        clause(
            "already_held",
            "The customer has none that could still be used." if again else "The customer has not had it yet.",
            expected={"held": 0, "is_reclaimable": again},
            actual={"held": held, "is_reclaimable": again},
            holds=held == 0,
            otherwise=str(definition.refusal_as_held()),
        ),
        clause(
            "profile_inactive",
            "The customer's profile is in use.",
            expected=True,
            actual=profile.deleted_at is None,
            holds=profile.deleted_at is None,
        ),
        clause(
            "no_allocation_left",
            "Not all uses have been taken by customers.",
            expected={"uses_left_at_least": 1},
            actual={"uses_left": left},
            holds=left is None or left > 0,
        ),
    ]


def of_condition(code: str, condition: Condition | None, asking: Asking) -> list[dict]:
    """The clauses of a condition of the definition; none where there is no condition."""
    return [] if condition is None else [{"code": code, **one} for one in asking.explain(condition)]


def for_customer(clauses: list[dict]) -> list[dict]:
    """The clauses of `claim_clauses` as the customer may read them: whether it is offered to them at all is one clause.

    Where it is not, that clause is the only one: to whom a definition is not shown, it tells nothing of itself.
    """
    is_offered = all(one["holds"] for one in clauses if one["code"] in HIDING)
    offered = clause(
        "not_claimable", "The benefit is offered to you.", expected=True, actual=is_offered, holds=is_offered
    )
    return [offered, *for_customers([one for one in clauses if one["code"] not in HIDING])] if is_offered else [offered]


def told_to_customers(condition: dict | None) -> dict | None:
    """The condition as customers may read it; None where it asks of something that they may not know of."""
    claim = asked(condition)
    return None if claim is not None and is_secret(claim.claim) else condition


def why_held(benefit: Benefit) -> list[Event]:
    """The events that led to this benefit: its issue first, then what caused that, back to the first. At most 13 queries."""
    issued = Event.objects.filter(
        subject_type=benefit._meta.label_lower, subject_id=str(benefit.pk), name="benefit.issued"
    )
    event = issued.select_related("location").order_by("pk").first()
    chain = []
    while event is not None and len(chain) <= DEEPEST:
        chain.append(event)
        event = Event.objects.select_related("location").filter(pk=event.cause_id).first() if event.cause_id else None
    return chain


def in_words(event: Event) -> str:
    """One sentence about who made an event happen, to whom all it did, where, and why they said they did."""
    what = event.name.replace(".", " ").replace("_", " ").capitalize()
    if event.door == Door.REACTION and event.actor:
        return f"{what}{to_whom(event.payload)} by the reaction “{event.actor}”."
    who = f" by {event.actor}" if event.actor else ""
    where = f" at {event.location}" if event.location is not None else ""
    why = f" They gave as reason: {event.reason.rstrip('.')}." if event.reason else ""
    return f"{what}{to_whom(event.payload)}{who} {THROUGH.get(event.door, event.door)}{where}.{why}"


def why_in_words(chain: list[Event]) -> str:
    """The chain of `why_held` in one sentence; empty where nothing is on record.

    “Issued by the reaction “Welcome” because the tag “newcomer” was added by Clara at Fitzroy.”
    """
    if not chain:
        return ""
    if len(chain) == 1 or chain[0].door != Door.REACTION:
        return in_words(chain[0])
    led = sentence(chain[1]).rstrip(".")
    led = led[:1].lower() + led[1:] if led.startswith(("The ", "A ")) else led
    return f"Issued by the reaction “{chain[0].actor}” because {led} {by_whom(chain[1])}".rstrip() + "."
