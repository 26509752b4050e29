"""What conditions can ask of a customer's tier: of the default program by Omneo's names, of every program under `programs.`."""

from collections.abc import Callable
from datetime import datetime

from django.db.models import Expression, OuterRef, Subquery

from earning.models import LoyaltyCard, Program
from earning.tiers.documents import usual_tiers
from profiles.conditions.facts import FACTS, Fact, FactType, register

GROUP = "Tier"
PROGRAMS = "programs."


def on_card(path: str, **program) -> Callable[[datetime], Expression]:
    """What stands on the customer's card of that program."""
    cards = LoyaltyCard.objects.filter(
        profile=OuterRef("pk"), **{f"program__{key}": one for key, one in program.items()}
    )
    return lambda at: Subquery(cards.order_by().values(path)[:1])


# The name behind the program's, what people call it, what it is, an example, where it stands.
KNOWN = (
    ("tier.handle", "Tier", FactType.TEXT, "gold", "tier__handle"),
    ("tier.name", "Tier by its name", FactType.TEXT, "Gold", "tier__name"),
    ("tier.rank", "Rank of the tier", FactType.NUMBER, 2, "tier__rank"),
    ("tier.achieved_at", "On the tier since", FactType.MOMENT, "2026-05-01 12:00:00", "standing__achieved_at"),
    (
        "tier.anniversary_at",
        "The tier is judged at",
        FactType.MOMENT,
        "2027-05-01 13:59:59",
        "standing__anniversary_at",
    ),
)
HELP = {
    "tier.handle": "The handle of the customer's tier. Example: gold.",
    "tier.rank": "Greater for higher tiers: at least 1 is silver or above, where silver has rank 1.",
    "tier.anniversary_at": "When the year is over in which the tier is to be kept. Unknown where it asks for nothing.",
}

for name, label, kind, example, path in KNOWN:
    register(
        Fact(
            handle=name,
            label=label,
            type=kind,
            example=example,
            group=GROUP,
            help=HELP.get(name, ""),
            column=on_card(path, is_default=True),
        )
    )
register(
    Fact(
        handle="tier_handle",
        label="Tier",
        type=FactType.TEXT,
        example="gold",
        group=GROUP,
        help="The same as tier.handle, by another name that Omneo's conditions use.",
        column=on_card("tier__handle", is_default=True),
        documents=usual_tiers,
    )
)


def of_program(handle: str) -> Fact | None:
    """The fact `programs.PROGRAM.tier.handle` and its like: the same of another program than the default. One query."""
    if not handle.startswith(PROGRAMS):
        return None
    program, _, name = handle.removeprefix(PROGRAMS).partition(".")
    known = next((one for one in KNOWN if one[0] == name), None)
    row = known and Program.objects.filter(handle=program).first()
    if row is None:
        return None
    _, label, kind, example, path = known
    column = on_card(path, handle=program)
    return Fact(handle=handle, label=f"{label} ({row})", type=kind, example=example, group=GROUP, column=column)


def of_programs() -> list[Fact]:
    """Those of all programs but the default one, whose have shorter names."""
    handles = Program.objects.filter(is_default=False).values_list("handle", flat=True)
    return [of_program(f"{PROGRAMS}{handle}.{name}") for handle in handles for name, *_ in KNOWN]


FACTS.register_family(of_program, known=of_programs)
