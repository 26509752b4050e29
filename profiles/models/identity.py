from datetime import datetime

from django.db import models

from profiles.cause import Cause
from profiles.models.belonging import Belonging


class HasIdentities:
    """What a profile does with its identities."""

    def add_identity(
        self,
        *,
        handle: str,
        identifier: str,
        at: datetime,
        cause: Cause,
        is_primary: bool = False,
        is_active: bool = True,
    ) -> "Identity":
        """Say who the customer is in another system. Records `identity.created`.

        Raises ValidationError `identity_taken` on `identifier` when a profile, this one or another, has it.
        """
        identity = Identity(
            profile=self, handle=handle, identifier=identifier, is_primary=is_primary, is_active=is_active
        )
        identity.put_down(at=at, cause=cause)
        return identity

    def identity_of(self, handle: str) -> "Identity | None":
        """The identity that stands for the customer in that system: the primary one, else the newest."""
        return self.identities.filter(handle=handle).order_by("-is_primary", "-id").first()


class Identity(Belonging):
    """Who the customer is in another system: the handle names the system, the identifier the customer there."""

    profile = models.ForeignKey("profiles.Profile", models.CASCADE, related_name="identities")
    handle = models.CharField("system", max_length=191, help_text="The other system, such as shopify or loyalty-card.")
    identifier = models.CharField(
        max_length=191, help_text="What that system calls the customer, such as a card number."
    )
    is_primary = models.BooleanField("primary", default=False)
    is_active = models.BooleanField("active", default=True)
    merged_from = models.UUIDField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    noun = "identity"
    told = ("handle", "identifier")
    told_at = {"identity_taken": "identifier"}

    class Meta:
        verbose_name_plural = "identities"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["handle", "identifier"],
                name="profiles_identity_belongs_to_one",
                violation_error_code="identity_taken",
                violation_error_message="Another profile has this identity.",
            )
        ]
        indexes = [models.Index(fields=["identifier"], name="profiles_identity_identifier")]

    def __str__(self) -> str:
        return f"{self.handle}: {self.identifier}"

    def clean(self) -> None:
        self.handle = self.handle.strip()
        self.identifier = self.identifier.strip()
