"""The member's own profile."""

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer, extend_schema_view

from profiles.api import examples
from profiles.api.interactions import InteractionChange, ProfileInteractionViewSet
from profiles.api.members.mirroring import OfMember
from profiles.api.profiles import ProfileViewSet
from profiles.api.writing import ProfileInput


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A new number, and yes to news",
            request_only=True,
            value={"mobile_phone": "0450 551 500", "comms_attributes": {"email_promo": True}},
        )
    ]
)
class MemberProfileInput(ProfileInput):
    """What members say of themselves. What the retailer says of them is ignored, as are keys that are not named here."""

    tags = profile_type = is_completed = joined_at = None
    joined_location_id = joined_location_external_id = joined_location_external_code = None


CHANGE = extend_schema(
    request=MemberProfileInput,
    description="Change what is sent and leave the rest. Tags, type and joining are the retailer's to say, and are ignored.",
)


@extend_schema_view(update=CHANGE, partial_update=CHANGE)
class MemberProfileViewSet(OfMember, ProfileViewSet):
    """The customer whose token it is, with all that belongs to them."""

    input_class = MemberProfileInput
    # Of tiers: what their form says customers do not see.
    withheld = tuple(f"tier.{name}" for name in ("description", "internal_notes", "tags", "meta"))


@extend_schema_serializer(examples=[examples.CHANGED_INTERACTION])
class MemberInteractionInput(InteractionChange):
    """A contact as the customer tells of it, who cannot say which of the staff served them nor make the retailer's tags."""

    staff_id = tags = None


@extend_schema_view(create=extend_schema(request=MemberInteractionInput))
class MemberInteractionViewSet(OfMember, ProfileInteractionViewSet):
    """The customer's contacts with the retailer. What was noted down of them is for the retailer's staff."""

    input_class = MemberInteractionInput
    withheld = ("staff_id", "description")
