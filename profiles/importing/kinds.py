"""What a file can be a list of: customers here, and what the floors above bring. Each is registered in `AppConfig.ready()`."""

from collections.abc import Callable
from dataclasses import dataclass, field

from profiles.importing.columns import FileColumns
from profiles.models import ProfileImport


@dataclass(frozen=True)
class Kind:
    """How one kind of file is imported, and what the doors say of it."""

    handle: str
    # What the API's `handler` calls it.
    handler: str
    label: str
    # What its rows are: one and several.
    one: str
    several: str
    permission: str
    # What a token needs beside `create-imports`.
    scope: str
    columns: type[FileColumns]
    # Each column that is recognised, with what to write there.
    explained: list[tuple[str, str]]
    sample: str
    # What a column can be, in groups, as a form's choices.
    choices: Callable[[], list]
    # By what customers are found, beside their identities.
    matches: list[tuple[str, str]]
    match_label: str
    match_help: str
    check_job: str
    run_job: str
    check_now: Callable[..., None]
    run: Callable[..., dict]
    # Where what was imported can be looked at.
    list_page: str
    # What else can be chosen: {name: (label, help)}.
    switches: dict[str, tuple[str, str]] = field(default_factory=dict)
    is_taken_whole: bool = False
    # Whether refused rows are kept with their cells; else those are read from the file.
    keeps_cells: bool = True

    def columns_of(self, row: ProfileImport) -> FileColumns:
        return self.columns(keys=tuple(row.columns), match=row.match, header=tuple(row.header))


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    KINDS[kind.handle] = kind
    return kind


def kind_of(row: ProfileImport) -> Kind:
    return KINDS[row.kind]


def columns_of(row: ProfileImport) -> FileColumns:
    """What the import's columns are, as far as that was said."""
    return kind_of(row).columns_of(row)


def permitted(user) -> list[Kind]:
    """The kinds of file that this person may import."""
    return [kind for kind in KINDS.values() if user.has_perm(kind.permission)]
