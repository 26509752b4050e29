"""What stands on every installation: a default program, whose card every customer gets."""

from django.apps import AppConfig
from django.apps import apps as current_apps
from django.conf import settings

HANDLE = "default"


def make_default_program(*, app_config: AppConfig, using: str, apps=current_apps, **_) -> None:
    """Receiver of post_migrate: make it where no program is the default. It has the currency and the zone of the installation."""
    try:
        programs = apps.get_model("earning", "Program").objects.using(using)
        currency = apps.get_model("access", "Setting").objects.using(using).filter(handle="currency").first()
    except LookupError:
        return
    if programs.filter(is_default=True).exists():
        return
    given = {
        "name": "Loyalty",
        "is_default": True,
        "timezone": settings.TIME_ZONE,
        "currency": currency.value if currency is not None else settings.DEFAULT_CURRENCY,
    }
    programs.update_or_create(handle=HANDLE, defaults={"is_default": True}, create_defaults=given)
