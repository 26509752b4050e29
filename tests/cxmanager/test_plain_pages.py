from datetime import date

import pytest
from django import forms
from django.core.exceptions import ValidationError
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


@pytest.mark.parametrize("written", ["2026-06-05", "5 Jun 2026", "5 June 2026"])
def test_dates_are_read_as_they_are_written(written):
    assert forms.DateField().clean(written) == date(2026, 6, 5)
    assert forms.DateTimeField().clean(f"{written} 18:00").day == 5


def test_a_date_that_may_be_two_is_not_read():
    with pytest.raises(ValidationError):
        forms.DateField().clean("05/06/2026")
