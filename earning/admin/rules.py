"""Loyalty setup → Earning rules: the list with what each gives and gave lately, and the address of every page about one."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Sum
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter, RadioFilter
from unfold.decorators import action, display

from cxmanager.amounts import money, pieces
from cxmanager.deleting import DeletedOneByOneMixin
from earning.admin import rule_editing, rule_pages, rule_versions, simulating, suggesting
from earning.admin.choosing import OfChosenProgramMixin, choosing_url
from earning.models import Award, EarningRule
from earning.rulebook.wording import Names, sentence_of

LATELY = timedelta(days=30)
NOT_GIVEN = (Award.State.REJECTED, Award.State.PENDING_APPROVAL)


class StatusOfRule(RadioFilter):
    """Without a choice, what is archived is not shown."""

    title = "Status"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return [*EarningRule.Status.choices, ("all", "All, archived ones too")]

    def queryset(self, request, queryset):
        if self.value() in EarningRule.Status.values:
            return queryset.filter(status=self.value())
        return queryset if self.value() == "all" else queryset.exclude(status=EarningRule.Status.ARCHIVED)


class RulesChangeList(ChangeList):
    """Puts what each rule of the page says and gave together: one query for all that they gave."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows = list(self.result_list)
        given = given_lately(rows)
        for row in rows:
            row.in_words = sentence_of(row.as_document(), names_at_hand(row), currency=row.program.currency)
            row.given_lately = given.get(row.pk)
        self.result_list = rows


def names_at_hand(rule: EarningRule) -> Names:
    """What people call what the rule names, of what was read with it."""
    return Names(
        tiers={one.handle: one.name for one in rule.tiers.all()},
        segments={one.handle: one.name for one in (*rule.segments.all(), *rule.excluded_segments.all())},
        badges={rule.badge.handle: rule.badge.name} if rule.badge_id else {},
        locations={str(one.pk): one.name for one in rule.locations.all()},
    )


def given_lately(rules: list[EarningRule]) -> dict[int, dict]:
    """What each gave in the last thirty days, without what was taken back: {"times", "points", "money": {currency: amount}}."""
    awards = Award.objects.filter(rule__in=rules, at__gte=timezone.now() - LATELY).exclude(state__in=NOT_GIVEN)
    sums = (
        awards.order_by()
        .values("rule", "currency")
        .annotate(
            times=Count("pk"),
            points=Sum(F("points") - F("points_reversed")),
            amount=Sum(F("currency_amount") - F("currency_reversed")),
        )
    )
    given: dict[int, dict] = defaultdict(lambda: {"times": 0, "points": Decimal(0), "money": {}})
    for one in sums:
        of_rule = given[one["rule"]]
        of_rule["times"] += one["times"]
        of_rule["points"] += one["points"]
        if one["currency"]:
            of_rule["money"][one["currency"]] = one["amount"]
    return given


@admin.register(EarningRule)
class EarningRuleAdmin(OfChosenProgramMixin, DeletedOneByOneMixin, ModelAdmin):
    list_display = ["titled", "said", "shown_status", "when", "priority", "gave", "marks"]
    list_display_links = ["titled"]
    list_filter = [StatusOfRule, ("type", ChoicesDropdownFilter), ("requires_approval", BooleanRadioFilter)]
    list_filter_submit = True
    search_fields = ["name", "handle", "description"]
    search_help_text = "Name, handle or description"
    ordering = ["priority", "created_at", "id"]
    list_per_page = 50
    show_full_result_count = False
    actions = ["activate_selected", "deactivate_selected", "archive_selected", "export_selected"]
    actions_list = ["simulate", "import_rules"]

    # --- The list -----------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).whole()

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        parent = super().get_changelist(request, **kwargs)
        return type("EarningRuleChangeList", (RulesChangeList, parent), {})

    @display(description="Rule", ordering="name")
    def titled(self, rule: EarningRule) -> str:
        return format_html('{}<br><span class="cx-subtle">{}</span>', rule.name, rule.get_type_display())

    @display(description="What it gives")
    def said(self, rule: EarningRule) -> str:
        return rule.in_words

    @display(
        description="Status",
        ordering="status",
        label={"Active": "success", "Draft": "info", "Inactive": "warning", "Archived": ""},
    )
    def shown_status(self, rule: EarningRule) -> str:
        return rule.get_status_display()

    @display(description="Dates", ordering="starts_at")
    def when(self, rule: EarningRule) -> str:
        starts, ends = (day_of(one) for one in (rule.starts_at, rule.ends_at))
        if starts and ends:
            return f"{starts} – {ends}"
        return f"From {starts}" if starts else (f"Until {ends}" if ends else "Always")

    @display(description="Gave in 30 days")
    def gave(self, rule: EarningRule) -> str:
        given = rule.given_lately
        if given is None:
            return "–"
        parts = [f"{pieces(given['points'])} points"] if given["points"] else []
        parts += [money(amount, currency) for currency, amount in given["money"].items() if amount]
        times = f"{given['times']:,} {'time' if given['times'] == 1 else 'times'}"
        return format_html("{}<br>{}", ", ".join(parts) or "Nothing", times)

    @display(description="Marks", label=True)
    def marks(self, rule: EarningRule) -> list[str]:
        marks = {"Approval": rule.requires_approval, "Hidden": rule.is_hidden, "By hand": not rule.apply_automatically}
        return [name for name, holds in (marks | {"Stops": rule.stop_after}).items() if holds]

    @admin.action(description="Activate", permissions=["change"])
    def activate_selected(self, request: HttpRequest, rows) -> None:
        self._each(request, rows, "activate", "active")

    @admin.action(description="Deactivate", permissions=["change"])
    def deactivate_selected(self, request: HttpRequest, rows) -> None:
        self._each(request, rows, "deactivate", "inactive")

    @admin.action(description="Archive", permissions=["change"])
    def archive_selected(self, request: HttpRequest, rows) -> None:
        self._each(request, rows, "archive", "archived")

    @admin.action(description="Export as JSON", permissions=["view"])
    def export_selected(self, request: HttpRequest, rows) -> HttpResponse:
        return rule_pages.as_file(rows)

    def _each(self, request: HttpRequest, rows, doing: str, become: str) -> None:
        at, count = timezone.now(), 0
        for row in rows:
            try:
                getattr(row, doing)(at=at, user=request.user)
                count += 1
            except ValidationError as no:
                self.message_user(request, f"{row}: {' '.join(no.messages)}", messages.WARNING)
        if count:
            self.message_user(request, f"{count:,} {'is' if count == 1 else 'are'} {become}.")

    # --- Pages --------------------------------------------------------------------------------------------------------

    def changeform_view(self, request: HttpRequest, object_id=None, form_url="", extra_context=None) -> HttpResponse:
        return rule_editing.edit(request, self, object_id)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        return rule_pages.remove(request, self, object_id)

    def history_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        return rule_versions.history(request, self, object_id)

    def has_simulate_permission(self, request: HttpRequest, object_id=None) -> bool:
        """It shows what is known of a customer."""
        return self.has_view_permission(request) and request.user.has_perm("profiles.view_profile")

    @action(description="Simulate", url_path="try", icon="science", permissions=["simulate"])
    def simulate(self, request: HttpRequest) -> HttpResponse:
        return simulating.simulate(request, self)

    @action(description="Import", url_path="import", icon="upload", permissions=["add"])
    def import_rules(self, request: HttpRequest) -> HttpResponse:
        return rule_pages.import_rules(request, self)

    def get_urls(self) -> list:
        view, pages = self.admin_site.admin_view, rule_pages

        def of_all(page):
            return view(lambda request: page(request, self))

        def about(page, **given):
            return view(lambda request, object_id, **more: page(request, self, object_id, **more, **given))

        steps = [
            path(f"<int:object_id>/{doing}/", about(pages.step, doing=doing), name=f"earning_earningrule_{doing}")
            for doing in pages.STEPS
        ]
        return [
            choosing_url(self),
            path("preview/", of_all(rule_editing.preview), name="earning_earningrule_preview"),
            path("suggest/", of_all(suggesting.suggest), name="earning_earningrule_suggest"),
            *steps,
            path("<int:object_id>/duplicate/", about(pages.duplicate), name="earning_earningrule_duplicate"),
            path("<int:object_id>/export/", about(pages.export_one), name="earning_earningrule_export"),
            path(
                "<int:object_id>/versions/<int:number>/",
                about(rule_versions.version),
                name="earning_earningrule_version",
            ),
            *super().get_urls(),
        ]


def day_of(moment) -> str:
    return date_format(timezone.localtime(moment), "j M Y") if moment is not None else ""
