"""Suggestions of the catalogue, for the boxes in which products, categories and brands are named."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, JsonResponse

from transactions.models import Brand, Product, ProductVariant

MOST = 12


def suggest(request: HttpRequest, model_admin) -> JsonResponse:
    """[{"value", "label"}] for `?of=skus|categories|brands` and what was typed as `q`."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    typed = request.GET.get("q", "").strip()[:100]
    find = {"skus": skus, "categories": categories, "brands": brands}.get(request.GET.get("of", ""))
    return JsonResponse({"data": find(typed) if find is not None else []})


def skus(typed: str) -> list[dict]:
    rows = ProductVariant.objects.select_related("product").exclude(sku="")
    rows = rows.filter(Q(sku__istartswith=typed) | Q(product__title__icontains=typed)).order_by("sku")[:MOST]
    return [
        {
            "value": one.sku,
            "label": " ".join(filter(None, [one.product.title, one.title])),
            "price": f"{one.price or ''}",
        }
        for one in rows
    ]


def categories(typed: str) -> list[dict]:
    found: set[str] = set()
    for column in ("category", "subcategory"):
        names = Product.objects.filter(**{f"{column}__icontains": typed}).exclude(**{column: ""})
        found |= set(names.order_by(column).values_list(column, flat=True).distinct()[:MOST])
    return [{"value": one, "label": ""} for one in sorted(found, key=str.casefold)[:MOST]]


def brands(typed: str) -> list[dict]:
    names = Brand.objects.filter(name__icontains=typed).order_by("name").values_list("name", flat=True)[:MOST]
    return [{"value": one, "label": ""} for one in names]
