import pytest
from django.test import Client
from django.urls import reverse
from django.utils import formats


@pytest.mark.django_db
def test_a_page_for_another_role_says_so_and_leads_back(client, clerk):
    client.force_login(clerk)

    response = client.get(reverse("admin:benefits_benefitdefinition_changelist"))

    assert response.status_code == 403
    assert "This page is not for your role." in response.content.decode()
    assert reverse("admin:index") in response.content.decode()


@pytest.mark.django_db
def test_an_address_that_leads_nowhere_says_so(client, clerk):
    client.force_login(clerk)

    response = client.get("/nowhere/")

    assert response.status_code == 404
    assert "There is no such page." in response.content.decode()


@pytest.mark.django_db
def test_dates_read_alike_everywhere(at):
    assert formats.date_format(at, "DATETIME_FORMAT") == "1 May 2026, 12:00"


@pytest.mark.django_db
def test_a_write_to_nowhere_under_api_is_refused_in_json():
    response = Client(enforce_csrf_checks=True).post("/api/v3/nonsense", {"a": 1}, content_type="application/json")

    assert (response.status_code, response.json()) == (404, {"message": "Not Found"})
