"""Identifiers that somebody typed, or that came with a file."""

from uuid import UUID


def as_uuid(text: str) -> UUID | None:
    """The id that the text writes; None for a text that is none."""
    try:
        return UUID(text)
    except ValueError:
        return None
