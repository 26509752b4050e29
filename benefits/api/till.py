"""`GET /profiles/lookup?identifier=`: what a till needs when a card is scanned, in one request (performance.md 3)."""

from datetime import datetime
from uuid import UUID

from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.exceptions import ValidationError as InvalidInput
from rest_framework.response import Response
from rest_framework.views import APIView

from benefits.api.described import TillShape
from benefits.api.reading import give_definitions
from benefits.looking_up import Found, find, usable_benefits
from benefits.models import Benefit
from cxmanager.rest.fields import moment
from cxmanager.rest.viewsets import enveloped
from profiles.conditions.evaluating import number_of
from profiles.conditions.facts import FACTS
from profiles.conditions.moments import Moment
from profiles.conditions.readings import values_of
from profiles.models import Profile
from transactions.api.numbers import number

LONGEST = 191
TIER = {"handle": "tier.handle", "name": "tier.name", "rank": "tier.rank"}
BALANCES = (
    *("point_balance", "point_balance_dollars", "reward_balance", "combined_balance_dollars"),
    *("points_pending", "points_debt"),
)
# What a till shows and unlocks; everything else is at /profiles/{id}/benefits.
OF_DEFINITION = (
    "id",
    "name",
    "handle",
    "type",
    "value",
    "discount_percent",
    "product_skus",
    "product_categories",
    "product_brands",
    "short_description",
    "redeem_instructions_store",
)


NOBODY = {"type": "object", "properties": {"message": {"type": "string"}}, "example": {"message": "Not Found"}}


class Lookup(APIView):
    """Whose identifier it is, their tier and what they can spend, and the benefits that they can use now, those that end first at the front."""

    # And `read-identities`, because it also tells whose card it is.
    scope = "read-benefits"

    @extend_schema(
        operation_id="profiles_lookup",
        parameters=[
            OpenApiParameter(
                "identifier", required=True, description="A card number or any identity, e-mail or phone."
            ),
            OpenApiParameter("handle", description="The system whose identifier it is, such as loyalty-card."),
        ],
        responses={200: TillShape, 404: OpenApiResponse(NOBODY, description="Nobody has this identifier.")},
    )
    def get(self, request) -> Response:
        if not request.auth.allows("read-identities"):
            raise PermissionDenied
        found = find(asked(request, "identifier"), handle=asked(request, "handle", is_required=False))
        if found is None:
            raise Http404
        at = timezone.now()
        benefits = usable_benefits(found.person["id"], at=at)
        definitions = give_definitions(benefits)
        rows = [at_the_till(one, definitions[one.definition_id]) for one in benefits]
        return enveloped({"profile": person(found), "benefits": rows, **standing(found.person["id"], at=at)})


def standing(profile_id: UUID, *, at: datetime) -> dict:
    """The tier and what can be spent, which are another app's: known here as facts, where that app is there. One query."""
    facts = {name: FACTS.named(name) for name in (*TIER.values(), *BALANCES)}
    told = values_of(Profile(pk=profile_id), {one for one in facts.values() if one is not None}, asked=Moment(at))
    tier = {name: told.get(handle) for name, handle in TIER.items()}
    balances = {name: number_of(told.get(name)) for name in BALANCES}
    return {"tier": tier if tier["handle"] else None, "balances": balances}


def asked(request, name: str, *, is_required: bool = True) -> str:
    """A parameter of the query. Raises InvalidInput for one that is missing or that nothing can match."""
    value = request.query_params.get(name, "").strip()
    if is_required and not value:
        raise InvalidInput({name: ["This field is required."]})
    if len(value) > LONGEST or "\x00" in value:
        raise InvalidInput({name: [f"At most {LONGEST} characters, and no null bytes."]})
    return value


def person(found: Found) -> dict:
    row = found.person
    return {
        "id": str(row["id"]),
        "first_name": row["first_name"] or None,
        "last_name": row["last_name"] or None,
        "full_name": f"{row['first_name']} {row['last_name']}".strip() or None,
        "email": row["email"],
        "mobile_phone": row["mobile_phone"],
        "mobile_phone_e164": row["mobile_phone_e164"],
        "profile_type": row["profile_type"],
        "handles": found.handles,
    }


def at_the_till(benefit: Benefit, definition: dict) -> dict:
    limit = definition["max_global_redemptions"]
    return {
        "id": benefit.pk,
        "external_id": benefit.external_id,
        "issued_at": moment(benefit.issued_at),
        "expires_at": moment(benefit.expires_at),
        "timezone": benefit.timezone,
        "redemptions_remaining": benefit.redemptions_remaining,
        "total_global_redemptions_remaining": None if limit is None else limit - int(benefit.global_used),
        "redeem_code_pos": benefit.redeem_code_pos or definition["redeem_code_pos"],
        "value": definition["value"] if benefit.value is None else number(benefit.value),
        "definition": {name: definition[name] for name in OF_DEFINITION},
    }
