"""Products, their variants, brands and systems over the API (omneo-reference 2.5, 2.20, 2.29, 3.3)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_serializer,
    extend_schema_view,
)
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error

from cxmanager.rest.fields import MetaField
from cxmanager.rest.serializers import CleanedModelSerializer
from cxmanager.rest.viewsets import Creates, CrudViewSet, Destroys, OmneoViewSet, enveloped
from jobs.handlers import handles
from jobs.models import Job
from profiles.api.cause import cause_of
from profiles.api.scoped import number_in
from profiles.models import Event, Tag
from profiles.models.event import as_json
from transactions.api import examples
from transactions.api.numbers import Amount, Price
from transactions.models import Brand, Product, ProductVariant, System

MOST_VARIANTS = 1_000
MOST_WORDS = 200


def words(**options) -> serializers.ListField:
    child = serializers.CharField(max_length=191)
    return serializers.ListField(child=child, required=False, max_length=MOST_WORDS, **options)


def plain_rows() -> serializers.ListField:
    return serializers.ListField(child=serializers.DictField(), required=False, max_length=MOST_WORDS)


class Tagged(CleanedModelSerializer):
    """With `tags` as handles, sorted."""

    def to_representation(self, row) -> dict:
        row.tag_handles = sorted(tag.handle for tag in row.tags.all())
        return super().to_representation(row)

    def create(self, values: dict):
        return self.update(self.Meta.model(), values)

    def update(self, row, values: dict):
        tags = values.pop("tag_handles", None)
        for name, value in values.items():
            setattr(row, name, value)
        row.save()
        if tags is not None:
            row.tags.set(Tag.objects.named(*dict.fromkeys(tags)))
        # What was prefetched is from before.
        row._prefetched_objects_cache = {}
        return row


@extend_schema_serializer(examples=[examples.VARIANT])
class VariantShape(Tagged):
    price = Price(help_text="What it usually costs.")
    price_discounted = Price()
    price_comparison = Price()
    price_cost = Price()
    available_quantity = Amount(places=3)
    images = plain_rows()
    options = plain_rows()
    meta = MetaField()
    tags = words(source="tag_handles")

    class Meta:
        model = ProductVariant
        fields = [
            *["id", "product_id", "sku", "external_id", "barcode", "web_url", "handle", "title", "description"],
            *["position", "price", "price_discounted", "price_comparison", "price_cost", "available_quantity"],
            *["images", "meta", "tags", "options", "created_at", "updated_at"],
        ]
        filled_in_later = ("product",)
        # The constraint's own sentence is the one to be heard.
        extra_kwargs = {"sku": {"validators": []}, "product_id": {"read_only": True}}


class VariantOfProduct(VariantShape):
    """In its product's document, where a SKU that the product has already names the one to change."""

    def validate(self, attributes: dict) -> dict:
        try:
            self._trial_row(attributes).clean_fields(exclude=["product"])
        except ValidationError as error:
            raise serializers.ValidationError(as_serializer_error(error)) from error
        return attributes


@extend_schema_serializer(examples=[examples.PRODUCT])
class ProductShape(Tagged):
    images = plain_rows()
    options = plain_rows()
    channels = words()
    custom_fields = serializers.DictField(required=False)
    tags = words(source="tag_handles")
    systems = words(source="system_handles")
    variants = VariantOfProduct(many=True, required=False, max_length=MOST_VARIANTS)

    class Meta:
        model = Product
        fields = [
            *["id", "title", "handle", "external_id", "status", "brand", "category", "subcategory", "department"],
            *["description", "web_url", "currency", "position", "images", "systems", "channels", "tags", "options"],
            *["custom_fields", "variants", "created_at", "updated_at"],
        ]
        extra_kwargs = {"external_id": {"validators": []}}

    def to_representation(self, product: Product) -> dict:
        product.system_handles = sorted(one.handle for one in product.systems.all())
        return super().to_representation(product)

    def update(self, product: Product, values: dict) -> Product:
        """Variants are added, or changed where the product has that SKU; none goes by being left out."""
        variants, systems = values.pop("variants", None), values.pop("system_handles", None)
        super().update(product, values)
        if systems is not None:
            product.systems.set(System.objects.named(*systems))
        held = {one.sku: one for one in product.variants.all()} if variants else {}
        for number, given in enumerate(variants or ()):
            row = held.get(given.get("sku")) if given.get("sku") else None
            if row is None:
                row = ProductVariant(product=product)
                refuse_taken_sku(given.get("sku"), number)
            VariantShape().update(row, dict(given))
        return product


def refuse_taken_sku(sku: str | None, number: int) -> None:
    if sku and ProductVariant.objects.filter(sku=sku).exists():
        raise serializers.ValidationError({f"variants.{number}.sku": ["Another variant has this SKU."]})


class RecordsChanges:
    """Writes down in the audit trail what was made, changed and deleted, as `noun.created` and so on."""

    noun = ""

    def perform_create(self, serializer) -> None:
        self.record("created", serializer.save(), {})

    def perform_update(self, serializer) -> None:
        before = as_recorded(serializer.instance)
        row = serializer.save()
        changes = {name: [before[name], value] for name, value in as_recorded(row).items() if before[name] != value}
        if changes:
            self.record("updated", row, changes)

    def perform_destroy(self, row: models.Model) -> None:
        self.record("deleted", row, {"name": [str(row), None]})
        row.delete()

    def record(self, what: str, row: models.Model, changes: dict) -> None:
        name, cause = f"{self.noun}.{what}", cause_of(self.request)
        payload = {"name": str(row), "changes": changes}
        Event.objects.record(name, at=timezone.now(), cause=cause, subject=row, payload=payload)


def as_recorded(row: models.Model) -> dict:
    """What the audit trail compares."""
    untracked = {"id", "created_at", "updated_at"}
    return {
        field.attname: as_json(getattr(row, field.attname))
        for field in row._meta.concrete_fields
        if field.attname not in untracked
    }


QUEUED = OpenApiResponse(
    {"type": "string"}, examples=[OpenApiExample("Queued", value="Product queued for processing.")]
)
WHOLE = ("tags", "systems", "variants__tags")


class ProductViewSet(RecordsChanges, CrudViewSet):
    """What is sold, with its variants."""

    queryset = Product.objects.prefetch_related(*WHOLE)
    serializer_class = ProductShape
    scope = "CRUD-products"
    noun = "product"
    filter_fields = {
        **{name: name for name in ("id", "title", "handle", "external_id", "status", "brand", "category")},
        **{name: name for name in ("subcategory", "department", "created_at", "updated_at")},
        "variants.sku": "variants__sku",
        "variants.barcode": "variants__barcode",
        "tags.handle": "tags__handle",
        "systems.handle": "systems__handle",
    }
    sort_fields = ["created_at", "updated_at"]

    @extend_schema(request=ProductShape, responses={202: QUEUED})
    @action(detail=False, methods=["post"], filter_backends=[])
    def queue(self, request) -> Response:
        """Make it, or change the product of that `external_id`, in the background."""
        check(request.data)
        Job.objects.enqueue(QUEUE, at=timezone.now(), user=request.user, total=1, document=request.data)
        return enveloped("Product queued for processing.", status.HTTP_202_ACCEPTED)


QUEUE = "products.queue"


def check(document: dict) -> ProductShape:
    """The document on the product that it is about, found well formed. Raises ValidationError (422)."""
    known = str(document.get("external_id") or "")
    held = Product.objects.filter(external_id=known).first() if known else None
    serializer = ProductShape(held, data=document, partial=held is not None)
    serializer.is_valid(raise_exception=True)
    return serializer


@handles(QUEUE, label="Product sent over the API")
def make_queued(job: Job) -> dict:
    """Make or change the product of a queued document."""
    return {"product_id": check(job.arguments["document"]).save().pk}


class VariantViewSet(RecordsChanges, CrudViewSet):
    """The variants of one product."""

    serializer_class = VariantShape
    scope = "CRUD-products"
    noun = "product-variant"
    filter_fields = {
        name: name for name in ("id", "sku", "barcode", "external_id", "handle", "created_at", "updated_at")
    }

    def get_queryset(self) -> models.QuerySet:
        return ProductVariant.objects.filter(product=self.product()).prefetch_related("tags")

    def product(self) -> Product:
        product = Product.objects.filter(pk=number_in(self.kwargs["product_id"])).first()
        if product is None:
            raise Http404
        return product

    def perform_create(self, serializer: VariantShape) -> None:
        self.record("created", serializer.save(product=self.product()), {})


@extend_schema_view(list=extend_schema(operation_id="variants_list"))
class AllVariantsViewSet(OmneoViewSet):
    """The variants of all products."""

    queryset = ProductVariant.objects.prefetch_related("tags")
    serializer_class = VariantShape
    scope = "CRUD-products"
    filter_fields = VariantViewSet.filter_fields | {"product_id": "product"}


@extend_schema_serializer(examples=[examples.BRAND])
class BrandShape(CleanedModelSerializer):
    departments = serializers.ListField(child=serializers.JSONField(), required=False, max_length=MOST_WORDS)
    meta = MetaField()

    class Meta:
        model = Brand
        fields = [
            *["id", "name", "handle", "external_id", "external_code", "is_system", "description", "short_description"],
            *["url", "image_url", "internal_note", "meta", "departments", "created_at", "updated_at"],
        ]


class BrandViewSet(RecordsChanges, CrudViewSet):
    """The names that products carry."""

    queryset = Brand.objects.all()
    serializer_class = BrandShape
    scope = "CRUD-products"
    noun = "brand"
    filter_fields = {
        name: name
        for name in ("id", "name", "handle", "external_id", "external_code", "is_system", "created_at", "updated_at")
    }
    sort_fields = ["name", "created_at", "updated_at"]


@extend_schema_serializer(examples=[examples.SYSTEM])
class SystemShape(CleanedModelSerializer):
    class Meta:
        model = System
        fields = ["id", "handle", "created_at", "updated_at"]


class SystemViewSet(RecordsChanges, Creates, Destroys, OmneoViewSet):
    """Where sales are made or recorded: made, read, deleted; never renamed."""

    queryset = System.objects.all()
    serializer_class = SystemShape
    paginate = False
    pagination_class = None
    scopes = {
        **dict.fromkeys(("list", "retrieve"), "read-systems"),
        "create": "create-systems",
        "destroy": "delete-systems",
    }
    noun = "system"
    filter_fields = {"handle": "handle"}
    sort_fields = ["handle", "created_at", "updated_at"]
