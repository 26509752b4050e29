"""What customers bought, where, and what that sums to."""

from transactions.models.aggregation import Aggregation, PurchasedBrand, TransactedLocation
from transactions.models.brand import Brand
from transactions.models.claim import TransactionClaim
from transactions.models.item import Payment, TransactionItem
from transactions.models.product import Product, ProductVariant
from transactions.models.staged_line import StagedLine
from transactions.models.system import System
from transactions.models.transaction import Transaction, TransactionSystem, TransactionTag

__all__ = [
    "Aggregation",
    "Brand",
    "Payment",
    "Product",
    "ProductVariant",
    "PurchasedBrand",
    "StagedLine",
    "System",
    "TransactedLocation",
    "Transaction",
    "TransactionClaim",
    "TransactionItem",
    "TransactionSystem",
    "TransactionTag",
]
