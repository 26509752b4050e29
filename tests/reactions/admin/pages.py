"""Addresses of the pages of reactions and of their occurrences, what they say, and what their editor posts."""

import json
import re

from django.urls import reverse

BIRTHDAY = {"is_birthday_today": []}
GIVE = {"uuid": "benefit.issue", "arg-definition": "free-coffee", "arg-days": "7"}


def page(reaction, name="change") -> str:
    return reverse(f"admin:reactions_reaction_{name}", args=[reaction.pk])


def of_occurrence(row, name="change") -> str:
    return reverse(f"admin:reactions_occurrence_{name}", args=[row.pk])


def text(answer) -> str:
    """What the page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def typed(*rows: dict, **said) -> dict:
    """What the editor posts of an automation."""
    posted = {
        "kind": "automation",
        "name": "Birthday coffee",
        "frequency": "daily",
        "at_time": "09:00",
        "audience": json.dumps(BIRTHDAY),
        "row": [f"row{at}" for at in range(len(rows))],
        **said,
    }
    return posted | {f"row{at}-{name}": value for at, row in enumerate(rows) for name, value in row.items()}
