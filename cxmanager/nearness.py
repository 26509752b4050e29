"""What somebody who wrote a word nearly right may have meant."""

from collections.abc import Collection
from difflib import get_close_matches

# Beyond so many, looking at each would take longer than reading the file.
MOST_COMPARED = 2_000
SHORTEST = 3
ALIKE = 0.75


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word that this one is nearly, or None. Case counts; compare what was made alike."""
    if len(word) < SHORTEST or len(known) > MOST_COMPARED:
        return None
    return next(iter(get_close_matches(word, list(known), n=1, cutoff=ALIKE)), None)


def did_you_mean(word: str, known: Collection[str]) -> str:
    """“ Did you mean “return”?” to put behind a sentence, or nothing."""
    by_lower = {one.lower(): one for one in known}
    found = nearest(word.lower(), by_lower)
    return f" Did you mean “{by_lower[found]}”?" if found else ""
