"""The page of the editor of an earning rule. Its buttons but “Save” only draw it anew, with what was typed: it works without a script."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from earning.admin.backtest_form import TYPES_TESTED
from earning.admin.choosing import choice_of
from earning.admin.rule_editor import Editor
from earning.admin.simulating import keep_draft
from earning.models import EarningRule
from earning.rules import TYPES

ICONS = {
    "spending": "payments",
    "multiple_reward": "close",
    "specific_purchase": "shopping_bag",
    "event": "event",
    "custom_event": "api",
    "referral": "group_add",
    "permission": "verified_user",
    "ledger_transaction": "account_balance",
    "coupon": "confirmation_number",
}
# Buttons that take elsewhere what was typed.
TRIED_BY = {"try": "admin:earning_earningrule_simulate", "backtest": "admin:earning_backtest_begin"}


def edit(
    request: HttpRequest, model_admin, object_id: str | None = None, *, document: dict | None = None
) -> HttpResponse:
    """The page to add or change one; for those who may only look, with nothing to press."""
    rule = get_object_or_404(EarningRule.objects.whole(), pk=object_id) if object_id else EarningRule()
    may = model_admin.has_change_permission(request) if object_id else model_admin.has_add_permission(request)
    if not may and not (object_id and model_admin.has_view_permission(request) and request.method == "GET"):
        raise PermissionDenied
    with transaction.atomic():
        editor = Editor(request, rule, document=document)
        if request.method == "POST":
            doing = request.POST.get("do", "save")
            if doing in TRIED_BY:
                if editor.is_well_formed():
                    return tried(request, editor, TRIED_BY[doing])
            elif doing != "save":
                editor.rearrange(doing)
            elif editor.save():
                messages.success(request, f"“{editor.rule}” was saved.")
                return HttpResponseRedirect(page_of(editor.rule))
    return drawn(request, model_admin, editor, may=may)


def tried(request: HttpRequest, editor: Editor, page: str) -> HttpResponse:
    """To the simulator or to a back-test, with what was typed. Nothing is saved."""
    keep_draft(request, editor.rule, editor.program, editor.form.document())
    asked = {"typed": "1"} | ({"rule": editor.rule.pk} if editor.rule.pk else {})
    return HttpResponseRedirect(f"{reverse(page)}?{urlencode(asked)}")


def page_of(rule: EarningRule) -> str:
    return reverse("admin:earning_earningrule_change", args=[rule.pk])


def preview(request: HttpRequest, model_admin) -> JsonResponse:
    """The sentence of what is typed, for the page that follows it. Nothing is saved."""
    if not (model_admin.has_add_permission(request) or model_admin.has_change_permission(request)):
        raise PermissionDenied
    known = request.GET.get("rule", "")
    rule = EarningRule.objects.whole().filter(pk=known).first() if known.isdecimal() and len(known) < 19 else None
    return JsonResponse({"sentence": Editor(request, rule or EarningRule()).sentence()})


def drawn(request: HttpRequest, model_admin, editor: Editor, *, may: bool) -> HttpResponse:
    rule = editor.rule
    stored = EarningRule.objects.get(pk=rule.pk) if rule.pk else None
    is_archived = stored is not None and stored.status == EarningRule.Status.ARCHIVED
    sentence = editor.sentence()
    if editor.is_rearranged or request.method != "POST":
        editor.be_quiet()
    tiers, more_tiers = editor.tiers()
    context = {
        **model_admin.admin_site.each_context(request),
        **choice_of(request),
        "title": str(stored) if stored else "Add an earning rule",
        "opts": model_admin.opts,
        "original": stored,
        "stored": stored,
        "editor": editor,
        "form": editor.form,
        "sentence": sentence,
        "types": [(name, kind.label, kind.sentence, ICONS[name]) for name, kind in TYPES.items()],
        "tiers": tiers,
        "more_tiers": more_tiers,
        "is_archived": is_archived,
        "may": may and not is_archived,
        "may_change": may,
        "may_add": model_admin.has_add_permission(request),
        "may_delete": may and stored is not None and stored.why_not_deletable() is None,
        "may_try": model_admin.has_simulate_permission(request),
        "may_backtest": editor.type in TYPES_TESTED and request.user.has_perm("earning.add_backtest"),
        "media": model_admin.media + editor.form.media,
    }
    return TemplateResponse(request, "admin/earning/rule.html", context)
