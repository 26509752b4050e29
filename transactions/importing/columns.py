"""Which column of a file is what."""

from dataclasses import dataclass

from cxmanager.refusals import Refusal
from profiles.importing.columns import is_handle

IDENTITY = "identity:"
# What says whose a row is, the surest first.
CUSTOMERS = ("profile_id", IDENTITY, "email")
# Of the transaction: the same in each of its rows, or in the first of them.
OF_TRANSACTION = (
    *("external_id", "transacted_at", "timezone", "location", "type", "returns", "total", "total_original"),
    *("currency", "receipt_ref", "order_number", "status"),
)
OF_LINE = (
    *("sku", "name", "brand", "category", "subcategory", "department", "barcode", "quantity", "price_sell"),
    "price_original",
)
KNOWN = {*OF_TRANSACTION, *OF_LINE, "profile_id", "email"}
NEEDED = ("external_id", "transacted_at", "quantity", "price_sell")


@dataclass(frozen=True)
class Columns:
    """Where in a row each thing stands. `customer` is what the customer is found by: email, profile_id or identity:HANDLE."""

    places: dict[str, int]
    customer: str | None

    @classmethod
    def of(cls, header: list[str]) -> "Columns":
        """By the names in the header, in any case; what is not known is ignored. Raises Refusal when one is missing or occurs twice."""
        places: dict[str, int] = {}
        for number, title in enumerate(header):
            key = key_of(title)
            if key in places:
                raise Refusal(f"The column {key} occurs twice.", code="duplicate_column")
            if key:
                places[key] = number
        missing = [name for name in NEEDED if name not in places]
        if missing:
            raise Refusal(f"The file needs a column {missing[0]}.", code="missing_column")
        by = [key for prefix in CUSTOMERS for key in places if key.startswith(prefix)]
        return cls(places, by[0] if by else None)

    def cell(self, cells: list[str], key: str) -> str:
        """The text of that column without spaces around it; empty where the row or the file has none."""
        place = self.places.get(key)
        return cells[place].strip() if place is not None and place < len(cells) else ""


def key_of(title: str) -> str:
    """What a column of this title is; empty for one that is ignored."""
    kind, colon, handle = title.strip().partition(":")
    if colon:
        return f"{IDENTITY}{handle.strip()}" if kind.strip().lower() == "identity" and is_handle(handle) else ""
    name = "_".join(title.strip().lower().split())
    return name if name in KNOWN else ""
