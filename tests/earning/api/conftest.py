import pytest
from rest_framework.test import APIClient

from access.models import ApiToken
from profiles.member_tokens import signed


@pytest.fixture
def scoped(manager, at):
    """scoped("CRUD-points") is a client whose token may do no more than that."""

    def client(*scopes: str) -> APIClient:
        far = at.replace(year=2100)
        secret = ApiToken.objects.issue(name="Shop", user=manager, scopes=list(scopes), at=at, expires_at=far)[1]
        return APIClient(headers={"Authorization": f"Bearer {secret}"})

    return client


@pytest.fixture
def maria(member) -> APIClient:
    """The member's own app."""
    from django.utils.timezone import now

    return APIClient(headers={"Authorization": f"Bearer {signed(member, at=now())[0]}"})
