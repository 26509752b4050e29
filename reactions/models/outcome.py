"""What became of a run, as clauses and in a sentence: what its filters saw then, and how it ended."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime  # noqa: TID251 It reads no clock: it says a moment in the zone of who reads it.

from reactions.models.run import Run

ERASED = "The person's data was erased, and with it what the steps saw."
CODES = {
    Run.State.WAITING: "waiting",
    Run.State.RETRYING: "failed",
    Run.State.DONE: "done",
    Run.State.FILTERED: "filter",
    Run.State.REFUSED: "refused",
    Run.State.PARKED: "parked",
    Run.State.SWITCHED_OFF: "switched_off_before",
}


def clause(code: str, text: str, *, holds: bool, otherwise: str, expected, actual) -> dict:
    """`text` is what holds; where it does not, `otherwise` stands in its place."""
    return {
        "code": code,
        "text": text if holds else otherwise,
        "expected": expected,
        "actual": actual,
        "holds": holds,
    }


def when(moment: datetime) -> str:
    return date_format(localtime(moment), "j M Y, H:i")


def of_run(run: Run, *, is_paused: bool = False) -> list[dict]:
    """What each filter saw then, and after that how the run ended, unless a filter ended it."""
    latest = {step["action_id"]: step for step in run.steps}
    clauses = [{"code": "filter", **one} for step in latest.values() for one in step.get("clauses") or []]
    if run.state == Run.State.FILTERED and any(not one["holds"] for one in clauses):
        return clauses
    code, actual, text = CODES[run.state], run.state, what_came_of(run)
    if run.state == Run.State.REFUSED and run.steps:
        code, actual = run.steps[-1].get("code") or code, run.steps[-1].get("given")
    if is_paused and run.state in Run.DUE:
        code, text = "paused", "It is paused, and this customer's turn waits with it."
    is_done = run.state == Run.State.DONE
    return [*clauses, clause(code, text, holds=is_done, otherwise=text, expected="done", actual=actual)]


def what_came_of(run: Run) -> str:
    """A run in a sentence."""
    last = run.steps[-1].get("text", "") if run.steps else ""
    error = (run.error or last).rstrip(".")
    match run.state:
        case Run.State.WAITING:
            return "It waits for the worker."
        case Run.State.RETRYING:
            return f"It failed, and is tried again on {when(run.next_at)}" + (f": {error}." if error else ".")
        case Run.State.DONE:
            return f"It was done on {when(run.ended_at)}."
        case Run.State.FILTERED:
            return f"{error or ERASED.rstrip('.')}."
        case Run.State.REFUSED:
            return f"It was refused: {error}." if error else "It was refused."
        case Run.State.PARKED:
            return f"It was given up after {run.attempts} attempts: {error}." if error else "It was given up."
    return "It was switched off before this was done."
