"""The fast way of reading phones says exactly what the library says."""

from random import Random

import phonenumbers
import pytest
from django.core.exceptions import ValidationError

from profiles.phones import Phone, ordinary_mobiles, read_any_phone, read_phone
from profiles.searching import folded

REGIONS = ["AU", "NZ", "GB", "DE", "FR", "US", "IN", "CH", "CO", "ZA", "NL", "SE"]


def said_by_library(text: str, region: str) -> Phone | None:
    try:
        return read_any_phone(text, region)
    except ValidationError:
        return None


def numbers(region: str, count: int):
    """Numbers near the region's mobiles, written in every way in which people write them, many of them wrong."""
    chance, shape = Random(region), ordinary_mobiles(region)
    example = str(phonenumbers.example_number_for_type(region, phonenumbers.PhoneNumberType.MOBILE).national_number)
    for _ in range(count):
        kept = chance.randrange(len(example) + 1)
        digits = example[:kept] + "".join(chance.choice("0123456789") for _ in example[kept:])
        digits = digits[: chance.choice([len(digits), len(digits), len(digits) - 1])]
        yield chance.choice(
            [
                f"{shape.prefix}{digits}",
                f"{shape.code}{digits}",
                digits,
                f"{shape.code[1:]}{digits}",
                f"{shape.code}{shape.prefix}{digits}",
                f"{shape.prefix}{digits[:3]} {digits[3:6]}-{digits[6:]}",
                f"{shape.code} ({digits[:2]}) {digits[2:]}",
                f"({shape.prefix}{digits[:2]}){digits[2:]}",
                f"00{shape.code[1:]}{digits}",
                f"){shape.prefix}..{digits}-",
            ]
        )


@pytest.mark.parametrize("region", REGIONS)
def test_the_fast_way_agrees_with_the_library(region):
    shape, read_fast = ordinary_mobiles(region), 0
    for text in numbers(region, 400):
        fast = shape.read(text)
        if fast is not None:
            read_fast += 1
            assert fast == said_by_library(text, region), text
    assert read_fast > 10


def test_a_region_without_a_code_of_its_own_goes_to_the_library():
    assert ordinary_mobiles("CC") is None
    assert ordinary_mobiles("CA") is None
    assert read_phone("4165550123", country="CA") == Phone("+14165550123", "CA", "(416) 555-0123")


def test_a_region_that_does_not_exist_is_refused():
    with pytest.raises(ValidationError, match=r"“0450 551 500” is not a phone number in ZZ\."):
        read_phone("0450 551 500", country="zz")


def test_what_is_not_ordinary_goes_to_the_library():
    assert ordinary_mobiles("AU").read("03 9999 9999") is None
    assert read_phone("03 9999 9999").e164 == "+61399999999"
    assert read_phone("0450 551 500") == Phone("+61450551500", "AU", "0450 551 500")


@pytest.mark.parametrize("text", ["", "Ann  LEE ", "\tAnn\nLee", "ann@EXAMPLE.com"])
def test_plain_text_folds_as_accented_text_does(text):
    assert folded(text) == folded(f"{text} é").removesuffix("e").rstrip()
