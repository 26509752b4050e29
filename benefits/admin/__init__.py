"""The back office's pages about benefits: definitions in Settings, benefits, redemptions and bulk issues in Incentives."""

from benefits.admin import batches, benefits, definitions, redemptions  # noqa: F401
from benefits.admin.bulk import offer_among_customers

offer_among_customers()
