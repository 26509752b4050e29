"""Sentences of Django's own, said as the house says them: what the back office says after a save, and what a handle may be."""

from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.validators import validate_slug
from django.utils.safestring import SafeString, mark_safe

HANDLE = "Write letters from a to z, digits, hyphens and underscores only, without spaces. Example: gold-members."


class PlainStorage(FallbackStorage):
    """For all messages, whoever sends them: “was added successfully” becomes “was added”."""

    def add(self, level: int, message, extra_tags: str = "") -> None:
        plain = str(message).replace(" successfully", "")
        super().add(level, mark_safe(plain) if isinstance(message, SafeString) else plain, extra_tags)  # noqa: S308 (as safe as it came)


def say_what_a_handle_is() -> None:
    """Let every form, model and endpoint say `HANDLE` where they spoke of a valid “slug”. Once, when the server starts.

    Django and its REST framework each keep that sentence in one place, which all their fields share.
    """
    # Here, because it cannot be imported before all apps are known.
    from rest_framework.serializers import SlugField

    validate_slug.message = HANDLE
    SlugField.default_error_messages["invalid"] = HANDLE
