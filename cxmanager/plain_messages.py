"""What the back office says after a save: Django's own sentences, without the word that says nothing."""

from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe


class PlainMessagesMixin:
    """For a ModelAdmin: “was added successfully” becomes “was added”."""

    def message_user(self, request: HttpRequest, message, *args, **kwargs) -> None:
        plain = str(message).replace(" successfully", "")
        super().message_user(request, mark_safe(plain) if isinstance(message, SafeString) else plain, *args, **kwargs)  # noqa: S308 (as safe as it came)
