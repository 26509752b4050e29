"""The door of the production server: `granian --interface wsgi cxmanager.wsgi:application`."""

import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from cxmanager.collecting import spare_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxmanager.settings")
application = get_wsgi_application()
# All that requests need, before the first one comes.
import_module(settings.ROOT_URLCONF)
spare_what_is_loaded()
