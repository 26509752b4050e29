"""The small forms with which staff act on a card, and what their pages have in common."""

from datetime import datetime
from decimal import Decimal

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)
from uuid_utils.compat import uuid7

from earning.amounts import POINTS, in_words
from earning.ledger.balances import live
from earning.models import LoyaltyCard, Program, RewardDefinition, TierDefinition
from profiles.admin.acting import ActForm, back_to, profile_page
from profiles.admin.extending import SeenForm


def amount(label: str, help_text: str, **given) -> forms.DecimalField:
    """A box for points or money. How many decimal places are right is the verb's question."""
    return forms.DecimalField(
        label=label,
        help_text=help_text,
        max_digits=18,
        decimal_places=4,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        **{"min_value": Decimal("0.0001"), "error_messages": {"min_value": "Write an amount above 0."}} | given,
    )


def why(help_text: str) -> forms.CharField:
    return forms.CharField(
        label="Reason",
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text=help_text,
        error_messages={"required": "Say why, so that others understand it later."},
    )


class OnceForm(ActForm):
    """The same form sent twice, by a double click or a reload, acts once: the verb knows the id that it came with."""

    form_id = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, initial={"form_id": uuid7(), **kwargs.pop("initial", {})}, **kwargs)


class AdjustForm(SeenForm):
    direction = forms.ChoiceField(
        label="What to do",
        choices=[("on", "Put on"), ("off", "Take off")],
        initial="on",
        widget=UnfoldAdminRadioSelectWidget,
    )
    points = amount("Points", "Example: 250.")
    reason = why("Why it is put right. Kept with the points and on the timeline; customers do not see it.")
    field_order = ["direction", "points", "reason", "seen"]


class SpendForm(OnceForm):
    points = amount("Points", "What ends first is spent first. Example: 500.")
    field_order = ["points", "reason", "form_id"]


class TransferForm(OnceForm):
    points = amount("Points", "They keep the end that they have. Example: 500.")
    field_order = ["points", "reason", "form_id"]


class PayForm(SeenForm):
    KINDS = [
        ("rewards_points", "Rewards, then points"),
        ("points_rewards", "Points, then rewards"),
        ("rewards", "Rewards only"),
        ("points", "Points only"),
    ]

    amount = amount("Amount", "What the customer pays so. Example: 25.00.")
    currency = forms.ChoiceField(widget=UnfoldAdminSelectWidget)
    kinds = forms.ChoiceField(label="With", choices=KINDS, widget=UnfoldAdminSelectWidget)
    is_strict = forms.BooleanField(
        label="All of it or nothing",
        required=False,
        initial=True,
        widget=UnfoldBooleanSwitchWidget,
        help_text="Switched off, the customer pays as much of it as there is.",
    )
    receipt_ref = forms.CharField(
        label="Receipt",
        required=False,
        max_length=191,
        widget=UnfoldAdminTextInputWidget,
        help_text="Its number, if any.",
    )
    field_order = ["amount", "currency", "kinds", "is_strict", "receipt_ref", "reason", "seen"]

    def __init__(self, *args, currencies: list[str], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(one, one) for one in currencies]
        if len(currencies) == 1:
            self.fields["currency"].widget = forms.HiddenInput()
            self.fields["currency"].initial = currencies[0]


class GiveForm(OnceForm):
    definition = forms.ModelChoiceField(
        queryset=RewardDefinition.objects.none(),
        label="Reward",
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": "Choose the reward.", "invalid_choice": "This reward is no longer given out."},
    )
    value_initial = amount("Worth", "Empty means what the reward is worth. Example: 10.00.", required=False)
    field_order = ["definition", "value_initial", "reason", "form_id"]


class OrderForm(OnceForm):
    definition = forms.ModelChoiceField(
        queryset=RewardDefinition.objects.none(),
        label="Reward",
        error_messages={
            "required": "Choose what the customer takes.",
            "invalid_choice": "This is not in the catalogue.",
        },
    )
    quantity = forms.IntegerField(
        label="How many", min_value=1, max_value=1_000, initial=1, widget=UnfoldAdminIntegerFieldWidget
    )


class TierForm(forms.Form):
    tier = forms.ModelChoiceField(
        queryset=TierDefinition.objects.none(),
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": "Choose the tier."},
    )
    reason = why("Why the customer gets it. Kept on the timeline.")


class StatusForm(forms.Form):
    status = forms.ChoiceField(
        choices=LoyaltyCard.Status,
        widget=UnfoldAdminSelectWidget,
        help_text="A suspended card keeps what is on it, and nothing can be spent. A closed one takes nothing any more.",
    )
    reason = why("Why it changes. Kept on the timeline.")


class OpenForm(ActForm):
    program = forms.ModelChoiceField(
        queryset=Program.objects.none(),
        widget=UnfoldAdminSelectWidget,
        error_messages={"required": "Choose the program."},
    )
    number = forms.CharField(
        required=False, max_length=64, widget=UnfoldAdminTextInputWidget, help_text="Empty: one is given to it."
    )
    field_order = ["program", "number", "reason"]


# --- What all of their pages share --------------------------------------------------------------------------------------


def found_card(request: HttpRequest, object_id: str, permission: str) -> LoyaltyCard:
    """The card, with customer and program, for those who hold the permission."""
    if not request.user.has_perm(permission):
        raise PermissionDenied
    rows = LoyaltyCard.objects.select_related("profile", "program", "tier")
    return get_object_or_404(rows, pk=object_id)


def shared(request: HttpRequest, card: LoyaltyCard) -> dict:
    """What every one of these pages says alike."""
    return {
        "back": back_to(request, profile_page(card.profile)),
        "subtitle": f"{card.profile}, {card.program} {card.number}",
    }


def points_of(card: LoyaltyCard, *, at: datetime) -> Decimal:
    """What can be spent now."""
    return live([card.pk], at=at).get((card.pk, POINTS), {}).get("active", Decimal(0))


def says_points(points: Decimal) -> str:
    return f"The card has {in_words(points, POINTS)}."
