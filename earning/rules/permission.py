"""Permission: for granting a consent (earning-reference 1.8)."""

from dataclasses import dataclass
from typing import ClassVar

from earning import reasons
from earning.rules.conditions import Conditions, Gain, Refused, gain_of_happening
from earning.rules.fields import Choice, Texts
from earning.snapshot import PERMISSION, Happening, Member, ProgramTerms, RuleTerms

ANY, ALL = "any", "all"
KEEP, REVERSE = "keep", "reverse"


@dataclass(frozen=True, slots=True)
class Permission(Conditions):
    """Once for each permission ever: withdrawing it and granting it again earns nothing more. With `all`, once for all of them."""

    type: ClassVar = "permission"
    label: ClassVar = "Permission"
    sentence: ClassVar = "For granting a consent, such as to e-mails. A reward for a consent may make it less freely given: ask your lawyers."
    about: ClassVar = "permissions"
    hears: ClassVar = frozenset({PERMISSION})
    may_be_manual: ClassVar = True
    fields: ClassVar = (
        Texts("permissions", "Permissions", "Their codes, one on each line. Example: email_promo.", is_required=True),
        Choice(
            "match",
            "How many of them",
            "Any: each that is granted earns, once. All: it earns once, when the last of them is granted.",
            default=ANY,
            choices=[(ANY, "Any of them"), (ALL, "All of them")],
        ),
        Choice(
            "on_withdrawal",
            "When it is withdrawn",
            "Whether the member keeps what they got, or loses what they have not spent of it.",
            default=KEEP,
            choices=[(KEEP, "The member keeps it"), (REVERSE, "What is not spent is taken back")],
        ),
    )

    permissions: tuple[str, ...]
    match: str
    on_withdrawal: str

    def why_not(self, happening: Happening) -> Refused | None:
        if happening.name not in self.permissions:
            return reasons.OTHER_PERMISSION, happening.name, self.permissions
        missing = set(self.permissions) - happening.granted - {happening.name}
        return (reasons.MISSING_PERMISSIONS, None, missing) if missing and self.match == ALL else None

    def once_for(self, happening: Happening, member: Member, program: ProgramTerms) -> str:
        return "all" if self.match == ALL else f"permission:{happening.name}"

    def gain(self, rule: RuleTerms, happening: Happening, basket: None) -> Gain:
        return gain_of_happening(rule, happening)
