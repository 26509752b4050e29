from django.apps import AppConfig
from django.db.models.signals import post_migrate

from access.roles import make_roles
from access.standing import make_settings
from cxmanager.plain_messages import say_what_a_handle_is
from cxmanager.rest.sentences import speak_plainly


class AccessConfig(AppConfig):
    name = "access"
    verbose_name = "Administration"

    def ready(self) -> None:
        say_what_a_handle_is()
        speak_plainly()
        # Without a sender: roles get their permissions from every app, as each is migrated.
        post_migrate.connect(make_roles, dispatch_uid="access.make_roles")
        post_migrate.connect(make_settings, sender=self, dispatch_uid="access.make_settings")
