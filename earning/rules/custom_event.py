"""Custom event: what another system reports by a code of its own (earning-reference 1.8)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from django.core.exceptions import ValidationError

from earning import reasons
from earning.rules.conditions import Conditions, Gain, Refused, gain_of_happening
from earning.rules.event import EVENTS
from earning.rules.fields import Flag, Text
from earning.rules.predicate import PredicateField, holds
from earning.snapshot import EVENT, Happening, RuleTerms

CODE = re.compile(r"[a-z0-9_.-]{1,64}", re.ASCII)


@dataclass(frozen=True)
class CodeField(Text):
    def read(self, value) -> str:
        code = super().read(value)
        if CODE.fullmatch(code) is None:
            raise ValidationError(
                f"“{self.label}” is up to 64 of a–z, 0–9, “_”, “.” and “-”. Example: app.shared.", code="invalid"
            )
        if code in EVENTS:
            raise ValidationError(
                f"“{code}” is an event that the system knows: make a rule of the type event for it.", code="taken"
            )
        return code


@dataclass(frozen=True, slots=True)
class CustomEvent(Conditions):
    type: ClassVar = "custom_event"
    label: ClassVar = "Custom event"
    sentence: ClassVar = "For something that your app or shop reports by a code of its own."
    about: ClassVar = "events"
    hears: ClassVar = frozenset({EVENT})
    may_be_manual: ClassVar = True
    competes: ClassVar = True
    fields: ClassVar = (
        CodeField("code", "Code of the event", "What your system sends. Example: facebook_like.", is_required=True),
        PredicateField(
            "predicate",
            "Only if",
            'What must hold of the data that comes with it, in JSON Logic. Empty means always. Example: {">=": [{"var": "score"}, 10]}.',
        ),
        Flag(
            "member_triggerable",
            "Members may report it",
            "Whether the member's own app may report it, or only your servers. Example: leave it off for a review that staff must see first.",
        ),
    )

    code: str
    predicate: Mapping | None
    member_triggerable: bool

    def why_not(self, happening: Happening) -> Refused | None:
        if happening.name != self.code:
            return reasons.OTHER_EVENT, happening.name, self.code
        if happening.by_member and not self.member_triggerable:
            return reasons.NOT_BY_MEMBERS, None, self.code
        return None if holds(self.predicate, happening.data, at=happening.at) else (reasons.PREDICATE, None, None)

    def gain(self, rule: RuleTerms, happening: Happening, basket: None) -> Gain:
        return gain_of_happening(rule, happening)
