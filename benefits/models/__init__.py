"""What customers are entitled to: definitions, the benefits issued from them, and their redemptions."""

from benefits.models.batch import BatchRecipient, BenefitBatch
from benefits.models.benefit import Benefit
from benefits.models.counter import GlobalCounter
from benefits.models.definition import BenefitDefinition
from benefits.models.expiry_mark import ExpiryMark
from benefits.models.redemption import Redemption

__all__ = [
    "BatchRecipient",
    "Benefit",
    "BenefitBatch",
    "BenefitDefinition",
    "ExpiryMark",
    "GlobalCounter",
    "Redemption",
]
