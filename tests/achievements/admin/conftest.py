import pytest
from django.test import Client

from access.roles import Role


@pytest.fixture
def analyst(db):
    from django.contrib.auth.models import Group

    from access.models import User

    user = User.objects.create_user("anna@example.com", "correct horse", name="Anna")
    user.groups.add(Group.objects.get(name=Role.ANALYST))
    return user


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def as_clerk(clerk) -> Client:
    return signed_in(clerk)


@pytest.fixture
def as_manager(manager) -> Client:
    return signed_in(manager)


@pytest.fixture
def as_analyst(analyst) -> Client:
    return signed_in(analyst)
