"""What staff do with a transaction: give it to the customer who shows its receipt, or void it."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from unfold.widgets import UnfoldAdminTextInputWidget

from cxmanager.refusals import Refusal
from profiles.cause import Cause
from profiles.models import Profile
from transactions.models import Transaction
from transactions.refusals import refusal
from transactions.wording import moment_of, total_of


class ClaimForm(forms.Form):
    customer = forms.CharField(
        max_length=191,
        widget=UnfoldAdminTextInputWidget,
        help_text="Their e-mail, phone, card number or name.",
        error_messages={"required": "Say whose receipt it is."},
    )

    def clean_customer(self) -> Profile:
        found = list(Profile.objects.living().search(self.cleaned_data["customer"]).order_by("-id")[:2])
        if not found:
            raise forms.ValidationError("Nobody was found by that.", code="nobody")
        if len(found) > 1:
            raise forms.ValidationError("Several customers fit. Write an e-mail, phone or card number.", code="several")
        return found[0]


class VoidForm(forms.Form):
    reason = forms.CharField(
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text="Kept on the customer's timeline.",
        error_messages={"required": "Say why it is voided."},
    )


def found(request: HttpRequest, object_id: str, permission: str) -> Transaction:
    """The transaction, for those who hold the permission."""
    if not request.user.has_perm(permission):
        raise PermissionDenied
    rows = Transaction.objects.select_related("profile", "location")
    return get_object_or_404(rows, pk=object_id if str(object_id).isdigit() and len(str(object_id)) < 19 else None)


def claim(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    one = found(request, object_id, "transactions.claim_transaction")
    no = refusal("already_claimed") if one.profile_id is not None else None

    def do(given: dict, cause: Cause) -> str:
        one.claim(given["customer"], at=timezone.now(), cause=cause)
        return f"The receipt is {given['customer']}’s now."

    return perform(
        request, model_admin, one, title="Claim for a customer", button="Claim", form=ClaimForm, no=no, do=do
    )


def void(request: HttpRequest, model_admin, object_id: str) -> HttpResponse:
    one = found(request, object_id, "transactions.void_transaction")
    no = refusal("already_void") if one.is_void else one.why_not_undoable()

    def do(given: dict, cause: Cause) -> str:
        one.void(at=timezone.now(), cause=cause)
        return "The transaction is void. It no longer counts."

    return perform(request, model_admin, one, title="Void the transaction", button="Void", form=VoidForm, no=no, do=do)


def perform(
    request: HttpRequest,
    model_admin,
    one: Transaction,
    *,
    title: str,
    button: str,
    form: type[forms.Form],
    no: Refusal | None,
    do: Callable[[dict, Cause], str],
) -> HttpResponse:
    """Show the form, or on a valid POST do it: one verb. Its refusal is put on the page, where what was typed stays."""
    back = reverse("admin:transactions_transaction_change", args=[one.pk])
    filled = form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and no is None and filled.is_valid():
        cause = Cause.by_staff(request.user, reason=filled.cleaned_data.get("reason", ""))
        try:
            messages.success(request, do(filled.cleaned_data, cause))
            return HttpResponseRedirect(back)
        except Refusal as refused:
            filled.add_error(None, refused)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "opts": model_admin.opts,
        "original": one,
        "subtitle": f"{one}, {total_of(one)}, {moment_of(one)}",
        "button": button,
        "back": back,
        "no": no,
        "form": filled,
        "media": model_admin.media + filled.media,
    }
    return TemplateResponse(request, "admin/transactions/act.html", context)
