"""The lines of a document meet the catalogue: which variant each is of, and what the catalogue says where the line does not."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from cxmanager.statements import Select, instance
from profiles.importing.bulk import among_given, texts_given
from transactions.models import Brand, Product, ProductVariant

LARGEST_PRICE = Decimal(10) ** 10


def with_catalogue(items: Iterable[dict]) -> list[dict]:
    """The lines with `product_variant_id` and with brand, category and name filled in. One query when all SKUs are known.

    A line names its variant by `product_variant_id`, or by SKU: its own or that under `variant`. An unknown SKU becomes a
    product, so the catalogue grows with what is sold. Raises ValidationError for an unknown `product_variant_id`.
    """
    items = [with_sku(one) for one in items]
    by_id, by_sku = known(items)
    missing = {
        one["sku"]: one
        for one in items
        if one["sku"] and one["sku"] not in by_sku and not one.get("product_variant_id")
    }
    if missing:
        by_sku |= make(missing)
    found = []
    for number, one in enumerate(items):
        wanted = one.get("product_variant_id")
        variant = by_id.get(wanted) if wanted else by_sku.get(one["sku"])
        if wanted and variant is None:
            raise ValidationError({f"items.{number}.product_variant_id": "There is no such variant."})
        found.append(filled(one, variant))
    return found


def with_sku(item: dict) -> dict:
    """The line with what it says of its variant laid flat; the line's own words come first."""
    variant = item.get("variant") or {}
    flat = {key: value for key, value in item.items() if key != "variant"}
    for name in ("sku", "brand", "category", "subcategory", "barcode"):
        flat[name] = flat.get(name) or variant.get(name) or ""
    flat["title"] = variant.get("title") or flat.get("name") or ""
    flat["price"] = variant.get("price")
    flat["product_id"] = variant.get("product_id")
    return flat


NAMES = ("id", "product_id", "sku", "title")
OF_PRODUCT = ("id", "title", "brand", "category", "subcategory")
COLUMNS = [*NAMES, *(f"product__{name}" for name in OF_PRODUCT)]
BY_SKU = Select(
    lambda skus: (
        ProductVariant.objects.filter(among_given(ProductVariant, "sku", skus)).order_by().values_list(*COLUMNS)
    ),
    skus="their SKUs",
)


def known(items: list[dict]) -> tuple[dict[int, ProductVariant], dict[str, ProductVariant]]:
    """The variants that the lines name, by id and by SKU."""
    ids = {one["product_variant_id"] for one in items if one.get("product_variant_id")}
    skus = {one["sku"] for one in items if one["sku"] and not one.get("product_variant_id")}
    by_id = (
        {row[0]: variant(row) for row in ProductVariant.objects.filter(pk__in=ids).values_list(*COLUMNS)} if ids else {}
    )
    by_sku = {row[2]: variant(row) for row in BY_SKU.rows(skus=texts_given([*skus]))} if skus else {}
    return by_id, by_sku


def variant(row: Sequence) -> ProductVariant:
    """With its product, both of what lines take from them."""
    made = instance(ProductVariant, NAMES, row[: len(NAMES)])
    made.product = instance(Product, OF_PRODUCT, row[len(NAMES) :])
    return made


def make(missing: dict[str, dict]) -> dict[str, ProductVariant]:
    """Make a product with one variant for each SKU. Another caller may be faster with some: then those are taken."""
    # In one order for all callers, so that two of them never wait for one another's SKUs.
    wanted = [missing[sku] for sku in sorted(missing)]
    try:
        with transaction.atomic():
            return made(wanted)
    except IntegrityError:
        taken = known(wanted)[1]
        left = {sku: one for sku, one in missing.items() if sku not in taken}
        return taken | (make(left) if left else {})


def made(wanted: list[dict]) -> dict[str, ProductVariant]:
    held = set(Product.objects.filter(pk__in={one["product_id"] for one in wanted if one["product_id"]}))
    held = {product.pk: product for product in held}
    brands = {one["brand"] for one in wanted if one["brand"]}
    if brands:
        Brand.objects.known(brands)
    new = {one["sku"]: product_of(one) for one in wanted if one["product_id"] not in held}
    Product.objects.bulk_create(new.values())
    variants = [variant_of(one, held.get(one["product_id"]) or new[one["sku"]]) for one in wanted]
    return {one.sku: one for one in ProductVariant.objects.bulk_create(variants)}


def product_of(item: dict) -> Product:
    return Product(
        title=(item["title"] or item["sku"])[:191],
        brand=item["brand"],
        category=item["category"],
        subcategory=item["subcategory"],
        department=item.get("department") or "",
    )


def variant_of(item: dict, product: Product) -> ProductVariant:
    price = item["price"] if item["price"] is not None else item.get("price_original") or item.get("price_sell")
    is_price = price is not None and 0 <= price < LARGEST_PRICE
    return ProductVariant(
        product=product,
        sku=item["sku"],
        barcode=item["barcode"],
        title=item["title"][:191],
        price=price if is_price else None,
        external_id=item.get("variant_external_id") or "",
    )


def filled(item: dict, variant: ProductVariant | None) -> dict:
    """The line's fields as they will be stored."""
    line = {key: value for key, value in item.items() if key not in ("title", "price", "product_id", "barcode")}
    if variant is None:
        return line
    product = variant.product
    line.pop("product_variant_id", None)
    line["product_variant"] = variant
    line["sku"] = line["sku"] or variant.sku or ""
    line["name"] = line.get("name") or variant.title or product.title
    for name in ("brand", "category", "subcategory"):
        line[name] = line[name] or getattr(product, name)
    return line
