"""From a change over the API to the receiver, through the outbox and the worker's own rounds."""

import pytest

from jobs.working import work
from reactions.models import Delivery


@pytest.mark.django_db(transaction=True)
def test_a_change_over_the_api_reaches_the_receiver(api, webhook, member, receiver):
    answer = api.put(f"/api/v3/profiles/{member.pk}", {"last_name": "Neumann"}, format="json")
    assert answer.status_code == 200
    assert receiver.heard == []
    work(should_stop=lambda: False, once=True)
    assert [body["last_name"] for body in receiver.bodies] == ["Neumann"]
    row = Delivery.objects.get()
    assert (row.state, row.profile) == ("delivered", member)
    work(should_stop=lambda: False, once=True)
    assert len(receiver.heard) == 1
