"""The purchases of the demo: a small shop's catalogue, and as many sales and returns of it as asked for, the same for the same seed."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count as counting
from itertools import islice
from random import Random

from django.conf import settings
from django.db import connection, transaction

from profiles.cause import Cause, Door
from profiles.demo import CARD, first_customers
from profiles.importing.bulk import insert_rows, reserve_ids
from profiles.models import Identity, Location
from transactions import summing
from transactions.models import Brand, Product, ProductVariant, Transaction, TransactionItem
from transactions.models.transaction import day_of, sells_online

# Brand, category and what it makes, each with a price.
CATALOGUE = {
    ("Fjord & Field", "knitwear"): [
        ("Merino jumper", 149),
        ("Cable cardigan", 189),
        ("Lambswool scarf", 59),
        ("Beanie", 39),
    ],
    ("Harbour Denim", "denim"): [("Straight jeans", 129), ("Denim jacket", 169), ("Canvas tote", 35)],
    ("Lune", "dresses"): [("Linen dress", 199), ("Wrap dress", 179), ("Slip dress", 149)],
    ("Tall Pine", "outerwear"): [("Rain jacket", 249), ("Down vest", 179), ("Wool coat", 399)],
    ("Wattle Home", "home"): [("Soy candle", 32), ("Stoneware mug", 24), ("Linen throw", 119), ("Tea towel", 18)],
    ("Corner Café", "coffee"): [("Coffee, small", 5), ("Coffee, large", 6), ("House blend 250 g", 17)],
}
SIZES = ("S", "M", "L")
CUSTOMERS_AT_ONCE = 5_000
TOLD_AT_MOST = 120
RETURNED = 0.04
# What differs from one row to the next; all else is as usual.
TRANSACTION = (
    *("id", "external_id", "profile_id", "type", "returns_id", "location_id", "is_online", "total", "total_original"),
    *("net", "timezone", "transacted_at", "transacted_on", "receipt_ref"),
)
ITEM = (
    *("id", "transaction_id", "product_variant_id", "sku", "name", "brand", "category", "quantity", "price_sell"),
    *("price_original", "returns_id", "returned_quantity"),
)


def make_catalogue() -> list[ProductVariant]:
    """The demo's products, made where they are missing."""
    Brand.objects.known(brand for brand, _ in CATALOGUE)
    for (brand, category), things in CATALOGUE.items():
        for title, price in things:
            is_worn = category not in ("home", "coffee")
            values = {"title": title, "brand": brand, "category": category, "status": "active"}
            product, is_new = Product.objects.get_or_create(external_id=f"demo-{title.lower()}", defaults=values)
            for position, size in enumerate(SIZES if is_worn else ("",)) if is_new else ():
                sku = f"{title.upper().replace(' ', '-').replace(',', '')}{f'-{size}' if size else ''}"
                ProductVariant.objects.create(product=product, sku=sku, title=size, price=price, position=position)
    rows = ProductVariant.objects.select_related("product").filter(product__external_id__startswith="demo-")
    return list(rows.order_by("id"))


def make_transactions(count: int, *, at: datetime, seed: int, locations: list[Location]) -> int:
    """Make sales and returns until this seed has `count` of them. Returns how many are new.

    Some of the newest customers get theirs through the verbs, with all that the timeline tells; the rest are written in
    bulk, thousands of customers at a time.
    """
    made = Transaction.objects.filter(external_id__startswith=f"demo-{seed}-").count()
    wanted = count - made
    if wanted <= 0:
        return 0
    variants = make_catalogue()
    told = tell_some(min(wanted, TOLD_AT_MOST), start=made, at=at, seed=seed, locations=locations, variants=variants)
    cards = Identity.objects.filter(handle=CARD, identifier__startswith=f"{seed:02}").order_by("identifier")
    customers, number = cards.count(), made + told
    people = cards.values_list("profile_id", "profile__joined_at").iterator(chunk_size=CUSTOMERS_AT_ONCE)
    left, seen = wanted - told, 0
    for batch in counting(1):
        if left <= 0 or not (some := list(islice(people, CUSTOMERS_AT_ONCE))):
            break
        seen += len(some)
        share = left if seen == customers else round(left * len(some) / (customers - seen + len(some)))
        with transaction.atomic():
            Bulk(seed, locations, variants, at=at).write(some, share, start=number)
            summing.work_out(sorted(pk for pk, _ in some), at=at)
        number, left = number + share, left - share
        # Each time there are twice as many.
        if batch & (batch - 1) == 0:
            count_values()
    return number - made


def count_values() -> None:
    """Have the database see what there is by now: without it, it finds the rows of a few customers by reading all."""
    with connection.cursor() as cursor:
        for model in (Transaction, TransactionItem):
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")


def moment_between(joined_at: datetime, at: datetime, chance: Random) -> datetime:
    return (joined_at + (at - joined_at) * chance.random()).replace(microsecond=0)


def basket(chance: Random, variants: list[ProductVariant]) -> list[tuple[ProductVariant, int, Decimal]]:
    """(variant, pieces, price of each): one to three things, a third of them reduced."""
    found = []
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
        one = chance.choice(variants)
        discount = chance.choice((0, 0, 0, 0, 10, 20))
        found.append((one, chance.choice((1, 1, 1, 2)), (one.price * (100 - discount) / 100).quantize(Decimal("0.01"))))
    return found


def tell_some(
    count: int, *, start: int, at: datetime, seed: int, locations: list[Location], variants: list[ProductVariant]
) -> int:
    """Through the verbs, for the newest customers: each with a few sales, one of them returned."""
    chance, cause = Random(f"{seed}/told/{start}"), Cause(door=Door.COMMAND, reason="Demo data.")  # noqa: S311
    people = first_customers(seed, 40)
    if not people:
        return 0
    for number in range(start, start + count):
        profile = people[(number - start) % len(people)]
        items = [
            {"sku": one.sku, "quantity": Decimal(pieces), "price_sell": price, "price_original": one.price}
            for one, pieces, price in basket(chance, variants)
        ]
        location = chance.choice(locations)
        document = {
            "external_id": f"demo-{seed}-{number}",
            "receipt_ref": f"{100_000 + number}",
            "transacted_at": moment_between(profile.joined_at, at, chance),
            "location": location,
            "total_original": sum((line["price_original"] * line["quantity"] for line in items), Decimal(0)),
            "items": items,
            "payments": [{"payment_code": chance.choice(("CARD", "CARD", "CASH"))}],
            "systems": ["web" if sells_online(location) else "pos"],
        }
        Transaction.objects.record(profile, document, at=document["transacted_at"], cause=cause)
    return count


class Bulk:
    """Sales and returns as rows, without events."""

    def __init__(self, seed: int, locations: list[Location], variants: list[ProductVariant], *, at: datetime):
        self.seed, self.at, self.variants = seed, at, variants
        self.places = [(one.pk, sells_online(one), one.timezone) for one in locations]

    def write(self, people: list[tuple], count: int, *, start: int) -> None:
        """So many transactions of these (profile id, when they joined), numbered from `start`."""
        self.chance = Random(f"{self.seed}/{start}")  # noqa: S311 (repeatable on purpose)
        self.ids = iter(reserve_ids(Transaction, count))
        self.sales, self.lines = [], []
        numbers = iter(range(start, start + count))
        for number in numbers:
            # Some buy often, most seldom.
            profile, joined_at = people[int(len(people) * self.chance.random() ** 2)]
            self._sale(number, profile, joined_at or self.at - timedelta(days=365))
            if self.chance.random() < RETURNED and (following := next(numbers, None)) is not None:
                self._return_of_the_last(following)
        insert_rows(Transaction, TRANSACTION, self.sales, constants=self._usual(Transaction, TRANSACTION))
        for pk, line in zip(reserve_ids(TransactionItem, len(self.lines)), self.lines, strict=True):
            line[0] = pk
        # A returned line names the one before it, which is the last line of its sale.
        for before, line in zip(self.lines, self.lines[1:], strict=False):
            if line[10] is not None:
                line[10] = before[0]
        insert_rows(TransactionItem, ITEM, self.lines, constants=self._usual(TransactionItem, ITEM))

    def _sale(self, number: int, profile, joined_at: datetime) -> None:
        place, is_online, zone = self.chance.choice(self.places)
        transacted_at, pk = moment_between(joined_at, self.at, self.chance), next(self.ids)
        total = full = Decimal(0)
        for one, pieces, price in basket(self.chance, self.variants):
            total, full = total + price * pieces, full + one.price * pieces
            self.lines.append(self._line(pk, one, pieces, price))
        row = (pk, f"demo-{self.seed}-{number}", profile, "sale", None, place, is_online, total, full, total, zone)
        self.sales.append((*row, transacted_at, day_of(transacted_at, zone), f"{100_000 + number}"))

    def _line(self, transaction_id: int, one: ProductVariant, pieces: int, price: Decimal) -> list:
        product = one.product
        head = [None, transaction_id, one.pk, one.sku, product.title, product.brand, product.category]
        return [*head, pieces, price, one.price, None, 0]

    def _return_of_the_last(self, number: int) -> None:
        """The last line of the last sale comes back, a few days later."""
        sale, line = self.sales[-1], self.lines[-1]
        price, zone = line[8], sale[10]
        transacted_at = min(self.at, sale[11] + timedelta(days=self.chance.randint(1, 20)))
        pk = next(self.ids)
        line[11] = 1
        row = (
            pk,
            f"demo-{self.seed}-{number}",
            sale[2],
            "return",
            sale[0],
            sale[5],
            sale[6],
            price,
            None,
            -price,
            zone,
        )
        self.sales.append((*row, transacted_at, day_of(transacted_at, zone), f"{100_000 + number}"))
        self.lines.append([None, pk, *line[2:7], 1, price, None, line[0] or 0, 0])

    def _usual(self, model, names: tuple) -> dict:
        """What all rows hold alike."""
        empty, given = model(), {"currency": settings.DEFAULT_CURRENCY, "created_at": self.at, "updated_at": self.at}
        columns = [field.attname for field in model._meta.concrete_fields if field.attname not in names]
        return {name: given.get(name, getattr(empty, name)) for name in columns}
