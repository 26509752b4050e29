from decimal import Decimal

import pytest
from django.core.management import call_command

from access.models import User
from benefits.models import Benefit, BenefitDefinition, Redemption
from earning.ledger.checking import drift
from earning.models import Award, EarningRule, RewardOrder
from earning.rules import TYPES
from profiles.models import Address, CustomAttribute, Event, Identity, Location, Note, Profile, Segment
from tests.declared import undeclared_rows
from transactions.models import Product, Transaction, TransactionClaim


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
    assert counts[0][-2:] == [304, 20]
    # No list and no filter of the back office is empty to a newcomer.
    assert {*EarningRule.objects.values_list("type", flat=True)} == {*TYPES}
    assert {*EarningRule.objects.values_list("status", flat=True)} == {"draft", "active", "inactive", "archived"}
    assert Award.objects.waiting().exists()
    assert RewardOrder.objects.exists()
    assert list(drift()) == []
    assert Transaction.objects.filter(status="pending").count() == Transaction.objects.filter(is_void=True).count() == 1
    assert Transaction.objects.get(currency="NZD").net == Decimal("54.28")
    assert Transaction.objects.filter(profile=None).count() == TransactionClaim.objects.count() == 1
    spenders = Segment.objects.get(handle="spent-500")
    assert spenders.member_count > 0
    assert CustomAttribute.objects.count() == Address.objects.count() == 3
    assert "manager@demo.example" in capsys.readouterr().out
