"""Events that were not handled, as the one reads them who has to see to the reason."""

import pytest
from django.test import Client
from django.urls import reverse

from access.roles import Role
from profiles.models import Event, Unheard
from profiles.models.unheard import MOST_ATTEMPTS
from tests.conftest import person


@pytest.fixture
def parked(member, at) -> Unheard:
    return Unheard.objects.create(
        event=Event.objects.get(),
        handler="reactions.webhooks",
        attempts=MOST_ATTEMPTS,
        error="ValueError: <b>No.</b>",
        next_at=at,
        is_parked=True,
        created_at=at,
    )


def client_of(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def again(client: Client, row: Unheard):
    data = {"action": "try_again_selected", "_selected_action": [row.pk]}
    return client.post(reverse("admin:profiles_unheard_changelist"), data, follow=True)


def test_the_list_says_what_failed_where_and_why(manager, parked):
    page = client_of(manager).get(reverse("admin:profiles_unheard_changelist")).content.decode()
    for said in ["reactions.webhooks", "ValueError: &lt;b&gt;No.&lt;/b&gt;", "Maria Membrino", "Parked"]:
        assert said in page


def test_its_page_says_that_nothing_happens_by_itself(manager, parked):
    page = client_of(manager).get(reverse("admin:profiles_unheard_change", args=[parked.pk])).content.decode()
    assert "None: after 10 attempts it waits for somebody to look." in page


@pytest.mark.parametrize(("wanted", "count"), [({"parked": "1"}, 1), ({"parked": "0"}, 0), ({"handler": "other"}, 0)])
def test_is_narrowed(manager, parked, wanted, count):
    listed = client_of(manager).get(reverse("admin:profiles_unheard_changelist"), wanted)
    assert listed.context["cl"].result_count == count


def test_is_tried_again_when_somebody_says_so(manager, parked):
    page = again(client_of(manager), parked)

    parked.refresh_from_db()
    assert (parked.is_parked, parked.attempts) == (False, 0)
    assert "1 is tried again now." in page.content.decode()


def test_not_by_those_who_only_read(parked):
    again(client_of(person("Anna", Role.ANALYST)), parked)

    parked.refresh_from_db()
    assert parked.is_parked


def test_background_work_leads_there(manager, parked):
    page = client_of(manager).get(reverse("admin:jobs_job_changelist")).content.decode()
    assert reverse("admin:profiles_unheard_changelist") in page
    assert "Events to hand out" in page
