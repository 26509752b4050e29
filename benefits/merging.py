"""What happens to benefits when two profiles become one, and when a person's data is exported or erased (profiles/merging.py)."""

from django.db.models import Exists, F, OuterRef
from django.dispatch import receiver

from benefits.models import BatchRecipient, Benefit, Redemption
from profiles.merging import erasing, exporting, merge_previewing, merging


@receiver(merging, dispatch_uid="benefits.merging")
def move(*, winner, loser, **_) -> None:
    """Give the winner the loser's benefits and their redemptions: each stays the one entitlement it was."""
    theirs = Benefit.objects.filter(profile=loser)
    held = Benefit.objects.filter(profile=winner)
    # Two rules that hold for one customer would refuse the pair; the winner's own stand, the loser's lose the mark.
    in_same_batch = held.filter(batch=OuterRef("batch"))
    theirs.filter(Exists(in_same_batch), batch__isnull=False).update(batch=None)
    claimed_too = held.filter(definition=OuterRef("definition"), is_sole_claim=True, revoked_at=None)
    theirs.filter(Exists(claimed_too), is_sole_claim=True, revoked_at=None).update(is_sole_claim=False)
    theirs.update(profile=winner)
    Redemption.objects.filter(profile=loser).update(profile=winner)
    _queue_the_winner_instead(winner=winner, loser=loser)


def _queue_the_winner_instead(*, winner, loser) -> None:
    """Bulk issues in which the loser's turn has not come yet serve the winner, once."""
    batches = list(BatchRecipient.objects.filter(profile=loser).values_list("batch_id", flat=True))
    if not batches:
        return
    BatchRecipient.objects.filter(profile=loser).delete()
    served = set(Benefit.objects.filter(profile=winner, batch__in=batches).values_list("batch_id", flat=True))
    BatchRecipient.objects.bulk_create(
        [BatchRecipient(batch_id=batch, profile=winner) for batch in batches if batch not in served],
        ignore_conflicts=True,
    )


@receiver(merge_previewing, dispatch_uid="benefits.merge_previewing")
def count(*, loser, **_) -> list[tuple[str, int]]:
    """What the preview of a merge says would move."""
    return [("Benefits", loser.benefits.count()), ("Redemptions", loser.redemptions.count())]


@receiver(erasing, dispatch_uid="benefits.erasing")
def scrub(*, profile, **_) -> None:
    """What staff and integrations wrote in their own words goes; that there was a benefit, and when it was used, stays counted."""
    for one in (profile, *profile.merged_from.all()):
        one.benefits.update(revoke_reason="", meta=None)
        one.redemptions.update(reason="", receipt_ref="", meta=None)


@receiver(exporting, dispatch_uid="benefits.exporting")
def held_about(*, profile, **_) -> dict[str, list[dict]]:
    """The person's benefits and redemptions, oldest first."""
    benefits = profile.benefits.order_by("id").values(
        *("id", "external_id", "issued_at", "expires_at", "timezone", "claimed_at", "extended_at", "revoked_at"),
        *("revoke_reason", "redemptions", "max_redemptions", "redeem_code_pos", "redeem_code_online", "value", "meta"),
        benefit=F("definition__name"),
        handle=F("definition__handle"),
    )
    redemptions = profile.redemptions.order_by("id").values(
        *("id", "benefit_id", "count", "returned", "redeemed_at", "reversed_at", "reason"),
        *("transaction_external_id", "receipt_ref", "meta"),
        place=F("location__name"),
    )
    return {"benefits": list(benefits), "redemptions": list(redemptions)}
