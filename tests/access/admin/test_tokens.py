import re
from datetime import timedelta

import pytest
import time_machine

from access.models import ApiToken, User
from access.models.token import hashed, new_token_id
from access.scopes import GROUPS
from profiles.models import Event

TOKENS = "/admin/access/apitoken/"


@pytest.fixture
def form() -> dict:
    return {
        "id": new_token_id(),
        "name": "Till in Fitzroy",
        "lifetime": "90",
        "scopes": ["redeem-benefits", "read-benefits"],
    }


def test_the_secret_is_shown_once_and_kept_nowhere(office, form, at, administrator):
    with time_machine.travel(at, tick=False):
        answer = office.post(f"{TOKENS}add/", form)
    [secret] = re.findall(r'value="(cxm_[\w-]{43})"', answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    token = ApiToken.objects.get()
    assert (token.hash, token.prefix) == (hashed(secret), secret[:10])
    assert (token.scopes, token.expires_at) == (["redeem-benefits", "read-benefits"], at + timedelta(days=90))
    assert secret not in office.get(TOKENS).content.decode()
    assert secret not in office.get(f"{TOKENS}{token.pk}/change/").content.decode()
    assert secret not in str(dict(office.session))
    event = Event.objects.get(name="token.created")
    assert event.user == administrator
    assert secret not in str(event.payload)


def test_without_a_user_it_gets_a_machine_of_its_own(office, form):
    office.post(f"{TOKENS}add/", form)
    machine = ApiToken.objects.get().user
    assert (machine.email, machine.is_staff, machine.has_usable_password()) == (
        "till-in-fitzroy@machine.invalid",
        False,
        False,
    )
    assert machine.role_names() == ["Integration"]


def test_with_a_user_it_acts_for_them(office, form, clerk):
    office.post(f"{TOKENS}add/", form | {"user": clerk.pk})
    assert ApiToken.objects.get().user == clerk


def test_a_form_sent_twice_makes_one_token(office, form):
    office.post(f"{TOKENS}add/", form)
    again = office.post(f"{TOKENS}add/", form)
    assert "This token was made already" in again.content.decode()
    assert ApiToken.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 192}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["no-such"]}, "scopes"),
        ({"lifetime": "99999"}, "lifetime"),
        ({"id": "short"}, "id"),
    ],
)
def test_a_wrong_wish_says_where_and_makes_nothing(office, form, changes, field):
    answer = office.post(f"{TOKENS}add/", form | changes)
    assert list(answer.context["adminform"].form.errors) == [field]
    assert not ApiToken.objects.exists()
    assert User.objects.count() == 1


def test_the_form_explains_every_scope_that_works(office):
    page = office.get(f"{TOKENS}add/").content.decode()
    for scopes in GROUPS.values():
        for scope, about in scopes.items():
            assert f'value="{scope}"' in page
            assert about.replace("'", "&#x27;") in page


def test_revoking_asks_first(office, form):
    office.post(f"{TOKENS}add/", form)
    token = ApiToken.objects.get()
    page = office.get(f"{TOKENS}{token.pk}/change/").content.decode()
    address = re.search(r'href="([^"]*revoke[^"]*)"', page)[1]
    asked = office.get(address)
    assert "It has never been used." in asked.content.decode()
    token.refresh_from_db()
    assert not token.is_revoked
    assert office.post(address).status_code == 302
    token.refresh_from_db()
    assert token.is_revoked
    assert Event.objects.filter(name="token.revoked").count() == 1
    page = office.get(f"{TOKENS}{token.pk}/change/").content.decode()
    assert re.search(r'href="[^"]*revoke[^"]*"', page) is None


def test_several_are_revoked_at_once(office, clerk, at):
    for name in ("One", "Two"):
        ApiToken.objects.issue(name=name, user=clerk, scopes=["*"], at=at)
    ids = list(ApiToken.objects.values_list("pk", flat=True))
    office.post(TOKENS, {"action": "revoke_selected", "_selected_action": ids})
    assert ApiToken.objects.filter(is_revoked=True).count() == 2


def test_tokens_are_never_changed_or_deleted(office, clerk, at):
    token, _ = ApiToken.objects.issue(name="One", user=clerk, scopes=["read-tags"], at=at)
    assert office.post(f"{TOKENS}{token.pk}/change/", {"name": "Two"}).status_code == 403
    assert office.post(f"{TOKENS}{token.pk}/delete/", {"post": "yes"}).status_code == 403
    token.refresh_from_db()
    assert token.name == "One"
