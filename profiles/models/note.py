from django.conf import settings
from django.db import models

from profiles.models.belonging import Belonging


class Note(Belonging):
    """What staff wrote down about a customer."""

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="notes")
    text = models.TextField(max_length=5_000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    is_pinned = models.BooleanField("keep on top", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    noun = "note"
    is_of_document = False

    class Meta:
        ordering = ["-is_pinned", "-id"]

    def __str__(self) -> str:
        return self.text[:60]
