"""What a reaction would do, tried for real and taken back: nothing is written (behaviour.md 8, dry run)."""

from datetime import datetime

from django.db import transaction

from profiles.cause import Cause, Door
from profiles.events.catalogue import CATALOGUE
from profiles.models import Event, Profile
from reactions.models import Reaction, Run
from reactions.running import go_through


def rehearse(reaction: Reaction, *, at: datetime, event: Event | None = None, profile: Profile | None = None) -> Run:
    """The run that this event would make now, or for the profile an event like the catalogue's example. Not saved.

    The actions are done and undone, so what is said is what would happen: refusals, conditions with the values seen, and what
    would be made. Whether the reaction is switched on does not matter. Give an event or a profile.
    """
    if (event is None) == (profile is None):
        raise ValueError("give an event or a profile")
    with transaction.atomic():
        if event is None:
            event = example_of(reaction.trigger, profile, at=at)
            event.save()
        run = Run(reaction=reaction, event=event, profile=event.profile, next_at=at, created_at=at)
        go_through(run, at=at)
        transaction.set_rollback(True)
    return run


def example_of(name: str, profile: Profile, *, at: datetime) -> Event:
    """The event of the catalogue's example, as if it had happened to this customer. Not saved."""
    kind = CATALOGUE.named(name)
    subject = profile if kind.subject == profile._meta.label_lower else None
    cause = Cause(door=Door.SYSTEM, reason="Dry run")
    return Event.of(name, at=at, cause=cause, profile=profile, subject=subject, payload=kind.example)
