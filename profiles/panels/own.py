"""The panels that profiles bring to their own page: who this is, what staff wrote, what happened."""

from django.urls import reverse
from django.utils.dates import MONTHS

from profiles.models import Profile
from profiles.panels import Panel, register
from profiles.panels.timeline import timeline
from profiles.preferences import CHANNELS, TOPICS, stance

NOTES_SHOWN = 20
INTERACTIONS_SHOWN = 5
CHANNEL_LABELS = {"email": "E-mail", "sms": "Text message", "push": "App", "phone": "Phone", "post": "Post"}
STANCES = {"granted": "Yes", "withdrawn": "No", None: "Not asked"}


def adding(kind: str, model: str, title: str):
    """The button that opens the form for a new row of this kind, for those who may add one."""

    def actions(profile: Profile, request) -> list[dict]:
        if profile.deleted_at or not request.user.has_perm(f"profiles.add_{model}"):
            return []
        url = reverse("admin:profiles_profile_belonging_add", args=[profile.pk, kind])
        return [{"title": title, "icon": "add", "url": url}]

    return actions


def editing(profile: Profile, request) -> list[dict]:
    if profile.deleted_at or not request.user.has_perm("profiles.change_profile"):
        return []
    return [{"title": "Edit", "icon": "edit", "url": reverse("admin:profiles_profile_edit", args=[profile.pk])}]


def may_change(profile: Profile, request, model: str) -> bool:
    return profile.deleted_at is None and request.user.has_perm(f"profiles.change_{model}")


def details(profile: Profile, request) -> dict:
    return {
        "birthday": birthday(profile),
        "facts": [
            ("Gender", profile.get_gender_display()),
            ("Company", profile.company),
            ("Occupation", profile.occupation),
            ("Second phone", profile.secondary_phone),
            ("Preferred location", str(profile.preferred_location or "")),
            ("Joined at", str(profile.joined_location or "")),
            ("Currency", profile.currency),
        ],
        "consents": [
            {
                "label": CHANNEL_LABELS[channel],
                "stance": stance(profile.comms, channel, "promo"),
                "answer": STANCES[stance(profile.comms, channel, "promo")],
                "is_bounced": profile.comms.get(f"{channel}_bounced") is True,
                "topics": [topic for topic in TOPICS if stance(profile.comms, channel, topic) == "granted"],
            }
            for channel in CHANNELS
        ],
    }


def birthday(profile: Profile) -> dict:
    """Day, month's name and year as far as they are known: a year alone is no birthday, a month alone says when to greet."""
    month = str(MONTHS[profile.birth_month]) if profile.birth_month else ""
    day = str(profile.birth_day) if profile.birth_day else ""
    return {"day": " ".join(part for part in (day, month) if part), "year": profile.birth_year}


def notes(profile: Profile, request) -> dict:
    rows = list(profile.notes.select_related("author")[: NOTES_SHOWN + 1])
    return {
        "notes": rows[:NOTES_SHOWN],
        "has_more": len(rows) > NOTES_SHOWN,
        "may_add": profile.deleted_at is None and request.user.has_perm("profiles.add_note"),
        "may_change": may_change(profile, request, "note"),
        "may_delete": request.user.has_perm("profiles.delete_note"),
    }


def tags(profile: Profile, request) -> dict:
    return {"tags": profile.tags.all(), "may_change": may_change(profile, request, "profile")}


def identities(profile: Profile, request) -> dict:
    return {
        "identities": profile.identities.all(),
        "may_change": may_change(profile, request, "identity"),
    }


def addresses(profile: Profile, request) -> dict:
    return {
        "addresses": sorted(profile.addresses.all(), key=lambda address: not address.is_default),
        "may_change": may_change(profile, request, "address"),
    }


def attributes(profile: Profile, request) -> dict:
    return {
        "custom": profile.custom_attributes.order_by("namespace", "handle"),
        "appearance": [
            (key.replace("_", " ").capitalize(), value) for key, value in sorted(profile.appearance.items())
        ],
        "dates": profile.dates.order_by("date"),
        "may_change_custom": may_change(profile, request, "customattribute"),
        "may_change_dates": may_change(profile, request, "profiledate"),
    }


def attribute_actions(profile: Profile, request) -> list[dict]:
    return [
        *adding("attribute", "customattribute", "Attribute")(profile, request),
        *adding("date", "profiledate", "Date")(profile, request),
    ]


def interactions(profile: Profile, request) -> dict:
    rows = profile.interactions.select_related("location").order_by("-interacted_at", "-id")[: INTERACTIONS_SHOWN + 1]
    rows = list(rows)
    return {
        "interactions": rows[:INTERACTIONS_SHOWN],
        "has_more": len(rows) > INTERACTIONS_SHOWN,
        "may_change": may_change(profile, request, "interaction"),
    }


def own(handle: str, **given) -> None:
    register(Panel(handle=handle, template=f"admin/profiles/panels/{handle}.html", **given))


own(
    "notes",
    title="Notes",
    icon="sticky_note_2",
    order=20,
    context=notes,
    permission="profiles.view_note",
    is_narrow=True,
)
own("details", title="Details", icon="person", order=30, context=details, actions=editing, is_narrow=True)
own("tags", title="Tags", icon="sell", order=40, context=tags, permission="profiles.view_tag", is_narrow=True)
own(
    "identities",
    title="Identities",
    icon="badge",
    order=50,
    context=identities,
    permission="profiles.view_identity",
    actions=adding("identity", "identity", "Add"),
    is_narrow=True,
)
own(
    "addresses",
    title="Addresses",
    icon="home",
    order=60,
    context=addresses,
    permission="profiles.view_address",
    actions=adding("address", "address", "Add"),
    is_narrow=True,
)
own(
    "attributes",
    title="Attributes",
    icon="tune",
    order=200,
    context=attributes,
    permission="profiles.view_customattribute",
    actions=attribute_actions,
)
own(
    "interactions",
    title="Interactions",
    icon="forum",
    order=300,
    context=interactions,
    permission="profiles.view_interaction",
    actions=adding("interaction", "interaction", "Record"),
)
own("timeline", title="Timeline", icon="history", order=900, context=timeline, permission="profiles.view_event")
