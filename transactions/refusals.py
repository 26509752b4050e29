"""Every reason for which a transaction is refused: code (api.md 3) and sentence, in one place for all doors."""

from datetime import date
from decimal import Decimal

from django.utils.formats import date_format

from cxmanager.amounts import money
from cxmanager.refusals import Refusal

SENTENCES = {
    "profile_inactive": "This customer's profile was deleted.",
    "external_id_taken": "Another transaction has this external id.",
    "sale_not_found": "There is no sale with this external id to return goods of.",
    "sale_undone": "The sale was voided or reversed, so nothing of it can be returned.",
    "before_its_sale": "The sale was on {on}. Nothing of it can come back before that day.",
    "after_its_return": "Goods of this sale came back on {on}, so it cannot be of a later day.",
    "other_customers_sale": "The sale that is returned belongs to another customer.",
    "not_on_sale": "The sale has no such line.",
    "returned_too_many": "More would be returned than was bought.",
    "returned_too_much": "{back} would be paid back of a sale of {sold}.",
    "no_such_sale": "The customer has no earlier sale of this with so many left to return.",
    "has_returns": "This sale has returns. Void those first.",
    "already_void": "This was already voided.",
    "already_claimed": "This receipt belongs to a customer already.",
    "type_is_fixed": "A sale cannot become a return, nor a return a sale.",
    "sale_is_fixed": "A return stays a return of the sale that it was recorded for.",
}


def refusal(code: str, *, on: date | None = None, **details) -> Refusal:
    """The refusal of this code. `details` are further keys of the API's answer, and so is `on`, the day that the sentence names."""
    if on is None:
        return Refusal(SENTENCES[code], code=code, **details)
    return Refusal(SENTENCES[code].format(on=date_format(on, "j M Y")), code=code, on=on.isoformat(), **details)


def too_much(*, back: Decimal, sold: Decimal, currency: str, **details) -> Refusal:
    """`returned_too_much`, with both amounts."""
    sentence = SENTENCES["returned_too_much"].format(back=money(back, currency), sold=money(sold, currency))
    return Refusal(sentence, code="returned_too_much", **details)
