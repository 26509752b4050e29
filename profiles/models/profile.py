from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Lower
from uuid_utils.compat import uuid7

from profiles.birthdays import IN_FUTURE, is_in_future
from profiles.cause import Cause
from profiles.models.address import HasAddresses
from profiles.models.attribute import HasAttributes
from profiles.models.consent import HasConsents
from profiles.models.constraints import TellsWhichField, told_politely
from profiles.models.event import Event, as_json
from profiles.models.fields import LowerCaseEmailField
from profiles.models.identity import HasIdentities, Identity
from profiles.models.interaction import HasInteractions
from profiles.models.tag import HasTags
from profiles.phones import read_phone
from profiles.searching import folded, is_identifying, phone_in, search_text_of, spellings

LEAP_YEAR = 2000
BIRTH = {"birth_year", "birth_month", "birth_day"}


class ProfileQuerySet(models.QuerySet):
    def living(self) -> "ProfileQuerySet":
        """Without the deleted, erased and merged-away."""
        return self.filter(deleted_at=None)

    def matching(self, condition, *, at: datetime) -> "ProfileQuerySet":
        """Those of whom the `Condition` holds at that moment. One query, however long the condition."""
        return self.filter(condition.q(at=at))

    def search(self, text: str) -> "ProfileQuerySet":
        """Profiles whose identity, e-mail or phone is exactly `text`; else those whose name or e-mail contains every word of it.

        Tolerant of case, accents and spaces. A word of one or two letters must begin a name: so short a one is indexed
        nowhere else. Two queries beforehand, by b-tree; the result's own is trigram-indexed on PostgreSQL.
        """
        words = folded(text).split()
        if not words:
            return self
        # Looked up first: an OR with a subquery would keep PostgreSQL from using any of the indexes.
        exact = self.identified_by(text)
        if exact and is_identifying(text):
            return self.filter(pk__in=exact)
        named = Q()
        for word in words:
            if len(word) < 3 and word.isascii():
                named &= Q(search_text__startswith=word) | Q(search_text__contains=f" {word}")
            else:
                named &= Q(search_text__contains=word)
        return self.filter(Q(pk__in=exact) | named if exact else named)

    def identified_by(self, text: str) -> list:
        """The keys of profiles of which the text is an identity, the e-mail or the phone."""
        known = Identity.objects.filter(identifier__in=spellings(text)).values_list("profile_id", flat=True)[:100]
        contact, phone = Q(email=text.strip().lower()), phone_in(text)
        if phone is not None:
            contact |= Q(mobile_phone_e164=phone)
        return [*known, *Profile.objects.filter(contact).values_list("pk", flat=True)]


class Profile(HasIdentities, HasAttributes, HasConsents, HasAddresses, HasInteractions, HasTags, TellsWhichField):
    """A customer (behaviour.md 2; Omneo's shape in omneo-reference 2.1). Changed through verbs that leave an event."""

    class Gender(models.TextChoices):
        MALE = "male", "Male"
        FEMALE = "female", "Female"
        # Omneo spells it so, and its clients send it so.
        WITHHELD = "witheld", "Withheld"
        OTHER = "other", "Other"

    class Type(models.TextChoices):
        TEMPORARY = "temporary", "Temporary"
        DEPENDANT = "dependant", "Dependant"
        INCOMPLETE = "incomplete", "Incomplete"
        PENDING = "pending", "Pending"
        SYSTEM = "system", "System"
        ACTIVE = "active", "Active"
        DELETED = "deleted", "Deleted"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    title = models.CharField(max_length=50, blank=True)
    first_name = models.CharField(max_length=191, blank=True)
    last_name = models.CharField(max_length=191, blank=True)
    email = LowerCaseEmailField(
        "e-mail",
        max_length=191,
        null=True,
        blank=True,
        help_text="One customer for each address. Stored in lower case.",
    )
    mobile_phone = models.CharField(
        max_length=50,
        null=True,
        blank=True,
        help_text="As the customer gives it, such as 0450 551 500. One customer for each number.",
    )
    mobile_phone_country = models.CharField(max_length=2, blank=True)
    mobile_phone_e164 = models.CharField("mobile phone (E.164)", max_length=20, null=True, blank=True, editable=False)
    mobile_phone_national = models.CharField(max_length=50, blank=True, editable=False)
    secondary_phone = models.CharField(
        max_length=50, blank=True, help_text="A second number. Several customers may share it."
    )
    gender = models.CharField(max_length=10, choices=Gender, blank=True)
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_month = models.PositiveSmallIntegerField(null=True, blank=True)
    birth_day = models.PositiveSmallIntegerField(null=True, blank=True)
    company = models.CharField(max_length=191, blank=True)
    occupation = models.CharField(max_length=191, blank=True)
    avatar_url = models.URLField(max_length=500, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    profile_type = models.CharField("status", max_length=16, choices=Type, default=Type.ACTIVE)
    is_completed = models.BooleanField("profile is complete", default=False)
    joined_at = models.DateTimeField(null=True, blank=True)
    joined_location = models.ForeignKey("profiles.Location", models.SET_NULL, null=True, blank=True, related_name="+")
    preferred_location = models.ForeignKey(
        "profiles.Location", models.SET_NULL, null=True, blank=True, related_name="+"
    )
    comms = models.JSONField("consents", default=dict, blank=True)
    appearance = models.JSONField(default=dict, blank=True)
    tags = models.ManyToManyField("profiles.Tag", blank=True, related_name="profiles")
    search_text = models.CharField(max_length=600, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="merged_from", editable=False
    )
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProfileQuerySet.as_manager()

    told_at = {"email_taken": "email", "phone_taken": "mobile_phone"}

    class Meta:
        verbose_name = "profile"
        # Version 7 identifiers grow with time: this is newest first, on the primary key alone.
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["birth_month", "birth_day"], name="profiles_profile_birthday"),
            models.Index(fields=["updated_at"], name="profiles_profile_updated"),
            models.Index(fields=["created_at", "id"], name="profiles_profile_created"),
            models.Index(fields=["profile_type", "-id"], name="profiles_profile_by_type"),
            # Few are erased; the workers ask for the latest of them each hour.
            models.Index(fields=["erased_at"], name="profiles_profile_erased", condition=Q(erased_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                name="profiles_profile_email_is_unique",
                violation_error_code="email_taken",
                violation_error_message="Another profile has this e-mail address.",
            ),
            models.UniqueConstraint(
                fields=["mobile_phone_e164"],
                name="profiles_profile_phone_is_unique",
                violation_error_code="phone_taken",
                # Omneo's clients compare these very words.
                violation_error_message="The phone number exists",
            ),
            models.CheckConstraint(
                condition=Q(email=None) | Q(email=Lower(F("email"))),
                name="profiles_profile_email_is_lower_case",
                violation_error_code="email_not_lower_case",
                violation_error_message="E-mail addresses are stored in lower case.",
            ),
            models.CheckConstraint(
                condition=Q(birth_month=None) | Q(birth_month__range=(1, 12)),
                name="profiles_profile_birth_month_exists",
                violation_error_code="invalid_birth_month",
                violation_error_message="A birth month is a number from 1 to 12.",
            ),
        ]
        permissions = [
            ("merge_profiles", "Can merge two profiles"),
            ("erase_profile", "Can erase a person's data"),
            ("export_profile", "Can export all data of a person"),
            ("import_profiles", "Can import profiles from a file"),
        ]

    def __str__(self) -> str:
        if self.erased_at is not None:
            return "Erased customer"
        return self.full_name or self.email or self.mobile_phone or str(self.pk)

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def birth_date(self) -> date | None:
        """The full date of birth, when day, month and year are all known."""
        if self.birth_year and self.birth_month and self.birth_day:
            return date(self.birth_year, self.birth_month, self.birth_day)
        return None

    @birth_date.setter
    def birth_date(self, on: date | None) -> None:
        self.birth_year, self.birth_month, self.birth_day = (on.year, on.month, on.day) if on else (None, None, None)

    def clean(self) -> None:
        """Raise ValidationError naming every field that is wrong, not only the first."""
        self.email = self.email or None
        wrong = {}
        for check in (self._clean_phone, self._clean_birthday):
            try:
                check()
            except ValidationError as error:
                wrong |= error.error_dict
        if wrong:
            raise ValidationError(wrong)

    def _clean_phone(self) -> None:
        if not (self.mobile_phone or "").strip():
            self.mobile_phone = self.mobile_phone_e164 = None
            self.mobile_phone_national = ""
            return
        try:
            phone = read_phone(self.mobile_phone, country=self.mobile_phone_country)
        except ValidationError as error:
            raise ValidationError({"mobile_phone": error}) from error
        self.mobile_phone_e164, self.mobile_phone_country = phone.e164, phone.country
        self.mobile_phone_national = phone.national
        taken = Profile.objects.filter(mobile_phone_e164=phone.e164).exclude(pk=self.pk)
        if taken.exists():
            # Said here as well as by the constraint, because the constraint's field is on no form.
            raise ValidationError({"mobile_phone": ValidationError("The phone number exists", code="phone_taken")})

    def _clean_birthday(self) -> None:
        if self.birth_day is not None and self.birth_month is None:
            raise ValidationError(
                {"birth_day": ValidationError("A birth day needs its month.", code="invalid_birth_date")}
            )
        if self.birth_month is None:
            return
        try:
            date(self.birth_year or LEAP_YEAR, self.birth_month, self.birth_day or 1)
        except ValueError as error:
            raise ValidationError(
                {"birth_day": ValidationError("There is no such date.", code="invalid_birth_date")}
            ) from error

    def _refuse_birth_after(self, at: datetime) -> None:
        if is_in_future(self.birth_year, self.birth_month, self.birth_day, at=at):
            raise ValidationError({"birth_year": ValidationError(IN_FUTURE, code="invalid_birth_date")})

    def save(self, *args, **kwargs) -> None:
        self.search_text = search_text_of(first_name=self.first_name, last_name=self.last_name, email=self.email)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "search_text", "updated_at"}
        super().save(*args, **kwargs)

    def record(self, name: str, *, at: datetime, cause: Cause, subject=None, payload: dict | None = None) -> Event:
        """Write down that something happened to this customer: one row, in the caller's transaction (design.md 1)."""
        return Event.objects.record(name, at=at, cause=cause, profile=self, subject=subject or self, payload=payload)

    @transaction.atomic
    def enrol(self, *, at: datetime, cause: Cause) -> "Profile":
        """Save this new profile and record `profile.created`. Raises ValidationError when a field is wrong or taken."""
        self.joined_at = self.joined_at or at
        self.full_clean()
        self._refuse_birth_after(at)
        with told_politely(self):
            self.save(force_insert=True)
        self.record("profile.created", at=at, cause=cause)
        self.tell_consents({}, at=at, cause=cause)
        return self

    @transaction.atomic
    def change(self, *, at: datetime, cause: Cause, **values) -> dict[str, list]:
        """Set fields and record what changed as `profile.updated`; nothing is written when nothing differs.

        What the customer allows is changed with `set_comms`, which tells it too. Returns {"field": [before, after]} as JSON. Raises ValidationError when a value is wrong or taken.
        """
        # On the row as it is now, so that what another changed since this one was read is not written back.
        fresh = Profile.objects.select_for_update(no_key=True).get(pk=self.pk)
        before = {field: getattr(fresh, field) for field in self._tracked_fields()}
        for name, value in values.items():
            setattr(fresh, name, value)
        fresh.full_clean()
        differing = [field for field, value in before.items() if value != getattr(fresh, field)]
        if differing:
            if not BIRTH.isdisjoint(differing):
                fresh._refuse_birth_after(at)
            with told_politely(fresh):
                fresh.save(update_fields=differing)
        for field in [*before, "search_text", "updated_at"]:
            setattr(self, field, getattr(fresh, field))
        changes = {field: [as_json(before[field]), as_json(getattr(fresh, field))] for field in differing}
        if changes:
            self.record("profile.updated", at=at, cause=cause, payload={"changes": changes})
        return changes

    def wait_for_turn(self) -> None:
        """Go on once nobody else changes this customer, and let nobody until the transaction ends. One query."""
        list(Profile.objects.select_for_update(no_key=True).filter(pk=self.pk).values_list("pk"))

    @classmethod
    def _tracked_fields(cls) -> list[str]:
        untracked = {"id", "search_text", "created_at", "updated_at"}
        return [field.attname for field in cls._meta.concrete_fields if field.attname not in untracked]

    @transaction.atomic
    def remove(self, *, at: datetime, cause: Cause) -> None:
        """What DELETE means: out of every list and search, its e-mail, phone and identities free for others, its facts on record.

        Records `profile.deleted`, which keeps what was freed. Asking again changes nothing.
        """
        locked = Profile.objects.select_for_update().get(pk=self.pk)
        if locked.deleted_at is None:
            freed = locked.retire(at=at)
            locked.record("profile.deleted", at=at, cause=cause, payload={"freed": freed})
        self.refresh_from_db()

    def retire(self, *, at: datetime, merged_into: "Profile | None" = None) -> dict:
        """The end of a profile, without an event: for `remove` and for merging, in their transaction. Returns what it frees."""
        identities = list(self.identities.values("handle", "identifier"))
        freed = {"email": self.email, "mobile_phone": self.mobile_phone_e164, "identities": identities}
        self.identities.all().delete()
        self.email = self.mobile_phone = self.mobile_phone_e164 = None
        self.profile_type, self.deleted_at, self.merged_into = self.Type.DELETED, at, merged_into
        self.save(
            update_fields=["email", "mobile_phone", "mobile_phone_e164", "profile_type", "deleted_at", "merged_into"]
        )
        return {name: value for name, value in freed.items() if value}
