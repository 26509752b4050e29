"""Redeeming over the API: the path that every till waits for, so it reads only what it must (performance.md 1)."""

from datetime import datetime
from uuid import UUID

from django.http import Http404

from benefits.api.reading import COLUMNS, benefits, from_row, give_definitions
from benefits.api.serializers import RedeemBenefit
from benefits.api.shapes import benefit_as_json, person_as_json, redemption_as_json
from benefits.models import Benefit
from cxmanager.statements import Select
from profiles.api.cause import cause_of

# The row is joined with its profile anyhow, to see that it is not deleted.
PERSON = ("profile__first_name", "profile__last_name", "profile__email")
FIND = Select(
    lambda pk, profile_id: benefits().filter(pk=pk, profile_id=profile_id).order_by().values_list(*PERSON, *COLUMNS),
    pk=1_001,
    profile_id=UUID(int=0),
)
NOTHING_SENT = {"count": 1, "reason": ""}


def redeem(request, *, profile_id: UUID, benefit_id: int, at: datetime) -> dict:
    """Redeem the customer's benefit and return the redemption's JSON. Raises Http404, InvalidInput, Refusal."""
    given = what_was_sent(request)
    found = FIND.rows(pk=benefit_id, profile_id=profile_id)
    if not found:
        raise Http404
    person, benefit = found[0][: len(PERSON)], from_row(found[0][len(PERSON) :])
    json = give_definitions([benefit])[benefit.definition_id]
    location = given.get("location_id")
    redemption = benefit.redeem(
        at=at,
        cause=cause_of(request, location=location, reason=given["reason"]),
        count=given["count"],
        transaction_external_id=given.get("transaction_external_id") or "",
        receipt_ref=given.get("transaction_receipt_ref") or "",
        meta=given.get("meta"),
    )
    shown = as_it_is_now(benefit, json, at=at)
    return redemption_as_json(redemption, benefit=shown, location=location, profile=person_as_json(*person))


def what_was_sent(request) -> dict:
    if not request.data and isinstance(request.data, dict):
        return NOTHING_SENT
    serializer = RedeemBenefit(data=request.data)
    serializer.is_valid(raise_exception=True)
    return serializer.validated_data


def as_it_is_now(benefit: Benefit, definition: dict, *, at: datetime) -> dict:
    """The benefit after its redemption. Asks the shared counter only where there is a limit."""
    left = benefit.definition.global_uses_left()
    why_not = benefit.why_not_redeemable(at=at, global_uses_left=left)
    return benefit_as_json(benefit, definition=definition, why_not=why_not, left=left, at=at)
