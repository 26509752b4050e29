from datetime import datetime

import pycountry
from django.core.exceptions import ValidationError
from django.db import models, transaction

from access.recording import Actor, record

PYTHON_TYPES = {"string": (str,), "integer": (int,), "boolean": (bool,), "json": (dict, list, str, int, float, bool)}
CURRENCY = "currency"
REQUEST_KEY = "app.request_key"
# What clients expect on every installation (access/standing.py).
STANDING = {CURRENCY, REQUEST_KEY}
# What apps are told and people in the back office need not read.
SECRET = {REQUEST_KEY}
HIDDEN = "••••••••"


class Setting(models.Model):
    """One value of the programme that integrations may read and administrators may change, such as `currency`."""

    class Type(models.TextChoices):
        STRING = "string", "Text"
        INTEGER = "integer", "Whole number"
        BOOLEAN = "boolean", "Yes or no"
        JSON = "json", "JSON"

    handle = models.CharField(
        max_length=191,
        unique=True,
        help_text="The name that integrations ask for. Example: currency.",
        error_messages={"unique": "Another setting has this handle."},
    )
    value = models.JSONField(null=True, blank=True, help_text="What integrations are told.")
    type = models.CharField(max_length=16, choices=Type, default=Type.STRING)
    is_environment = models.BooleanField(
        "told to apps when they start",
        default=False,
        help_text="Listed under /settings/environment instead of /settings. Example: app.request_key.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["handle"]

    def __str__(self) -> str:
        return self.handle

    @property
    def is_secret(self) -> bool:
        return self.handle in SECRET

    def as_recorded(self, value):
        """A value of this setting as the audit trail may keep it."""
        return HIDDEN if self.is_secret and value is not None else value

    def clean(self) -> None:
        is_bool_as_number = isinstance(self.value, bool) and self.type == self.Type.INTEGER
        fits = isinstance(self.value, PYTHON_TYPES.get(self.type, ())) and not is_bool_as_number
        if self.value is not None and not fits:
            raise ValidationError({"value": f"This is not of type {self.type}."})
        if self.handle == CURRENCY and not is_currency(self.value):
            raise ValidationError({"value": "Write the three letters of a currency, such as AUD."})

    @transaction.atomic
    def change(self, value, *, at: datetime, actor: Actor) -> None:
        """Set the value and record `setting.updated`; nothing is written when it is the same. Raises ValidationError when it does not fit."""
        before, self.value = self.value, value
        self.full_clean()
        if before == value and type(before) is type(value):
            return
        self.save(update_fields=["value", "updated_at"])
        changes = {"value": [self.as_recorded(before), self.as_recorded(value)]}
        record("setting.updated", self, at=at, actor=actor, changes=changes)


def is_currency(code) -> bool:
    return isinstance(code, str) and code.isupper() and pycountry.currencies.get(alpha_3=code) is not None
