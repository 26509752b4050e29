"""Transactions as Omneo's clients read them (omneo-reference 2.18), and what the OpenAPI document is told of that."""

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from cxmanager.rest.fields import MomentField, moment
from profiles.api.reading import Stamped, text
from profiles.api.reading import number as whole
from profiles.models import Location, Profile
from transactions import following
from transactions.api.numbers import Amount, Price, number
from transactions.models import (
    Payment,
    ProductVariant,
    Transaction,
    TransactionItem,
    TransactionSystem,
    TransactionTag,
)

PAYMENT_TEXTS = [field.name for field in Payment._meta.concrete_fields if field.get_internal_type() == "CharField"]
PRICES = ("price_current", "price_sell", "price_original", "price_margin", "price_tax")
ITEM_TEXTS = ("external_id", "name", "sku", "brand", "category", "subcategory", "department", "variant_external_id")


class ShopShape(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    type = text()
    external_id = text()
    external_code = text()
    timezone = serializers.CharField()

    def to_representation(self, place: Location) -> dict:
        names = ("id", "name", "type", "external_id", "external_code", "timezone")
        return {name: getattr(place, name) or None for name in names}


class CustomerShape(serializers.Serializer):
    id = serializers.UUIDField()
    full_name = text()
    email = text()


def person(profile: Profile | None) -> dict | None:
    return profile and {"id": str(profile.pk), "full_name": profile.full_name or None, "email": profile.email}


class SoldVariantShape(serializers.Serializer):
    id = serializers.IntegerField()
    product_id = serializers.IntegerField()
    sku = text()
    title = text()


class SoldProductShape(serializers.Serializer):
    title = text()
    department = text()
    brand = text()


class OfTransactionShape(serializers.Serializer):
    transacted_at = MomentField()
    receipt_ref = text()
    external_id = text()


class DiscountShape(serializers.Serializer):
    amount = serializers.FloatField(allow_null=True)
    reason_desc = text()


class LineShape(serializers.Serializer):
    id = serializers.IntegerField()
    transaction_id = serializers.IntegerField()
    external_id = text()
    name = text()
    sku = text()
    brand = text()
    category = text()
    subcategory = text()
    department = text()
    variant_external_id = text()
    product_id = whole()
    product = SoldProductShape(allow_null=True)
    product_variant_id = whole()
    product_variant = SoldVariantShape(allow_null=True)
    product_images = serializers.ListField(child=serializers.DictField())
    is_void = serializers.BooleanField()
    quantity = serializers.FloatField()
    returned_quantity = serializers.FloatField(help_text="How many came back, of a sale's line.")
    returns_item_id = whole(help_text="The sale's line that a return's line takes back.")
    amount = serializers.FloatField(help_text="price_sell × quantity.")
    price_current = Price()
    price_sell = Price()
    price_original = Price()
    price_margin = Price()
    price_tax = Price()
    discounts = DiscountShape(many=True)
    order_id = whole()
    meta = serializers.DictField(allow_null=True)
    transaction = OfTransactionShape()

    def to_representation(self, item: TransactionItem) -> dict:
        return item_as_json(item, item.transaction)


def item_as_json(item: TransactionItem, of: Transaction) -> dict:
    variant = item.product_variant
    product = variant.product if variant is not None else None
    return {
        "id": item.pk,
        "transaction_id": of.pk,
        **{name: getattr(item, name) or None for name in ITEM_TEXTS},
        "product_id": product.pk if product is not None else None,
        "product": product
        and {"title": product.title, "department": item.department or None, "brand": item.brand or None},
        "product_variant_id": item.product_variant_id,
        "product_variant": variant
        and {"id": variant.pk, "product_id": variant.product_id, "sku": variant.sku, "title": variant.title or None},
        "product_images": [],
        "is_void": item.is_void,
        "quantity": number(item.quantity),
        "returned_quantity": number(item.returned_quantity),
        "returns_item_id": item.returns_id,
        "amount": number(item.amount),
        **{name: number(getattr(item, name)) for name in PRICES},
        "discounts": item.discounts,
        "order_id": None,
        "meta": item.meta,
        "transaction": {
            "transacted_at": moment(of.transacted_at),
            "receipt_ref": of.receipt_ref or None,
            "external_id": of.external_id,
        },
    }


class PaymentShape(serializers.Serializer):
    id = serializers.IntegerField()
    tender_value = Price()

    def get_fields(self) -> dict:
        return super().get_fields() | {name: text() for name in PAYMENT_TEXTS}

    def to_representation(self, payment: Payment) -> dict:
        texts = {name: getattr(payment, name) or None for name in PAYMENT_TEXTS}
        return {"id": payment.pk, "tender_value": number(payment.tender_value), **texts}


class TransactionShape(Stamped):
    id = serializers.IntegerField()
    external_id = text()
    profile_id = serializers.UUIDField(allow_null=True)
    profile = CustomerShape(allow_null=True)
    location_id = whole()
    location = ShopShape(allow_null=True)
    staff_id = serializers.UUIDField(allow_null=True)
    staff = CustomerShape(allow_null=True)
    type = serializers.ChoiceField(Transaction.Type.choices)
    status = serializers.ChoiceField(Transaction.Status.choices)
    returns = text(help_text="The external id of the sale that a return takes back.")
    total = serializers.FloatField()
    total_original = Amount()
    total_converted = Amount()
    rounding = Amount()
    margin = Amount()
    currency = serializers.CharField()
    currency_id = whole()
    currency_rate = Amount(places=8)
    currency_values = serializers.ListField(child=serializers.DictField())
    is_void = serializers.BooleanField()
    systems = serializers.ListField(child=serializers.CharField())
    tags = serializers.ListField(child=serializers.CharField())
    items = LineShape(many=True)
    payments = PaymentShape(many=True)
    receipt_ref = text()
    receipt_is_email = serializers.BooleanField()
    receipt_email = text()
    claimed_at = MomentField(allow_null=True)
    order_number = text()
    order_id = whole()
    external_order_id = text()
    need_action = serializers.BooleanField(allow_null=True)
    redemption = serializers.DictField(allow_null=True)
    custom_fields = serializers.DictField()
    meta = serializers.DictField(allow_null=True)
    timezone = serializers.CharField()
    transacted_at = MomentField()

    def to_representation(self, one: Transaction) -> dict:
        return transaction_as_json(one)


# No client's order has come through here: Omneo's orders are another product's (api.md 2).
OF_ORDERS = dict.fromkeys(("order_id", "external_order_id", "need_action", "redemption", "currency_id"))
MONEY = ("total", "total_original", "total_converted", "rounding", "margin", "currency_rate")


def transaction_as_json(one: Transaction) -> dict:
    """The whole document. What belongs to it must be prefetched, as `shown_with` does."""
    return {
        "id": one.pk,
        "external_id": one.external_id,
        "profile_id": one.profile_id and str(one.profile_id),
        "profile": person(one.profile),
        "location_id": one.location_id,
        "location": ShopShape().to_representation(one.location) if one.location is not None else None,
        "staff_id": one.staff_id and str(one.staff_id),
        "staff": person(one.staff),
        "type": one.type,
        "status": one.status,
        "returns": one.returns.external_id if one.returns is not None else None,
        **{name: number(getattr(one, name)) for name in MONEY},
        "currency": one.currency,
        "currency_values": [],
        "is_void": one.is_void,
        "systems": [row.system.handle for row in one.system_rows.all()],
        "tags": [row.tag.handle for row in one.tag_rows.all()],
        "items": [item_as_json(item, one) for item in one.items.all()],
        "payments": [PaymentShape().to_representation(payment) for payment in one.payments.all()],
        "receipt_ref": one.receipt_ref or None,
        "receipt_is_email": one.receipt_is_email,
        "receipt_email": one.receipt_email or None,
        "claimed_at": moment(one.claimed_at),
        "order_number": one.order_number or None,
        **OF_ORDERS,
        "custom_fields": one.custom_fields,
        "meta": meta_of(one),
        "timezone": one.timezone,
        "transacted_at": moment(one.transacted_at),
        "created_at": moment(one.created_at),
        "updated_at": moment(one.updated_at),
    }


def meta_of(one: Transaction) -> dict | None:
    """What the till noted, and what was made of it here."""
    told = following.told(one)
    return {**(one.meta or {}), **told} if told else one.meta


VARIANTS = ProductVariant.objects.select_related("product")


def items_shown(rows: QuerySet) -> QuerySet:
    return rows.prefetch_related(Prefetch("product_variant", queryset=VARIANTS))


def shown_with(rows: QuerySet) -> QuerySet:
    """With all that the document shows: a constant number of queries however many there are."""
    return rows.select_related("profile", "location", "staff", "returns").prefetch_related(
        Prefetch("items", queryset=items_shown(TransactionItem.objects.order_by("id"))),
        "payments",
        Prefetch("tag_rows", queryset=TransactionTag.objects.select_related("tag")),
        Prefetch("system_rows", queryset=TransactionSystem.objects.select_related("system")),
        *following.prefetched(),
    )
