"""What the dashboard says of automation where somebody has to look, and the lists that it leads to."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from access.models import User
from jobs.reporting import reports_for
from profiles.cause import Cause
from reactions.models import Delivery, Reaction, Run, Webhook

pytestmark = pytest.mark.django_db
TITLES = ["Webhooks paused", "Runs given up", "Deliveries parked"]


@pytest.fixture
def troubles(webhook, member, at):
    """One of each, beside one of each that is well or was given up on purpose."""
    Webhook.objects.filter(pk=webhook.pk).update(paused_at=at)
    Webhook.objects.create(trigger="tag.added", url="https://shop.example.com/")
    off = Webhook.objects.create(trigger="tag.removed", url="https://shop.example.com/", is_active=False)
    Webhook.objects.filter(pk=off.pk).update(paused_at=at)
    reaction = Reaction.objects.create(name="Welcome", trigger="tag.added")
    for state in ("parked", "done"):
        event = member.record("tag.added", at=at, cause=Cause(), payload={"tag": state})
        Run.objects.create(reaction=reaction, event=event, profile=member, state=state, next_at=at, created_at=at)
        Delivery.objects.create(webhook=webhook, event=event, state=state, created_at=at)
    Delivery.objects.create(webhook=webhook, is_test=True, state="parked", created_at=at)


def told(user, at) -> dict[str, str]:
    return {one.title: one.value for one in reports_for(user, at=at) if one.title in TITLES}


def test_nothing_is_told_while_all_is_well(manager, webhook, at):
    assert told(manager, at) == {}


def test_each_is_counted_and_leads_to_those_that_are_counted(troubles, manager, at):
    assert told(manager, at) == dict.fromkeys(TITLES, "1")
    client = Client()
    client.force_login(manager)
    for report in reports_for(manager, at=at):
        if report.title in TITLES:
            assert report.needs_attention
            assert len(client.get(report.page).context["cl"].result_list) == 1
    assert all(title in client.get("/admin/").content.decode() for title in TITLES)


def test_counting_ends_somewhere(troubles, manager, at, monkeypatch):
    monkeypatch.setattr("reactions.troubles.MOST_COUNTED", 1)
    assert told(manager, at)["Runs given up"] == "1 or more"


def test_to_nobody_who_may_not_open_the_list(troubles, at):
    user = User.objects.create_user("new@example.com", "correct horse", name="New")
    assert reports_for(user, at=at) == []
    user.user_permissions.add(Permission.objects.get(codename="view_webhook"))
    user = User.objects.get(pk=user.pk)
    assert list(told(user, at)) == ["Webhooks paused"]
    client = Client()
    client.force_login(user)
    page = client.get("/admin/").content.decode()
    assert "Webhooks paused" in page
    assert "No import and no bulk issue is running." not in page
