"""Role × page × verb: who may open what, and that a page that may not be opened does nothing when it is posted to either."""

import pytest
from django.urls import reverse
from django.utils import timezone

from benefits import batching
from benefits.models import Benefit, BenefitBatch, BenefitDefinition, Redemption
from profiles.cause import Cause

# page → who gets in: manager, clerk, analyst.
PAGES = {
    "benefitdefinition_changelist": "manager analyst",
    "benefitdefinition_add": "manager",
    "benefitdefinition_change": "manager analyst",
    "benefitdefinition_history": "manager analyst",
    "benefitdefinition_duplicate": "manager",
    "benefitdefinition_archive": "manager",
    "benefitdefinition_restore": "manager",
    "benefitdefinition_issue_many": "manager",
    "benefitdefinition_import": "manager",
    "benefitdefinition_export": "manager analyst",
    "benefit_changelist": "manager clerk analyst",
    "benefit_change": "manager clerk analyst",
    "benefit_import": "manager",
    "benefit_export": "manager analyst",
    "benefit_issue": "manager clerk",
    "benefit_offer": "manager clerk",
    "benefit_redeem": "manager clerk",
    "benefit_extend": "manager clerk",
    "benefit_revoke": "manager clerk",
    "redemption_changelist": "manager clerk analyst",
    "redemption_change": "manager clerk analyst",
    "redemption_export": "manager analyst",
    "redemption_reverse": "manager clerk",
    "benefitbatch_changelist": "manager analyst",
    "benefitbatch_change": "manager analyst",
    "benefitbatch_progress": "manager analyst",
    "benefitbatch_stop": "manager",
}
WITHOUT_OBJECT = ("changelist", "add", "import", "export")


@pytest.fixture
def objects(coffee, member, cause) -> dict:
    """One of each, made now."""
    at = timezone.now()
    coffee.max_redemptions = None
    coffee.is_extendable = True
    coffee.save()
    benefit = coffee.issue(member, at=at, cause=cause)
    return {
        "benefitdefinition": coffee.pk,
        "benefit": benefit.pk,
        "redemption": benefit.redeem(at=at, cause=cause).pk,
        "benefitbatch": batching.start_batch(coffee, at=at, cause=Cause(), profile_ids=[member.pk]).pk,
        "issue": member.pk,
        "offer": coffee.pk,
    }


def address(page: str, objects: dict) -> str:
    model, verb = page.split("_", 1)
    if verb in WITHOUT_OBJECT:
        return reverse(f"admin:benefits_{page}")
    return reverse(f"admin:benefits_{page}", args=[objects.get(verb, objects[model])])


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["manager", "clerk", "analyst"])
def test_opens_for_those_who_may(page, role, objects, request):
    client = request.getfixturevalue(f"as_{role}")

    status = client.get(address(page, objects)).status_code

    assert status == (200 if role in PAGES[page].split() else 403)


READ_ONLY = ("changelist", "change", "history", "export", "offer", "progress")
FORBIDDEN = [
    (page, role)
    for page, allowed in PAGES.items()
    for role in ("clerk", "analyst")
    if role not in allowed.split() or page.split("_", 1)[1] in READ_ONLY
]


@pytest.mark.parametrize(("page", "role"), FORBIDDEN)
def test_does_nothing_for_those_who_may_not(page, role, objects, request):
    client = request.getfixturevalue(f"as_{role}")
    before = state()

    client.post(address(page, objects), {"reason": "x", "seen": "0", "days": "5", "handle": "y", "name": "y"})

    assert state() == before


def state() -> tuple:
    return (
        list(BenefitDefinition.objects.values_list("pk", "name", "is_archived")),
        list(Benefit.objects.values_list("pk", "redemptions", "expires_at", "revoked_at")),
        list(Redemption.objects.values_list("pk", "reversed_at")),
        list(BenefitBatch.objects.values_list("pk", "job__is_cancel_requested")),
    )


def test_nobody_edits_or_deletes_facts(objects, as_manager):
    for model in ("benefit", "redemption", "benefitbatch"):
        for verb in ("change", "delete"):
            response = as_manager.post(
                reverse(f"admin:benefits_{model}_{verb}", args=[objects[model]]), {"post": "yes"}
            )
            assert response.status_code == 403
        assert as_manager.get(reverse(f"admin:benefits_{model}_add")).status_code == 403


def test_sends_strangers_to_sign_in(objects, client):
    response = client.get(address("benefit_redeem", objects))

    assert response.status_code == 302
    assert "login" in response.url


@pytest.mark.parametrize(
    "page", ["benefit_redeem", "benefit_extend", "benefit_revoke", "redemption_reverse", "benefit_change"]
)
@pytest.mark.parametrize("wrong", ["999999", "nonsense", "99999999999999999999999"])
def test_knows_no_benefit_of_that_number(page, wrong, db, as_manager):
    response = as_manager.get(reverse(f"admin:benefits_{page}", args=[wrong]))

    assert response.status_code in (302, 404)
