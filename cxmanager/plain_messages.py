"""What the back office says after a save: Django's own sentences, without the word that says nothing."""

from django.contrib.messages.storage.fallback import FallbackStorage
from django.utils.safestring import SafeString, mark_safe


class PlainStorage(FallbackStorage):
    """For all messages, whoever sends them: “was added successfully” becomes “was added”."""

    def add(self, level: int, message, extra_tags: str = "") -> None:
        plain = str(message).replace(" successfully", "")
        super().add(level, mark_safe(plain) if isinstance(message, SafeString) else plain, extra_tags)  # noqa: S308 (as safe as it came)
