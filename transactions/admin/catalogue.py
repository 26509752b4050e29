"""Settings → Products and Brands: what tills and shops send makes them; here they are put right."""

from django.contrib import admin
from django.db.models import JSONField, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import FieldTextFilter

from cxmanager.paginating import BoundedListMixin
from profiles.admin.location import EmptyableJSON
from transactions.models import Brand, Product, ProductVariant, System


class PlainJSON:
    """Nothing is shown as nothing, where JSON would write null."""

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, JSONField):
            kwargs["form_class"] = EmptyableJSON
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class VariantInline(TabularInline):
    model = ProductVariant
    extra = 0
    fields = ("sku", "title", "barcode", "price", "price_discounted")
    show_change_link = False
    tab = True


@admin.register(Product)
class ProductAdmin(PlainJSON, BoundedListMixin, ModelAdmin):
    """What is sold. A SKU that a till sends for the first time makes one."""

    list_display = ("title", "brand", "category", "external_id", "status")
    list_filter = (("brand", FieldTextFilter), ("category", FieldTextFilter))
    list_filter_submit = True
    list_per_page = 50
    search_fields = ("=external_id", "=variants__sku", "=variants__barcode")
    search_help_text = "Title, SKU, barcode or external id"
    ordering = ("-id",)
    sortable_by = ()
    autocomplete_fields = ("tags", "systems")
    inlines = (VariantInline,)
    warn_unsaved_form = True
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("title", "status"),
                    ("brand", "department"),
                    ("category", "subcategory"),
                    "description",
                    "tags",
                )
            },
        ),
        (
            "Other systems",
            {
                "fields": (
                    ("external_id", "handle"),
                    ("web_url", "currency", "position"),
                    "systems",
                    "images",
                    "options",
                    "channels",
                    "custom_fields",
                ),
                "classes": ("collapse",),
                "description": "As integrations write and read them.",
            },
        ),
    )

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        text = search_term.strip()
        if not text:
            return queryset, False
        variants = ProductVariant.objects.filter(sku=text) | ProductVariant.objects.filter(barcode=text)
        known = queryset.filter(pk__in=variants.values("product")) | queryset.filter(external_id=text)
        if known.exists():
            return known, False
        return queryset.filter(title__icontains=text), False


@admin.register(Brand)
class BrandAdmin(PlainJSON, ModelAdmin):
    """The names that products carry."""

    list_display = ("name", "handle", "external_id", "is_system")
    search_fields = ("name", "handle", "external_id")
    search_help_text = "Name, handle or external id"
    list_per_page = 50
    show_full_result_count = False
    prepopulated_fields = {"handle": ("name",)}
    warn_unsaved_form = True
    fieldsets = (
        (
            None,
            {"fields": (("name", "handle"), "short_description", "description", ("url", "image_url"), "internal_note")},
        ),
        (
            "Other systems",
            {
                "fields": (("external_id", "external_code"), "is_system", "departments", "meta"),
                "classes": ("collapse",),
            },
        ),
    )


@admin.register(System)
class SystemAdmin(ModelAdmin):
    """Where sales are made or recorded."""

    list_display = ("handle",)
    search_fields = ("handle",)
    show_full_result_count = False
    fields = ("handle",)
