"""By which rules a customer can earn (api.md 5)."""

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from cxmanager.rest.fields import MomentField, moment
from cxmanager.rest.viewsets import enveloped
from earning.api.exact import text_of
from earning.models import EarningRule, LoyaltyCard
from earning.ways import Way, ways_of
from profiles.api.cause import cause_of
from profiles.api.reading import text
from profiles.api.scoped import ProfileScopedViewSet


class WayBadgeShape(serializers.Serializer):
    handle = serializers.CharField()
    name = serializers.CharField()
    image_url = text()


class WayWhyNotShape(serializers.Serializer):
    code = serializers.CharField()
    message = serializers.CharField()


class WayShape(serializers.Serializer):
    id = serializers.IntegerField()
    handle = serializers.CharField()
    name = serializers.CharField()
    description = text(help_text="How it is earned, in the customer's words. Null where a link stands for it.")
    link = text()
    type = serializers.ChoiceField(EarningRule.Type.choices)
    program = serializers.CharField()
    points = text()
    currency_amount = text()
    currency = text()
    percent = text()
    badge = WayBadgeShape(allow_null=True)
    starts_at = MomentField(allow_null=True)
    ends_at = MomentField(allow_null=True)
    is_hidden = serializers.BooleanField(help_text="Customers do not see it.")
    why_not = WayWhyNotShape(allow_null=True, help_text="Why it is not for this customer; null where it is.")


class WayViewSet(ProfileScopedViewSet):
    """How the customer can earn."""

    pagination_class = None
    filter_backends = ()
    # For members: those that they are to see, and that are for them.
    for_member = False

    @extend_schema(responses=WayShape(many=True))
    def list(self, request, profile_id: str) -> Response:
        """The live rules of the customer's programs. Staff see the hidden ones too, and why one is not for the customer."""
        at = timezone.now()
        LoyaltyCard.objects.ensure(self.profile, at=at, cause=cause_of(request))
        return enveloped([way_as_json(one) for one in ways_of(self.profile, at=at, for_member=self.for_member)])


def way_as_json(one: Way) -> dict:
    rule, badge = one.rule, one.rule.badge
    return {
        "id": rule.pk,
        "handle": rule.handle,
        "name": rule.name,
        "description": one.description or None,
        "link": rule.link or None,
        "type": rule.type,
        "program": rule.program.handle,
        **{name: text_of(getattr(rule, name)) for name in ("points", "currency_amount", "percent")},
        "currency": rule.currency or None,
        "badge": badge and {"handle": badge.handle, "name": badge.name, "image_url": badge.image_url or None},
        "starts_at": moment(rule.starts_at),
        "ends_at": moment(rule.ends_at),
        "is_hidden": rule.is_hidden,
        "why_not": one.why_not and {"code": one.why_not.value, "message": one.message},
    }
