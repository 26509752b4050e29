"""The file that an import kept."""

from collections.abc import Iterator
from contextlib import contextmanager

from cxmanager.refusals import Refusal
from profiles.importing.reading import Table
from profiles.models import ProfileImport


@contextmanager
def table_of(profile_import: ProfileImport) -> Iterator[Table]:
    """The import's file, opened. Raises Refusal `file_deleted` when it is no longer kept."""
    try:
        kept = profile_import.file.open("rb")
    except (FileNotFoundError, ValueError) as error:
        raise file_deleted() from error
    with kept as file:
        yield Table(file.file)


def file_deleted() -> Refusal:
    return Refusal("The file of this import is no longer kept. Upload it again to import it.", code="file_deleted")
