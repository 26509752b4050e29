import pytest
from django.urls import reverse


@pytest.fixture
def page(member) -> str:
    """The address of the member's page."""
    return reverse("admin:profiles_profile_change", args=[member.pk])


@pytest.fixture
def address(member):
    """The address of something that is done from the member's page: address("erase")."""

    def of(name: str, *args) -> str:
        return reverse(f"admin:profiles_profile_{name}", args=[member.pk, *args])

    return of
