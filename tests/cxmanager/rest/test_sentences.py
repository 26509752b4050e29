"""What the framework says of a single value, said as the house says it."""

from decimal import Decimal

import pytest
from django import forms
from rest_framework import serializers


class Wrong(serializers.Serializer):
    count = serializers.IntegerField(min_value=1, max_value=9, required=False)
    amount = serializers.DecimalField(max_digits=18, decimal_places=4, required=False)
    name = serializers.CharField(min_length=2, max_length=3, required=False)
    mode = serializers.ChoiceField(["up", "down"], required=False)
    codes = serializers.ListField(child=serializers.CharField(), max_length=2, required=False)
    data = serializers.DictField(required=False)
    granted = serializers.BooleanField(required=False)
    key = serializers.UUIDField(required=False)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("count", 10, "This must be at most 9."),
        ("count", 0, "This must be at least 1."),
        ("count", "few", "This must be a whole number."),
        ("count", "1" * 2000, "This number is too large."),
        ("amount", "1" * 19, "This can have at most 18 digits."),
        ("amount", "1" * 15, "This can have at most 14 digits before the decimal point."),
        ("amount", "0.00001", "This can have at most 4 decimal places."),
        ("name", "long", "This can have at most 3 characters."),
        ("name", "s", "This must have at least 2 characters."),
        ("name", [], "This must be a text."),
        ("mode", "sideways", "“sideways” is none of the values that can stand here."),
        ("codes", "one", "This must be a list."),
        ("codes", ["one", "two", "three"], "This list can have at most 2 entries."),
        ("data", [], "This must be a JSON object."),
        ("granted", "perhaps", "This must be true or false."),
        ("key", "x", "This is not a UUID."),
    ],
)
def test_over_the_api(name, value, said):
    told = Wrong(data={name: value})

    assert not told.is_valid()
    assert told.errors == {name: [said]}


@pytest.mark.parametrize(
    ("box", "typed", "said"),
    [
        (forms.IntegerField(min_value=1), "0", "This must be at least 1."),
        (forms.IntegerField(max_value=9), "10", "This must be at most 9."),
        (forms.DecimalField(decimal_places=4), Decimal("0.00001"), "This can have at most 4 decimal places."),
        (forms.CharField(max_length=3), "long", "This can have at most 3 characters."),
    ],
)
def test_a_form_says_the_same(box, typed, said):
    with pytest.raises(forms.ValidationError) as told:
        box.clean(typed)

    assert told.value.messages == [said]
