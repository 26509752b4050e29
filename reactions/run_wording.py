"""Runs as people read them: what each step saw, decided and made, and which clause passed a customer over."""

from django.urls import NoReverseMatch, reverse

from reactions.models import Run
from reactions.wording import label_of

OUTCOMES = {
    "done": ("Done", "success"),
    "filtered": ("Passed over", "info"),
    "refused": ("Refused", "warning"),
    "failed": ("Failed", "danger"),
}
STATES = {
    "Waiting": "info",
    "To be tried again": "warning",
    "Done": "success",
    "Passed over": "",
    "Refused": "warning",
    "Given up": "danger",
    "Switched off before": "",
}
HIDDEN = "The person's data was erased, and with it what the steps saw."


def steps_in_words(run: Run) -> list[dict]:
    """[{"label", "name", "outcome", "colour", "text", "clauses", "given", "made", "url", "milliseconds"}] for templates."""
    return [in_words(step, is_real=run.pk is not None) for step in run.steps]


def in_words(step: dict, *, is_real: bool) -> dict:
    outcome, colour = OUTCOMES.get(step.get("outcome"), (step.get("outcome"), ""))
    made = step.get("made")
    return {
        "label": label_of(step["handle"]),
        "name": step.get("name"),
        "outcome": outcome,
        "colour": colour,
        "text": step.get("text"),
        "clauses": [clause | {"actual": seen(clause["actual"])} for clause in step.get("clauses") or []],
        "given": list((step.get("given") or {}).items()),
        "made": made["name"] if made else "",
        "url": url_of(made) if made and is_real else "",
        "milliseconds": step.get("milliseconds", 0),
    }


def seen(value):
    """Of several facts each with its name; of a list all that is in it, and nothing where that is nothing."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {one}" for name, one in value.items())
    return (", ".join(map(str, value)) or None) if isinstance(value, list) else value


def url_of(made: dict) -> str:
    try:
        return reverse(f"admin:{made['type'].replace('.', '_')}_change", args=[made["id"]])
    except NoReverseMatch:
        return ""


def why_not(run: Run) -> str:
    """Why the run did not do all: the clause that did not hold, or what refused."""
    if run.state == Run.State.FILTERED and run.steps:
        return run.steps[-1].get("text", "")
    return run.error
