"""Who sees a benefit and who may claim it, on the definition's form and among its earlier versions."""

import json
from html import unescape

from benefits.models import BenefitDefinition
from tests.benefits.admin.test_definitions import form_of, page

FEMALE = {"==": [{"var": "gender"}, "female"]}
SPENT = {">=": [{"var": "aggregations.spend_12m"}, 500]}


def test_the_form_reads_both_conditions_with_the_builder(as_manager, coffee):
    sent = form_of(as_manager, page("change", coffee.pk))
    assert (sent["view_condition"], sent["claim_condition"]) == ("", "")

    as_manager.post(
        page("change", coffee.pk),
        sent
        | {
            "is_claimable": "on",
            "view_condition": json.dumps(FEMALE),
            "claim_condition": json.dumps(SPENT),
            "tags": [],
        },
    )

    coffee.refresh_from_db()
    assert (coffee.view_condition, coffee.claim_condition) == (FEMALE, SPENT)
    opened = as_manager.get(page("change", coffee.pk)).content.decode()
    assert opened.count("data-condition-builder") == 2
    assert "cxmanager/condition-builder.js" in opened


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(as_manager, coffee):
    wrong = '{"==": [{"var": "gendr"}, "female"]}'
    sent = form_of(as_manager, page("change", coffee.pk)) | {
        "claim_condition": wrong,
        "view_condition": "{",
        "tags": [],
    }

    response = as_manager.post(page("change", coffee.pk), sent)

    form = response.context["adminform"].form
    assert form.errors["claim_condition"] == ["At /==/0/var: There is no fact “gendr”. Did you mean “gender”?"]
    assert form.errors["view_condition"][0].startswith("This is not JSON")
    assert (form["claim_condition"].value(), form["view_condition"].value()) == (wrong, "{")
    assert BenefitDefinition.objects.get().claim_condition is None


def test_a_version_shows_conditions_in_words(as_manager, coffee):
    coffee.claim_condition = SPENT
    coffee.save()
    coffee.claim_condition = {"==": [{"var": "gone"}, 1]}
    coffee.save()
    version = coffee.history.order_by("history_id")[1]

    content = unescape(as_manager.get(page("simple_history", coffee.pk, version.pk)).content.decode())

    assert "Spend in the year up to the latest purchase is at least 500." in content
    assert '{"==": [{"var": "gone"}, 1]}' in content


def test_the_form_says_how_many_meet_both_conditions(as_manager, coffee, member, other_member):
    coffee.is_claimable = True
    coffee.view_condition = {"in": [{"var": "first_name"}, ["Maria", "Otto"]]}
    coffee.claim_condition = {"==": [{"var": "first_name"}, "Otto"]}
    coffee.save()

    response = as_manager.get(page("change", coffee.pk))

    assert response.context["usage"]["eligible"] == 1
    assert "See it and may claim it" in response.content.decode()
