"""What reactions can do with what is known of a customer."""

from datetime import datetime

from profiles.acting import Anything, Text, acts
from profiles.cause import Cause
from profiles.models import Interaction, Profile

TAG = Text("tag", "Tag", "Made if it does not exist. Example: vip.", longest=100)
TAKEN_OFF = Text("tag", "Tag", "Nothing happens to who does not have it. Example: vip.", longest=100)


@acts("tag.add", label="Add a tag", sentence="add the tag “{tag}”", takes=[TAG], icon="new_label")
def add_tag(profile: Profile, *, at: datetime, cause: Cause, tag: str) -> str:
    return said(profile.add_tags(tag, at=at, cause=cause), f"Tagged “{tag}”.", f"Had the tag “{tag}” already.")


@acts("tag.remove", label="Take off a tag", sentence="take off the tag “{tag}”", takes=[TAKEN_OFF], icon="label_off")
def remove_tag(profile: Profile, *, at: datetime, cause: Cause, tag: str) -> str:
    return said(profile.remove_tags(tag, at=at, cause=cause), f"Took off “{tag}”.", f"Did not have the tag “{tag}”.")


def said(changed: list, done: str, nothing: str) -> str:
    return done if changed else nothing


@acts(
    "attribute.set",
    label="Set a custom attribute",
    sentence="set the attribute {namespace}:{handle} to “{value}”",
    takes=[
        Text("namespace", "Namespace", "Groups attributes. Example: club."),
        Text("handle", "Handle", "Example: favourite_coffee."),
        Anything("value", "Value", "Example: flat white."),
    ],
    icon="tune",
)
def set_attribute(profile: Profile, *, at: datetime, cause: Cause, namespace: str, handle: str, value):
    return profile.set_custom_attribute(namespace=namespace, handle=handle, value=value, at=at, cause=cause)


@acts(
    "interaction.create",
    label="Note down an interaction",
    sentence="note down the interaction “{name}”",
    takes=[
        Text("name", "Name", "What the timeline calls it. Example: Birthday wishes sent."),
        Text("action", "What it was", choices=lambda: Interaction.Action.choices, is_required=False, default="reach"),
        Text("channel", "Channel", choices=lambda: Interaction.Channel.choices, is_required=False, default="email"),
        Text("namespace", "Namespace", "Whose record it is.", is_required=False, default="reactions"),
    ],
    icon="forum",
)
def create_interaction(profile: Profile, *, at: datetime, cause: Cause, **fields) -> Interaction:
    return profile.add_interaction(at=at, cause=cause, **fields)
