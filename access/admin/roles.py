"""Administration → Roles: what the holders of a role may see and do."""

from pathlib import Path

from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.contrib.auth.models import Permission
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst
from unfold.admin import ModelAdmin
from unfold.decorators import display

from access.admin.choosing import Choice, ChoiceGroup, GroupedCheckboxes
from access.models import StaffRole
from access.recording import Actor, differences, record

USUAL = {"view": "See", "add": "Add", "change": "Change", "delete": "Delete"}
BUILT_IN = (
    "This is one of the five built-in roles. You may give it more; what it has from the start comes back with the next "
    "update of the software. To give less, make a role of your own."
)


def offered_permissions() -> QuerySet:
    """The permissions of this product's own pages, not those of the machinery below it or of histories."""
    root = str(Path(settings.BASE_DIR))
    own = [app.label for app in apps.get_app_configs() if app.path.startswith(root) and "site-packages" not in app.path]
    # Of models that had more permissions once, the database keeps them all.
    declared = {
        codename
        for label in own
        for model in apps.get_app_config(label).get_models()
        for codename in codenames_of(model)
    }
    rows = Permission.objects.filter(content_type__app_label__in=own, codename__in=declared).exclude(
        content_type__model__startswith="historical"
    )
    return rows.select_related("content_type").order_by("content_type__app_label", "content_type__model", "pk")


def codenames_of(model) -> list[str]:
    """The codenames of the model's permissions."""
    usual = [get_permission_codename(verb, model._meta) for verb in model._meta.default_permissions]
    return usual + [codename for codename, _ in model._meta.permissions]


def grouped(permissions) -> list[ChoiceGroup]:
    """A box for each app, a row for each kind of thing: seeing, adding, changing, deleting, then what is particular to it."""
    boxes: dict[str, dict[str, list[tuple[int, Choice]]]] = {}
    for permission in permissions:
        model = permission.content_type.model_class()
        if model is not None:
            rows = boxes.setdefault(str(model._meta.app_config.verbose_name), {})
            row = rows.setdefault(capfirst(model._meta.verbose_name_plural), [])
            row.append(as_choice(permission, model._meta.model_name))
    return [
        ChoiceGroup(title, rows=[ChoiceGroup(name, in_order(choices)) for name, choices in sorted(rows.items())])
        for title, rows in sorted(boxes.items())
    ]


def in_order(choices: list[tuple[int, Choice]]) -> list[Choice]:
    return [choice for _, choice in sorted(choices, key=lambda pair: pair[0])]


def as_choice(permission: Permission, model_name: str) -> tuple[int, Choice]:
    """(place in the group, checkbox)."""
    verb = permission.codename.removesuffix(f"_{model_name}")
    if verb in USUAL:
        return list(USUAL).index(verb), Choice(str(permission.pk), USUAL[verb])
    return len(USUAL), Choice(str(permission.pk), capfirst(permission.name.removeprefix("Can ")))


class RoleForm(forms.ModelForm):
    permissions = forms.ModelMultipleChoiceField(Permission.objects.none(), required=False, widget=GroupedCheckboxes)

    class Meta:
        model = StaffRole
        fields = ["name", "permissions"]
        error_messages = {"name": {"unique": "Another role has this name."}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offered = offered_permissions()
        self.fields["permissions"].queryset = offered
        self.fields["permissions"].widget.groups = grouped(offered)
        if "name" in self.fields:
            self.fields["name"].help_text = "Example: Customer service."

    def clean_permissions(self) -> list[Permission]:
        """What is not offered here stays as it is."""
        kept = self.instance.permissions.exclude(pk__in=offered_permissions().values("pk")) if self.instance.pk else []
        return [*self.cleaned_data["permissions"], *kept]


@admin.register(StaffRole)
class StaffRoleAdmin(ModelAdmin):
    form = RoleForm
    list_display = ["name", "shown_description", "people"]
    search_fields = ["name"]
    ordering = ["id"]

    class Media:
        css = {"all": ["cxmanager/access.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(user_count=Count("user"))

    def get_fieldsets(self, request: HttpRequest, obj: StaffRole | None = None):
        about = f"{obj.description} {BUILT_IN}" if obj is not None and obj.is_built_in else ""
        return [(None, {"fields": ["name"], "description": about}), ("What it allows", {"fields": ["permissions"]})]

    def get_readonly_fields(self, request: HttpRequest, obj: StaffRole | None = None) -> list[str]:
        """The product looks for its own roles by their names."""
        return ["name"] if obj is not None and obj.is_built_in else []

    def has_delete_permission(self, request: HttpRequest, obj: StaffRole | None = None) -> bool:
        if obj is not None and obj.is_built_in:
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict:
        """Roles are deleted one by one: the built-in ones never."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    @display(description="What it is for")
    def shown_description(self, role: StaffRole) -> str:
        return role.description

    @display(description="Users", ordering="user_count")
    def people(self, role: StaffRole):
        url = f"{reverse('admin:access_user_changelist')}?groups__id__exact={role.pk}"
        return format_html('<a class="cx-link" href="{}">{}</a>', url, role.user_count) if role.user_count else "None"

    def save_model(self, request: HttpRequest, role: StaffRole, form, change: bool) -> None:
        form.before = as_recorded(StaffRole.objects.get(pk=role.pk)) if change else {}
        super().save_model(request, role, form, change)

    def save_related(self, request: HttpRequest, form, formsets, change: bool) -> None:
        """The permissions are saved here, so only now is it known what changed."""
        super().save_related(request, form, formsets, change)
        changes = differences(form.before, as_recorded(form.instance))
        if changes:
            self._record(request, "role.updated" if change else "role.created", form.instance, changes)

    def delete_model(self, request: HttpRequest, role: StaffRole) -> None:
        self._record(request, "role.deleted", role, {"name": [role.name, None]})
        super().delete_model(request, role)

    @staticmethod
    def _record(request: HttpRequest, name: str, role: StaffRole, changes: dict) -> None:
        record(name, role, at=timezone.now(), actor=Actor.of(request), changes=changes)


def as_recorded(role: StaffRole) -> dict:
    """What the audit trail compares."""
    held = role.permissions.order_by("codename").values_list("codename", flat=True)
    return {"name": role.name, "permissions": list(held)}
