"""What the simulator is asked: a customer, and a purchase, an event or a coupon. All of it stands in the address, to be sent to a colleague."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from unfold.widgets import UnfoldAdminSelect2Widget

from cxmanager.moments import OUT_OF_REACH, is_within_reach
from cxmanager.words import WordsField
from earning.admin.boxes import ChipsWidget, Typed, label_of, read_json, select_box, text_box
from earning.models import EarningRule, Program
from earning.rules.event import EVENTS
from earning.rules.referral import EVENTS as REFERRALS
from earning.snapshot import COUPON, EVENT, LEDGER_TRANSACTION, PERMISSION, REFERRAL, Happening, UsedCoupon
from profiles.models import Location
from transactions.numbers import MOST_PIECES, OF_PIECES, OF_PRICES, read_number

MOST_ROWS = 30
NO_QUANTITY = "The quantity is a number above zero."
NO_PRICE = "The price is a number, such as 12.50."
KINDS = [
    ("purchase", "A purchase"),
    (EVENT, "An event"),
    (COUPON, "A coupon, without a purchase"),
    (PERMISSION, "A permission that is granted"),
    (REFERRAL, "A referral"),
    (LEDGER_TRANSACTION, "A posting to an account"),
]


class SimulationForm(forms.Form):
    """The boxes beside the basket's rows. `asked_by` says for which kinds each is shown."""

    customer = Typed(
        label="Customer",
        widget=text_box(type="search"),
        help_text="Name, e-mail, phone or card. It is asked as the customer is now.",
    )
    profile = forms.UUIDField(required=False, widget=forms.HiddenInput)
    kind = Typed(label="What happens", widget=select_box(KINDS))
    event = Typed(
        label="Event",
        widget=UnfoldAdminSelect2Widget,
        help_text="One of the list, or the code of a custom event of your rules.",
    )
    data = Typed(
        label="Data of the event",
        widget=text_box(spellcheck="false"),
        help_text='In JSON, where a rule has a condition on it. Example: {"score": 12}.',
    )
    referral = Typed(label="What the new customer did", widget=select_box(REFERRALS))
    name = Typed(label="Permission or account", widget=text_box(), help_text="Its code. Example: email_promo.")
    direction = Typed(label="Direction", widget=select_box([("credit", "Comes in"), ("debit", "Goes out")]))
    amount = Typed(label="Amount", widget=text_box("decimal"), help_text="Example: 100.00.")
    coupons = WordsField(
        label="Coupon codes", required=False, widget=ChipsWidget(), help_text="Those that are used. Example: SUMMER26."
    )
    location = Typed(label="Location", widget=UnfoldAdminSelect2Widget)
    at = Typed(label="When", widget=text_box(type="datetime-local"))
    rule = Typed(
        label="Try a rule",
        widget=UnfoldAdminSelect2Widget,
        help_text="This rule is asked as if it were active, whatever its status is.",
    )
    only = forms.BooleanField(required=False, label="Only this rule", help_text="The others are not asked.")

    asked_by = {
        "event": EVENT,
        "data": EVENT,
        "referral": REFERRAL,
        "name": f"{PERMISSION} {LEDGER_TRANSACTION}",
        "direction": LEDGER_TRANSACTION,
        "amount": f"{LEDGER_TRANSACTION} {REFERRAL}",
        "coupons": f"purchase {COUPON}",
    }

    def __init__(self, data: QueryDict, *, program: Program):
        super().__init__(data)
        self.program = program
        places = Location.objects.order_by("name").values_list("pk", "name")
        rules = EarningRule.objects.filter(program=program).exclude(status=EarningRule.Status.ARCHIVED).order_by("name")
        self.fields["location"].widget.choices = [
            ("", "Nowhere in particular"),
            *((str(pk), name) for pk, name in places),
        ]
        known = [(str(one.pk), f"{one.name} ({one.get_status_display().lower()})") for one in rules]
        self.fields["rule"].widget.choices = [("", "The rules as they are"), *known]
        codes = [one.conditions.get("code") for one in rules if one.type == EarningRule.Type.CUSTOM_EVENT]
        custom = [(code, f"{code} (custom)") for code in dict.fromkeys(filter(None, codes))]
        self.fields["event"].widget.choices = [*EVENTS.items(), *custom]
        self.fields["at"].help_text = f"In the time zone {program.timezone}. Empty: now."

    def clean_at(self) -> datetime | None:
        typed = self.cleaned_data["at"].strip()
        if not typed:
            return None
        try:
            read = parse_datetime(typed)
        except ValueError:
            read = None
        if read is None:
            raise ValidationError("This is not a moment.")
        if read.tzinfo is None:
            read = read.replace(tzinfo=ZoneInfo(self.program.timezone))
        if not is_within_reach(read):
            raise ValidationError(OUT_OF_REACH)
        return read

    def clean_location(self) -> Location | None:
        typed = self.cleaned_data["location"]
        return Location.objects.filter(pk=typed).first() if typed.isdecimal() and len(typed) < 19 else None

    def clean_amount(self) -> Decimal | None:
        typed = self.cleaned_data["amount"].strip()
        return told_number(typed, "Write a number, such as 12.50.", places=OF_PRICES) if typed else None

    def clean_data(self) -> dict:
        typed = self.cleaned_data["data"].strip()
        read = read_json(typed) if typed else {}
        if not isinstance(read, dict):
            raise ValidationError('Write names and values in braces. Example: {"score": 12}.')
        return read

    @property
    def kind_now(self) -> str:
        known = dict(KINDS)
        return self.data.get("kind") if self.data.get("kind") in known else "purchase"

    def boxes_about(self) -> list[dict]:
        return [{"field": self[name], "asked_by": kinds} for name, kinds in self.asked_by.items()]

    def happening(self, at: datetime) -> Happening:
        """What happens, where it is no purchase."""
        said, kind = self.cleaned_data, self.kind_now
        amount = said["amount"] if kind in (REFERRAL, LEDGER_TRANSACTION) else None
        names = {
            EVENT: said["event"],
            REFERRAL: said["referral"] or REFERRALS[0][0],
            COUPON: "",
            PERMISSION: said["name"],
        }
        return Happening(
            kind=kind,
            name=names.get(kind, said["name"]).strip(),
            at=at,
            data=said["data"] if kind == EVENT else {},
            location=str(said["location"].pk) if said["location"] else None,
            amount=amount,
            currency=self.program.currency if amount is not None else None,
            direction=(said["direction"] or "credit") if kind == LEDGER_TRANSACTION else "",
            granted=frozenset({said["name"].strip()}) if kind == PERMISSION else frozenset(),
            coupons=tuple(UsedCoupon(code) for code in said["coupons"]) if kind == COUPON else (),
        )

    def purchase(self, items: list[dict], at: datetime) -> dict:
        """The purchase as a document of `transactions.recording`."""
        said = self.cleaned_data
        return {
            "items": items,
            "location": said["location"],
            "transacted_at": at,
            "currency": self.program.currency,
            "meta": {"coupons": said["coupons"]},
        }


def told_number(typed: str, what: str, **limits) -> Decimal:
    """As the API reads it. Raises ValidationError, with what it should be where it is no number."""
    try:
        return read_number(typed, **limits)
    except ValidationError as error:
        raise ValidationError(what) if error.code == "invalid" else error from None


@dataclass
class Row:
    """One line of the basket, as it is typed. `errors` are by box."""

    sku: str = ""
    quantity: str = "1"
    price: str = ""
    labels: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def item(self) -> dict | None:
        """The line as a document has it; None where nothing was typed. Sets `errors` where it says no numbers."""
        if not (self.sku.strip() or self.price.strip()):
            return None
        quantity = self.number("quantity", NO_QUANTITY, usual="1", places=OF_PIECES, largest=MOST_PIECES)
        if quantity == 0:
            self.errors["quantity"] = NO_QUANTITY
        price = self.number("price", NO_PRICE, usual="0", places=OF_PRICES)
        labels = [label_of(word) for word in WordsField().to_python(self.labels or "")] if not self.errors else []
        item = {"sku": self.sku.strip()[:191], "quantity": quantity, "price_sell": price, "meta": {"labels": labels}}
        return item if item["sku"] else item | {"name": "Something"}

    def number(self, name: str, what: str, *, usual: str, **limits) -> Decimal | None:
        """What one box says, not below zero; None where that is wrong, which then is said at the box."""
        try:
            number = told_number(getattr(self, name).strip() or usual, what, **limits)
        except ValidationError as error:
            self.errors[name] = error.message
            return None
        if number < 0:
            self.errors[name] = what
        return number


class Basket:
    """The rows of a basket, read from the address."""

    def __init__(self, data: QueryDict):
        columns = [data.getlist(name)[:MOST_ROWS] for name in ("sku", "quantity", "price", "labels")]
        self.rows = [Row(*(str(one) for one in row)) for row in zip(*columns, strict=False)] or [Row()]
        doing, _, number = data.get("do", "").partition(":")
        self.focus = -1
        if doing == "add" and len(self.rows) < MOST_ROWS:
            self.rows.append(Row())
            self.focus = len(self.rows) - 1
        elif doing == "remove" and number.isdecimal() and int(number) < len(self.rows):
            del self.rows[int(number)]
            self.rows = self.rows or [Row()]
            self.focus = min(int(number), len(self.rows) - 1)

    def items(self) -> list[dict]:
        return [one for one in (row.item() for row in self.rows) if one is not None]

    @property
    def is_wrong(self) -> bool:
        """Whether a row says no numbers; what is wrong stands in its `errors`."""
        self.items()
        return any(row.errors for row in self.rows)
