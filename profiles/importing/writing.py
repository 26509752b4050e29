"""Decisions → rows, in a constant number of statements for each step, with the events that the verbs would have written."""

from datetime import datetime
from functools import lru_cache
from uuid import UUID

from profiles.cause import Cause
from profiles.importing.alike import example_key, insert_alike
from profiles.importing.bulk import insert_rows, reserve_ids, update_rows
from profiles.importing.columns import Columns
from profiles.importing.deciding import Decisions, Outcome
from profiles.importing.stored import attnames_of
from profiles.models import CustomAttribute, Event, Identity, Profile, Tag
from profiles.preferences import consents_told

PROFILE, IDENTITY, ATTRIBUTE = (model._meta.label_lower for model in (Profile, Identity, CustomAttribute))
TOLD = ("name", "profile_id", "subject_type", "subject_id", "payload")


def write(decisions: Decisions, columns: Columns, *, at: datetime, cause: Cause) -> None:
    """Insert and update what was decided, and what happened. Raises IntegrityError when another caller was faster."""
    insert_profiles(decisions.created, columns, at=at)
    update_profiles(decisions.updated, columns, at=at)
    tell_of_creations([outcome.id for outcome in decisions.created], at=at, cause=cause)
    outcomes = [*decisions.updated, *(outcome for outcome in decisions.created if outcome.row.extra)]
    events = [told_of_change(outcome) for outcome in decisions.updated if outcome.values]
    events += consent_events(outcomes)
    events += write_tags([one for one in outcomes if one.tags])
    events += write_identities([one for one in outcomes if one.identities], at=at)
    events += write_attributes([one for one in outcomes if one.attributes], at=at)
    insert_rows(Event, TOLD, events, constants=told_in_each(at=at, cause=cause))


def insert_profiles(outcomes: list[Outcome], columns: Columns, *, at: datetime) -> None:
    if not outcomes:
        return
    names = list(dict.fromkeys(["joined_at", *attnames_of(columns)]))
    usual = usual_values()
    constants = {name: value for name, value in usual.items() if name not in names}
    constants |= {"created_at": at, "updated_at": at}
    defaults = [(name, usual[name]) for name in names]
    rows = [
        [outcome.id, outcome.search_text, *(outcome.values.get(name, default) for name, default in defaults)]
        for outcome in outcomes
    ]
    insert_rows(Profile, ["id", "search_text", *names], rows, constants=constants)


@lru_cache(maxsize=1)
def usual_values() -> dict:
    """What each field of a new profile holds when nobody says otherwise."""
    empty, given = Profile(), {"id", "search_text", "created_at", "updated_at"}
    names = [field.attname for field in Profile._meta.concrete_fields]
    return {name: getattr(empty, name) for name in names if name not in given}


def update_profiles(outcomes: list[Outcome], columns: Columns, *, at: datetime) -> None:
    """Set what changes. A customer who only got a tag is not updated; one who got an identity or attribute is."""
    changing = [one for one in outcomes if one.values]
    names = [name for name in attnames_of(columns) if any(name in one.values for one in changing)]
    rows = [
        [one.id, at, one.search_text, *(one.values.get(name, one.before[name]) for name in names)] for one in changing
    ]
    update_rows(Profile, ["updated_at", "search_text", *names], rows)
    belonging = [one.id for one in outcomes if not one.values and (one.identities or one.attributes)]
    if belonging:
        Profile.objects.filter(pk__in=belonging).update(updated_at=at)


def told_in_each(*, at: datetime, cause: Cause) -> dict:
    """The columns that all events of a step share."""
    event = Event.of("", at=at, cause=cause)
    return {
        field.attname: getattr(event, field.attname)
        for field in Event._meta.concrete_fields
        if field.attname not in ("id", *TOLD)
    }


def tell_of_creations(ids: list[UUID], *, at: datetime, cause: Cause) -> None:
    customer = Profile(pk=example_key(Profile))
    event = Event.of("profile.created", at=at, cause=cause, profile=customer, subject=customer)
    insert_alike(event, each={customer.pk: ids})


def told_of_change(outcome: Outcome) -> tuple:
    return "profile.updated", outcome.id, PROFILE, str(outcome.id), {"changes": outcome.changes}


def consent_events(outcomes: list[Outcome]) -> list[tuple]:
    """What customers said by their consents. One who is new can only have granted."""
    return [
        (f"consent.{what}", one.id, PROFILE, str(one.id), {"permission": permission})
        for one in outcomes
        if "comms" in one.values
        for what, permission in consents_told(one.before.get("comms", {}), one.values["comms"])
        if one.before or what == "granted"
    ]


def write_tags(outcomes: list[Outcome]) -> list[tuple]:
    if not outcomes:
        return []
    handles = dict.fromkeys(tag for one in outcomes for tag in one.tags)
    # In one order for all, so that two imports never wait for one another's new tags.
    ids = {tag.handle: tag.pk for tag in Tag.objects.named(*sorted(handles))}
    insert_rows(
        Profile.tags.through, ["profile_id", "tag_id"], [[one.id, ids[tag]] for one in outcomes for tag in one.tags]
    )
    return [("tag.added", one.id, PROFILE, str(one.id), {"tag": tag}) for one in outcomes for tag in one.tags]


def write_identities(outcomes: list[Outcome], *, at: datetime) -> list[tuple]:
    pairs = [(one.id, handle, identifier) for one in outcomes for handle, identifier in one.identities]
    numbered = list(zip(reserve_ids(Identity, len(pairs)), pairs, strict=True))
    constants = {"is_primary": False, "is_active": True, "merged_from": None, "created_at": at, "updated_at": at}
    insert_rows(
        Identity, ["id", "profile_id", "handle", "identifier"], [(pk, *pair) for pk, pair in numbered], constants
    )
    return [
        (
            "identity.created",
            profile_id,
            IDENTITY,
            str(pk),
            {"identity_id": pk, "handle": handle, "identifier": identifier},
        )
        for pk, (profile_id, handle, identifier) in numbered
    ]


def write_attributes(outcomes: list[Outcome], *, at: datetime) -> list[tuple]:
    new = [(one.id, attribute) for one in outcomes for attribute in one.attributes if attribute.id is None]
    held = [(one.id, attribute) for one in outcomes for attribute in one.attributes if attribute.id is not None]
    for pk, (_, attribute) in zip(reserve_ids(CustomAttribute, len(new)), new, strict=True):
        attribute.id = pk
    insert_rows(
        CustomAttribute,
        ["id", "profile_id", "namespace", "handle", "type", "value"],
        [(one.id, profile_id, one.namespace, one.handle, one.type, one.value) for profile_id, one in new],
        {"created_at": at, "updated_at": at},
    )
    update_rows(CustomAttribute, ["updated_at", "value"], [(one.id, at, one.value) for _, one in held])
    events = []
    for name, pairs in (("attribute.created", new), ("attribute.updated", held)):
        for profile_id, one in pairs:
            payload = {"attribute_id": one.id, "namespace": one.namespace, "handle": one.handle}
            payload |= {"type": one.type, "value": one.value}
            if name == "attribute.updated":
                payload["changes"] = {"value": [one.before, one.value]}
            events.append((name, profile_id, ATTRIBUTE, str(one.id), payload))
    return events
