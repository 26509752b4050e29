import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from earning.apps import EarningConfig
from earning.models import Program
from earning.standing import make_default_program

OTHER = {"name": "Other", "handle": "other", "timezone": "UTC", "currency": "EUR"}


def test_every_installation_has_a_default_program(program):
    assert (program.handle, program.name, program.currency, program.timezone) == ("default", "Loyalty", "AUD", "UTC")
    assert (program.points_scale, program.expiry_strategy, program.earning_statuses) == (0, "never", ["active"])


def test_what_was_changed_of_it_stays(program, settings):
    program.name = "Sunrise Club"
    program.save()

    make_default_program(app_config=EarningConfig, using="default")

    assert Program.objects.get().name == "Sunrise Club"


def test_one_is_the_default(program):
    other = Program.objects.create(**OTHER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Program.objects.filter(pk=other.pk).update(is_default=True)

    other.make_default()

    assert Program.objects.default() == other
    assert program.history.first().is_default is False


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("currency", "POUND", "“POUND” is not a currency. Write three letters, such as AUD."),
        ("timezone", "Mars", "“Mars” is not a time zone. Write one like Australia/Melbourne."),
        ("points_scale", 5, "This must be at most 4."),
        ("earning_statuses", ["lost"], "A card is never “lost”. It is one of active, suspended, closed, pending."),
        ("delivery_skus", "SHIPPING", "Write a list of texts."),
    ],
)
def test_what_does_not_fit_is_refused_in_words(field, value, said, program):
    setattr(program, field, value)

    with pytest.raises(ValidationError) as caught:
        program.full_clean()
    assert said in caught.value.message_dict[field]
