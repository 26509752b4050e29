from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction

from profiles.cause import Cause
from profiles.models.belonging import Belonging
from profiles.preferences import consents_told, with_appearance, with_comms

PYTHON_TYPES = {
    "string": (str,),
    "integer": (int,),
    "float": (int, float),
    "boolean": (bool,),
    "json": (dict, list, str, int, float, bool, type(None)),
    "array": (list,),
}


class HasAttributes:
    """What a profile does with its attributes: consents, appearance, dates, and the retailer's own."""

    @transaction.atomic
    def set_comms(self, values: dict, *, at: datetime, cause: Cause, text_version: str = "") -> dict:
        """Set consents and contact states; a key that is not given stays, None forgets it. Returns all that are set.

        Records `profile.updated`, and `consent.granted` or `consent.withdrawn` for each permission that was given or
        taken back. Raises ValidationError naming each unknown key and wrong value.
        """
        before = self.in_turn().comms
        self.change(at=at, cause=cause, comms=with_comms(before, values, at=at))
        self.tell_consents(before, at=at, cause=cause, text_version=text_version)
        return self.comms

    @transaction.atomic
    def set_appearance(self, values: dict, *, at: datetime, cause: Cause) -> dict:
        """Set colours, sizes and measures; a key that is not given stays, None forgets it. Returns all that are set.

        Records `profile.updated`. Raises ValidationError naming each unknown key and wrong value.
        """
        self.change(at=at, cause=cause, appearance=with_appearance(self.in_turn().appearance, values))
        return self.appearance

    def tell_consents(self, before: dict, *, at: datetime, cause: Cause, text_version: str = "") -> None:
        """Note and record `consent.granted` and `consent.withdrawn` for what the customer said since the consents before."""
        self.note_consents(consents_told(before, self.comms), at=at, cause=cause, text_version=text_version)

    @transaction.atomic
    def set_custom_attribute(
        self, *, namespace: str, handle: str, value, at: datetime, cause: Cause, type: str | None = None
    ) -> "CustomAttribute":
        """Set the value, making the attribute when there is none. Without a type it keeps its own, else takes the value's.

        Records `attribute.created` or `attribute.updated`. Raises ValidationError when value and type do not fit.
        """
        self.in_turn()
        held = self.custom_attributes.filter(namespace=namespace.strip(), handle=handle.strip()).first()
        if held is None:
            held = CustomAttribute(profile=self, namespace=namespace.strip(), handle=handle.strip(), value=value)
            held.type = type or type_of(value)
            held.put_down(at=at, cause=cause)
            return held
        fits = type is not None or fits_type(value, held.type)
        held.change(at=at, cause=cause, value=value, type=type or (held.type if fits else type_of(value)))
        return held

    @transaction.atomic
    def set_date(
        self, *, handle: str, date: date | None = None, at: datetime, cause: Cause, relationship: str = "", **fields
    ) -> "ProfileDate":
        """Set a date that matters to the customer: one for each handle and relationship. What is not given stays as it was.

        Records `date.created` or `date.updated`. Raises ValidationError for a wrong or missing field.
        """
        self.in_turn()
        if date is not None:
            fields["date"] = date
        held = self.dates.filter(handle=handle.strip(), relationship=relationship.strip()).first()
        if held is None:
            held = ProfileDate(profile=self, handle=handle.strip(), relationship=relationship.strip(), **fields)
            held.put_down(at=at, cause=cause)
        else:
            held.change(at=at, cause=cause, **fields)
        return held

    def in_turn(self):
        """This customer as it is now, locked until the transaction ends: two callers do not both find nothing and both insert."""
        return type(self).objects.select_for_update(no_key=True).get(pk=self.pk)


def type_of(value) -> str:
    """The type of an attribute that is set without one."""
    for kind in ("boolean", "integer", "float", "string", "array"):
        if fits_type(value, kind) and value is not None:
            return kind
    return "json" if value is not None else "string"


def fits_type(value, kind: str) -> bool:
    """Whether the value is of the type. None, which says that nothing is known, fits all."""
    if isinstance(value, bool) and kind in ("integer", "float"):
        return False
    return value is None or isinstance(value, PYTHON_TYPES.get(kind, ()))


class CustomAttribute(Belonging):
    """A value of the retailer's own choosing, addressed by namespace and handle (omneo-reference 2.3)."""

    class Type(models.TextChoices):
        STRING = "string"
        INTEGER = "integer"
        FLOAT = "float"
        BOOLEAN = "boolean"
        JSON = "json"
        ARRAY = "array"

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="custom_attributes")
    namespace = models.CharField(max_length=191)
    handle = models.CharField(max_length=191)
    type = models.CharField(max_length=10, choices=Type, default=Type.STRING)
    value = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    noun = "attribute"
    told = ("namespace", "handle", "type", "value")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["profile", "namespace", "handle"], name="profiles_custom_attribute_is_set_once"
            )
        ]
        indexes = [models.Index(fields=["namespace", "handle"], name="profiles_custom_by_handle")]

    def __str__(self) -> str:
        return f"{self.namespace}:{self.handle}"

    def clean(self) -> None:
        if not fits_type(self.value, self.type):
            raise ValidationError({"value": f"This is not of type {self.type}."})


class ProfileDate(Belonging):
    """A date that matters to a customer: a wedding, a child's birthday (omneo-reference 2.3, dates)."""

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="dates")
    type = models.CharField(max_length=191, blank=True)
    date = models.DateField()
    name = models.CharField(max_length=191, blank=True)
    handle = models.CharField(max_length=191)
    relationship = models.CharField(max_length=191, blank=True)
    is_recurring = models.BooleanField(default=False)
    recurring_schedule = models.CharField(max_length=32, blank=True)
    note = models.TextField(blank=True)
    description = models.TextField(blank=True)
    role = models.CharField(max_length=191, blank=True)
    meta = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    noun = "date"
    told = ("handle", "relationship", "date")

    class Meta:
        verbose_name = "date"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["profile", "handle", "relationship"], name="profiles_date_is_set_once")
        ]

    def __str__(self) -> str:
        return f"{self.name or self.handle}: {self.date}"
