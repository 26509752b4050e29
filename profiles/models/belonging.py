from datetime import datetime

from django.db import transaction

from profiles.cause import Cause
from profiles.models.constraints import TellsWhichField, told_politely
from profiles.models.event import as_json


class Belonging(TellsWhichField):
    """A row of one customer, such as an address. It comes about, changes and goes through these verbs, each of which leaves an event.

    `noun` begins the events' names: identity.created, identity.updated, identity.deleted. `told` are the fields that
    every event of the row carries, so that a listener knows which one it was. `is_of_document` rows are shown inside
    the customer's own document, so the customer counts as updated with them.
    """

    noun = ""
    told: tuple[str, ...] = ()
    is_of_document = True

    class Meta:
        abstract = True

    @transaction.atomic
    def put_down(self, *, at: datetime, cause: Cause) -> None:
        """Insert this new row and record that it came about. Raises ValidationError when a value is wrong or taken."""
        self.full_clean()
        with told_politely(self):
            self.save(force_insert=True)
        self._record("created", at=at, cause=cause)

    @transaction.atomic
    def change(self, *, at: datetime, cause: Cause, **values) -> dict[str, list]:
        """Set fields and record what changed; nothing is written when nothing differs.

        Returns {"field": [before, after]} as JSON. Raises ValidationError when a value is wrong or taken.
        """
        # On the row as it is now, so that what another changed since this one was read is not written back.
        fresh = type(self).objects.select_for_update().get(pk=self.pk)
        before = {field: getattr(fresh, field) for field in self._tracked_fields()}
        for name, value in values.items():
            setattr(fresh, name, value)
        fresh.full_clean()
        differing = [field for field, value in before.items() if value != getattr(fresh, field)]
        if differing:
            with told_politely(fresh):
                fresh.save(update_fields=[*differing, "updated_at"])
        for field in [*before, "updated_at"]:
            setattr(self, field, getattr(fresh, field))
        changes = {field: [as_json(before[field]), as_json(getattr(fresh, field))] for field in differing}
        if changes:
            self._record("updated", at=at, cause=cause, changes=changes)
        return changes

    @transaction.atomic
    def remove(self, *, at: datetime, cause: Cause) -> None:
        """Delete the row and record what it was. The timeline keeps the event."""
        self._record("deleted", at=at, cause=cause)
        self.delete()

    def _record(self, what: str, *, at: datetime, cause: Cause, **payload) -> None:
        payload = {f"{self.noun}_id": self.pk} | {name: as_json(getattr(self, name)) for name in self.told} | payload
        self.profile.record(f"{self.noun}.{what}", subject=self, at=at, cause=cause, payload=payload)
        if self.is_of_document:
            type(self.profile).objects.filter(pk=self.profile_id).update(updated_at=at)
            self.profile.updated_at = at

    @classmethod
    def _tracked_fields(cls) -> list[str]:
        untracked = {"id", "profile_id", "created_at", "updated_at"}
        return [field.attname for field in cls._meta.concrete_fields if field.attname not in untracked]
