"""`manage.py list_facts`: what conditions can ask, as the page of the documentation."""

from itertools import groupby

from django.core.management.base import BaseCommand

from profiles.conditions.facts import FACTS, Fact

HEAD = """# What conditions can ask

Made by `python manage.py list_facts > docs/facts.md` from the declarations that the evaluator, the database queries and the
visual builder read. Dates are `YYYY-MM-DD`; moments are `YYYY-MM-DD HH:MM:SS` in UTC, and a bare date compared with one
means that whole day in the programme's time zone. Beside these, every custom attribute can be asked by the name
`custom_attributes.NAMESPACE.HANDLE`; it is of the type that it is compared with, and unknown where it holds another. Every achievement can be asked for its
`achievements.HANDLE.count`, which is that of the present cycle, and `achievements.HANDLE.level`, the highest ever reached;
both are numbers, and 0 for who has none.
"""


class Command(BaseCommand):
    help = "Print every fact that a condition can ask, as Markdown."

    def handle(self, **options):
        self.stdout.write(as_markdown(), ending="")


def as_markdown() -> str:
    """The page, with a table for each group in the order of the declarations."""
    parts = [HEAD]
    order = {group: at for at, group in enumerate(dict.fromkeys(fact.group for fact in FACTS))}
    for group, facts in groupby(sorted(FACTS, key=lambda fact: order[fact.group]), key=lambda fact: fact.group):
        parts.append(f"\n## {group}\n\n| name | label | type | example | |\n|---|---|---|---|---|\n")
        parts += [row(fact) for fact in facts]
    return "".join(parts)


def row(fact: Fact) -> str:
    said = "One of" if fact.has_only_choices else "Such as"
    choices = f"{said}: {', '.join(f'`{value}`' for value, _ in fact.choices)}. " if fact.choices else ""
    about = f"{choices}{fact.help}".strip().replace("|", "\\|")
    example = ", ".join(map(str, fact.example)) if isinstance(fact.example, list) else fact.example
    return f"| `{fact.handle}` | {fact.label} | {fact.type} | {example} | {about} |\n"
