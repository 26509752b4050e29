import pytest
from django.test import Client

LOGIN = "/admin/login/"


@pytest.fixture
def axes(settings, db):
    settings.AXES_ENABLED = True
    settings.AXES_FAILURE_LIMIT = 3


def attempt(client: Client, name: str, password: str = "wrong"):
    return client.post(LOGIN, {"username": name, "password": password})


def test_too_many_attempts_are_told_when_to_come_back(axes, clerk):
    client = Client()
    answers = [attempt(client, "clara@example.com") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 429, 429]
    assert "it is locked for 15 minutes" in answers[2].content.decode()
    assert answers[2]["Retry-After"] == "900"
    assert attempt(client, "clara@example.com", "correct horse").status_code == 429


def test_capitals_buy_no_further_attempts(axes, clerk):
    client = Client()
    answers = [attempt(client, name) for name in ("clara@example.com", "Clara@Example.com", " CLARA@EXAMPLE.COM")]
    assert answers[-1].status_code == 429


def test_others_are_not_locked_out(axes, clerk, manager):
    client = Client()
    for _ in range(3):
        attempt(client, "clara@example.com")
    assert attempt(client, "mona@example.com", "correct horse").status_code == 302


def test_the_page_names_the_product(db):
    page = Client().get(LOGIN).content.decode()
    assert "CX Manager" in page


def test_machine_users_do_not_sign_in(db):
    from access.machines import machine_user

    machine = machine_user("Till")
    machine.set_password("correct horse")
    machine.save()
    answer = attempt(Client(), machine.email, "correct horse")
    assert answer.status_code == 200


def test_nothing_leads_from_the_sign_in_page_back_to_itself(db):
    page = Client().get(LOGIN).content.decode()
    assert "Return to site" not in page
    assert 'href="/"' not in page
