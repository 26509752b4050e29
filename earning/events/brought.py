"""What is told of customers who were brought, of coupons, and of what was posted to accounts."""

from earning.events import GROUP, PROGRAM, PROGRAM_EXAMPLE
from earning.events.telling import brought as telling
from profiles.events.catalogue import declare
from profiles.events.schemas import AMOUNT, KEY, TEXT, WHOLE, about, one_of, or_null, record

declare(
    "referral.created",
    group=GROUP,
    subject="earning.referral",
    when="It becomes known who brought a customer. One event of who was brought.",
    says="It was noted who brought this customer.",
    icon="group_add",
    payload=record(
        {"card_id": WHOLE, "program": PROGRAM, "referrer_id": about("The profile of who brought them.", KEY)}
    ),
    example={"card_id": 7, "program": PROGRAM_EXAMPLE, "referrer_id": "0190c3ad-38cd-7747-b7f3-6649c9c05c5e"},
)
declare(
    "coupon.used",
    group=GROUP,
    subject="earning.award",
    when="A customer uses a coupon code, with a purchase or without, and a rule gives something for it.",
    says="The coupon {code} was used.",
    icon="confirmation_number",
    payload=record(
        {
            "card_id": WHOLE,
            "program": PROGRAM,
            "code": TEXT,
            "pool": about("The pool that it is of; null for a code that all share.", or_null(TEXT)),
            "rule": about("The handle of the rule.", TEXT),
            "award_id": WHOLE,
        }
    ),
    example={
        "card_id": 7,
        "program": PROGRAM_EXAMPLE,
        "code": "summer26",
        "pool": None,
        "rule": "summer-coupon",
        "award_id": 12,
    },
)
declare(
    "coupon.given",
    group=GROUP,
    subject="earning.coupon",
    when="A customer gets a code with a reward, from the catalogue or issued. Once for each code.",
    says="With “{definition[name]}” came the code {code}.",
    icon="confirmation_number",
    payload=record(
        {
            "card_id": WHOLE,
            "program": PROGRAM,
            "code": TEXT,
            "pool": about("The pool that it is of.", TEXT),
            "definition": about("The reward that it came with.", record({"handle": TEXT, "name": TEXT})),
            "order_id": about("The order from the catalogue; null for a reward that was issued.", or_null(WHOLE)),
            "credit_id": about("The reward that was issued; null for an order.", or_null(WHOLE)),
        }
    ),
    example={
        "card_id": 7,
        "program": PROGRAM_EXAMPLE,
        "code": "cinema-7qkx2m",
        "pool": "cinema-tickets",
        "definition": {"handle": "cinema", "name": "A cinema ticket"},
        "order_id": 5,
        "credit_id": None,
    },
)
POSTING = {
    "posting_id": WHOLE,
    "card_id": WHOLE,
    "program": PROGRAM,
    "external_id": TEXT,
    "account": TEXT,
    "direction": one_of("credit", "debit"),
    "amount": AMOUNT,
    "currency": TEXT,
    "description": TEXT,
}
POSTING_EXAMPLE = {
    "posting_id": 3,
    "card_id": 7,
    "program": PROGRAM_EXAMPLE,
    "external_id": "L-1001",
    "account": "savings",
    "direction": "credit",
    "amount": "150",
    "currency": "AUD",
    "description": "",
}
for what, when, says in (
    ("created", "Another system posts an amount to an account of a customer.", telling.posted),
    ("voided", "A posting to an account is voided: what it earned is taken back.", telling.voided),
):
    declare(
        f"posting.{what}",
        group=GROUP,
        subject="earning.ledgertransaction",
        when=when,
        says=says,
        icon="account_balance" if what == "created" else "undo",
        payload=record(POSTING),
        example=POSTING_EXAMPLE,
    )
