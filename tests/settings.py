"""The product's settings, made strict and quick for tests. `TEST_DATABASE_URL` chooses the database; default SQLite."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "only-for-tests")

from cxmanager.settings import *  # noqa: F403
from cxmanager.settings import MIDDLEWARE, TEMPLATES, env
from tests.undefined import LoudWhenOurs

_ROOM = Path(tempfile.mkdtemp(prefix="cxmanager-tests-"))

DATABASES = {"default": env.db("TEST_DATABASE_URL", default=f"sqlite:///{_ROOM / 'tests.sqlite3'}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE", "timeout": 20}
    # In memory, threads of a live server would find "table is locked".
    DATABASES["default"]["TEST"] = {"NAME": str(_ROOM / "tests.sqlite3")}
else:
    # From the first time on, so that every statement is tried as the server prepares it.
    DATABASES["default"]["OPTIONS"] = {"prepare_threshold": 0}

# The test runner serves static files itself; this would read them all anew for every client.
MIDDLEWARE.remove("whitenoise.middleware.WhiteNoiseMiddleware")

TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = LoudWhenOurs()

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = _ROOM / "media"
PRIVATE_ROOT = _ROOM / "private"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(PRIVATE_ROOT)}},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
TIME_ZONE = "UTC"
DEFAULT_COUNTRY = "AU"
REDEMPTION_REVERSAL_MINUTES = 10
AXES_ENABLED = False
# Tests that want a broker start workers of their own on it.
CELERY_BROKER_URL = ""
