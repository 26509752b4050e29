"""Two profiles of one person become one. Other apps join through the signals, inside the transaction."""

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from django.db import transaction
from django.dispatch import Signal

from cxmanager.refusals import Refusal
from profiles.cause import Cause
from profiles.models import CustomAttribute, Event, Identity, Interaction, Note, Profile, ProfileDate, StaffMember
from profiles.models.profile import as_json
from profiles.preferences import APPEARANCE, FLAGS

# Each app moves its own rows inside the transaction. Receivers get winner, loser, at, cause.
merging = Signal()
# Each app says what merging would move, as a list of (label, count). Receivers get winner, loser.
merge_previewing = Signal()
# Each app scrubs what is personal in its own rows. Receivers get profile, at, cause.
erasing = Signal()
# Each app returns {name: JSON} of all it holds about the person. Receivers get profile.
exporting = Signal()

# Values that only make sense together are taken together, and only where the winner has none of them.
FILLED_TOGETHER = (
    ("title",),
    ("first_name", "last_name"),
    ("email",),
    ("mobile_phone", "mobile_phone_country"),
    ("secondary_phone",),
    ("gender",),
    ("birth_year", "birth_month", "birth_day"),
    ("company",),
    ("occupation",),
    ("avatar_url",),
    ("currency",),
    ("joined_location_id",),
    ("preferred_location_id",),
)
# By what an attribute or a date is told from the others of one profile.
KNOWN_BY = {"custom_attributes": ("namespace", "handle"), "dates": ("handle", "relationship")}
LABELS = {
    "mobile_phone_country": "country of the mobile phone",
    "joined_location_id": "joined at",
    "preferred_location_id": "preferred location",
    "email": "e-mail",
}


@dataclass(frozen=True, kw_only=True)
class Preview:
    """What a merge would do, for people: `moves` (label, count), `fills` (label, value), `keeps` (label, the winner's, the loser's)."""

    moves: list[tuple[str, int]]
    fills: list[tuple[str, str]]
    keeps: list[tuple[str, str, str]]


def why_not_mergeable(*, winner: Profile, loser: Profile) -> Refusal | None:
    """Why these two cannot become one, or None."""
    if winner.pk == loser.pk:
        return Refusal("A profile cannot be merged with itself.", code="same_profile")
    for profile in (winner, loser):
        if profile.merged_into_id is not None:
            return Refusal(f"The profile {profile} was already merged into another.", code="already_merged")
        if profile.deleted_at is not None:
            return Refusal("A deleted profile cannot be merged.", code="profile_inactive")
    return None


def preview(*, winner: Profile, loser: Profile) -> Preview:
    """What merging the loser into the winner would do. Writes nothing; raises the Refusal that `merge` would."""
    no = why_not_mergeable(winner=winner, loser=loser)
    if no is not None:
        raise no
    counted = own_counts(winner=winner, loser=loser)
    for _, answer in merge_previewing.send(sender=Profile, winner=winner, loser=loser):
        counted += answer or []
    filled = values_to_fill(winner, loser)
    return Preview(
        moves=[(label, count) for label, count in counted if count],
        fills=[(label_of(name), shown(loser, name)) for name in filled if shown(loser, name)],
        keeps=[
            (label_of(name), shown(winner, name), shown(loser, name))
            for name in (name for group in FILLED_TOGETHER for name in group)
            if shown(loser, name) and name not in filled and shown(winner, name) != shown(loser, name)
        ]
        + given_up_preferences(winner, loser)
        + [
            (name_of(kept), value_of(kept), value_of(given_up))
            for rows in KNOWN_BY
            for kept, given_up in side_by_side(rows, winner=winner, loser=loser)[1]
            if value_of(kept) != value_of(given_up)
        ],
    )


@transaction.atomic
def merge(*, winner: Profile, loser: Profile, at: datetime, cause: Cause) -> Profile:
    """Move everything of the loser to the winner, fill what the winner lacks, and retire the loser. Returns the winner, fresh.

    Records `profile.merged` on the winner. Raises Refusal: same_profile, already_merged, profile_inactive. For good: there is no undo.
    """
    # In the order of their keys, whoever is the winner: two clerks who merge the same pair crosswise wait instead of blocking one another.
    locked = {
        row.pk: row for row in Profile.objects.select_for_update().filter(pk__in={winner.pk, loser.pk}).order_by("pk")
    }
    winner, loser = locked[winner.pk], locked[loser.pk]
    no = why_not_mergeable(winner=winner, loser=loser)
    if no is not None:
        raise no
    filled, moved = values_to_fill(winner, loser), dict(own_counts(winner=winner, loser=loser))
    move_own_rows(winner=winner, loser=loser)
    merging.send(sender=Profile, winner=winner, loser=loser, at=at, cause=cause)
    left = {name: value for name, value in loser.retire(at=at, merged_into=winner).items() if name not in filled}
    payload = {
        "merged_from": str(loser.pk),
        "moved": {label: count for label, count in moved.items() if count},
        "left": left,
        "given_up": [list(one) for one in given_up_preferences(winner, loser)],
    }
    event = winner.record("profile.merged", at=at, cause=cause, payload=payload)
    winner.change(at=at, cause=cause.because_of(event), **filled)
    return winner


def values_to_fill(winner: Profile, loser: Profile) -> dict:
    """What the winner takes over: {field: value} of what it lacks. Of two consents or sizes the winner's own stands; it joined when the first of the two did."""
    filled = {}
    for group in FILLED_TOGETHER:
        if not any(getattr(winner, name) for name in group) and any(getattr(loser, name) for name in group):
            filled |= {name: getattr(loser, name) for name in group}
    for name in ("comms", "appearance"):
        both = getattr(loser, name) | getattr(winner, name)
        if both != getattr(winner, name):
            filled[name] = both
    if loser.joined_at and (winner.joined_at is None or loser.joined_at < winner.joined_at):
        filled["joined_at"] = loser.joined_at
    return filled


def own_counts(*, winner: Profile, loser: Profile) -> list[tuple[str, int]]:
    """How many rows of each kind the winner gains, by the name that people read."""
    return [
        ("Identities", loser.identities.count()),
        ("Addresses", loser.addresses.count()),
        ("Custom attributes", len(side_by_side("custom_attributes", winner=winner, loser=loser)[0])),
        ("Dates", len(side_by_side("dates", winner=winner, loser=loser)[0])),
        ("Tags", loser.tags.exclude(pk__in=winner.tags.values("pk")).count()),
        ("Notes", loser.notes.count()),
        ("Interactions", loser.interactions.count()),
        ("Timeline entries", loser.events.count()),
    ]


def side_by_side(rows: str, *, winner: Profile, loser: Profile) -> tuple[list[int], list[tuple]]:
    """The loser's attributes or dates: the ids of those that the winner lacks, and pairs (winner's, loser's) of those that both have."""
    key = attrgetter(*KNOWN_BY[rows])
    held, brought = {key(row): row for row in getattr(winner, rows).all()}, list(getattr(loser, rows).all())
    free = [row.pk for row in brought if key(row) not in held]
    return free, [(held[key(row)], row) for row in brought if key(row) in held]


def given_up_preferences(winner: Profile, loser: Profile) -> list[tuple[str, str, str]]:
    """(label, the winner's, the loser's) of consents and of what is known of their looks, where both say something else."""
    pairs = [
        ("Consent: ", FLAGS, winner.comms, loser.comms),
        ("", APPEARANCE, winner.appearance, loser.appearance),
    ]
    return [
        (prefix + key.replace("_", " ").capitalize(), answer(kept[key]), answer(given_up[key]))
        for prefix, keys, kept, given_up in pairs
        for key in keys
        if key in kept and key in given_up and kept[key] != given_up[key]
    ]


def answer(value: bool | str) -> str:
    return ("No", "Yes")[value] if isinstance(value, bool) else str(value)


def name_of(row: CustomAttribute | ProfileDate) -> str:
    return str(row) if isinstance(row, CustomAttribute) else row.name or row.handle


def value_of(row: CustomAttribute | ProfileDate) -> str:
    value = row.value if isinstance(row, CustomAttribute) else row.date
    return "" if value is None else str(value)


def move_own_rows(*, winner: Profile, loser: Profile) -> None:
    """Give the winner the loser's rows. An attribute or a date that the winner has too stays behind: the winner's stands."""
    Identity.objects.filter(profile=loser, merged_from=None).update(merged_from=loser.pk)
    has_default = winner.addresses.filter(is_default=True).exists()
    loser.addresses.update(profile=winner, **({"is_default": False} if has_default else {}))
    for rows in KNOWN_BY:
        free, _ = side_by_side(rows, winner=winner, loser=loser)
        getattr(loser, rows).filter(pk__in=free).update(profile=winner)
    held = winner.consents.values_list("code", flat=True)
    loser.consents.exclude(code__in=list(held)).update(profile=winner)
    for model in (Identity, Note, Interaction, Event):
        model.objects.filter(profile=loser).update(profile=winner)
    Interaction.objects.filter(staff=loser).update(staff=winner)
    if not StaffMember.objects.filter(profile=winner).exists():
        StaffMember.objects.filter(profile=loser).update(profile=winner)
    winner.tags.add(*loser.tags.all())
    loser.tags.clear()
    Profile.objects.filter(merged_into=loser).update(merged_into=winner)


def label_of(name: str) -> str:
    label = LABELS.get(name) or Profile._meta.get_field(name).verbose_name
    return str(label)[:1].upper() + str(label)[1:]


def shown(profile: Profile, name: str) -> str:
    """A field as people read it."""
    if name.endswith("location_id"):
        return str(getattr(profile, name.removesuffix("_id")) or "")
    if name in ("comms", "appearance"):
        return ", ".join(f"{key.replace('_', ' ')}: {value}" for key, value in getattr(profile, name).items())
    if name == "gender":
        return profile.get_gender_display()
    return str(as_json(getattr(profile, name)) or "")
