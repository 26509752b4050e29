"""How far an occurrence is, as people read it: a state, a bar and a sentence."""

from reactions.models import Occurrence
from reactions.turns import Turns

State = Occurrence.State
COLOURS = {"Going on": "info", "Paused": "warning", "Done": "success", "Stopped": ""}


def progress_of(occurrence: Occurrence, turns: Turns) -> dict:
    """What a page shows, and asks for again while it goes on."""
    return {
        "state": state_in_words(occurrence, turns),
        "is_over": is_over(occurrence, turns),
        "percent": percent(occurrence, turns),
        "sentence": sentence_about(occurrence, turns),
    }


def is_over(occurrence: Occurrence, turns: Turns) -> bool:
    """Whether nothing of it is to come."""
    return occurrence.state in (State.DONE, State.STOPPED) and turns.waiting == 0


def state_in_words(occurrence: Occurrence, turns: Turns) -> str:
    """Everybody may be chosen while some still wait: then it goes on."""
    goes_on = occurrence.state == State.DONE and turns.waiting > 0
    return State.GOING_ON.label if goes_on else occurrence.get_state_display()


def percent(occurrence: Occurrence, turns: Turns) -> int:
    if is_over(occurrence, turns):
        return 100
    # Who joined or changed meanwhile makes it more, or fewer, than it was for when it started.
    total = max(occurrence.matched, occurrence.chosen)
    return min(99, turns.over * 100 // total) if total else 0


def sentence_about(occurrence: Occurrence, turns: Turns) -> str:
    chosen, matched = occurrence.chosen, occurrence.matched
    if is_over(occurrence, turns) and not chosen:
        return "It was for nobody." if occurrence.state == State.DONE else "Stopped before anybody was chosen."
    how = [
        f"{count:,} {words}"
        for count, words in (
            (turns.done, "done"),
            (turns.passed_over, "passed over"),
            (turns.failed, "failed"),
            (turns.waiting, "waiting"),
        )
        if count
    ]
    said = f": {', '.join(how)}" if how else ""
    if occurrence.state == State.DONE:
        return f"{chosen:,} {customers(chosen)} chosen{said}."
    return f"{chosen:,} of {matched:,} {customers(matched)} chosen{said}."


def customers(count: int) -> str:
    return "customer" if count == 1 else "customers"
