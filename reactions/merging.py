"""What happens to deliveries and runs when two profiles become one, and when a person's data is exported or erased (profiles/merging.py)."""

from django.db.models import Exists, F, OuterRef
from django.dispatch import receiver

from profiles.merging import erasing, exporting, merging
from reactions.models import Delivery, Run


@receiver(merging, dispatch_uid="reactions.merging")
def move(*, winner, loser, **_) -> None:
    Delivery.objects.filter(profile=loser).update(profile=winner)
    runs, own = Run.objects.filter(profile=loser), Run.objects.filter(profile=winner, occurrence=OuterRef("occurrence"))
    # Whoever has had or will have a turn of their own is not done it twice.
    twice = runs.filter(Exists(own), occurrence__isnull=False)
    twice.filter(state__in=Run.DUE).update(
        state=Run.State.FILTERED, error="Done for the customer they were merged into."
    )
    runs.exclude(pk__in=list(twice.values_list("pk", flat=True))).update(profile=winner)


@receiver(erasing, dispatch_uid="reactions.erasing")
def scrub(*, profile, **_) -> None:
    """What was sent about the person goes, with what was answered; what waits is never sent. That something was sent stays.

    Of runs stays that there were any: what their steps saw goes.
    """
    persons = [profile, *profile.merged_from.all()]
    runs = Run.objects.filter(profile__in=persons)
    runs.filter(state__in=Run.DUE).update(state=Run.State.PARKED, error="The person's data was erased.")
    runs.update(steps=[])
    theirs = Delivery.objects.filter(profile__in=persons)
    theirs.open().update(state=Delivery.State.PARKED, next_at=None, error="The person's data was erased.")
    theirs.update(body="", answer="", is_prepared=True)


@receiver(exporting, dispatch_uid="reactions.exporting")
def held_about(*, profile, **_) -> dict[str, list[dict]]:
    rows = Delivery.objects.filter(profile=profile).order_by("id")
    runs = Run.objects.filter(profile=profile).order_by("id").values("id", "state", "steps", "created_at", "ended_at")
    return {
        "reactions": list(runs.annotate(reaction_name=F("reaction__name"))),
        "deliveries": list(
            rows.values(
                "id", "state", "body", "created_at", "delivered_at", to=F("target__name"), about=F("event__name")
            )
        ),
    }
