import re
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction

from profiles.cause import Cause


class HasTags:
    """What a profile does with its tags."""

    def add_tags(self, *handles: str, at: datetime, cause: Cause) -> list[str]:
        """Tag the customer, making tags that do not exist yet. Records `tag.added` for each new one and returns those."""
        with transaction.atomic():
            # In the customer's turn: whoever asks a condition about tags under the same lock decides by what stands.
            self.in_turn()
            held = set(self.tags.values_list("handle", flat=True))
            wanted = [
                handle
                for handle in dict.fromkeys(handle.strip() for handle in handles)
                if handle and handle not in held
            ]
            self.tags.add(*Tag.objects.named(*wanted))
            for handle in wanted:
                self.record("tag.added", at=at, cause=cause, payload={"tag": handle})
        return wanted

    def remove_tags(self, *handles: str, at: datetime, cause: Cause) -> list[str]:
        """Take tags off. Records `tag.removed` for each that was there and returns those."""
        with transaction.atomic():
            self.in_turn()
            held = list(self.tags.filter(handle__in=handles))
            self.tags.remove(*held)
            for tag in held:
                self.record("tag.removed", at=at, cause=cause, payload={"tag": tag.handle})
        return [tag.handle for tag in held]

    @transaction.atomic
    def set_tags(self, *handles: str, at: datetime, cause: Cause) -> None:
        """Make these the customer's only tags, in one go. Records what was added and what was removed."""
        held = self.tags.values_list("handle", flat=True)
        self.remove_tags(*(handle for handle in held if handle not in handles), at=at, cause=cause)
        self.add_tags(*handles, at=at, cause=cause)


SEVERAL = re.compile("[,;]")


def validate_one_tag(handle: str) -> None:
    """Raise ValidationError for what lists of tags are split at: such a tag could be written by hand, but not read back from a file."""
    if SEVERAL.search(handle):
        raise ValidationError(
            "A tag holds no comma and no semicolon: they stand between several tags.", code="several_tags"
        )


class TagQuerySet(models.QuerySet):
    def named(self, *handles: str) -> list["Tag"]:
        """The tags of these handles, made where they did not exist. Raises ValidationError for one that is too long, or several in one. Safe among parallel callers."""
        for handle in handles:
            if len(handle) > 191:
                raise ValidationError({"tags": "A tag has at most 191 characters."})
            try:
                validate_one_tag(handle)
            except ValidationError as error:
                raise ValidationError({"tags": error}) from error
        self.bulk_create([Tag(handle=handle) for handle in handles], ignore_conflicts=True)
        return list(self.filter(handle__in=handles))


class Tag(models.Model):
    """A word that staff and integrations stick on customers, definitions and interactions."""

    handle = models.CharField(max_length=191, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["handle"]

    def __str__(self) -> str:
        return self.handle

    def clean(self) -> None:
        try:
            validate_one_tag(self.handle)
        except ValidationError as error:
            raise ValidationError({"handle": error}) from error
