"""`POST /profiles` of the member API: the form of somebody who is not known yet, or does not say so."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_serializer
from rest_framework import status
from rest_framework.response import Response
from rest_framework.views import APIView

from cxmanager.rest.viewsets import enveloped
from profiles import joining, preferences
from profiles.api.cause import cause_of
from profiles.api.members.authentication import IsNobodyYet, MemberAuthentication, MemberThrottle
from profiles.api.members.profile import MemberProfileInput
from profiles.api.reading import MessageSerializer
from profiles.api.writing import CommsInput

# Whether mail comes back is for the mail system to say.
CONSENTS = {name for name in preferences.FLAGS if not name.endswith("_bounced")} | {"terms_accepted_version"}


class ConsentsInput(CommsInput):
    """What somebody allows. What is not sent stays."""

    def get_fields(self) -> dict:
        return {name: field for name, field in super().get_fields().items() if name in CONSENTS}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A newsletter's form",
            request_only=True,
            value={
                "first_name": "Maria",
                "email": "maria@example.com",
                "comms_attributes": {"email_promo": True},
            },
        )
    ]
)
class JoinInput(MemberProfileInput):
    """Name, addresses to write to, birthday and consents. Other keys are ignored: nothing of them could be taken on trust."""

    comms_attributes = ConsentsInput(required=False, allow_null=True)
    identities = addresses = appearance_attributes = dates_attributes = custom_attributes = None


class Joining(APIView):
    """Joining, with an anonymous token."""

    authentication_classes = (MemberAuthentication,)
    permission_classes = (IsNobodyYet,)
    throttle_classes = (MemberThrottle,)

    @extend_schema(
        operation_id="join",
        request=JoinInput,
        responses={202: MessageSerializer, 403: None},
    )
    def post(self, request) -> Response:
        """Join, or set the consents of whoever has this e-mail address or else this mobile phone.

        The answer is the same in both cases: it tells neither whether the address was known nor anything of the customer.
        """
        given = JoinInput(data=request.data)
        given.is_valid(raise_exception=True)
        joining.join(given.validated_data, at=timezone.now(), cause=cause_of(request))
        return enveloped({"message": "Thank you, this was received."}, status.HTTP_202_ACCEPTED)
