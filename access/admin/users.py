"""Administration → Users: who signs in, with which roles."""

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import BooleanRadioFilter, RelatedDropdownFilter
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from access.admin.choosing import Choice, ChoiceGroup, GroupedCheckboxes
from access.models import StaffRole, User
from access.recording import Actor, record

LAST_ADMINISTRATOR = "Nobody could manage users any more: this is the last administrator who may sign in."
YOURSELF = "You cannot switch off your own user: ask another administrator."


class RolesMixin(forms.ModelForm):
    """The roles as checkboxes, each with what it is for."""

    groups = forms.ModelMultipleChoiceField(
        StaffRole.objects.all(), required=False, label="Roles", widget=GroupedCheckboxes
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        roles = [Choice(str(role.pk), role.name, role.description) for role in StaffRole.objects.all()]
        self.fields["groups"].widget.groups = [ChoiceGroup("", roles)]


class NewUserForm(RolesMixin, UserCreationForm):
    class Meta:
        model = User
        fields = ["name", "email", "groups", "is_staff", "throttle"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        how = self.fields["usable_password"]
        how.label, how.help_text = "Signs in", "Machine users do not: they have API tokens."
        how.choices = how.widget.choices = [("true", "With a password"), ("false", "Not at all")]

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class ChangedUserForm(RolesMixin, UserChangeForm):
    """`request` is set on the class by the admin, so that the form knows who changes."""

    request: HttpRequest

    class Meta:
        model = User
        fields = ["name", "email", "password", "groups", "is_active", "is_staff", "throttle"]

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def clean(self) -> dict:
        cleaned = super().clean()
        is_active = cleaned.get("is_active", self.instance.is_active)
        if self.instance == self.request.user and not is_active:
            raise ValidationError({"is_active": YOURSELF})
        stays = (
            is_active and cleaned.get("is_staff") and any(role.is_administrator for role in cleaned.get("groups", ()))
        )
        if not stays and User.objects.get(pk=self.instance.pk).is_last_administrator():
            raise ValidationError(LAST_ADMINISTRATOR)
        return cleaned


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    form = ChangedUserForm
    add_form = NewUserForm
    # Django's own says that there is more to fill in afterwards; here there is not.
    add_form_template = "admin/change_form.html"
    change_password_form = AdminPasswordChangeForm
    list_display = ["person", "shown_roles", "shown_state", "tokens", "last_login"]
    list_filter = [("is_active", BooleanRadioFilter), ("groups", RelatedDropdownFilter)]
    list_filter_submit = True
    search_fields = ["name", "email"]
    search_help_text = "Name or e-mail address"
    ordering = ["name", "id"]
    filter_horizontal = []
    actions = ["switch_off", "switch_on"]
    readonly_fields = ["last_login", "created_at"]
    fieldsets = [
        (None, {"fields": ["name", "email", "password"]}),
        ("What they may do", {"fields": ["groups"]}),
        ("Signing in", {"fields": ["is_active", "is_staff", "throttle", "last_login", "created_at"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["name", "email", "usable_password", "password1", "password2"]}),
        ("What they may do", {"fields": ["groups"]}),
        ("Signing in", {"fields": ["is_staff", "throttle"]}),
    ]

    class Media:
        css = {"all": ["cxmanager/access.css"]}

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).prefetch_related("groups", "api_tokens")

    def get_form(self, request: HttpRequest, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        return type(form.__name__, (form,), {"request": request})

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        if obj is not None and (obj == request.user or obj.is_last_administrator()):
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict:
        """Users are deleted one by one, on a page that says what goes with them."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions if self.has_change_permission(request) else {}

    # --- The list -----------------------------------------------------------------------------------------------------

    @display(description="Name", header=True, ordering="name")
    def person(self, user: User) -> list:
        initials = "".join(word[0] for word in user.name.split()[:2]).upper() or "?"
        return [user.name, user.email, initials]

    @display(description="Roles")
    def shown_roles(self, user: User) -> str:
        if user.is_superuser:
            return "Everything (superuser)"
        return ", ".join(user.role_names()) or "None"

    @display(description="State", label={"May sign in": "success", "Switched off": "danger", "Machine": "info"})
    def shown_state(self, user: User) -> str:
        if not user.is_active:
            return "Switched off"
        return "May sign in" if user.is_staff and user.has_usable_password() else "Machine"

    @display(description="API tokens")
    def tokens(self, user: User):
        count = sum(not token.is_revoked for token in user.api_tokens.all())
        if not count:
            return "None"
        url = f"{reverse('admin:access_apitoken_changelist')}?user__id__exact={user.pk}"
        return format_html('<a class="cx-link" href="{}">{}</a>', url, count)

    # --- Changes ------------------------------------------------------------------------------------------------------

    def save_model(self, request: HttpRequest, user: User, form, change: bool) -> None:
        form.before = User.objects.get(pk=user.pk).as_recorded() if change else {}
        super().save_model(request, user, form, change)

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        """The roles are saved here, so only now is it known what changed."""
        super().save_related(request, form, formsets, change)
        user = User.objects.get(pk=form.instance.pk)
        changes = user.differences_from(form.before)
        if changes:
            self._record(request, "user.updated" if change else "user.created", user, changes)

    def delete_model(self, request: HttpRequest, user: User) -> None:
        self._record(request, "user.deleted", user, {"email": [user.email, None]})
        super().delete_model(request, user)

    def log_change(self, request: HttpRequest, user: User, message):
        """Django's page for passwords saves by itself and comes past here alone."""
        if request.resolver_match.url_name == "auth_user_password_change":
            self._record(request, "user.updated", user, user.differences_from(user.as_recorded(), is_password_set=True))
        return super().log_change(request, user, message)

    @staticmethod
    def _record(request: HttpRequest, name: str, user: User, changes: dict) -> None:
        record(name, user, at=timezone.now(), actor=Actor.of(request), changes=changes)

    @admin.action(description="Switch off", permissions=["change"])
    def switch_off(self, request: HttpRequest, users) -> None:
        with transaction.atomic():
            for user in users:
                if user == request.user:
                    self.message_user(request, YOURSELF, messages.WARNING)
                elif user.is_last_administrator():
                    self.message_user(request, f"{user}: {LAST_ADMINISTRATOR}", messages.WARNING)
                elif user.is_active:
                    self._switch(request, user, is_active=False)
                    self.message_user(request, f"{user} can no longer sign in, and their tokens have stopped working.")

    @admin.action(description="Let sign in again", permissions=["change"])
    def switch_on(self, request: HttpRequest, users) -> None:
        with transaction.atomic():
            for user in users:
                if not user.is_active:
                    self._switch(request, user, is_active=True)
                    self.message_user(request, f"{user} may sign in again.")

    def _switch(self, request: HttpRequest, user: User, *, is_active: bool) -> None:
        user.is_active = is_active
        user.save(update_fields=["is_active", "updated_at"])
        self._record(request, "user.updated", user, {"is_active": [not is_active, is_active]})
