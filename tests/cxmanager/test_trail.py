"""The trail on top of every page: where one is, in the sidebar's words."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from access.roles import Role
from cxmanager import paginating
from profiles.cause import Cause
from tests.conftest import person


@pytest.fixture
def as_administrator(db) -> Client:
    client = Client()
    client.force_login(person("Ada", Role.ADMINISTRATOR))
    return client


def trail(client: Client, address: str) -> str:
    """The page's heading, as it reads."""
    page = client.get(address).content.decode()
    heading = re.search(r'<h1 class="cx-trail.*?</h1>', page, re.DOTALL)[0]
    parts = [re.sub(r"\s+", " ", one).strip() for one in re.findall(r">([^<]*)<", heading)]
    return " › ".join(part for part in parts if part)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("profiles_profile_changelist", "Customers › Profiles"),
        ("benefits_benefit_changelist", "Incentives › Benefits"),
        ("benefits_benefit_import", "Incentives › Benefits › Import"),
        ("benefits_benefitdefinition_add", "Settings › Benefit definitions › Add benefit definition"),
        ("earning_adjustment_approvals", "Incentives › Approvals"),
        ("profiles_event_changelist", "Administration › Audit"),
        ("jobs_job_changelist", "Administration › Background work"),
        ("index", "Customers › Dashboard"),
    ],
)
def test_names_section_and_page_as_the_sidebar_does(as_administrator, page, expected):
    assert trail(as_administrator, reverse(f"admin:{page}")) == expected


def test_leaves_names_of_things_as_they_are(as_administrator, member, at):
    member.change(at=at, cause=Cause(), first_name="van", last_name="Dyck")

    address = reverse("admin:profiles_profile_change", args=[member.pk])

    assert trail(as_administrator, address) == "Customers › Profiles › van Dyck"


def test_counts_what_was_found_only_where_something_was_asked(as_administrator, member, other_member):
    address = reverse("admin:profiles_profile_changelist")

    assert trail(as_administrator, address) == "Customers › Profiles"
    assert trail(as_administrator, f"{address}?contact=email").startswith("Customers › Profiles › 2 results")


def test_says_when_more_was_found_than_pages_show(as_administrator, member, other_member, monkeypatch):
    monkeypatch.setattr(paginating, "PAGED_UP_TO", 1)
    address = f"{reverse('admin:profiles_profile_changelist')}?contact=email"
    assert trail(as_administrator, address).startswith("Customers › Profiles › More than 10,000 results")
