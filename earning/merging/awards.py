"""What two cards of one program earned and used of limits is one card's, when their customers become one (earning.merging); and what
is told or kept of it when a person's data is exported or erased.
"""

from collections.abc import Iterable

from django.db.models import F
from django.dispatch import receiver

from earning.models import Award, BadgeHeld, LimitCounter, LoyaltyCard, ReportedEvent
from profiles.merging import erasing, exporting


def pour_awards(emptied: LoyaltyCard, filled: LoyaltyCard) -> None:
    """Move awards, badges and what is used of limits. What both had once, or for the same, stays had; limits were used by both together."""
    _let_both_stand(emptied, filled)
    Award.objects.filter(card=emptied).update(card=filled)
    ReportedEvent.objects.filter(card=emptied).update(card=filled)
    BadgeHeld.objects.filter(card=emptied, badge__in=filled.badges.values("badge")).delete()
    BadgeHeld.objects.filter(card=emptied).update(card=filled)
    _add_up(emptied, filled)


def _let_both_stand(emptied: LoyaltyCard, filled: LoyaltyCard) -> None:
    """A rule gives once for each thing, and both were given it: the one that moves keeps its award under a number of its own."""
    ours = Award.objects.filter(card=filled)
    once = set(ours.filter(once_key__isnull=False).values_list("rule_id", "once_key"))
    keys = set(ours.values_list("rule_id", "source", "source_key"))
    doubled = []
    for one in Award.objects.filter(card=emptied).only("rule_id", "source", "source_key", "once_key"):
        if (one.rule_id, one.once_key) in once:
            one.once_key = None
        if (one.rule_id, one.source, one.source_key) in keys:
            one.source_key = f"{one.source_key}@{emptied.pk}"
        doubled.append(one)
    Award.objects.bulk_update(doubled, ["once_key", "source_key"], batch_size=500)


def _add_up(emptied: LoyaltyCard, filled: LoyaltyCard) -> None:
    ours = {(one.limit_id, one.period_key): one for one in LimitCounter.objects.filter(card=filled)}
    for one in LimitCounter.objects.filter(card=emptied):
        both = ours.get((one.limit_id, one.period_key))
        if both is None:
            LimitCounter.objects.filter(pk=one.pk).update(card=filled)
        else:
            LimitCounter.objects.filter(pk=both.pk).update(used=min(both.cap, both.used + one.used))
            one.delete()


@receiver(erasing, dispatch_uid="earning.erasing_awards")
def scrub(*, profile, **_) -> None:
    """What other systems told with events, and what staff wrote in their own words, goes; what was earned stays counted."""
    for one in (profile, *profile.merged_from.all()):
        ReportedEvent.objects.filter(card__profile=one).update(data={})
        Award.objects.filter(card__profile=one).update(decision_reason="")


@receiver(exporting, dispatch_uid="earning.exporting_awards")
def held_about(*, profile, **_) -> dict[str, Iterable[dict]]:
    """What the person was awarded and which events were reported of them, oldest first."""
    mine, named = {"card__profile": profile}, {"card_number": F("card__number")}
    awards = Award.objects.filter(**mine).order_by("id")
    return {
        "loyalty_awards": list(
            awards.values(
                *("id", "name", "source", "points", "currency_amount", "currency", "working", "state", "at"),
                *("points_reversed", "currency_reversed", "decided_at", "decision_reason", "transaction_id"),
                badge_name=F("badge__name"),
                **named,
            )
        ),
        "reported_events": list(
            ReportedEvent.objects.filter(**mine)
            .order_by("id")
            .values("id", "code", "external_id", "data", "occurred_at", **named)
        ),
    }
