"""An address that names no row, however mistyped, is answered with “not found” or the way back, and never with an error."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse

from access.models import User


def addresses() -> list[str]:
    """The names of all pages of the back office of which the address holds one text, such as a row's key."""
    found = []
    for resolver in admin.site.urls[0]:
        for one in getattr(resolver, "url_patterns", []):
            if isinstance(one, URLPattern) and one.name and list(one.pattern.converters) == ["object_id"]:
                found.append(f"admin:{one.name}")
    return sorted(set(found))


@pytest.fixture
def browser(db) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.create_superuser("root@example.com", password="x", name="Root"))
    return client


def test_there_are_some():
    assert "admin:earning_credit_block" in addresses()


@pytest.mark.parametrize("key", ["x", "1/versions", "9" * 30, "99999999"])
def test_no_such_row_is_no_error(browser, key):
    troubles = []
    for name in addresses():
        try:
            address = reverse(name, args=[key])
        except NoReverseMatch:
            # Its converter takes no such key.
            continue
        if browser.get(address).status_code not in (302, 403, 404, 405):
            troubles.append(address)
    assert troubles == []
