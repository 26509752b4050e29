import pytest

from cxmanager.tables import flat, shown, table_of


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        ([], "–"),
        (True, "yes"),
        (["a", None], "a, –"),
        ({"handle": "coffee", "of": {"name": "Coffee"}}, "handle: coffee; of name: Coffee"),
        ("2026-05-01T12:00:00+00:00", "1 May 2026, 12:00"),
        ("2026-99-01T12:00", "2026-99-01T12:00"),
        (0, "0"),
    ],
)
def test_values_read_as_people_write_them(value, expected):
    assert shown(value) == expected


def test_names_what_lies_deeper_with_what_it_lies_in():
    assert list(flat({"definition": {"name": "Coffee"}, "row_count": 3})) == [
        ("definition name", "Coffee"),
        ("row count", "3"),
    ]


def test_escapes_and_says_when_there_is_nothing():
    assert "<td>&lt;b&gt;</td>" in table_of(["What", "Value"], [("a", "<b>")])
    assert table_of(["What", "Value"], []) == "–"
