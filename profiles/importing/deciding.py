"""Cleaned rows and what is stored → which customers to create, which to change, which rows to leave or to refuse.

Pure: reads no database and no clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from uuid import UUID

from uuid_utils.compat import uuid7

from profiles.birthdays import IN_FUTURE, is_in_future
from profiles.importing.cleaning import Row
from profiles.importing.columns import Columns, label_of
from profiles.importing.stored import BIRTHDAY, EMAIL, PHONE_NUMBER, SEARCHED, Stored, claims_of, match_of
from profiles.importing.values import is_birthday, read_typed
from profiles.models.event import as_json
from profiles.preferences import with_appearance, with_comms
from profiles.searching import search_text_of


@dataclass(slots=True)
class Attribute:
    """A custom attribute to set. `id` and `before` are those of the one that is held, if any."""

    namespace: str
    handle: str
    type: str
    value: object
    id: int | None = None
    before: object = None


@dataclass(slots=True)
class Outcome:
    """What one row does to one customer: `values` are set, the rest is added."""

    row: Row
    id: UUID
    values: dict
    search_text: str
    before: dict = field(default_factory=dict)
    identities: Sequence[tuple[str, str]] = ()
    tags: Sequence[str] = ()
    attributes: Sequence[Attribute] = ()

    @property
    def changes(self) -> dict[str, list]:
        """{"field": [before, after]} as JSON, as `Profile.change` records it; before is None for a new customer."""
        return {name: [as_json(self.before.get(name)), as_json(value)] for name, value in self.values.items()}

    @property
    def is_nothing(self) -> bool:
        return not (self.values or self.identities or self.tags or self.attributes)


@dataclass
class Decisions:
    """What becomes of the rows of one step. `again` are rows that another row of the step must make room for first."""

    created: list[Outcome] = field(default_factory=list)
    updated: list[Outcome] = field(default_factory=list)
    unchanged: int = 0
    refused: list[tuple[int, list[str]]] = field(default_factory=list)
    again: list[Row] = field(default_factory=list)


@dataclass
class Rules:
    """What rows are decided by beside their own values."""

    columns: Columns
    # The type that new custom attributes take: {(namespace, handle): type}
    types: dict[tuple[str, str], str] = field(default_factory=dict)
    # In a trial nothing is written, so what earlier steps would have taken is remembered here, by hash.
    taken_in_trial: set[int] | None = None

    @cached_property
    def has_birthday_in_parts(self) -> bool:
        """Whether day, month and year have columns of their own. A birth date in one column was checked by cleaning."""
        return not self.columns.by_key.keys().isdisjoint(BIRTHDAY)


class RowRefused(Exception):
    """This row is left out. The arguments are the sentences that say why."""


class RowWaits(Exception):
    """Another row of the same step is about this customer too, or frees what this row needs: that one goes first."""


def decide(rows: list[Row], stored: Stored, rules: Rules, *, at: datetime) -> Decisions:
    """What becomes of each row. `stored` is brought along: a later row sees what an earlier one takes."""
    decisions = Decisions()
    for row in rows:
        try:
            outcome = outcome_of(row, stored, rules, at=at)
        except RowRefused as refusal:
            decisions.refused.append((row.number, list(refusal.args)))
        except RowWaits:
            decisions.again.append(row)
        else:
            if outcome is None:
                decisions.unchanged += 1
                continue
            claim(outcome, stored, rules)
            (decisions.updated if outcome.before else decisions.created).append(outcome)
    return decisions


def outcome_of(row: Row, stored: Stored, rules: Rules, *, at: datetime) -> Outcome | None:
    """What the row does; None when it says nothing new. Raises RowRefused, RowWaits."""
    if row.problems:
        raise RowRefused(*row.problems)
    match = match_of(row, rules.columns)
    if match is None:
        raise RowRefused(f"{label_of(rules.columns.match)}: This is empty, so there is nothing to match a customer by.")
    profile_id = match if isinstance(match, UUID) else stored.owners.get(match)
    if profile_id in stored.touched:
        raise RowWaits
    held = stored.profiles.get(profile_id)
    refuse_gone(held)
    refuse_taken(row, profile_id, stored, rules)
    if held is None:
        return created(row, profile_id, rules, at=at)
    values = {name: value for name, value in row.values.items() if held.get(name) != value and name != "id"}
    if not values and not row.extra:
        return None
    outcome = changed(row, held, values, stored, rules, at=at)
    return None if outcome.is_nothing else outcome


def refuse_gone(held: dict | None) -> None:
    if held and held["merged_into_id"] is not None:
        raise RowRefused("This profile was merged into another one.")
    if held and held["deleted_at"] is not None:
        raise RowRefused("This profile was deleted.")


def refuse_taken(row: Row, profile_id: UUID | None, stored: Stored, rules: Rules) -> None:
    """Raise RowRefused when another customer has what the row claims, RowWaits when that one is just giving it up."""
    sentences = []
    for one in claims_of(row):
        owner = stored.owners.get(one)
        if owner is None:
            if one in stored.freed:
                raise RowWaits
            is_taken = rules.taken_in_trial is not None and hash(one) in rules.taken_in_trial
        else:
            is_taken = owner != profile_id
        if is_taken:
            sentences.append(taken_sentence(*one))
    if sentences:
        raise RowRefused(*sentences)


def taken_sentence(kind: str, value: str) -> str:
    if kind == EMAIL:
        return f"E-mail: Another profile has the address {value}."
    if kind == PHONE_NUMBER:
        return f"Mobile phone: Another profile has the number {value}."
    return f"Identity in {kind}: Another profile has “{value}”."


def created(row: Row, profile_id: UUID | None, rules: Rules, *, at: datetime) -> Outcome:
    # A copy: a step may be decided more than once.
    values = row.values.copy()
    values.pop("id", None)
    values.setdefault("joined_at", at)
    refuse_no_birthday({}, values, rules, at=at)
    if "comms" in row.extra:
        values["comms"] = with_comms({}, row.extra["comms"], at=at)
    if "appearance" in row.extra:
        values["appearance"] = with_appearance({}, row.extra["appearance"])
    outcome = Outcome(row, profile_id or uuid7(), values, row.search_text)
    if row.extra:
        outcome.identities = list(dict.fromkeys(row.extra.get("identities", ())))
        outcome.tags = row.extra.get("tags", ())
        outcome.attributes = attributes_of(row, {}, None, rules)
    return outcome


def changed(row: Row, held: dict, values: dict, stored: Stored, rules: Rules, *, at: datetime) -> Outcome:
    """`values` are the row's that differ from what is held."""
    comms = row.extra.get("comms")
    if comms and any(held["comms"].get(key) != value for key, value in comms.items()):
        values["comms"] = with_comms(held["comms"], comms, at=at)
    appearance = row.extra.get("appearance")
    if appearance and any(held["appearance"].get(key) != value for key, value in appearance.items()):
        values["appearance"] = with_appearance(held["appearance"], appearance)
    refuse_no_birthday(held, values, rules, at=at)
    after = {name: values.get(name, held[name]) for name in SEARCHED}
    outcome = Outcome(row, held["id"], values, search_text_of(**after) if values else "", before=held)
    outcome.identities = [
        one for one in dict.fromkeys(row.extra.get("identities", ())) if stored.owners.get(one) != held["id"]
    ]
    holds = stored.tags.get(held["id"], ())
    outcome.tags = [tag for tag in row.extra.get("tags", ()) if tag not in holds]
    outcome.attributes = attributes_of(row, stored.custom, held["id"], rules)
    return outcome


def refuse_no_birthday(held: dict, values: dict, rules: Rules, *, at: datetime) -> None:
    """A day and a month may come from the file and from the profile: together they must exist, and not lie ahead."""
    if any(name in values for name in BIRTHDAY):
        parts = [values.get(name, held.get(name)) for name in BIRTHDAY]
        if rules.has_birthday_in_parts and not is_birthday(*parts):
            raise RowRefused("Birth date: There is no such date, or the day has no month.")
        if is_in_future(*parts, at=at):
            raise RowRefused(f"Birth date: {IN_FUTURE}")


def attributes_of(row: Row, held: dict, profile_id: UUID | None, rules: Rules) -> list[Attribute]:
    """The attributes that differ from what is held, each read as its own type. Raises RowRefused for one that is not of it."""
    result, problems = [], []
    for (namespace, handle), text in row.extra.get("custom", {}).items():
        number, kind, before = held.get((profile_id, namespace, handle)) or (None, None, None)
        kind = kind or rules.types.get((namespace, handle), "string")
        try:
            value = read_typed(text, kind)
        except ValueError as error:
            problems.append(f"Attribute {namespace} · {handle}: {error}")
            continue
        if number is None or value != before or type(value) is not type(before):
            result.append(Attribute(namespace, handle, kind, value, id=number, before=before))
    if problems:
        raise RowRefused(*problems)
    return result


def claim(outcome: Outcome, stored: Stored, rules: Rules) -> None:
    """From here on these belong to this customer, and what the change gives up to nobody."""
    stored.touched.add(outcome.id)
    for name, kind in (("email", EMAIL), ("mobile_phone_e164", PHONE_NUMBER)):
        given_up = outcome.before.get(name)
        if name in outcome.values and given_up:
            stored.owners.pop((kind, given_up), None)
            stored.freed.add((kind, given_up))
    for one in claims_of(outcome.row):
        stored.owners[one] = outcome.id
        if rules.taken_in_trial is not None:
            rules.taken_in_trial.add(hash(one))
