"""Finding a customer at the counter: one box for any identity, e-mail, phone or part of a name."""

import unicodedata

from django.core.exceptions import ValidationError

from profiles.phones import read_phone

# Letters that Unicode does not take apart into a plain one and a mark, as people type them who lack the key.
PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "’": "'"}
)


def folded(text: str) -> str:
    """Lower case, without accents, single spaces: how names are kept for searching and how a search is read."""
    if text.isascii():
        # The same, and ten times as fast for most names.
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(PLAIN)
    return " ".join("".join(character for character in plain if not unicodedata.combining(character)).split())


def search_text_of(*, first_name: str | None, last_name: str | None, email: str | None) -> str:
    """What `Profile.search_text` holds: the folded name and e-mail. The bulk import writes the same."""
    return folded(" ".join(part for part in (first_name, last_name, email) if part))[:600]


def is_identifying(text: str) -> bool:
    """Whether the text can be meant as an address or a number rather than as a name."""
    return "@" in text or any(character.isdigit() for character in text)


def spellings(text: str) -> set[str]:
    """How an identifier may have been stored that was typed or scanned so: with or without its spaces, in either case."""
    return {spelt for one in (text.strip(), "".join(text.split())) for spelt in (one, one.upper(), one.lower())}


def phone_in(text: str) -> str | None:
    """The E.164 number that the text may be, or None."""
    if sum(character.isdigit() for character in text) < 6:
        return None
    try:
        return read_phone(text).e164
    except ValidationError:
        return None
