"""The people of every test, and the moment at which they act."""

import logging
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client

from access.models import ApiToken, User
from access.roles import Role
from cxmanager.collecting import spare_what_is_loaded
from profiles.cause import Cause, Door
from profiles.models import Event, Profile
from tests import emptying, migrated
from tests.declared import undeclared

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def person(name: str, role: Role | None = None) -> User:
    """A user who signs in as `name@example.com` with the password `correct horse`."""
    user = User.objects.create_user(f"{name.lower()}@example.com", "correct horse", name=name)
    if role is not None:
        user.groups.add(Group.objects.get(name=role))
    return user


def signed_in(user: User) -> Client:
    """The back office as the user has it before them."""
    client = Client()
    client.force_login(user)
    return client


class Tripwire(logging.Handler):
    """Keeps what was logged as an error."""

    def __init__(self):
        super().__init__(logging.ERROR)
        self.errors: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.errors.append(f"{record.name}: {record.getMessage()}")


def pytest_collection_finish():
    """As servers and workers do, once all is loaded."""
    spare_what_is_loaded()


@pytest.fixture(autouse=True)
def no_unexpected_error_log(request):
    """Fail the test that logs an error, unless it says that it means to: `@pytest.mark.logs_an_error`."""
    wire = Tripwire()
    logging.getLogger().addHandler(wire)
    yield
    logging.getLogger().removeHandler(wire)
    if request.node.get_closest_marker("logs_an_error") is None:
        assert wire.errors == []
    else:
        assert wire.errors, "This test is marked with logs_an_error, but none was logged."


@pytest.fixture(autouse=True)
def no_undeclared_event(request, monkeypatch):
    """Fail the test that makes an event which is not as the catalogue says: `@pytest.mark.records_anything` when it means to."""
    made, of = [], Event.of

    def noted(name: str, **given) -> Event:
        event = of(name, **given)
        # Bulk paths make one without a name, for the columns that all of theirs share.
        if name:
            made.append(event)
        return event

    monkeypatch.setattr(Event, "of", noted)
    yield
    wrong = undeclared(made)
    if request.node.get_closest_marker("records_anything") is None:
        assert wrong == []
    else:
        assert wrong, "This test is marked with records_anything, but all it recorded is declared."


@pytest.fixture(autouse=True, scope="session")
def tables_are_emptied_quickly():
    with pytest.MonkeyPatch.context() as patch:
        emptying.install(patch)
        yield


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb, django_db_modify_db_settings):
    """As asked for; and on SQLite what an earlier run migrated, which then has nothing left to do."""
    if connection.vendor != "sqlite":
        return django_db_keepdb
    return migrated.lay_down(Path(connection.settings_dict["TEST"]["NAME"])) or django_db_keepdb


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_keepdb, django_db_blocker):
    """Keep the migrated database of SQLite, where there was none yet."""
    if connection.vendor == "sqlite" and not django_db_keepdb:
        with django_db_blocker.unblock():
            connection.close()
            migrated.keep(Path(connection.settings_dict["NAME"]))


@pytest.fixture(scope="module")
def made_once(django_db_setup, django_db_blocker):
    """For fixtures of a whole file: what they make is there for all its tests, and taken back after the last of them.

    Each test has its own transaction within, as ever, so that nothing of one is seen by the next.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def at() -> datetime:
    """Noon of 1 May 2026, UTC."""
    return NOON


@pytest.fixture
def clerk(db) -> User:
    return person("Clara", Role.STORE_STAFF)


@pytest.fixture
def manager(db) -> User:
    return person("Mona", Role.PROGRAM_MANAGER)


@pytest.fixture
def analyst(db) -> User:
    """Somebody who may read everything and change nothing."""
    return person("Anna", Role.ANALYST)


@pytest.fixture
def as_clerk(clerk) -> Client:
    """Clara at the back office."""
    return signed_in(clerk)


@pytest.fixture
def as_manager(manager) -> Client:
    """Mona at the back office."""
    return signed_in(manager)


@pytest.fixture
def as_analyst(analyst) -> Client:
    """Anna at the back office."""
    return signed_in(analyst)


@pytest.fixture
def cause(clerk) -> Cause:
    """The clerk, at the counter."""
    return Cause(door=Door.ADMIN, user=clerk)


def enrol_maria(at: datetime) -> Profile:
    profile = Profile(first_name="Maria", last_name="Membrino", email="maria@example.com", mobile_phone="0450 551 500")
    return profile.enrol(at=at, cause=Cause())


def enrol_otto(at: datetime) -> Profile:
    return Profile(first_name="Otto", last_name="Othersen", email="otto@example.com").enrol(at=at, cause=Cause())


@pytest.fixture
def member(db, at) -> Profile:
    return enrol_maria(at)


@pytest.fixture
def other_member(db, at) -> Profile:
    return enrol_otto(at)


@pytest.fixture
def token(manager, at) -> str:
    """The secret of a token that may do everything, in the manager's name."""
    expires_at = datetime(2100, 1, 1, tzinfo=UTC)
    return ApiToken.objects.issue(name="Till", user=manager, scopes=["*"], at=at, expires_at=expires_at)[1]


@pytest.fixture
def api(token):
    """A client of the REST API with that token."""
    from rest_framework.test import APIClient

    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def pytest_collection_modifyitems(items) -> None:
    """With FORBID_SKIPS set, as in CI, a test marked to be skipped or expected to fail is an error."""
    if os.environ.get("FORBID_SKIPS"):
        marked = [
            item.nodeid for item in items if any(item.get_closest_marker(name) for name in ("skip", "skipif", "xfail"))
        ]
        if marked:
            raise pytest.UsageError(f"Not to be skipped here: {', '.join(marked)}")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """With FORBID_SKIPS set, a skip while running counts as a failure."""
    report = yield
    if report.skipped and os.environ.get("FORBID_SKIPS"):
        report.outcome, report.longrepr = "failed", f"{item.nodeid} was skipped."
    return report
