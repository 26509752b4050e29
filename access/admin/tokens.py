"""Administration → API tokens: made with a purpose, shown once, revoked when it ends."""

import re
from datetime import timedelta

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html_join
from django.views.decorators.cache import never_cache
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import BooleanRadioFilter, RelatedDropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from access.admin.choosing import Choice, ChoiceGroup, GroupedCheckboxes
from access.machines import machine_user
from access.models import ApiToken, User
from access.models.token import new_token_id
from access.recording import Actor
from access.scopes import DORMANT, GROUPS, SCOPES

LIFETIMES = {"30": "30 days", "90": "90 days", "365": "One year", "1095": "Three years"}
TOKEN_ID = re.compile(r"[0-9a-f]{80}\Z")
DORMANT_ABOUT = "Omneo's other scopes. They are accepted, but no part of this server asks for them yet."


def scope_groups() -> list[ChoiceGroup]:
    groups = [
        ChoiceGroup(title, [Choice(scope, scope, about, is_code=True) for scope, about in scopes.items()])
        for title, scopes in GROUPS.items()
    ]
    others = [Choice(scope, scope, is_code=True) for scope in DORMANT]
    return [*groups, ChoiceGroup("Others", others, DORMANT_ABOUT, is_folded=True)]


class NewTokenForm(forms.ModelForm):
    """`id` is made with the page, so that a form sent twice cannot make two tokens."""

    id = forms.CharField(widget=forms.HiddenInput, label="")
    user = forms.ModelChoiceField(
        User.objects.filter(is_active=True),
        required=False,
        empty_label="A machine user of its own",
        widget=UnfoldAdminSelectWidget,
        help_text="What is done with the token is recorded in this user's name, and ends with them. A machine user is best for a till or a shop.",
    )
    lifetime = forms.ChoiceField(
        choices=LIFETIMES.items(),
        initial="365",
        widget=UnfoldAdminSelectWidget,
        help_text="It stops by itself after that.",
    )
    scopes = forms.MultipleChoiceField(
        choices=[(scope, scope) for scope in SCOPES],
        widget=GroupedCheckboxes,
        label="What it may do",
        error_messages={"required": "Tick at least one."},
    )

    class Meta:
        model = ApiToken
        fields = ["name", "user", "scopes"]
        widgets = {"name": UnfoldAdminTextInputWidget}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["id"].initial = new_token_id
        self.fields["scopes"].widget.groups = scope_groups()

    def clean_id(self) -> str:
        token_id = self.cleaned_data["id"]
        if not TOKEN_ID.match(token_id):
            raise forms.ValidationError("Open the page anew and fill it in again.")
        if ApiToken.objects.filter(pk=token_id).exists():
            raise forms.ValidationError(
                "This token was made already, and its secret was shown. Open the page anew for another."
            )
        return token_id

    def _post_clean(self) -> None:
        """The row is made by `ApiToken.objects.issue`, which cleans it."""


@admin.register(ApiToken)
class ApiTokenAdmin(ModelAdmin):
    list_display = ["name", "user", "shown_prefix", "shown_scopes", "last_used_at", "expires_at", "shown_state"]
    list_filter = [("is_revoked", BooleanRadioFilter), ("user", RelatedDropdownFilter)]
    list_filter_submit = True
    list_select_related = ["user"]
    search_fields = ["name", "prefix", "user__name", "user__email"]
    search_help_text = "Name, beginning of the secret, or user"
    actions = ["revoke_selected"]
    fields = [
        *["name", "user", "shown_prefix", "shown_state", "all_scopes"],
        *["created_at", "expires_at", "last_used_at"],
    ]
    readonly_fields = fields
    actions_detail = ["revoke"]

    class Media:
        css = {"all": ["cxmanager/access.css"]}

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        """A token is made and revoked, never changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        """Revoked tokens stay on record; they go with their user."""
        return request.resolver_match is not None and request.resolver_match.url_name == "access_user_delete"

    # --- The list -----------------------------------------------------------------------------------------------------

    @display(description="Begins with")
    def shown_prefix(self, token: ApiToken) -> str:
        return f"{token.prefix}…"

    @display(description="May do")
    def shown_scopes(self, token: ApiToken) -> str:
        first = ", ".join(token.scopes[:2])
        return f"{first} and {len(token.scopes) - 2} more" if len(token.scopes) > 2 else first

    @display(description="May do")
    def all_scopes(self, token: ApiToken):
        chips = format_html_join("", '<code class="cx-chip">{}</code>', ((scope,) for scope in token.scopes))
        return format_html_join("", '<span class="cx-codes">{}</span>', [(chips,)])

    @display(
        description="State", label={"Works": "success", "Ended": "warning", "Revoked": "danger", "User off": "warning"}
    )
    def shown_state(self, token: ApiToken) -> str:
        if token.is_revoked:
            return "Revoked"
        if token.expires_at <= timezone.now():
            return "Ended"
        return "Works" if token.user.is_active else "User off"

    # --- Making -------------------------------------------------------------------------------------------------------

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: dict | None = None) -> HttpResponse:
        """One button only: what follows is the page with the secret."""
        only_save = {"show_save_and_add_another": False, "show_save_and_continue": False}
        return super().add_view(request, form_url, (extra_context or {}) | only_save)

    def get_form(self, request: HttpRequest, obj=None, change: bool = False, **kwargs):
        return super().get_form(request, obj, change, **kwargs) if change else NewTokenForm

    def get_fieldsets(self, request: HttpRequest, obj=None):
        if obj is not None:
            return super().get_fieldsets(request, obj)
        return [
            (None, {"fields": ["id", "name", "user", "lifetime"]}),
            ("What it may do", {"fields": ["scopes"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj=None) -> list[str]:
        return self.readonly_fields if obj is not None else []

    def save_form(self, request: HttpRequest, form, change: bool) -> ApiToken:
        return form.instance

    def save_model(self, request: HttpRequest, token: ApiToken, form, change: bool) -> None:
        wish, at = form.cleaned_data, timezone.now()
        made, request.new_secret = ApiToken.objects.issue(
            id=wish["id"],
            name=wish["name"],
            user=wish["user"] or machine_user(wish["name"]),
            scopes=wish["scopes"],
            at=at,
            expires_at=at + timedelta(days=int(wish["lifetime"])),
            actor=Actor.of(request),
        )
        form.instance = token.__class__.objects.get(pk=made.pk)
        token.__dict__.update(made.__dict__)

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        """There is nothing beside the row."""

    def response_add(self, request: HttpRequest, token: ApiToken, post_url_continue=None) -> HttpResponse:
        """The one page that shows the secret. It is the answer itself: nothing is kept to be shown later."""
        context = {
            **self.admin_site.each_context(request),
            "title": "Copy the token now",
            "opts": self.opts,
            "original": token,
            "secret": request.new_secret,
            "media": self.media,
        }
        return never_cache(lambda request: TemplateResponse(request, "admin/access/secret.html", context))(request)

    # --- Revoking -----------------------------------------------------------------------------------------------------

    def has_revoke_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm("access.change_apitoken")

    def get_actions_detail(self, request: HttpRequest, object_id) -> list:
        is_working = ApiToken.objects.filter(pk=object_id, is_revoked=False).exists()
        return super().get_actions_detail(request, object_id) if is_working else []

    @action(description="Revoke", icon="key_off", permissions=["revoke"], variant=ActionVariant.DANGER)
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask, then stop the token."""
        token = get_object_or_404(ApiToken.objects.select_related("user"), pk=object_id)
        back = reverse("admin:access_apitoken_change", args=[token.pk])
        if request.method == "POST":
            token.revoke(at=timezone.now(), actor=Actor.of(request))
            self.message_user(request, f"“{token.name}” has stopped working.")
            return HttpResponseRedirect(back)
        context = {**self.admin_site.each_context(request), "title": f"Revoke “{token.name}”?", "opts": self.opts}
        return TemplateResponse(request, "admin/access/revoke.html", context | {"original": token, "back": back})

    @admin.action(description="Revoke", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, tokens) -> None:
        working = [token for token in tokens if not token.is_revoked]
        with transaction.atomic():
            for token in working:
                token.revoke(at=timezone.now(), actor=Actor.of(request))
        if working:
            self.message_user(request, f"{', '.join(token.name for token in working)}: no longer works.")
        else:
            self.message_user(request, "All of these were revoked before.", messages.WARNING)
