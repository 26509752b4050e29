from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from access.recording import differences
from access.roles import Role


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields) -> "User":
        """A user who may sign in to the back office; what they may do there comes from their roles."""
        user = self.model(email=email.lower(), **{"is_staff": True, **fields})
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields) -> "User":
        return self.create_user(email, password, **{**fields, "is_superuser": True})

    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email=email.lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person of the retailer, or the machine user of an integration. Signs in by e-mail."""

    name = models.CharField(max_length=191)
    email = models.EmailField(
        max_length=191, unique=True, error_messages={"unique": "A user with this e-mail address exists."}
    )
    is_active = models.BooleanField(
        "may sign in",
        default=True,
        help_text="Untick instead of deleting: what this person did stays on record, their tokens stop working at once.",
    )
    is_staff = models.BooleanField(
        "may open the back office", default=True, help_text="Leave unticked for the machine user of an integration."
    )
    throttle = models.PositiveIntegerField(
        "requests per minute",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1_000_000)],
        help_text="How many API requests a minute this user's tokens may make. Empty means the server's own limit.",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["name", "id"]
        permissions = [("view_audit", "Can read the audit trail")]

    def __str__(self) -> str:
        return self.name or self.email

    def clean(self) -> None:
        self.email = self.email.lower()

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def is_administrator(self) -> bool:
        """Whether they manage users in the back office."""
        return self.is_active and self.is_staff and (self.is_superuser or Role.ADMINISTRATOR in self.role_names())

    def is_last_administrator(self) -> bool:
        """Whether nobody could manage users any more without them. The pages ask; a token with CRUD-users can make another."""
        if not self.is_administrator:
            return False
        administrators = models.Q(is_superuser=True) | models.Q(groups__name=Role.ADMINISTRATOR)
        others = User.objects.filter(administrators, is_active=True, is_staff=True).exclude(pk=self.pk)
        return not others.exists()

    def role_names(self) -> list[str]:
        return sorted(group.name for group in self.groups.all())

    def as_recorded(self) -> dict:
        """What the audit trail compares: no secret."""
        return {
            "name": self.name,
            "email": self.email,
            "is_active": self.is_active,
            "is_staff": self.is_staff,
            "throttle": self.throttle,
            "roles": self.role_names(),
        }

    def differences_from(self, before: dict, *, is_password_set: bool = False) -> dict[str, list]:
        """What changed since `before`, for the audit trail. That a password was set is told; the password is not."""
        changes = differences(before, self.as_recorded())
        return changes | ({"password": ["…", "set anew"]} if is_password_set else {})
