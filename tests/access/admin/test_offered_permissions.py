"""What the form of a role offers: the permissions that some page or endpoint asks for, and no more."""

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType

from access.admin.roles import offered_permissions
from benefits.models import GlobalCounter


def test_offers_nothing_of_inner_tables(db):
    models = set(offered_permissions().values_list("content_type__model", flat=True))

    assert not models & {"globalcounter", "batchrecipient", "refusedrow", "idempotencykey"}
    assert {"benefit", "profile", "tag", "benefitdefinition"} <= models


def test_offers_no_editing_of_what_is_never_edited(db):
    facts = offered_permissions().filter(content_type__model__in=("benefit", "redemption", "event", "job"))

    assert {one.codename.partition("_")[0] for one in facts} & {"add", "change", "delete"} == set()


def test_offers_nothing_that_an_earlier_version_asked_for(db):
    counter = ContentType.objects.get_for_model(GlobalCounter)
    left_over = Permission.objects.create(content_type=counter, codename="view_globalcounter", name="Can view")

    assert left_over not in offered_permissions()
