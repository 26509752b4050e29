"""What the profile page shows of a customer's benefits: those to use first, with what may be done to each."""

from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from benefits.models import Benefit, GlobalCounter, Redemption
from benefits.offering import as_shown
from benefits.wording import ends, status_of, uses_left
from cxmanager.refusals import Refusal
from profiles.models import Profile
from profiles.panels import Panel, register

SHOWN = 100
PAST_SHOWN = 20
CLAIMS_SHOWN = 5
# A benefit for one of these reasons may become usable again, so it stays among the present ones.
STILL_PRESENT = {None, "not_issued_yet", "globally_redeemed", "archived"}


def context(profile: Profile, request: HttpRequest) -> dict:
    """The panel's rows, in three queries however many there are, and those of `offering.as_shown`."""
    at = timezone.now()
    benefits = list(profile.benefits.present().select_related("definition").order_by("-id")[: SHOWN + 1])
    left = uses_left_of({benefit.definition_id: benefit.definition for benefit in benefits})
    rows = [row(benefit, request, left=left[benefit.definition_id], at=at) for benefit in benefits[:SHOWN]]
    present = [one for one in rows if one["code"] in STILL_PRESENT]
    past = [one for one in rows if one["code"] not in STILL_PRESENT]
    return {
        "present": sorted(present, key=lambda one: one["benefit"].expires_at),
        "past": past[:PAST_SHOWN],
        "more": max(0, len(past) - PAST_SHOWN) or len(benefits) > SHOWN,
        "all_url": f"{reverse('admin:benefits_benefit_changelist')}?q={profile.pk}",
        "claims": as_shown(profile, request.user, at=at, most=CLAIMS_SHOWN),
        "undoable": undoable(profile, request, at=at),
        "next": reverse("admin:profiles_profile_change", args=[profile.pk]),
    }


def uses_left_of(definitions: dict) -> dict[int, int | None]:
    """{definition id: global uses left, None without a limit}, in one query, or none where nothing is limited."""
    limited = {
        pk: one.max_global_redemptions for pk, one in definitions.items() if one.max_global_redemptions is not None
    }
    totals = GlobalCounter.objects.totals_by_definition(limited) if limited else {}
    return {pk: limited[pk] - totals.get(pk, {}).get("used", 0) if pk in limited else None for pk in definitions}


def row(benefit: Benefit, request: HttpRequest, *, left: int | None, at: datetime) -> dict:
    """One benefit in words, with the buttons that this user has for it."""
    no = benefit.why_not_redeemable(at=at, global_uses_left=left)
    label, variant = status_of(no)
    return {
        "benefit": benefit,
        "code": no and no.code,
        "label": label,
        "variant": variant,
        "facts": facts(benefit, no, at=at),
        "buttons": buttons(benefit, request, no=no),
    }


def facts(benefit: Benefit, no: Refusal | None, *, at: datetime) -> list[str]:
    said = [ends(benefit, at=at), f"{uses_left(benefit).capitalize()}."]
    if no is not None and no.code not in ("expired", "fully_redeemed", "revoked"):
        said.append(str(no))
    if benefit.revoke_reason:
        said.append(f"Reason: {benefit.revoke_reason}")
    if benefit.revoked_at is None and benefit.extensions:
        said.append("Extended once." if benefit.extensions == 1 else f"Extended {benefit.extensions} times.")
    return said


def buttons(benefit: Benefit, request: HttpRequest, *, no: Refusal | None) -> list[dict]:
    """[{"title", "url", "is_first"}] of what may be done to it now, by this user."""
    may = request.user.has_perm
    offered = [
        ("Redeem", "redeem", no is None and may("benefits.redeem_benefit")),
        ("Extend", "extend", may("benefits.extend_benefit") and benefit.why_not_extendable() is None),
        ("Revoke", "revoke", may("benefits.revoke_benefit") and benefit.revoked_at is None and is_worth_revoking(no)),
    ]
    return [
        {
            "title": title,
            "url": reverse(f"admin:benefits_benefit_{name}", args=[benefit.pk]),
            "is_first": name == "redeem",
        }
        for title, name, is_offered in offered
        if is_offered
    ]


def is_worth_revoking(no: Refusal | None) -> bool:
    """What has run out needs no revoking."""
    return no is None or no.code not in ("expired", "fully_redeemed")


def undoable(profile: Profile, request: HttpRequest, *, at: datetime) -> list[Redemption]:
    """The redemptions that a slip of the finger may just have made: with a button to undo them while the window is open."""
    if not request.user.has_perm("benefits.redeem_benefit"):
        return []
    window = timedelta(minutes=settings.REDEMPTION_REVERSAL_MINUTES)
    recent = profile.redemptions.filter(redeemed_at__gte=at - window, redeemed_at__lte=at, reversed_at=None)
    return list(recent.select_related("definition")[:5])


def actions(profile: Profile, request: HttpRequest) -> list[dict]:
    if profile.deleted_at or not request.user.has_perm("benefits.issue_benefit"):
        return []
    return [
        {"title": "Issue", "icon": "add", "url": reverse("admin:benefits_benefit_issue", args=[profile.pk])},
    ]


register(
    Panel(
        handle="benefits",
        title="Benefits",
        icon="redeem",
        order=10,
        template="admin/benefits/panel.html",
        context=context,
        actions=actions,
        permission="benefits.view_benefit",
    )
)
