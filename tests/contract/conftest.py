import pytest
from django.test import Client


@pytest.fixture(scope="session")
def document(django_db_setup, django_db_blocker) -> dict:
    """The OpenAPI document as it is served."""
    with django_db_blocker.unblock():
        return Client().get("/api/schema").json()
