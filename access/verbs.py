"""Omneo's four global permissions (omneo-reference 2.26), read off the many that roles really hold."""

from collections.abc import Iterable

from django.contrib.auth.models import Permission
from django.db.models import CharField, F, Value
from django.db.models.functions import Left, StrIndex

# The id is Omneo's, the second name Django's: a role that may add anything at all holds `create`.
VERBS = {1: ("create", "add"), 2: ("read", "view"), 3: ("update", "change"), 4: ("delete", "delete")}
LABELS = {"create": "Create", "read": "Read", "update": "Update", "delete": "Delete"}


def as_rows(held: Iterable[str]) -> list[dict]:
    """[{id, handle}] for the verbs held, by their Django names, in the order of their ids."""
    held = set(held)
    return [{"id": number, "handle": handle} for number, (handle, django_name) in VERBS.items() if django_name in held]


def verbs_of_roles() -> dict[int, set[str]]:
    """For each role the first words of its permissions: {3: {"view", "issue"}}. One query, however many roles."""
    first_word = Left("codename", StrIndex("codename", Value("_")) - 1, output_field=CharField())
    pairs = (
        Permission.objects.filter(group__isnull=False)
        .annotate(role=F("group"), verb=first_word)
        .values_list("role", "verb")
        .order_by()
        .distinct()
    )
    found: dict[int, set[str]] = {}
    for role, verb in pairs:
        found.setdefault(role, set()).add(verb)
    return found
