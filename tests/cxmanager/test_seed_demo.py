import pytest
from django.core.management import call_command

from access.models import User
from benefits.models import Benefit, BenefitDefinition, Redemption
from profiles.models import Event, Identity, Location, Note, Profile
from tests.declared import undeclared_rows
from transactions.models import Product, Transaction


@pytest.mark.django_db
def test_makes_a_programme_and_is_safe_to_run_twice(capsys):
    counts = []
    for _ in range(2):
        call_command("seed_demo", profiles=60, transactions=300)
        models = (
            User,
            Location,
            BenefitDefinition,
            Profile,
            Identity,
            Note,
            Benefit,
            Redemption,
            Event,
            Transaction,
            Product,
        )
        counts.append([model.objects.count() for model in models])

    assert counts[0] == counts[1]
    assert undeclared_rows() == []
    assert counts[0][:5] == [4, 4, 6, 60, 60]
    assert Identity.objects.get(identifier="0100000001").profile.email.endswith(".100000001@example.com")
    assert not Benefit.objects.filter(issued_at__lt=Profile.objects.earliest("joined_at").joined_at).exists()
    assert counts[0][-2:] == [300, 20]
    assert "manager@demo.example" in capsys.readouterr().out
