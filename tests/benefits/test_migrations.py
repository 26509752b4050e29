"""What migrations do to rows that are there already."""

from importlib import import_module
from uuid import uuid4

from django.apps import apps

from benefits.models import Benefit, BenefitDefinition

MOVE = import_module("benefits.migrations.0006_benefit_asked_as").move_forms


def test_what_was_issued_by_hand_gives_back_the_field_of_other_systems(member, at, cause):
    coffee, form = BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee"), uuid4()
    for external_id in (f"form-{form}", "form-7", "order-1", None):
        coffee.issue(member, at=at, cause=cause, external_id=external_id)

    MOVE(apps, None)

    kept = list(Benefit.objects.order_by("pk").values_list("external_id", "asked_as"))
    assert kept == [(None, form), ("form-7", None), ("order-1", None), (None, None)]
