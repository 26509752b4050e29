"""Administration: who may come in, what they may do there, and the programme's settings."""

from django.contrib import admin
from django.contrib.auth.models import Group

from access.admin import roles, settings, tokens, users  # noqa: F401

# Roles stand under Administration with words of our own.
admin.site.unregister(Group)
