"""Loyalty setup → Coupon pools: how many codes each has and how many are used; more are made up, brought along, or taken out as a file."""

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from cxmanager.deleting import DeletedOneByOneMixin
from cxmanager.editing import ChangedMeanwhileFormMixin
from cxmanager.words import WordsField
from earning.admin.choosing import OfChosenProgramMixin
from earning.coupons.making import MOST, bring, make_later
from earning.models import Coupon, CouponPool
from profiles.admin.acting import Act, perform, sent

MOST_TYPED = 10_000
AT_ONCE = 5_000


class PoolForm(ChangedMeanwhileFormMixin, forms.ModelForm):
    class Meta:
        model = CouponPool
        exclude: list[str] = []


class MakeForm(forms.Form):
    count = forms.IntegerField(
        label="How many",
        min_value=1,
        max_value=MOST,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text="Each is made up by chance, so that nobody guesses one. Example: 5000.",
    )
    prefix = forms.CharField(
        required=False,
        max_length=32,
        widget=UnfoldAdminTextInputWidget,
        help_text="What all of them begin with. Example: summer-.",
    )


class BringForm(forms.Form):
    codes = WordsField(
        label="Codes",
        longest=None,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 8}),
        help_text=f"One on each line or with commas between, {MOST_TYPED:,} at once at most. Those that the pool has are left alone.",
    )

    def clean_codes(self) -> list[str]:
        codes = self.cleaned_data["codes"]
        if len(codes) > MOST_TYPED:
            raise forms.ValidationError(f"These are {len(codes):,} codes, and {MOST_TYPED:,} are the most at once.")
        return codes


@admin.register(CouponPool)
class CouponPoolAdmin(OfChosenProgramMixin, DeletedOneByOneMixin, ModelAdmin):
    form = PoolForm
    fieldsets = [(None, {"fields": ("program", ("name", "handle"), "reopens")})]
    prepopulated_fields = {"handle": ["name"]}
    compressed_fields = False
    warn_unsaved_form = True
    list_display = ["titled", "codes", "used", "left", "shown_reopens"]
    search_fields = ["name", "handle"]
    search_help_text = "Name or handle"
    show_full_result_count = False
    list_per_page = 50
    actions_detail = ["make_codes", "bring_codes", "codes_as_file"]

    def get_queryset(self, request: HttpRequest):
        """With how many codes are used, counted within the same query."""
        used = Coupon.objects.filter(pool=OuterRef("pk"), used_at__isnull=False).order_by().values("pool")
        total = Subquery(used.annotate(n=Count("pk")).values("n"))
        return super().get_queryset(request).annotate(used_count=Coalesce(total, 0))

    @display(description="Pool", ordering="name", header=True)
    def titled(self, pool: CouponPool) -> list:
        return [pool.name, pool.handle, pool.name[:1]]

    @display(description="Codes", ordering="codes_count")
    def codes(self, pool: CouponPool) -> str:
        return f"{pool.codes_count:,}"

    @display(description="Used", ordering="used_count")
    def used(self, pool: CouponPool) -> str:
        return f"{pool.used_count:,}"

    @display(description="Left")
    def left(self, pool: CouponPool) -> str:
        return f"{pool.codes_count - pool.used_count:,}"

    @display(description="Marks", label=True)
    def shown_reopens(self, pool: CouponPool) -> list[str]:
        return ["Codes come back"] if pool.reopens else []

    def get_readonly_fields(self, request: HttpRequest, obj=None):
        # Its codes are unique in its program.
        return ["program"] if obj is not None else []

    def has_delete_permission(self, request: HttpRequest, obj: CouponPool | None = None) -> bool:
        """One that has codes stays."""
        return (obj is None or not obj.codes_count) and super().has_delete_permission(request, obj)

    # --- Codes --------------------------------------------------------------------------------------------------------

    @action(description="Make codes", url_path="make", icon="add_circle", permissions=["change"])
    def make_codes(self, request: HttpRequest, object_id: str) -> HttpResponse:
        pool = get_object_or_404(CouponPool, pk=object_id)
        act = self._act(pool, "Make codes", "They are made in the background. The list shows how many there are.")

        def do(cleaned: dict) -> str:
            make_later(pool, cleaned["count"], prefix=cleaned["prefix"], at=timezone.now(), user=request.user)
            return f"{cleaned['count']:,} codes are being made."

        return perform(request, self, act, MakeForm(sent(request)), do)

    @action(description="Bring codes", url_path="bring", icon="upload", permissions=["change"])
    def bring_codes(self, request: HttpRequest, object_id: str) -> HttpResponse:
        pool = get_object_or_404(CouponPool, pk=object_id)
        act = self._act(pool, "Bring codes", "For codes that were made elsewhere, such as by your printer.")

        def do(cleaned: dict) -> str:
            new = bring(pool, cleaned["codes"])
            there = len(cleaned["codes"]) - new
            is_there = f" {there:,} {'was' if there == 1 else 'were'} there already." if there else ""
            return f"{new:,} {'is' if new == 1 else 'are'} new.{is_there}"

        return perform(request, self, act, BringForm(sent(request)), do)

    @action(description="Codes as a file", url_path="codes", icon="download", permissions=["change"])
    def codes_as_file(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """All codes that can still be used, for whoever prints or sends them."""
        pool = get_object_or_404(CouponPool, pk=object_id)
        codes = Coupon.objects.filter(pool=pool, used_at=None).order_by("pk").values_list("code", flat=True)
        lines = (f"{code}\r\n" for code in codes.iterator(chunk_size=AT_ONCE))
        headers = {"Content-Disposition": f'attachment; filename="{pool.handle}.csv"'}
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)

    def _act(self, pool: CouponPool, title: str, sentence: str) -> Act:
        back = reverse("admin:earning_couponpool_change", args=[pool.pk])
        return Act(title=title, subtitle=pool.name, button=title, back=back, sentences=[sentence])
