"""The product's settings, its database and pool, without its middleware and pages."""

from cxmanager.settings import *  # noqa: F403

MIDDLEWARE = []
ROOT_URLCONF = "bench.bare_urls"
