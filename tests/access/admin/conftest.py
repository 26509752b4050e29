import pytest
from django.test import Client

from access.models import User
from access.roles import Role
from tests.conftest import person


@pytest.fixture
def administrator(db) -> User:
    return person("Ada", Role.ADMINISTRATOR)


@pytest.fixture
def office(administrator) -> Client:
    """The administrator's browser."""
    client = Client()
    client.force_login(administrator)
    return client
