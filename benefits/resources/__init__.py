"""The CSV and XLSX columns of definitions, benefits and redemptions."""

from benefits.resources.definition import BenefitDefinitionResource
from benefits.resources.issued import IssuedBenefitResource
from benefits.resources.redemption import RedemptionResource

__all__ = ["BenefitDefinitionResource", "IssuedBenefitResource", "RedemptionResource"]
