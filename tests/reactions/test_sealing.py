"""Secrets at rest: sealed, opened by old keys, and sealed anew."""

from io import StringIO

import pytest
from django.core.management import call_command

from cxmanager.refusals import Refusal
from reactions.models import Target, Webhook
from reactions.sealing import seal, unseal
from tests.reactions.conftest import SECRET


def test_a_sealed_secret_shows_nothing_and_opens():
    sealed = seal("key-4711")
    assert "4711" not in sealed
    assert seal("key-4711") != sealed
    assert unseal(sealed) == "key-4711"
    assert (seal(""), unseal("")) == ("", "")


def test_keys_are_changed_while_the_server_runs(settings):
    sealed = seal("key-4711")
    settings.ENCRYPTION_KEYS = ["a new key"]
    assert unseal(sealed) == "key-4711"
    newer = seal("key-4711")
    settings.SECRET_KEY = "another"
    assert unseal(newer) == "key-4711"
    with pytest.raises(Refusal) as refused:
        unseal(sealed)
    assert refused.value.code == "secret_unreadable"
    settings.SECRET_KEY_FALLBACKS = ["only-for-tests"]
    assert unseal(sealed) == "key-4711"


def test_all_secrets_are_sealed_anew(target, webhook, settings):
    settings.ENCRYPTION_KEYS = ["a new key"]
    out = StringIO()
    call_command("reseal_secrets", stdout=out)
    assert out.getvalue() == "2 sealed anew.\n"
    settings.SECRET_KEY = "another"
    assert Target.objects.get().headers == {"X-Api-Key": "key-4711"}
    assert Webhook.objects.get().secret == SECRET


def test_a_secret_that_no_key_opens_is_named(target, settings):
    settings.SECRET_KEY = "another"
    out = StringIO()
    call_command("reseal_secrets", stdout=StringIO(), stderr=out)
    assert "Birthday mail" in out.getvalue()
