import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from access.models import User
from access.roles import Role


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_clerk(clerk) -> Client:
    """Clara at the back office."""
    return signed_in(clerk)


@pytest.fixture
def as_manager(manager) -> Client:
    """Mona at the back office."""
    return signed_in(manager)


@pytest.fixture
def as_analyst(db) -> Client:
    """Somebody who may read everything and change nothing."""
    user = User.objects.create_user("ana@example.com", "correct horse", name="Ana")
    user.groups.add(Group.objects.get(name=Role.ANALYST))
    return signed_in(user)


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
