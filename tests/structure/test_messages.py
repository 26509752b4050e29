"""Whatever page says that something was done says it in plain words."""

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.contrib.messages.storage import default_storage
from django.test import RequestFactory
from django.urls import reverse
from django.utils.html import format_html

from access.models import User


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_no_page_says_successfully(model):
    request = RequestFactory().get("/")
    request.session = {}
    request._messages = default_storage(request)

    for sentence in ("It was added successfully.", format_html("<i>{}</i> was changed successfully.", "A & B")):
        admin.site._registry[model].message_user(request, sentence)

    plain, safe = get_messages(request)
    assert (plain.message, safe.message) == ("It was added.", "<i>A &amp; B</i> was changed.")
    assert not hasattr(plain.message, "__html__")
    assert hasattr(safe.message, "__html__")


@pytest.mark.django_db
def test_a_new_password_is_told_plainly(client):
    """Django's page for it speaks past the ModelAdmin."""
    administrator = User.objects.create_superuser("root@example.com", "correct horse", name="Root")
    client.force_login(administrator)
    new = {"password1": "battery staple 7", "password2": "battery staple 7", "usable_password": "true"}

    answer = client.post(reverse("admin:auth_user_password_change", args=[administrator.pk]), new, follow=True)

    said = [str(one) for one in answer.context["messages"]]
    assert said and not any("successfully" in one for one in said)
