"""JSON objects whose keys stand once: of two, a reader would keep the last without a word."""


class KeyTwice(ValueError):
    """Its message is a whole sentence that names the key."""


def once(pairs: list[tuple]) -> dict:
    """The object of these pairs: an `object_pairs_hook` for `json.loads`. Raises KeyTwice."""
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    seen = set()
    twice = next(key for key, _ in pairs if key in seen or seen.add(key))
    raise KeyTwice(f"“{twice[:40]}” stands twice in one object: write it once.")
