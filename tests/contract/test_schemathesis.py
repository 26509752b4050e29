"""Every operation of the OpenAPI document, asked in many ways: no server error, and no answer that the document does not know.

Generic: an endpoint that is added is asked without a line here. Each operation is asked with ids that exist and with ids
that were made up, and every question finds the same rows. The same questions on every run.
"""

import re
from itertools import count

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.config import (
    CoveragePhaseConfig,
    ExamplesPhaseConfig,
    GenerationConfig,
    PhasesConfig,
    ProjectConfig,
    ProjectsConfig,
    SchemathesisConfig,
)
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from profiles.member_tokens import signed
from profiles.models import Profile
from tests.contract.existing import existing, seeded

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 4


def document():
    """The document as it is served, with generation that repeats itself."""
    phases = PhasesConfig(examples=ExamplesPhaseConfig(enabled=True), coverage=CoveragePhaseConfig(enabled=False))
    generation = GenerationConfig(deterministic=True, allow_x00=True)
    project = ProjectConfig(phases=phases, generation=generation)
    config = SchemathesisConfig(seed=1, projects=ProjectsConfig(default=project))
    return schemathesis.openapi.from_wsgi("/api/schema", get_wsgi_application(), config=config)


schema = document()
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def one_connection():
    """Requests over WSGI close what they think is an old connection, and the test's transaction with it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def known(made_once) -> dict:
    """The token, and for each variable of a path an id that exists: made once for all operations."""
    return existing(seeded(), at=timezone.now())


def places(path: str) -> list[tuple[str, list[str]]]:
    """Each variable of the path, with the words under which something for it may be known: the closest first."""
    found, before = [], []
    for part in re.sub(r"^/(api/v3|id/api/v1)/", "", path).split("/"):
        if names := re.findall(r"{(\w+)}", part):
            found += [(name, [f"/{'/'.join(before)}", f"/{before[-1]}", name]) for name in names]
        elif part != "me":
            before.append(part)
    return found


def known_path(path: str, known: dict) -> dict:
    """For each variable of the path what exists, where something does."""
    found = {name: next((known[word] for word in words if word in known), None) for name, words in places(path)}
    return {name: value for name, value in found.items() if value is not None}


def test_for_every_variable_of_a_path_something_exists(known):
    paths = [one.ok().path for one in schema.get_all_operations()]
    assert [path for path in paths if known_path(path, known).keys() < {name for name, _ in places(path)}] == []


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_an_operation_answers_as_it_says(case, known, numbers):
    if next(numbers) % 2 and case.path_parameters:
        case.path_parameters.update(known_path(case.path, known))
    with transaction.atomic():
        case.call_and_validate(headers={"Authorization": f"Bearer {token_for(case.path, known)}"}, checks=CHECKS)
        transaction.set_rollback(True)


def token_for(path: str, known: dict) -> str:
    """The member API knows the customer, joining nobody, and everything else the API token."""
    if not path.startswith("/id/") or path == "/id/api/v1/auth/token":
        return known["token"]
    profile = Profile.objects.get(pk=known["profile_id"]) if "/me" in path else None
    return signed(profile, at=timezone.now())[0]


@pytest.fixture
def numbers():
    return count()
