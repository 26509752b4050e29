"""The door of the production server: `granian --interface wsgi cxmanager.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cxmanager.settings")
application = get_wsgi_application()
