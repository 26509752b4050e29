"""Earning rules as JSON documents (api.md 5): how the API, exports, drafts and versions write them, and the one way back.

A document that was read and written again is the same. Unknown keys are ignored, as clients send back whole documents.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import chain, count
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.text import slugify

from cxmanager.identifiers import as_uuid
from cxmanager.nearness import did_you_mean
from cxmanager.rest.fields import moment
from earning.models import Badge, EarningRule, LoyaltyCard, Program, TierDefinition
from earning.models.rule import by_place, check_dates
from earning.models.rule_fields import LINK
from earning.rules import check_manual, read_conditions, type_of
from earning.rules.conditions import Conditions
from earning.rules.fields import Choice, Field, Flag, Text, Whole, list_of
from earning.rules.rewards import limits_as_json, read_limits, read_rewards, rewards_as_json
from earning.snapshot import Rewards
from profiles.models import Location, Profile, Segment

LONGEST_DESCRIPTION = 10_000
LONGEST_HANDLE = 191


@dataclass(frozen=True)
class Moment(Field):
    """A moment; without a zone it is UTC, and a bare day is its first second."""

    kind: ClassVar[str] = "moment"

    def read(self, value) -> datetime:
        read = value if isinstance(value, (date, datetime)) else None
        if isinstance(value, str):
            try:
                read = parse_datetime(value.strip()) or parse_date(value.strip())
            except ValueError:
                read = None
        if read is None:
            raise ValidationError("This is not a moment. Write one like 2026-05-01 14:30:00.", code="invalid")
        if not isinstance(read, datetime):
            read = datetime.combine(read, time.min)
        return read if read.tzinfo is not None else read.replace(tzinfo=UTC)

    def write(self, value: datetime | None) -> str | None:
        return moment(value)


@dataclass(frozen=True)
class Prose(Text):
    """Text of any length that a description needs; empty where none is given."""

    default: str | None = ""

    def read(self, value) -> str:
        if not isinstance(value, str) or "\0" in value or len(value) > LONGEST_DESCRIPTION:
            raise ValidationError(f"{self.label} must be a text of at most {LONGEST_DESCRIPTION:,} characters.")
        return value.strip()


@dataclass(frozen=True)
class Link(Prose):
    def read(self, value) -> str:
        link = super().read(value)
        if link:
            LINK(link)
        return link

    def write(self, value: str) -> str | None:
        return value or None


@dataclass(frozen=True)
class Handle(Text):
    def read(self, value) -> str:
        handle = super().read(value)
        if slugify(handle) != handle.lower():
            raise ValidationError("A handle is made of letters, digits, “-” and “_”.", code="invalid")
        return handle


# The columns of a rule that a document holds under their own names, but for what is nested or names other things.
PLAIN = (
    Text("name", "The name", is_required=True),
    Prose("description", "The description"),
    Link("link", "The link"),
    Choice("status", "The status", default="draft", choices=EarningRule.Status.choices),
    Moment("starts_at", "The start"),
    Moment("ends_at", "The end"),
    Flag("requires_approval", "Whether it needs approval"),
    Flag("is_hidden", "Whether it is hidden"),
    Flag("apply_automatically", "Whether it applies by itself", default=True),
    Whole("priority", "The priority", default=100, least=0, most=2_147_483_647),
    Flag("stop_after", "Whether it stops the others"),
    Whole("pending_days", "The days until it can be spent", least=0, most=3_650),
    Whole("expires_after_days", "The days until it expires", most=36_500),
)
HANDLE = Handle("handle", "The handle")


@dataclass(frozen=True)
class ReadRule:
    """A document that was read and found well formed. `fields` are columns of EarningRule, `many` what it is for, by name."""

    program: Program
    type: str
    fields: dict[str, Any]
    many: dict[str, list[Model]]
    limits: list[dict]
    conditions: Conditions
    rewards: Rewards
    badge: Badge | None


# --- Writing ----------------------------------------------------------------------------------------------------------


def document_of(rule: EarningRule, *, is_portable: bool = False) -> dict:
    kind = type_of(rule.type)
    return {
        "program": rule.program.handle,
        "name": rule.name,
        "handle": rule.handle,
        "type": rule.type,
        **{field.name: field.write(getattr(rule, field.name)) for field in PLAIN if field.name != "name"},
        "tiers": sorted(one.handle for one in rule.tiers.all()),
        "segments": sorted(one.handle for one in rule.segments.all()),
        "excluded_segments": sorted(one.handle for one in rule.excluded_segments.all()),
        # Customers of this installation are nobody elsewhere.
        "excluded_members": [] if is_portable else sorted(str(one.pk) for one in rule.excluded_members.all()),
        "locations": [place_of(one, is_portable=is_portable) for one in by_key(rule.locations.all())],
        "conditions": kind.read(rule.conditions).as_json(),
        "rewards": rewards_as_json(rule.rewards),
        "limits": limits_as_json(one.as_terms() for one in by_key(rule.limits.all()) if not one.is_of_conditions),
    }


def by_key(rows: Iterable[Model]) -> list:
    return sorted(rows, key=lambda row: row.pk)


def place_of(location: Location, *, is_portable: bool) -> int | str:
    return (location.external_code or location.external_id or location.pk) if is_portable else location.pk


# --- Reading ----------------------------------------------------------------------------------------------------------


def read_document(document, *, program: Program | None = None) -> ReadRule:
    """Raises ValidationError by place, for all that is wrong at once. `program` is meant where the document names none."""
    if not isinstance(document, dict):
        raise ValidationError("A rule must be a JSON object.", code="invalid")
    errors: dict[str, list[str]] = {}
    reading = Reading(errors)
    program = reading("program", lambda: program_named(document.get("program"), usual=program))
    fields = {one.name: reading(one.name, lambda one=one: one.read_or_default(document.get(one.name))) for one in PLAIN}
    fields["handle"] = reading("handle", lambda: HANDLE.read_or_default(document.get("handle")))
    # Asked of the row as well, but that is made only of a document in which all else is right.
    reading("", lambda: check_dates(fields["starts_at"], fields["ends_at"]))
    kind = reading("type", lambda: type_of(required(document.get("type"), "The type")))
    conditions = rewards = None
    if kind is not None:
        conditions = reading("conditions", lambda: read_conditions(kind.type, document.get("conditions")))
        rewards = reading("rewards", lambda: read_rewards(kind, document.get("rewards")))
        reading("", lambda: check_manual(kind.type, apply_automatically=fields["apply_automatically"] is not False))
    badge = reading("rewards.badge", lambda: badge_named(rewards.badge)) if rewards is not None else None
    limits = reading("limits", lambda: read_limits(document.get("limits")))
    many = {name: reading(name, lambda name=name: named(name, document.get(name), program)) for name in NAMED}
    if errors:
        raise ValidationError(errors)
    return ReadRule(program, kind.type, fields, many, limits, conditions, rewards, badge)


class Reading:
    """Calls readers and keeps what each complains of, by its place."""

    def __init__(self, errors: dict[str, list[str]]):
        self.errors = errors

    def __call__(self, place: str, read: Callable[[], Any]):
        try:
            return read()
        except ValidationError as error:
            self.errors.update(by_place(place, error) if place else error.message_dict)
            return None


def required(value, label: str):
    if value is None or value == "":
        raise ValidationError(f"{label} is missing.", code="required")
    return value


def program_named(handle, *, usual: Program | None) -> Program:
    if handle is None or handle == "":
        return usual or Program.objects.default()
    if usual is not None and handle == usual.handle:
        return usual
    found = Program.objects.filter(handle=str(handle)).first()
    if found is None:
        near = did_you_mean(str(handle), Program.objects.values_list("handle", flat=True))
        raise ValidationError(f"There is no program “{handle}”.{near}", code="unknown")
    return found


def badge_named(handle: str | None) -> Badge | None:
    if handle is None:
        return None
    found = Badge.objects.filter(handle=handle).first()
    if found is None:
        near = did_you_mean(handle, Badge.objects.values_list("handle", flat=True))
        raise ValidationError(f"There is no badge “{handle}”.{near}", code="unknown")
    return found


def tiers_of(program: Program | None):
    rows = TierDefinition.objects.all()
    return rows if program is None else rows.filter(program=program)


NAMED: dict[str, tuple[str, Callable]] = {
    "tiers": ("tier", tiers_of),
    "segments": ("segment", lambda program: Segment.objects.all()),
    "excluded_segments": ("segment", lambda program: Segment.objects.all()),
    "excluded_members": ("customer", lambda program: Profile.objects.living()),
    "locations": ("location", lambda program: Location.objects.all()),
}
# What is not named by a handle: how to find it by the words that stand for it.
BY_WORD: dict[str, Callable[[list[str]], dict[str, Model]]] = {
    "locations": lambda words: locations_by_word(words),
    "excluded_members": lambda words: customers_by_word(words),
}


def named(name: str, given, program: Program | None) -> list[Model]:
    """The rows that a list names, in its order, each once. One query or two, or none for an empty list."""
    what, rows = NAMED[name]
    words = list_of(given if given is not None else [], name.replace("_", " ").capitalize())
    if not all(isinstance(one, (str, int)) and not isinstance(one, bool) for one in words):
        raise ValidationError(f"Name each {what} by its handle.", code="invalid")
    words = list(dict.fromkeys(str(one).strip() for one in words))
    if not words:
        return []
    by_word = BY_WORD.get(name)
    known = by_word(words) if by_word else {row.handle: row for row in rows(program).filter(handle__in=words)}
    errors = {}
    for number, one in enumerate(words):
        if one not in known:
            near = did_you_mean(one, () if by_word else rows(program).values_list("handle", flat=True))
            errors[str(number)] = [f"There is no {what} “{one}”.{near}"]
    if errors:
        raise ValidationError(errors)
    return list(dict.fromkeys(known[one] for one in words))


def locations_by_word(words: list[str]) -> dict[str, Location]:
    """Locations by their number, or by the code or id that another system has for them."""
    numbers = [int(one) for one in words if one.isdecimal() and len(one) < 19]
    found = Location.objects.filter(Q(pk__in=numbers) | Q(external_code__in=words) | Q(external_id__in=words)).order_by(
        "-pk"
    )
    by_word = {}
    for name in ("external_id", "external_code"):
        by_word |= {getattr(one, name): one for one in found if getattr(one, name)}
    return by_word | {str(one.pk): one for one in found if one.pk in numbers}


def customers_by_word(words: list[str]) -> dict[str, Profile]:
    """Living customers by their id, e-mail address or the number of a card. Two queries."""
    ids = {one: key for one in words if (key := as_uuid(one)) is not None}
    cards = LoyaltyCard.objects.filter(number__in=words).values_list("number", "profile_id")
    keys = {*ids.values(), *(profile for _, profile in cards)}
    emails = {one.lower() for one in words}
    found = Profile.objects.living().filter(Q(pk__in=keys) | Q(email__in=emails))
    by_key, by_email = {one.pk: one for one in found}, {one.email: one for one in found if one.email}
    by_card = {number: by_key.get(profile) for number, profile in cards}
    known = {one: by_email.get(one.lower()) or by_card.get(one) or by_key.get(ids.get(one)) for one in words}
    return {word: one for word, one in known.items() if one is not None}


def free_handle(program: Program, name: str) -> str:
    """A handle made of the name that no rule of the program has."""
    base = slugify(name)[: LONGEST_HANDLE - 8] or "rule"
    taken = set(EarningRule.objects.filter(program=program, handle__startswith=base).values_list("handle", flat=True))
    return next(one for one in chain([base], (f"{base}-{number}" for number in count(2))) if one not in taken)
