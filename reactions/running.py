"""Runs are done: each in one transaction with all that its actions write, so a worker that dies in it has done nothing of it.

The lock of the run's row is the lease: PostgreSQL gives it back the moment the worker is gone, and another carries on.
"""

from datetime import datetime
from time import perf_counter

import structlog
from django.core.exceptions import ValidationError
from django.db import models, transaction

from cxmanager.refusals import Refusal
from jobs.rounds import does
from profiles.acting import action_of
from profiles.cause import Cause, Door
from profiles.conditions.evaluating import evaluate
from profiles.events.asking import condition_on, explain
from profiles.models import Profile
from profiles.models.unheard import in_short, wait_after
from reactions.context import context_of, context_of_profile, for_template
from reactions.models import Action, Run
from reactions.models.action import FILTER
from reactions.refusals import refusal

MOST_ATTEMPTS = 8
AT_ONCE = 100
log = structlog.get_logger()


@does("reactions")
def run_some(*, at: datetime) -> int:
    """Do what is due, up to a hundred runs. Returns how many."""
    count = 0
    while count < AT_ONCE and run_next(at=at):
        count += 1
    return count


@transaction.atomic
def run_next(*, at: datetime) -> bool:
    """Do the oldest run that is due. False when there is none."""
    run = Run.objects.next_due(at=at)
    if run is None:
        return False
    begun = perf_counter()
    go_on(run, at=at)
    run.milliseconds += round((perf_counter() - begun) * 1_000)
    run.save(update_fields=["state", "steps", "attempts", "next_at", "error", "milliseconds", "ended_at"])
    return True


def go_on(run: Run, *, at: datetime) -> None:
    """One more attempt, unless the reaction was switched off meanwhile."""
    run.attempts += 1
    if run.reaction.is_active:
        go_through(run, at=at)
    else:
        end(run, Run.State.SWITCHED_OFF, at=at)


def go_through(run: Run, *, at: datetime) -> None:
    """Do the actions that are not behind it yet, in order, until one fails, refuses or filters."""
    known = Known(run, at=at)
    for action in run.reaction.actions.all():
        if action.pk in run.done:
            continue
        step = taken(action, known)
        run.steps.append(step)
        match step["outcome"]:
            case "filtered":
                end(run, Run.State.FILTERED, at=at)
                return
            case "refused":
                end(run, Run.State.REFUSED, at=at, error=step["text"])
                return
            case "failed":
                put_off(run, step["text"], at=at)
                return
    end(run, Run.State.DONE, at=at)


def end(run: Run, state: Run.State, *, at: datetime, error: str = "") -> None:
    run.state, run.ended_at, run.error = state, at, error


def put_off(run: Run, error: str, *, at: datetime) -> None:
    """Try again later, twice as long each time; after the last attempt somebody has to look."""
    if run.attempts >= MOST_ATTEMPTS:
        end(run, Run.State.PARKED, at=at, error=error)
        return
    run.state, run.error, run.next_at = Run.State.RETRYING, error, at + wait_after(run.attempts)


class Known:
    """What the steps of a run know: the customer, the event with what surrounds it, and who acts."""

    def __init__(self, run: Run, *, at: datetime):
        self.at, self.event = at, run.event
        self.profile = winner(run.profile)
        self.context = self._context(run)
        self.cause = Cause(door=Door.REACTION, event=run.event, by=run.reaction.name)

    def _context(self, run: Run) -> dict:
        """What is known of the event; in the turn of a customer, of the customer and of when it was due."""
        if run.occurrence_id is None:
            return context_of(run.event, at=self.at)
        return context_of_profile(self.profile, at=self.at) | {"due_at": run.event.payload["due_at"]}

    def explain(self, condition: dict) -> tuple[bool, list[dict]]:
        """Whether it holds now, and of each clause what was expected and seen. Raises ConditionInvalid where a fact went."""
        asked = condition_on(self.event.name, condition)
        return explain(asked, self.context, profile=self.profile, at=self.at)

    def worked_out(self, arguments: dict) -> dict:
        """The arguments of an action, with what is dynamic worked out from the event. The customer is found as in a template."""
        known = for_template(self.context)
        return {
            name: evaluate(one.get("value"), known, at=self.at) if one.get("is_dynamic") else one.get("value")
            for name, one in arguments.items()
            # Whose it is says the event.
            if name != "profile_id"
        }


def winner(profile: Profile | None) -> Profile | None:
    """The customer, or the one that they were merged into meanwhile."""
    while profile is not None and profile.merged_into_id is not None:
        profile = profile.merged_into
    return profile


def taken(action: Action, known: Known) -> dict:
    """Do one action and say how it went. What it wrote is undone if it fails; what came before it stays."""
    begun = perf_counter()
    step = step_of(action, at=known.at)
    try:
        with transaction.atomic():
            step |= filtered(action, known) if action.handle == FILTER else acted(action, known, step)
    except Refusal as no:
        step |= {"outcome": "refused", "text": str(no), "code": no.code}
    except ValidationError as error:
        step |= {"outcome": "refused", "text": " ".join(error.messages), "code": "invalid_argument"}
    except Exception as error:
        log.exception("reaction.failed", action=action.handle, event_id=known.event.pk)
        step |= {"outcome": "failed", "text": in_short(error)}
    return step | {"milliseconds": round((perf_counter() - begun) * 1_000)}


def filtered(action: Action, known: Known) -> dict:
    holds, clauses = known.explain(action.condition)
    if holds:
        return {"outcome": "done", "text": "The condition held.", "clauses": clauses}
    failed = [clause["text"] for clause in clauses if not clause["holds"]]
    return {"outcome": "filtered", "text": "Not met: " + " ".join(failed) if failed else "Not met.", "clauses": clauses}


def acted(action: Action, known: Known, step: dict) -> dict:
    """Raises Refusal and ValidationError as the action does."""
    if known.profile is None:
        raise refusal("no_customer")
    step["given"] = known.worked_out(action.arguments)
    kind = action_of(action.handle)
    # A dry run writes nothing, so it needs no key that lasts.
    key = f"event-{known.event.pk}-profile-{known.profile.pk}-action-{action.pk}"
    made = kind(known.profile, step["given"], at=known.at, cause=known.cause, context=known.context, key=key)
    return outcome_of(made)


def step_of(action: Action, *, at: datetime) -> dict:
    return {"action_id": action.pk, "handle": action.handle, "name": action.name, "at": at.isoformat()}


def outcome_of(made) -> dict:
    return {"outcome": "done", "text": made if isinstance(made, str) else "", "made": as_made(made)}


def done(action: Action, made, given: dict, *, at: datetime) -> dict:
    """The step of an action that was done to many customers together."""
    return step_of(action, at=at) | {"given": given} | outcome_of(made)


def as_made(made) -> dict | None:
    """What an action made, to be found again."""
    if isinstance(made, models.Model):
        return {"type": made._meta.label_lower, "id": str(made.pk), "name": str(made)[:191]}
    return None
