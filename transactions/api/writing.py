"""What integrations send of a transaction, read and found well formed (omneo-reference 2.18). Unknown keys are ignored:
clients send back whole documents as they read them."""

from datetime import datetime
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from django.utils.timezone import now
from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from cxmanager.rest.fields import MetaField, MomentField
from cxmanager.statements import Fetch
from profiles.api.interactions import IdentifierInput
from profiles.api.writing import LARGEST_ID, MOST_NESTED, Choice, Given, Text
from profiles.models import Identity, Location, Profile
from profiles.models.location import zone_names
from transactions import following
from transactions.ahead import AHEAD, is_ahead
from transactions.api import examples
from transactions.api.numbers import Amount, Price
from transactions.api.shapes import PAYMENT_TEXTS
from transactions.currencies import check_currency
from transactions.lines import NAMELESS, check_sold
from transactions.models import Payment, Transaction
from transactions.numbers import MOST_PIECES, OF_PIECES
from transactions.recording import NOTHING_SOLD

MOST_LINES = 10_000
NO_SUCH = "There is no such {}."
LOCATED = {
    name: Fetch(lambda key, column=column: Location.objects.filter(**{column: key}).order_by("pk")[:1], key=example)
    for name, column, example in (
        ("location_id", "pk", LARGEST_ID),
        ("location_external_id", "external_id", "its id elsewhere"),
        ("location_external_code", "external_code", "its code"),
    )
}


def row_id(**options) -> serializers.IntegerField:
    return serializers.IntegerField(
        **{"required": False, "allow_null": True, "min_value": 1, "max_value": LARGEST_ID} | options
    )


def words(**options) -> serializers.ListField:
    child = serializers.CharField(max_length=191)
    return serializers.ListField(
        child=child, **{"required": False, "allow_null": True, "max_length": MOST_NESTED} | options
    )


@cache
def zone(name: str) -> ZoneInfo | None:
    return ZoneInfo(name) if name in zone_names() else None


class ZoneField(serializers.CharField):
    def __init__(self, **options):
        super().__init__(**{"max_length": 64, "required": False, "allow_null": True} | options)

    def to_internal_value(self, data) -> str:
        name = super().to_internal_value(data)
        if zone(name) is None:
            raise serializers.ValidationError("This is not a time zone. Write one like Australia/Melbourne.")
        return name


class VariantOfLineInput(Given):
    """What a till knows of the product; an unknown SKU becomes one."""

    id = row_id()
    product_id = serializers.JSONField(required=False, allow_null=True, help_text="The number of a product here.")
    sku = Text()
    barcode = Text()
    title = Text()
    brand = Text()
    category = Text()
    subcategory = Text()
    price = Price()

    def validate_product_id(self, value) -> int | None:
        is_ours = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST_ID
        return value if is_ours else None


class DiscountInput(serializers.Serializer):
    amount = Amount(places=4)
    reason_desc = Text(500)

    def validate(self, attributes: dict) -> dict:
        amount = attributes.get("amount")
        return {"amount": None if amount is None else float(amount), "reason_desc": attributes.get("reason_desc") or ""}


@extend_schema_serializer(examples=[examples.LINE])
class ItemChange(Given):
    """A line. `quantity` may have three decimals; below zero, beside one above, it is what an exchange took back."""

    external_id = Text()
    name = Text(500)
    sku = Text()
    brand = Text()
    category = Text()
    subcategory = Text()
    department = Text()
    variant_external_id = Text()
    quantity = Amount(places=OF_PIECES, largest=MOST_PIECES, allow_null=False)
    price_current = Price()
    price_sell = Price()
    price_original = Price()
    price_margin = Price()
    price_tax = Price()
    product_variant_id = row_id()
    product_variant = VariantOfLineInput(required=False, allow_null=True)
    returns_item_id = row_id(help_text="The sale's line that this line of a return takes back.")
    discounts = DiscountInput(many=True, required=False, allow_null=True, max_length=MOST_NESTED)
    is_void = serializers.BooleanField(required=False, allow_null=True)
    meta = MetaField()

    def validate(self, attributes: dict) -> dict:
        given = super().validate(attributes)
        if given.get("quantity") == 0:
            raise serializers.ValidationError({"quantity": ["A line has a quantity."]})
        variant = given.pop("product_variant", None)
        if variant:
            given.setdefault("product_variant_id", variant.pop("id", None))
            given["variant"] = variant
            if variant.get("title") and not (given.get("sku") or variant.get("sku")):
                # Nothing in the catalogue is found by it, so it is what the line is called.
                given["name"] = given.get("name") or variant["title"]
        for name, usual in (("discounts", []), ("is_void", False)):
            if name in given and given[name] is None:
                given[name] = usual
        if given.get("product_variant_id", 0) is None:
            del given["product_variant_id"]
        if "returns_item_id" in given:
            given["returns_id"] = given.pop("returns_item_id")
        return given


class ItemInput(ItemChange):
    quantity = Amount(places=OF_PIECES, largest=MOST_PIECES, allow_null=False, required=True)

    def validate(self, attributes: dict) -> dict:
        given = super().validate(attributes)
        known = given | (given.get("variant") or {})
        if not any(known.get(name) for name in ("sku", "name", "product_variant_id", "returns_id")):
            raise serializers.ValidationError({"sku": [NAMELESS]})
        return given


@extend_schema_serializer(examples=[examples.LINE])
class OneItemInput(ItemInput):
    """A line sent alone."""


class NestedItemInput(ItemChange):
    """A line in its transaction's document: a new one, or one that it has, by `id`, `external_id`, or SKU and name."""

    id = row_id()


class PaymentInput(Given):
    tender_value = Price()

    def get_fields(self) -> dict:
        lengths = {name: Payment._meta.get_field(name).max_length for name in PAYMENT_TEXTS}
        return super().get_fields() | {name: Text(length) for name, length in lengths.items()}


@extend_schema_serializer(examples=[examples.CHANGE])
class TransactionChange(Given):
    external_id = Text()
    location_id = row_id()
    location_external_id = Text(write_only=True)
    location_external_code = Text(write_only=True)
    staff_id = serializers.UUIDField(required=False, allow_null=True, help_text="The profile of the person who served.")
    type = Choice(Transaction.Type.choices)
    status = Choice(Transaction.Status.choices)
    returns = Text(help_text="Of a return: the external id of the sale.")
    total = Amount(
        help_text="What was paid; for a return, what was paid back. The sum of the lines when it is not sent."
    )
    total_original = Amount(help_text="Before discounts.")
    total_converted = Amount(help_text="In the programme's currency, for a sale in another.")
    rounding = Amount()
    margin = Amount()
    currency = Text(3, help_text="Three letters. The programme's when it is not sent.")
    currency_rate = Amount(places=8, help_text="From the sale's currency into the programme's.")
    timezone = ZoneField(help_text="The day on the receipt is the day here. The location's when it is not sent.")
    transacted_at = MomentField(required=False, allow_null=True, help_text="Now, when it is not sent.")
    receipt_ref = Text()
    receipt_is_email = serializers.BooleanField(required=False, allow_null=True)
    receipt_email = Text()
    order_number = Text()
    is_void = serializers.BooleanField(required=False, allow_null=True)
    systems = words()
    tags = words()
    items = NestedItemInput(many=True, required=False, allow_null=True, max_length=MOST_LINES)
    payments = PaymentInput(many=True, required=False, allow_null=True, max_length=MOST_NESTED)
    custom_fields = serializers.DictField(required=False, allow_null=True)
    meta = MetaField()
    delete_existing_items = serializers.BooleanField(required=False, allow_null=True, write_only=True)
    profile_id = serializers.UUIDField(required=False, allow_null=True)
    identifier = IdentifierInput(required=False, allow_null=True, help_text="The customer by an identity.")

    # What is left as it is, or takes its usual value, where the document says null or nothing.
    NOT_EMPTY = (
        *("type", "status", "total", "timezone", "transacted_at", "receipt_is_email", "is_void", "items", "payments"),
        *("tags", "systems", "custom_fields", "currency", "delete_existing_items", "returns"),
    )

    def validate_transacted_at(self, moment: datetime | None) -> datetime | None:
        if moment is not None and is_ahead(moment, at=now()):
            raise serializers.ValidationError(AHEAD)
        return moment

    def validate_currency(self, code: str | None) -> str | None:
        if code and not (len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()):
            raise serializers.ValidationError("Write the three letters of a currency, such as AUD.")
        return code

    def validate_currency_rate(self, rate: Decimal | None) -> Decimal | None:
        if rate is not None and rate <= 0:
            raise serializers.ValidationError("A rate is above zero.")
        return rate

    def validate(self, attributes: dict) -> dict:
        given = {
            name: value
            for name, value in super().validate(attributes).items()
            if value not in (None, "") or name not in self.NOT_EMPTY
        }
        if "external_id" in given:
            given["external_id"] = given["external_id"].strip() or None
        if given.get("meta"):
            given["meta"] = following.without_told(given["meta"])
        self._read_location(given)
        self._read_people(given)
        if given.get("type") == Transaction.Type.RETURN:
            self._check_return(given)
        return given

    def _read_location(self, given: dict) -> None:
        said = {name: given.pop(name) for name in LOCATED if name in given}
        found = next(((name, value) for name, value in said.items() if value), None)
        if found is not None:
            name, value = found
            given["location"] = LOCATED[name].one(key=value)
            if given["location"] is None:
                raise serializers.ValidationError({name: [NO_SUCH.format("location")]})
        elif said.get("location_id", 0) is None:
            given["location"] = None

    def _read_people(self, given: dict) -> None:
        if "staff_id" in given:
            number = given.pop("staff_id")
            given["staff"] = Profile.objects.filter(pk=number).first() if number else None
            if number and given["staff"] is None:
                raise serializers.ValidationError({"staff_id": [NO_SUCH.format("staff")]})
        identifier = given.pop("identifier", None)
        if "profile_id" in given:
            number = given.pop("profile_id")
            # The verb reads and locks it.
            given["profile"] = Profile(pk=number) if number else None
        elif identifier:
            wanted = {"handle": identifier["handle"], "identifier": identifier["id"], "is_active": True}
            identity = Identity.objects.select_related("profile").filter(**wanted).first()
            if identity is None:
                raise serializers.ValidationError({"identifier": [NO_SUCH.format("profile")]})
            given["profile"] = identity.profile

    def _check_return(self, given: dict) -> None:
        below = [number for number, line in enumerate(given.get("items") or ()) if line.get("quantity", 1) < 0]
        if below:
            raise serializers.ValidationError(
                {f"items.{below[0]}.quantity": ["Returned lines have positive quantities."]}
            )


@extend_schema_serializer(examples=[examples.NEW_SALE, examples.NEW_RETURN])
class TransactionInput(TransactionChange):
    items = ItemInput(many=True, required=False, allow_null=True, max_length=MOST_LINES)

    def validate(self, attributes: dict) -> dict:
        """As the verb does, which hears of a document in the queue too late to tell its sender."""
        given = super().validate(attributes)
        if given.get("total") is None and not given.get("items"):
            raise serializers.ValidationError({"items": [NOTHING_SOLD]})
        if given.get("type", Transaction.Type.SALE) == Transaction.Type.SALE:
            items = given.get("items") or ()
            check_sold(given.get("total"), (0 if one.get("is_void") else one["quantity"] for one in items))
        if given.get("currency") and given.get("currency_rate") is None and given.get("total_converted") is None:
            check_currency(given["currency"])
        return given


@extend_schema_serializer(examples=[examples.NEW_SALE])
class UpsertInput(TransactionChange):
    external_id = serializers.CharField(max_length=191)
    items = NestedItemInput(many=True, required=False, allow_null=True, max_length=MOST_LINES)
