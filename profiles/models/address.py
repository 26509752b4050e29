from datetime import datetime

from django.db import models, transaction

from profiles.cause import Cause
from profiles.models.belonging import Belonging


class HasAddresses:
    """What a profile does with its addresses."""

    def add_address(self, *, at: datetime, cause: Cause, **fields) -> "Address":
        """Note down an address. Records `address.created`. Raises ValidationError when a field is wrong or missing."""
        address = Address(profile=self, **fields)
        address.put_down(at=at, cause=cause)
        return address


class Address(Belonging):
    """A postal address of a customer (omneo-reference 2.4)."""

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="addresses")
    address_line_1 = models.CharField(max_length=191)
    address_line_2 = models.CharField(max_length=191, blank=True)
    address_line_3 = models.CharField(max_length=191, blank=True)
    company = models.CharField(max_length=191, blank=True)
    city = models.CharField(max_length=191)
    state = models.CharField(max_length=191)
    postcode = models.CharField(max_length=32)
    country = models.CharField(max_length=191)
    iso = models.CharField(max_length=3, blank=True)
    iso_state = models.CharField(max_length=10, blank=True)
    latitude = models.CharField(max_length=32, blank=True)
    longitude = models.CharField(max_length=32, blank=True)
    is_default = models.BooleanField(default=False)
    notes = models.TextField(blank=True)
    external_id = models.CharField(max_length=191, blank=True)
    meta = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    noun = "address"
    told = ("external_id",)

    class Meta:
        verbose_name_plural = "addresses"
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.address_line_1}, {self.city}"

    @transaction.atomic
    def put_down(self, *, at: datetime, cause: Cause) -> None:
        super().put_down(at=at, cause=cause)
        self._be_the_only_default()

    @transaction.atomic
    def change(self, *, at: datetime, cause: Cause, **values) -> dict[str, list]:
        changes = super().change(at=at, cause=cause, **values)
        self._be_the_only_default()
        return changes

    def _be_the_only_default(self) -> None:
        """A new default address takes the place of the earlier one."""
        if self.is_default:
            Address.objects.filter(profile=self.profile_id, is_default=True).exclude(pk=self.pk).update(
                is_default=False
            )
