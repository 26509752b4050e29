from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from access.models import ApiToken


@pytest.fixture
def caller(clerk, at):
    """caller("read-tags", …): a client whose token, the clerk's, holds just these scopes."""

    def make(*scopes: str, user=clerk) -> APIClient:
        ends = at + timedelta(days=36_500)
        _, secret = ApiToken.objects.issue(name="Scoped", user=user, scopes=list(scopes), at=at, expires_at=ends)
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return make
