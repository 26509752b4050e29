import re

import pytest

from profiles.admin.condition_widget import ConditionField
from profiles.conditions.reading import ConditionInvalid


class AddressedField(ConditionField):
    class widget(ConditionField.widget):
        facts_url = "admin:index"
        preview_url = "admin:index"


@pytest.fixture
def field() -> ConditionField:
    return AddressedField(required=False)


def test_it_is_a_textarea_of_indented_json_without_any_script(field):
    value = field.prepare_value({"==": [{"var": "first_name"}, "Zoë"]})

    html = field.widget.render("condition", value)

    assert html.startswith('<textarea name="condition"')
    assert "data-condition-builder" in html
    assert 'data-facts-url="/admin/"' in html
    assert "Zoë" in html
    assert value.startswith('{\n  "==": [')


def test_on_a_page_that_may_only_be_looked_at_it_cannot_be_edited(field):
    html = field.widget.render("condition", {"var": "is_completed"})

    assert re.search(r"\sdisabled[\s>]", html)
    assert html.startswith('<p class="cx-wrap mb-3">Profile is complete is yes.</p>')
    assert field.widget.render("condition", None) == "Everybody."
    assert not re.search(r"\sdisabled[\s>]", field.widget.render("condition", ""))


@pytest.mark.parametrize("empty", ["", None])
def test_nothing_stands_for_everyone(field, empty):
    assert field.clean(empty) is None
    assert field.prepare_value(None) == ""


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ('{"==": [1, 2}', "This is not JSON: Expecting ',' delimiter, line 1, column 13."),
        ("[" * 100_000, "A condition has at most"),
        ("[" * 5_000, "This is not JSON that can be read."),
        ("1" * 5_000, "This is not JSON that can be read."),
    ],
)
def test_what_is_no_json_is_refused_and_stays_as_it_was_typed(field, typed, reason):
    with pytest.raises(ConditionInvalid) as refused:
        field.clean(typed)

    assert reason in str(refused.value)
    assert field.prepare_value(field.bound_data(typed, None)) == typed


def test_only_another_condition_is_a_change(field):
    assert not field.has_changed({"var": "x"}, '{ "var":"x" }')
    assert not field.has_changed(None, "")
    assert field.has_changed({"!": [1]}, '{"!": [true]}')
    assert field.has_changed(None, "{")
