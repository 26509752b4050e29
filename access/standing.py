"""The settings that stand on every installation: Omneo's clients expect `currency` to be there."""

import secrets

from django.apps import AppConfig
from django.apps import apps as current_apps
from django.conf import settings

CURRENCY = {"type": "string", "is_environment": False}
REQUEST_KEY = {"type": "string", "is_environment": True}


def make_settings(*, app_config: AppConfig, using: str, apps=current_apps, **_) -> None:
    """Receiver of post_migrate: make what is not there yet; what was changed stays."""
    try:
        model = apps.get_model("access", "Setting")
    except LookupError:
        return
    rows = model.objects.using(using)
    rows.get_or_create(handle="currency", defaults=CURRENCY | {"value": settings.DEFAULT_CURRENCY})
    rows.get_or_create(handle="app.request_key", defaults=REQUEST_KEY | {"value": secrets.token_hex(16)})
