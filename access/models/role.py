from django.contrib.auth.models import Group
from django.utils.text import slugify

from access.roles import DESCRIPTIONS, OWN_ROLE, WEIGHTS, Role


class StaffRole(Group):
    """A role is Django's group, seen as Omneo's clients see it; handle and weight follow from the name."""

    class Meta:
        proxy = True
        verbose_name = "role"
        ordering = ["id"]

    @property
    def handle(self) -> str:
        return slugify(self.name) or f"role-{self.pk}"

    @property
    def weight(self) -> int:
        """The higher, the more it may do. Roles of the retailer's own stand below the five built-in ones."""
        return WEIGHTS.get(self.name, 0)

    @property
    def description(self) -> str:
        return DESCRIPTIONS.get(self.name, OWN_ROLE)

    @property
    def is_built_in(self) -> bool:
        return self.name in WEIGHTS

    @property
    def is_administrator(self) -> bool:
        return self.name == Role.ADMINISTRATOR
