"""One person's data is erased: what is personal goes, what was counted stays (behaviour.md 2, Privacy)."""

from datetime import datetime

from django.db import transaction

from cxmanager.refusals import Refusal
from profiles.cause import Cause
from profiles.importing.forgetting import forget_outlived, forget_previews
from profiles.merging import erasing
from profiles.models import Address, Consent, CustomAttribute, Event, Identity, Interaction, Note, Profile, ProfileDate

ERASED = "erased"
# What remains of a person: when they came and where they shop is counted, not personal without the rest.
KEPT = {
    *("id", "profile_type", "is_completed", "joined_at", "joined_location", "preferred_location", "currency"),
    *("merged_into", "deleted_at", "erased_at", "created_at", "updated_at"),
}
# The events of these concepts carry what the person is called, owns or said; those of other apps are scrubbed by them.
PERSONAL_EVENTS = (
    "profile",
    "identity",
    "date",
    "address",
    "attribute",
    "profile-attribute",
    "interaction",
    "note",
    "tag",
    "consent",
)


def why_not_erasable(profile: Profile) -> Refusal | None:
    """Why this person cannot be erased, or None. Having been deleted is no reason."""
    if profile.erased_at is not None:
        return Refusal("The data of this person was already erased.", code="already_erased")
    if profile.merged_into_id is not None:
        return Refusal(
            "This profile was merged into another. Erase that one: it takes this one along.", code="already_merged"
        )
    return None


@transaction.atomic
def erase(profile: Profile, *, at: datetime, cause: Cause) -> Profile:
    """Erase the person for good, with every profile that was merged into this one. Returns the empty profile.

    Names, contact, addresses, identities, attributes, notes, the text of interactions and what the timeline quoted are gone;
    the timeline's entries, counts and whatever other apps' ledgers hold stay. After the commit the files and refused rows of
    all imports go too. Records `profile.erased`. Raises Refusal: already_erased, already_merged.
    """
    profile = Profile.objects.select_for_update().get(pk=profile.pk)
    no = why_not_erasable(profile)
    if no is not None:
        raise no
    erasing.send(sender=Profile, profile=profile, at=at, cause=cause)
    for one in [profile, *Profile.objects.select_for_update().filter(merged_into=profile).order_by("pk")]:
        delete_personal_rows(one)
        blank_interactions(one)
        scrub_events(one)
        blank_fields(one, at=at)
    profile.record("profile.erased", at=at, cause=cause)
    # A file cannot be brought back when the transaction is. Should this process die here, the workers do it within the hour.
    transaction.on_commit(lambda: forget_everything_uploaded(at=at))
    return profile


def forget_everything_uploaded(*, at: datetime) -> None:
    """Delete the files of customers that were uploaded so far: any of them may name the person."""
    forget_outlived(at=at)
    forget_previews(at=at)


def delete_personal_rows(profile: Profile) -> None:
    for model in (Identity, Address, Consent, CustomAttribute, ProfileDate, Note):
        model.objects.filter(profile=profile).delete()
    profile.tags.clear()


def blank_interactions(profile: Profile) -> None:
    """That there was a contact, when and through which channel stays; what was said, and where from, goes."""
    Interaction.tags.through.objects.filter(interaction__profile=profile).delete()
    profile.interactions.update(name=ERASED, description="", url="", latitude="", longitude="", meta=None)


def scrub_events(profile: Profile) -> None:
    """Of the person's own concepts only the names of changed fields stay; the reasons that staff wrote go everywhere."""
    profile.events.exclude(reason="").update(reason="")
    rows = [
        event
        for event in profile.events.exclude(payload={}).only("name", "payload").iterator(chunk_size=500)
        if event.name.split(".")[0] in PERSONAL_EVENTS
    ]
    for event in rows:
        event.payload = {ERASED: True, "fields": sorted(event.payload.get("changes") or {})}
    Event.objects.bulk_update(rows, ["payload"], batch_size=500)


def blank_fields(profile: Profile, *, at: datetime) -> None:
    """Set every field that is not named in `KEPT` back to empty: one that is added later is erased too."""
    for field in profile._meta.concrete_fields:
        if field.name not in KEPT:
            setattr(profile, field.attname, None if field.null else field.get_default() if field.has_default() else "")
    profile.profile_type = Profile.Type.DELETED
    profile.deleted_at, profile.erased_at = profile.deleted_at or at, at
    profile.save()
