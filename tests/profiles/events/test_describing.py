from profiles.events.describing import rows_of, words
from profiles.events.schemas import (
    AMOUNT,
    DAY,
    KEY,
    MOMENT,
    TEXT,
    WHOLE,
    YES_NO,
    about,
    list_of,
    one_of,
    or_null,
    record,
)


def test_fields_stand_before_what_is_inside_them():
    schema = record(
        {"shop": or_null(record({"name": about("As people call it.", TEXT)})), "lines": list_of(record({"sku": TEXT}))},
        sometimes={"is_void": YES_NO},
    )
    assert [(row.path, row.type, row.is_always, row.about) for row in rows_of(schema)] == [
        ("shop", "object or null", True, ""),
        ("shop.name", "text", True, "As people call it."),
        ("lines", "list of objects", True, ""),
        ("lines[].sku", "text", True, ""),
        ("is_void", "true or false", False, ""),
    ]


def test_values_have_the_names_that_people_use():
    schemas = [TEXT, WHOLE, KEY, MOMENT, or_null(DAY), AMOUNT, list_of(TEXT), one_of("sale"), one_of(-1, 0, 1), {}]
    assert [words(one) for one in schemas] == [
        *(
            "text",
            "whole number",
            "id",
            "moment",
            "day or null",
            "number as text",
            "list of text",
            "sale",
            "-1, 0 or 1",
        ),
        "anything",
    ]


def test_of_many_values_the_first_are_named():
    assert words(one_of(*range(20))) == "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 and 8 more"
