"""What a customer allows and how they look: the vocabularies of consents and appearance (omneo-reference 2.3)."""

from datetime import UTC, datetime

from django.core.exceptions import ValidationError

CHANNELS = ("email", "sms", "push", "phone", "post")
TOPICS = ("discover", "benefits", "reminders", "account", "bookings", "feedback", "location", "service")
PERMISSIONS = tuple(f"{channel}_{what}" for channel in CHANNELS for what in ("promo", *TOPICS))
STATES = ("promo", "optout", "bounced")
FLAGS = tuple(f"{channel}_{what}" for channel in CHANNELS for what in (*STATES, *TOPICS))
VERIFICATIONS = tuple(f"{channel}_verification" for channel in ("email", "sms", "phone", "post"))
VERIFICATION_STATES = ("sent", "not_sent")
COMMS_TEXTS = ("terms_accepted_version",)
COMMS_MOMENTS = ("terms_accepted_at", "email_consent_updated_at", "sms_consent_updated_at")
COMMS = (*FLAGS, *VERIFICATIONS, *COMMS_MOMENTS, *COMMS_TEXTS)

SIZES = (
    *("cup", "hat", "top", "dress", "gloves", "jacket", "pant", "shoe", "type_age", "type_region"),
    *("swimwear_top", "swimwear_bottom", "swimwear_cup", "formal_jacket", "formal_jacket_length", "formal_shirt"),
    *("formal_shirt_fit", "formal_trouser", "formal_trouser_drop", "formal_trouser_leg"),
)
FINGERS = ("thumb", "index", "middle", "ring", "pinky")
MEASUREMENTS = (
    *("arm", "arm_inside", "bust", "chest", "foot_length", "head", "height", "hip", "leg_inside", "leg_outside"),
    *("neck", "neck_to_wrist", "shoulders", "waist", "weight"),
    *(f"hand_{side}_{finger}" for side in ("right", "left") for finger in FINGERS),
    *(f"ear_{part}" for part in ("helix", "forward_helix", "flat", "conch", "tragus", "lobe")),
)
APPEARANCE = (
    *("hair_colour", "hair_length", "shape_body", "shape_face", "skin_type", "brow_colour", "eye_colour"),
    *(f"size_{name}" for name in SIZES),
    *(f"measurement_{name}" for name in MEASUREMENTS),
)
LONGEST = 191


def with_comms(now: dict, values: dict, *, at: datetime) -> dict:
    """The consents with these values set and those of None forgotten. Raises ValidationError naming each key that is wrong.

    When what the customer allows by e-mail or text changes, `…_consent_updated_at` says when, unless that is given too.
    """
    after = changed(now, values, known=COMMS, complaint=complaint_about_comms)
    for channel in ("email", "sms"):
        key = f"{channel}_consent_updated_at"
        if key not in values and any(one.startswith(f"{channel}_") for _, one in consents_told(now, after)):
            after[key] = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    return after


def with_appearance(now: dict, values: dict) -> dict:
    """The appearance with these values set and those of None forgotten. Raises ValidationError naming each key that is wrong."""
    return changed(now, values, known=APPEARANCE, complaint=complaint_about_text)


def changed(now: dict, values: dict, *, known: tuple[str, ...], complaint) -> dict:
    wrong = {}
    for key, value in values.items():
        said = complaint(key, value) if key in known else f"There is no such key. It knows: {', '.join(known)}."
        if said and (value is not None or key not in known):
            wrong[key] = said
    if wrong:
        raise ValidationError(wrong)
    return {key: value for key, value in (now | values).items() if value is not None}


def complaint_about_comms(key: str, value) -> str | None:
    """What is wrong with the value of a consent, or None."""
    if key in FLAGS:
        return None if isinstance(value, bool) else "This is true or false."
    if key in VERIFICATIONS:
        return None if value in VERIFICATION_STATES else f"This is one of: {', '.join(VERIFICATION_STATES)}."
    return complaint_about_text(key, value)


def complaint_about_text(key: str, value) -> str | None:
    """What is wrong with a short text, or None."""
    if isinstance(value, str) and len(value) <= LONGEST:
        return None
    return f"This is a text of at most {LONGEST} characters."


def consents_told(before: dict, after: dict) -> list[tuple[str, str]]:
    """What the customer said by this change: [("granted" | "withdrawn", "email_promo")], in the order of the vocabulary.

    A permission is granted when its flag is true and its channel is not opted out of; withdrawn when its flag is false,
    or when the customer opts out of the channel. Saying nothing about it is neither.
    """
    told = []
    for channel in CHANNELS:
        for what in ("promo", *TOPICS):
            was, now = stance(before, channel, what), stance(after, channel, what)
            if now is not None and now != was:
                told.append((now, f"{channel}_{what}"))
    return told


def stance(comms: dict, channel: str, what: str) -> str | None:
    """Whether the permission stands as granted, as withdrawn, or was never spoken of."""
    flag, is_opted_out = comms.get(f"{channel}_{what}"), comms.get(f"{channel}_optout") is True
    if flag is False or (is_opted_out and (flag is True or what == "promo")):
        return "withdrawn"
    return "granted" if flag is True else None
