"""What a row goes through, whichever model it is of."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.text import capfirst
from import_export.resources import ModelResource
from import_export.results import Result

from cxmanager.imports.cells import escaped, unescaped

# The header is row 1 of the sheet that people look at.
ROWS_BEFORE_DATA = 1


class CheckedResource(ModelResource):
    """A ModelResource whose rows pass `full_clean()`, whose bad rows keep none of the good ones out, and whose cells are safe.

    The admin's doors hand it the `request`; elsewhere it is None.
    """

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        # Each row is a savepoint: a refused one takes back only itself.
        use_transactions = True
        chunk_size = 2_000

    def __init__(self, *, request=None, **kwargs):
        super().__init__(**kwargs)
        self.request = request

    def known_column(self, name: str) -> bool:
        """Whether rows may have this column."""
        return name in {field.column_name for field in self.get_import_fields()}

    def explained_columns(self) -> list[tuple[str, str]]:
        """The columns that a file may have, each with what to write there: what the import page shows."""
        return [(field.column_name, self._help_for(field)) for field in self.get_import_fields()]

    def _help_for(self, field) -> str:
        column = self._meta.model._meta.get_field(field.attribute)
        about = str(column.help_text) or f"{capfirst(column.verbose_name)}."
        if column.get_internal_type() == "BooleanField":
            return f"{about} Write 1 or 0."
        return f"{about} One of: {', '.join(value for value, _ in column.choices)}." if column.choices else about

    def before_import(self, dataset, **kwargs) -> None:
        """Refuse a file with columns that nothing would read: a misspelt one would be ignored in silence."""
        dataset.headers = [name.strip().lower() for name in dataset.headers]
        problem = self.problem_with(dataset.headers)
        if problem:
            while len(dataset):
                dataset.pop()
            raise ValidationError(problem)

    def problem_with(self, headers: list[str]) -> str:
        """What is wrong with the columns, in a sentence, or nothing."""
        unknown = [name for name in headers if not self.known_column(name)]
        return f"These columns are not known here: {', '.join(unknown)}." if unknown else ""

    def before_import_row(self, row, **kwargs) -> None:
        for name, value in row.items():
            # Workbooks have no empty text, only no cell.
            row[name] = "" if value is None else unescaped(value)

    def import_field(self, field, instance, row, is_m2m=False, **kwargs) -> None:
        try:
            super().import_field(field, instance, row, is_m2m, **kwargs)
        except ArithmeticError as error:
            # What Decimal raises is no ValueError, so it would take the whole file back.
            raise ValueError(f"“{row.get(field.column_name)}” is not a number.") from error

    def export_field(self, field, instance, **kwargs):
        return escaped(super().export_field(field, instance, **kwargs))


def refused_rows(result: Result) -> list[dict]:
    """The rows that are kept out: [{"row": 3, "errors": [("Handle", "…")]}], with the row's number in the sheet."""
    refused = [
        {"row": invalid.number + ROWS_BEFORE_DATA, "errors": list(_errors_of(invalid.error_dict))}
        for invalid in result.invalid_rows
    ]
    for error_row in result.error_rows:
        sentences = [("", str(one.error)) for one in error_row.errors]
        refused.append({"row": error_row.number + ROWS_BEFORE_DATA, "errors": sentences})
    return sorted(refused, key=lambda one: one["row"])


def _errors_of(error_dict: dict):
    for name, sentences in error_dict.items():
        label = "" if name == NON_FIELD_ERRORS else name.replace("_", " ").capitalize()
        yield from ((label, str(sentence)) for sentence in sentences)
