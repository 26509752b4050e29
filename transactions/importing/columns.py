"""What the columns of a file of purchases are: recognised by their headers, or chosen by hand."""

from dataclasses import dataclass
from typing import ClassVar

from cxmanager.refusals import Refusal
from profiles.importing.columns import FileColumns, is_handle, squeezed

IDENTITY = "identity:"
# What says whose a row is, the surest first.
CUSTOMERS = ("profile_id", IDENTITY, "email")

# Key, what people call it, and how headers write it beside that.
OF_TRANSACTION = {
    "external_id": ("Transaction number", ["invoice", "invoice no", "invoice number", "transaction id"]),
    "transacted_at": ("Moment", ["date", "invoice date", "sold at", "bought at", "date and time"]),
    "timezone": ("Time zone", []),
    "location": ("Location", ["store", "shop", "location code", "store code"]),
    "type": ("Sale or return", ["transaction type"]),
    "returns": ("Number of the sale that is returned", ["original sale", "original invoice"]),
    "total": ("Total", ["transaction total"]),
    "total_original": ("Total before discounts", []),
    "total_converted": ("Total in the programme's currency", []),
    "currency": ("Currency", ["currency code"]),
    "currency_rate": ("Rate into the programme's currency", ["exchange rate"]),
    "receipt_ref": ("Receipt", ["receipt", "receipt no", "receipt number"]),
    "order_number": ("Order number", ["order", "order no"]),
    "status": ("Status", []),
}
OF_LINE = {
    "sku": ("SKU", ["stock code", "product code", "article", "article number"]),
    "name": ("Name of the product", ["description", "product", "product name"]),
    "brand": ("Brand", []),
    "category": ("Category", []),
    "subcategory": ("Subcategory", []),
    "department": ("Department", []),
    "barcode": ("Barcode", ["ean", "gtin"]),
    "quantity": ("Quantity", ["qty", "pieces"]),
    "price_sell": ("Price of one piece", ["price", "unit price", "price each"]),
    "price_original": ("Price before discounts", ["original price", "list price"]),
}
OF_CUSTOMER = {
    "email": ("E-mail", ["email address", "mail", "customer email"]),
    "profile_id": ("Profile id", []),
}
FIELDS = OF_TRANSACTION | OF_LINE | OF_CUSTOMER
NEEDED = ("external_id", "transacted_at", "quantity", "price_sell")
NOBODY = ""
NOBODYS = (
    "No column says who bought it, so all purchases of this file would be nobody's. Name a column email, profile_id or "
    "identity:HANDLE, or choose by what customers are found; a later import can still say whose they are."
)
# What the switch is called by which returns without a sale's number are let in.
MATCH_LABEL = "Match returns to earlier sales"
EARN_LABEL = "Let these purchases earn"


def is_key(key: str) -> bool:
    return key in FIELDS or (key.startswith(IDENTITY) and is_handle(key.removeprefix(IDENTITY)))


def label_of(key: str) -> str:
    return f"Identity in {key.removeprefix(IDENTITY)}" if key.startswith(IDENTITY) else FIELDS[key][0]


@dataclass(frozen=True)
class Columns(FileColumns):
    """The columns of a file of purchases. `match` is what says whose a row is; empty when nothing does."""

    written: ClassVar = {
        squeezed(name): (key, name) for key, (label, others) in FIELDS.items() for name in (key, label, *others)
    }
    is_key = staticmethod(is_key)
    label_of = staticmethod(label_of)

    @classmethod
    def suggested(cls, header: list[str], *, match: str = "") -> "Columns":
        """By the headers, in any case. A column's own name goes before what else people call it."""
        keys = [own_key(title) for title in header]
        for place, title in enumerate(header):
            key, _ = cls.written.get(squeezed(title), ("", ""))
            if not keys[place] and key not in keys:
                keys[place] = key
        by = [key for prefix in CUSTOMERS for key in keys if key.startswith(prefix)]
        return cls(keys=tuple(keys), match=match or next(iter(by), NOBODY), header=tuple(header))

    def warnings(self) -> list[str]:
        return [NOBODYS] if self.match == NOBODY else []

    def _why_not_enough(self, used: list[str]) -> Refusal | None:
        missing = [key for key in NEEDED if key not in used]
        if missing:
            *most, last = [f"{key} ({label_of(key)})" for key in missing]
            what = f"columns {', '.join(most)} and {last}" if most else f"column {last}"
            return Refusal(self.with_notes(f"The file needs the {what}."), code="missing_column")
        if self.match and not self.match.startswith(CUSTOMERS):
            return Refusal(
                f"Customers cannot be found by “{self.match}”. Use email, profile_id or identity:HANDLE.",
                code="unknown_match",
            )
        if self.match and self.match not in used:
            said = label_of(self.match) if is_key(self.match) else self.match
            return Refusal(
                self.with_notes(f"No column is the {said}, by which customers are to be found."), code="match_missing"
            )
        return None


def own_key(title: str) -> str:
    """What a column of this title is by its own name, or as a system's number of the customer; empty for any other."""
    kind, colon, handle = title.strip().partition(":")
    if colon:
        return f"{IDENTITY}{handle.strip()}" if kind.strip().lower() == "identity" and is_handle(handle) else ""
    name = "_".join(title.strip().lower().split())
    return name if name in FIELDS else ""
