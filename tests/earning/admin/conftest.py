import pytest
from django.test import Client


@pytest.fixture
def browser(as_manager) -> Client:
    """Mona sets the programme up."""
    return as_manager
