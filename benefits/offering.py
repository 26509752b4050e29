"""What a customer could claim now, and what not yet and why: for the pages on which staff help them."""

from datetime import datetime

from django.urls import reverse

from benefits.models import BenefitDefinition
from benefits.models.claiming import offered_to
from profiles.models import Profile


def as_shown(profile: Profile, user, *, at: datetime, most: int) -> dict:
    """What the templates draw: at most so many that the customer `could` claim, and `not_yet` with what is missing, in words.

    `hidden` is how many more there are. Two queries, and those of `profiles.conditions.asking`; one where nothing is offered.
    """
    offered = offered_to(profile, at=at)
    could, not_yet = offered.claimable[:most], list(offered.not_yet)[:most]
    definitions = BenefitDefinition.objects.in_bulk([*could, *not_yet]) if could or not_yet else {}
    may_claim = user.has_perm("benefits.issue_benefit")
    return {
        "could": [{"definition": definitions[pk], "url": claim_url(profile, pk) if may_claim else ""} for pk in could],
        "not_yet": [{"definition": definitions[pk], "missing": offered.missing(pk)} for pk in not_yet],
        "hidden": len(offered.claimable) + len(offered.not_yet) - len(could) - len(not_yet),
        "all_url": reverse("admin:benefits_benefit_claimable", args=[profile.pk]),
    }


def claim_url(profile: Profile, definition_id: int) -> str:
    """Where staff claim it for the customer."""
    return reverse("admin:benefits_benefit_claim", args=[profile.pk, definition_id])
