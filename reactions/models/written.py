"""Saving a reaction with its actions: one verb for the API, the editor, earlier versions, recipes and files."""

from datetime import datetime
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models, transaction

from reactions.models.steps import actions_of, as_document
from reactions.models.times import as_said, tells_times, times_as_document, times_of
from reactions.refusals import refusal

# Enough for people; more would be somebody's mistake.
LONGEST_TEXT = 5_000


class ActionsField(models.JSONField):
    """The actions as documents give them, which versions show as a list of what is done."""

    def in_words(self, value) -> str:
        return " → ".join(one["name"] for one in value or [])


class Written(models.Model):
    # What `actions` says, once more, so that a version of the reaction is whole. `write` keeps the two the same.
    as_written = ActionsField("actions", default=list, blank=True, editable=False)

    class Meta:
        abstract = True

    @transaction.atomic
    def write(self, *, at: datetime, actions: list | None = None, is_active: bool | None = None, **fields) -> Self:
        """Save it with these fields and actions (`steps`), and switch it on or off: all of it or nothing. Returns itself.

        What is None stays as it is. Raises ValidationError with the place of each mistake, and Refusal: no_actions, never_due.
        """
        before = type(self)._base_manager.select_for_update().filter(pk=self.pk).first() if self.pk else None
        for name, value in fields.items():
            setattr(self, name, value)
        errors, rows = {}, None
        try:
            self.full_clean(exclude=["is_active", "switched_on_at"])
        except ValidationError as error:
            errors = error.message_dict
        if actions is None and before is not None and before.trigger != self.trigger:
            # Whether the filters fit is asked of the new event.
            actions = self.actions_as_document()
        if actions is not None and "trigger" not in errors:
            try:
                rows = actions_of(self, actions)
            except ValidationError as error:
                errors |= error.message_dict
        if errors:
            raise ValidationError(errors)
        if is_active is False and self.is_active:
            self.switch_off()
        if before is not None and self.is_active and before.starts_when != self.starts_when:
            self.start_from(at)
        self._save_with(rows)
        if is_active is True:
            self.switch_on(at=at)
        return self

    def write_nothing(self, document: dict, *, at: datetime) -> None:
        """Raise what writing the document would raise, and take it back."""
        actions = document.get("actions") or []
        ids_left_out = [{**one, "id": None} if isinstance(one, dict) else one for one in actions]
        with transaction.atomic():
            try:
                self.write(at=at, actions=ids_left_out, **fields_of(document))
            except ValidationError as error:
                raise ValidationError(as_said(error.message_dict)) from error
            transaction.set_rollback(True)

    def _save_with(self, rows: list | None) -> None:
        if rows is None:
            self.save()
            return
        self.as_written = [as_document(row) for row in rows]
        self.save()
        self.actions.exclude(pk__in=[row.pk for row in rows if row.pk]).delete()
        for row in rows:
            row.reaction = self
            row.save()
        if not rows and self.is_active:
            raise refusal("no_actions")

    @transaction.atomic
    def add_action(self, said, *, at: datetime):
        """One action more, at the end or where its sort_order says. Returns it. Raises ValidationError by its keys."""
        rows = self.actions_as_document()
        before = {row["id"] for row in rows}
        if isinstance(said, dict):
            last = rows[-1]["sort_order"] if rows else 0
            said = {"sort_order": last + 1} | {name: value for name, value in said.items() if name != "id"}
        try:
            self.write(at=at, actions=[*rows, said])
        except ValidationError as error:
            place = f"actions.{len(rows)}"
            raise ValidationError(
                {name.removeprefix(place).lstrip(".") or "actions": said for name, said in error.message_dict.items()}
            ) from error
        return self.actions.exclude(pk__in=before).get()

    def actions_as_document(self) -> list[dict]:
        return [as_document(row) | {"id": row.pk} for row in self.actions.all()]

    def as_document(self) -> dict:
        """All that makes it again elsewhere, as documents of the API call it: no keys, and not whether it is switched on."""
        times = times_as_document(self) if self.frequency else {"trigger": self.trigger}
        actions = [{name: one[name] for name in one if name != "id"} for one in self.actions_as_document()]
        return {
            "name": self.name,
            **times,
            "description": self.description,
            "notes": self.notes,
            "actions": actions,
        }


def fields_of(document: dict) -> dict:
    """What `write` takes of a document, but for its actions. Raises ValidationError by the document's keys."""
    texts = {name: document.get(name) or "" for name in ("name", "description", "notes")}
    if tells_times(document):
        return {"kind": "automation"} | texts | times_of(document)
    return {"kind": "trigger", "trigger": document.get("trigger") or ""} | texts
