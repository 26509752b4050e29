"""The lock makes an answer polite, the constraint makes it true: here the constraint's answer is polite too."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, models, transaction


class TellsWhichField(models.Model):
    """A broken constraint is told at the field that the person filled in: `told_at = {"email_taken": "email"}`, by its code.

    Where that field has been complained of already, the constraint has nothing to add.
    """

    told_at: dict[str, str] = {}

    class Meta:
        abstract = True

    def validate_constraints(self, exclude=None) -> None:
        try:
            super().validate_constraints(exclude=exclude)
        except ValidationError as error:
            told: dict[str, list] = {}
            for name, errors in error.error_dict.items():
                for one in errors:
                    field = self.told_at.get(one.code, name) if name == NON_FIELD_ERRORS else name
                    if field == name or field not in (exclude or ()):
                        told.setdefault(field, []).append(one)
            if told:
                raise ValidationError(told) from error


@contextmanager
def told_politely(row: models.Model) -> Iterator[None]:
    """Save the row in here. When another caller took its place since it was checked, the constraint's own sentence is raised.

    Raises ValidationError instead of IntegrityError; the caller's transaction can go on after it.
    """
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        row.full_clean()
        raise
