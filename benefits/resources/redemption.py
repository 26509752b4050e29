from import_export.fields import Field

from benefits.models import Redemption
from cxmanager.imports import CheckedResource


class RedemptionResource(CheckedResource):
    """Each use of a benefit, for export."""

    benefit_id = Field(column_name="benefit_id", attribute="benefit_id")
    profile_id = Field(column_name="profile_id", attribute="profile_id")
    email = Field(column_name="email", attribute="profile__email")
    definition = Field(column_name="definition", attribute="definition__handle")
    location = Field(column_name="location", attribute="location__name")
    user = Field(column_name="user", attribute="user__email")

    class Meta(CheckedResource.Meta):
        model = Redemption
        fields = [
            *("id", "benefit_id", "profile_id", "email", "definition", "count", "returned", "redeemed_at"),
            *("reversed_at", "location", "user", "reason", "transaction_external_id", "receipt_ref"),
        ]
