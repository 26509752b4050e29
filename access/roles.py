"""The five roles (behaviour.md 1) as groups, given their permissions after every migrate.

Each app says what the roles may do with its models, in its own `roles.py`: `GRANTS = {Role.STORE_STAFF: ["view_benefit"]}`,
with `*` as a wildcard. What an administrator adds to a role by hand stays; what is declared comes back. To give less, make
a role of your own.
"""

from enum import StrEnum
from fnmatch import fnmatchcase
from importlib import import_module

from django.apps import AppConfig
from django.apps import apps as current_apps
from django.utils.module_loading import module_has_submodule


class Role(StrEnum):
    """In the order in which they are made: Omneo's clients expect that a role with id 1 exists."""

    ADMINISTRATOR = "Administrator"
    PROGRAM_MANAGER = "Program manager"
    STORE_STAFF = "Store staff"
    ANALYST = "Analyst"
    INTEGRATION = "Integration"


DESCRIPTIONS = {
    Role.ADMINISTRATOR: "Everything, and alone: users, roles, API tokens, the programme's settings and the audit trail.",
    Role.PROGRAM_MANAGER: "Sets up what customers can get, imports them, and sees everything but users and tokens.",
    Role.STORE_STAFF: "Looks customers up at the counter and gives, redeems and extends their benefits. No Settings.",
    Role.ANALYST: "Reads lists, the dashboard and exports. Changes nothing.",
    Role.INTEGRATION: "For the machine users of tills and shops: no pages at all. What they may do is said by the scopes of their tokens.",
}
WEIGHTS = {role: 10 * (len(Role) - place) for place, role in enumerate(Role)}
OWN_ROLE = "A role of your own."


def make_roles(*, app_config: AppConfig, using: str, apps=current_apps, **_) -> None:
    """Receiver of post_migrate: give the roles what this app grants. Administrators get everything of every app."""
    try:
        group_model = apps.get_model("auth", "Group")
        permission_model = apps.get_model("auth", "Permission")
    except LookupError:
        return
    groups = {role: group_model.objects.using(using).get_or_create(name=role.value)[0] for role in Role}
    granted = {Role.ADMINISTRATOR: ["*"]} | grants_of(app_config)
    permissions = permission_model.objects.using(using).filter(content_type__app_label=app_config.label)
    for role, patterns in granted.items():
        wanted = [one for one in permissions if any(fnmatchcase(one.codename, pattern) for pattern in patterns)]
        groups[role].permissions.add(*wanted)


def grants_of(app_config: AppConfig) -> dict[Role, list[str]]:
    """What an app declares in its `roles.py`, if it has one."""
    if app_config.module is None or not module_has_submodule(app_config.module, "roles"):
        return {}
    return getattr(import_module(f"{app_config.name}.roles"), "GRANTS", {})
