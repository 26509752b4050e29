"""Every operation of the OpenAPI document, asked in many ways: no server error, and no answer that the document does not know.

Generic: an endpoint that is added is asked without a line here. Each operation is asked with ids that exist and with ids
that were made up. The same questions on every run.
"""

import json
from io import StringIO
from itertools import count

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
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

from achievements.models import AchievementDefinition
from benefits.models import Benefit, BenefitDefinition
from profiles.cause import Cause
from profiles.member_tokens import signed
from profiles.models import Event, Profile, Tag
from reactions.automating import begin
from reactions.models import Delivery, Reaction, Run, Target, Webhook
from transactions.models import Brand, System, Transaction, TransactionClaim

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 5


def document():
    """The document as it is served, with generation that repeats itself."""
    phases = PhasesConfig(examples=ExamplesPhaseConfig(enabled=True), coverage=CoveragePhaseConfig(enabled=False))
    generation = GenerationConfig(deterministic=True, allow_x00=True)
    project = ProjectConfig(phases=phases, generation=generation)
    config = SchemathesisConfig(seed=1, projects=ProjectsConfig(default=project))
    return schemathesis.openapi.from_wsgi("/api/schema", get_wsgi_application(), config=config)


schema = document()


@pytest.fixture(autouse=True)
def one_connection():
    """Requests over WSGI close what they think is an old connection, and the test's transaction with it."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def known(db, at) -> dict[str, str]:
    """What contract clients find on a fresh server: the token, and for each variable of a path an id that exists."""
    out = StringIO()
    call_command("seed_contract", stdout=out)
    printed = json.loads(out.getvalue())
    benefit = Benefit.objects.get()
    redemption = benefit.redeem(at=benefit.issued_at, cause=Cause())
    sale = Transaction.objects.get()
    asked = {"receipt_ref": "R-1", "transacted_on": at.date(), "total": 10, "at": at, "cause": Cause()}
    target = Target.objects.create(
        name="Contract", handle="contract", url="https://contract.example.com", template="{}"
    )
    document = {"name": "tag.add", "arguments": [{"name": "tag", "value": "contract"}]}
    trigger = Reaction(name="Contract", trigger="tag.added").write(at=at, actions=[document])
    automation = Reaction(kind="automation", name="Contract").write(
        at=at, actions=[document], is_active=True, frequency="daily"
    )
    occurrence = begin(automation, due_at=at, at=at, cause=Cause())
    run = Run.objects.create(
        reaction=trigger, event=Event.objects.first(), state=Run.State.PARKED, next_at=at, created_at=at
    )
    visits = AchievementDefinition.objects.create(name="Visits", handle="visits", strategy="linear", every=1)
    climbed = visits.progress(sale.profile, at=at, cause=Cause()).achievement
    return {
        **printed,
        "/achievements": climbed.pk,
        "/achievements/definitions": visits.pk,
        "/targets": target.pk,
        "/webhooks": Webhook.objects.get().pk,
        "/deliveries": Delivery.objects.test(target, body="{}", at=at).pk,
        "profile": printed["profile_id"],
        "definition": benefit.definition_id,
        "handle": "currency",
        "/brands": Brand.objects.create(name="Contract", handle="contract").pk,
        "/claims": TransactionClaim.objects.ask(sale.profile, **asked).pk,
        "/products": printed["product_id"],
        "/products/variants": printed["product_variant_id"],
        "/profiles/transactions": sale.pk,
        "/triggers": trigger.pk,
        "/automations": automation.pk,
        "/reactions/occurrences": occurrence.pk,
        "/reactions/runs": run.pk,
        "/systems": System.objects.create(handle="contract").pk,
        "/transactions": sale.pk,
        "/transactions/external": sale.external_id,
        "/transactions/items": sale.items.get().pk,
        "/audits": Event.objects.first().pk,
        "/benefits": benefit.pk,
        "/benefits/definitions": BenefitDefinition.objects.get().pk,
        "/locations": printed["location_id"],
        "/permissions": 1,
        "/profiles": printed["profile_id"],
        "/redemptions": redemption.pk,
        "/roles": 1,
        "/tags": Tag.objects.create(handle="contract").pk,
        "/users": Event.objects.filter(subject_type="access.user").values_list("subject_id", flat=True).first(),
    }


def known_path(path: str, known: dict) -> dict:
    """For each variable of the path an id that exists, where one does: by what stands before it, else by its name."""
    found, before = {}, ""
    for part in path.removeprefix("/api/v3").removeprefix("/id/api/v1").split("/")[1:]:
        if part.startswith("{") and part.endswith("}"):
            name = part[1:-1]
            if (value := known.get(before, known.get(name))) is not None:
                found[name] = value
        else:
            before = f"{before}/{part}" if not before.startswith("/profiles") or before == "/profiles" else f"/{part}"
    return found


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
    case.call_and_validate(headers={"Authorization": f"Bearer {token_for(case.path, known)}"}, checks=CHECKS)


def token_for(path: str, known: dict) -> str:
    """The member API knows the customer, joining nobody, and everything else the API token."""
    if not path.startswith("/id/") or path == "/id/api/v1/auth/token":
        return known["token"]
    profile = Profile.objects.get(pk=known["profile"]) if "/me" in path else None
    return signed(profile, at=timezone.now())[0]


@pytest.fixture
def numbers():
    return count()
