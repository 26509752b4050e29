"""All that is held about one person, as JSON (behaviour.md 2, Privacy)."""

from datetime import datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model

from profiles.merging import exporting
from profiles.models import Profile

ENCODER = DjangoJSONEncoder
# What says nothing about the person, or is said in another form beside it.
LEFT_OUT = {"search_text", "profile"}


def export(profile: Profile, *, at: datetime) -> dict:
    """Everything held about the person, by kind, ready for `json.dumps(…, cls=ENCODER)`. Other apps add theirs by name."""
    data = {
        "exported_at": at,
        "profile": plain(profile) | {"tags": [tag.handle for tag in profile.tags.all()]},
        "identities": [plain(row) for row in profile.identities.all()],
        "consents": [plain(row) for row in profile.consents.all()],
        "addresses": [plain(row) for row in profile.addresses.all()],
        "custom_attributes": [plain(row) for row in profile.custom_attributes.all()],
        "dates": [plain(row) for row in profile.dates.all()],
        "notes": [plain(row) for row in profile.notes.all()],
        "interactions": [
            plain(row) | {"tags": [tag.handle for tag in row.tags.all()]}
            for row in profile.interactions.prefetch_related("tags")
        ],
        "timeline": [plain(row) for row in profile.events.order_by("id")],
        "merged_profiles": [plain(row) for row in profile.merged_from.order_by("pk")],
    }
    for _, answer in exporting.send(sender=Profile, profile=profile):
        data |= answer or {}
    return data


def plain(row: Model) -> dict:
    """The row's own columns."""
    return {
        field.name: getattr(row, field.attname) for field in row._meta.concrete_fields if field.name not in LEFT_OUT
    }
