"""`manage.py list_events`: which events there are, as the page of the documentation."""

import json
from itertools import groupby

from django.core.management.base import BaseCommand

from profiles.events.catalogue import CATALOGUE, Customer, EventType
from profiles.events.describing import rows_of

HEAD = """# Events

Made by `python manage.py list_events > docs/events.md` from the declarations that the timeline, the audit trail and the API
read. `GET /api/v3/events/catalogue` gives the same with the whole JSON Schema (2020-12) of each payload.

An event is written in the database transaction of what it tells, and never changed. Beside its payload it has a number
(`id`, rising), its `name`, the moment `at`, who did it (`actor`, `user`, `token`, `door`), where (`location`), a `reason`,
what it is about (`subject`), whose it is (`profile`) and the event that led to it (`cause`).

- Where Omneo has another name for the same, that name is accepted as well.
- Moments in payloads are ISO 8601 with their offset, days `YYYY-MM-DD`, amounts and quantities text, so that nothing is rounded.
- Fields may be added; those that are marked *always* stay.
- When a person's data is erased, the payloads of the events of the group Customers that are theirs become
  `{"erased": true, "fields": ["last_name"]}`: the names of the fields that had changed remain.
"""

WHOSE = {
    Customer.ALWAYS: "Always one customer's.",
    Customer.SOMETIMES: "A customer's, where it is known whose.",
    Customer.NEVER: "No customer's.",
}


class Command(BaseCommand):
    help = "Print every event with what it carries, as Markdown."

    def handle(self, **options):
        self.stdout.write(as_markdown(), ending="")


def as_markdown() -> str:
    """The page: all names first, then each event by itself, in the order of their groups and declarations."""
    order = {group: at for at, group in enumerate(dict.fromkeys(kind.group for kind in CATALOGUE))}
    parts = [HEAD]
    for group, kinds in groupby(sorted(CATALOGUE, key=lambda kind: order[kind.group]), key=lambda kind: kind.group):
        kinds = list(kinds)
        parts.append(f"\n## {group}\n\n| name | when | Omneo's name |\n|---|---|---|\n")
        parts += [f"| [`{one.name}`](#{anchor(one)}) | {one.when} | {quoted(one.aliases)} |\n" for one in kinds]
        parts += [section(one) for one in kinds]
    return "".join(parts)


def anchor(kind: EventType) -> str:
    return kind.name.replace(".", "")


def quoted(names) -> str:
    return ", ".join(f"`{name}`" for name in names)


def section(kind: EventType) -> str:
    rows = [
        f"| `{row.path}` | {row.type} | {'always' if row.is_always else ''} | {row.about} |\n"
        for row in rows_of(kind.payload)
    ]
    table = "".join(["| field | is | | |\n|---|---|---|---|\n", *rows]) if rows else "Its payload is empty.\n"
    example = f"\n```json\n{json.dumps(kind.example, indent=2, ensure_ascii=False)}\n```\n" if kind.example else ""
    return f"\n### `{kind.name}`\n\n{kind.when} About: `{kind.subject}`. {WHOSE[kind.customer]}\n\n{table}{example}"
