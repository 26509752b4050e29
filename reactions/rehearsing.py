"""What a reaction would do, tried for real and taken back: nothing is written (behaviour.md 8, dry run)."""

from datetime import datetime

from django.db import transaction

from profiles.cause import Cause, Door
from profiles.conditions.condition import Condition
from profiles.events.catalogue import CATALOGUE, Customer, canonical
from profiles.models import Event, Profile
from reactions.models import Occurrence, Reaction, Run
from reactions.running import go_through

# The step of a dry run that no action takes.
AUDIENCE = "audience"
NOT_NOW = "The audience does not have this customer now. What follows would be done if it had."


def rehearse(reaction: Reaction, *, at: datetime, event: Event | None = None, profile: Profile | None = None) -> Run:
    """The run that this event would make now, or for the profile an event like the catalogue's example. Not saved.

    An automation is tried for a profile, as if it were due now; whether the audience has them is its first step.

    The actions are done and undone, so what is said is what would happen: refusals, conditions with the values seen, and what
    would be made. Whether the reaction is switched on does not matter. Give an event or a profile.
    """
    if (event is None) == (profile is None):
        raise ValueError("give an event or a profile")
    with transaction.atomic():
        if reaction.kind == Reaction.Kind.AUTOMATION:
            run = turn_of(profile, reaction, at=at)
        else:
            if event is None:
                event = example_of(reaction.trigger, profile, at=at)
                event.save()
            run = Run(reaction=reaction, event=event, profile=event.profile, next_at=at, created_at=at)
            go_through(run, at=at)
        transaction.set_rollback(True)
    return run


def turn_of(profile: Profile, reaction: Reaction, *, at: datetime) -> Run:
    """The customer's turn, were the automation due now. What would be done is tried also for whom it would pass over."""
    started = {"name": reaction.name, "due_at": at.isoformat(), "matched": 1}
    event = Event.of("automation.started", at=at, cause=Cause(reason="Dry run"), subject=reaction, payload=started)
    event.save()
    occurrence = Occurrence.objects.create(reaction=reaction, due_at=at, started_at=at, event=event)
    run = Run(reaction=reaction, event=event, occurrence=occurrence, profile=profile, next_at=at, created_at=at)
    chosen = step_of_audience(profile, reaction, at=at)
    go_through(run, at=at)
    run.steps.insert(0, chosen)
    if chosen["outcome"] != "done":
        run.state, run.error = Run.State.FILTERED, chosen["text"]
    return run


def step_of_audience(profile: Profile, reaction: Reaction, *, at: datetime) -> dict:
    """Whether the customer would be chosen, with what was seen."""
    step = {"action_id": None, "handle": AUDIENCE, "name": "", "at": at.isoformat(), "milliseconds": 0}
    if reaction.audience is None:
        return step | {"outcome": "done", "text": "It is for all customers."}
    asked = Condition.of(reaction.audience)
    clauses = asked.explain(profile, at=at)
    if asked.holds_for(profile, at=at):
        return step | {"outcome": "done", "text": "The audience has this customer now.", "clauses": clauses}
    return step | {"outcome": "filtered", "text": NOT_NOW, "clauses": clauses}


def event_to_show(name: str, profile: Profile, *, at: datetime) -> Event:
    """The customer's latest event of this name; where there is none, the catalogue's example, unsaved.

    Raises ValidationError for a name that nothing here records.
    """
    kind = CATALOGUE.named(canonical(name))
    if kind.customer == Customer.NEVER:
        return Event(name=kind.name, payload=kind.example, at=at)
    rows = Event.objects.filter(profile=profile, name=kind.name).select_related("profile").order_by("-id")
    return rows.first() or example_of(kind.name, profile, at=at)


def example_of(name: str, profile: Profile, *, at: datetime) -> Event:
    """The event of the catalogue's example, as if it had happened to this customer. Not saved."""
    kind = CATALOGUE.named(name)
    subject = profile if kind.subject == profile._meta.label_lower else None
    cause = Cause(door=Door.SYSTEM, reason="Dry run")
    return Event.of(name, at=at, cause=cause, profile=profile, subject=subject, payload=kind.example)
