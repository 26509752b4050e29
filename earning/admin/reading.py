"""What the lists of the ledger have in common: who may look, whom a search finds, and the chain behind each row."""

from collections.abc import Iterable

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from earning.amounts import POINTS
from earning.explaining import Link
from earning.models import LoyaltyCard, Program
from profiles.admin.acting import change_page, profile_page
from profiles.admin.reading import FactsAdmin, found_customers
from profiles.panels.timeline import subject_url


class LedgerAdmin(FactsAdmin, ModelAdmin):
    """For facts of a card. A search finds customers, and what `found_by` names."""

    search_fields = ["pk"]
    search_help_text = "Customer or number"
    found_by = ()

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str):
        text = search_term.strip()
        if not text:
            return queryset, False
        mine = self.of_customers(found_customers(text))
        for name in self.found_by:
            mine |= Q(**{name: text})
        if text.isdigit() and len(text) < 19:
            mine |= Q(pk=int(text))
        return queryset.filter(mine), False

    def of_customers(self, profiles: list) -> Q:
        """By their cards' keys, so that the index of what is on a card is used."""
        return Q(card__in=list(LoyaltyCard.objects.filter(profile__in=profiles).values_list("pk", flat=True)))

    @display(description="Customer")
    def customer(self, row) -> str:
        return format_html('<a class="cx-link" href="{}">{}</a>', profile_page(row.card.profile), row.card.profile)

    @display(description="Card")
    def of_card(self, row) -> str:
        url = reverse("admin:earning_loyaltycard_change", args=[row.card_id])
        return format_html('<a class="cx-link" href="{}">{}</a>', url, row.card.number)


class OfUnit(DropdownFilter):
    title = "Of"
    parameter_name = "unit"

    def lookups(self, request, model_admin):
        currencies = Program.objects.order_by("currency").values_list("currency", flat=True).distinct()
        return [(POINTS, "Points"), *((one, one) for one in currencies)]

    def queryset(self, request, queryset):
        known = dict(self.lookup_choices)
        return queryset.filter(unit=self.value()) if self.value() in known else queryset


class OfProgram(DropdownFilter):
    title = "Program"
    parameter_name = "program"
    path = "card__program"

    def lookups(self, request, model_admin):
        return [(str(pk), name) for pk, name in Program.objects.order_by("name").values_list("pk", "name")]

    def queryset(self, request, queryset):
        known = dict(self.lookup_choices)
        return queryset.filter(**{self.path: self.value()}) if self.value() in known else queryset


def chain(links: Iterable[Link], user) -> list[dict]:
    """The links in words, each with the page of what it is about, where the user may see that."""
    return [{"text": link.text, "url": url_of(link, user)} for link in links]


def url_of(link: Link, user) -> str:
    if link.row is None or link.kind in ("credit", "debit", "owed", "decision"):
        return ""
    if link.kind == "event":
        return subject_url(link.row, user) or ""
    row = link.row.rule if link.kind == "rule" else link.row
    options = row._meta
    may = user.has_perm(f"{options.app_label}.view_{options.model_name}")
    if not may or not admin.site.is_registered(type(row)):
        return ""
    return change_page(row)
