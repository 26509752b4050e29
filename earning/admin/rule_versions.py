"""The versions of an earning rule: what each changed, how it differs from today's, and bringing one back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from earning.admin.rule_editor import names_of
from earning.admin.rule_pages import found
from earning.models import EarningRule
from earning.rulebook.differences import differences
from earning.rulebook.wording import sentence_of

ON_A_PAGE = 30
# Whether it awards is a step of its own; a rule stays with its program.
NOT_BROUGHT_BACK = ("status", "program")


def history(request: HttpRequest, model_admin, object_id) -> HttpResponse:
    """The versions, the newest first, each with what it changed."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    rule = found(object_id)
    page = Paginator(rule.versions.select_related("user"), ON_A_PAGE).get_page(request.GET.get("page"))
    versions, names = list(page.object_list), names_of(rule.program)
    before = rule.versions.filter(number=versions[-1].number - 1).first() if versions else None
    for version, earlier in zip(versions, [*versions[1:], before], strict=True):
        version.changes = differences(earlier.document, version.document, names) if earlier is not None else []
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Versions of “{rule}”",
        "opts": model_admin.opts,
        "rule": rule,
        "versions": versions,
        "page": page,
        "media": model_admin.media,
    }
    return TemplateResponse(request, "admin/earning/versions.html", context)


def version(request: HttpRequest, model_admin, object_id, number: int) -> HttpResponse:
    """How one differs from the rule of today; on a POST it is brought back, as a new version."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    rule = found(object_id)
    one = get_object_or_404(rule.versions.select_related("user"), number=number)
    now = rule.as_document()
    then = one.document | {name: now[name] for name in NOT_BROUGHT_BACK}
    names = names_of(rule.program)
    rows = [row | {"now": row["before"], "then": row["after"]} for row in differences(now, then, names)]
    no, errors = why_not(request, model_admin, rule, rows), []
    back = reverse("admin:earning_earningrule_history", args=[rule.pk])
    if request.method == "POST":
        if not model_admin.has_change_permission(request):
            raise PermissionDenied
        if not no:
            try:
                EarningRule.objects.write(then, at=timezone.now(), user=request.user, rule=rule)
            except ValidationError as error:
                errors = error.messages
            else:
                messages.success(request, f"“{rule}” says again what version {one.number} said.")
                return HttpResponseRedirect(back)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"Version {one.number} of “{rule}”",
        "opts": model_admin.opts,
        "rule": rule,
        "version": one,
        "subtitle": sentence_of(one.document, names, currency=rule.program.currency),
        "differences": rows,
        "no": no,
        "errors": errors,
        "back": back,
        "media": model_admin.media,
    }
    return TemplateResponse(request, "cxmanager/version.html", context)


def why_not(request: HttpRequest, model_admin, rule: EarningRule, rows: list) -> str:
    """The sentence in place of the button; empty where there is one."""
    if not model_admin.has_change_permission(request):
        return "You may look at earlier versions, but not bring them back."
    if rule.status == EarningRule.Status.ARCHIVED:
        return "This rule is archived. Bring it back from the archive first."
    return "" if rows else "This version says the same as the rule of today."
