"""A customer's figures on the wire (omneo-reference 2.8)."""

from datetime import date
from decimal import Decimal

from rest_framework import serializers

from cxmanager.rest.fields import MomentField, moment
from profiles.api.reading import number as whole
from profiles.api.reading import text
from profiles.models import Location, Profile
from transactions.api.shapes import ShopShape

PLACE = ShopShape()


class AggregationShape(serializers.Serializer):
    """Money is net of returns, in the programme's currency. Dates are the shop's; null where nothing was bought."""

    profile_id = serializers.UUIDField()
    spend_12m = serializers.FloatField(help_text="In the 12 months up to the latest transaction.")
    spend_12m_now = serializers.FloatField(help_text="In the 12 months up to today.")
    spend_all = serializers.FloatField()
    spend_atv_12m = serializers.FloatField(help_text="spend_12m for each sale in it.")
    spend_atv_all = serializers.FloatField()
    spend_first_date = serializers.DateField(allow_null=True)
    spend_last_date = serializers.DateField(allow_null=True)
    shop_count = serializers.IntegerField(help_text="Days with more bought than brought back.")
    shop_days = serializers.FloatField(allow_null=True, help_text="Average days from one shopping day to the next.")
    first_shop_date = serializers.DateField(allow_null=True)
    first_shop_days = whole(help_text="Days from joining to the first purchase.")
    second_shop_date = serializers.DateField(allow_null=True)
    second_shop_days = whole(help_text="Days from the first to the second shopping day.")
    average_shop_days = serializers.FloatField(allow_null=True, help_text="From the third shopping day on.")
    total_shop_days = serializers.IntegerField(help_text="Days with a sale.")
    previous_shop_date = serializers.DateField(allow_null=True)
    latest_shop_date = serializers.DateField(allow_null=True)
    latest_shop_days = whole(help_text="Days between the latest two shopping days.")
    at_risk_date = serializers.DateField(allow_null=True)
    dimension_frequency = text(help_text="F0, F1, F2, FL or FH.")
    dimension_recency = text(help_text="RO, RC, RS, RA, RI, RL or RR.")
    dimension_join = text(help_text="JN, JC, J1 to J9.")
    channel = text(help_text="CO online only, CF stores only, CM both.")
    store_join = ShopShape(allow_null=True)
    most_transacted_location = ShopShape(allow_null=True)
    latest_transacted_location = ShopShape(allow_null=True)
    transacted_locations = ShopShape(many=True)
    purchased_brands = serializers.ListField(child=serializers.CharField())
    latest_shop_spend = serializers.FloatField()
    latest_shop_currency = text()
    discount_avg = serializers.FloatField(allow_null=True, help_text="Percent.")
    likely_country = text()
    likely_country_score = serializers.FloatField(allow_null=True)
    likely_country_iso = text()
    likely_country_iso_score = serializers.FloatField(allow_null=True)
    likely_state_iso = text()
    likely_state_iso_score = serializers.FloatField(allow_null=True)
    likely_region = text()
    likely_region_score = serializers.FloatField(allow_null=True)
    updated_at = MomentField(allow_null=True)

    def __init__(self, *args, profile: Profile | None = None, **options):
        super().__init__(*args, **options)
        self.profile = profile

    def to_representation(self, figures: dict) -> dict:
        figures = {"profile_id": str(self.profile.pk)} | figures | {"updated_at": moment(figures["updated_at"])}
        return {name: as_sent(figures[name]) for name in self.fields}


def as_sent(value):
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Location):
        return PLACE.to_representation(value)
    if isinstance(value, list):
        return [as_sent(one) for one in value]
    return None if value == "" else value
