"""Names in arguments that are worked out from the event: a misspelt one is refused when it is saved."""

import pytest
from django.core.exceptions import ValidationError

from reactions.models import Action, Reaction
from reactions.naming import unknown_name
from reactions.running import Known


@pytest.mark.parametrize(
    ("trigger", "logic"),
    [
        ("tag.added", {"var": "tag"}),
        ("tag.added", {"var": ["tag", "none"]}),
        ("tag.added", {"cat": ["for-", {"var": "first_name"}, {"var": "profile.first_name"}]}),
        ("tag.added", {"var": "profile.custom_attributes.shop.size"}),
        ("tag.added", {"var": ""}),
        ("transaction.created", {"var": "total"}),
        ("transaction.created", {"var": "items.0.sku"}),
        ("transaction.created", {"map": [{"var": "items"}, {"var": "whatever"}]}),
        ("profile.updated", {"var": "changes.last_name"}),
        ("profile.updated", {"var": "profile.tier.handle"}),
        ("", {"var": "due_at"}),
        ("", {"var": "profile.aggregations.spend_12m_now"}),
        ("", 5),
    ],
)
def test_what_is_there_is_known(db, trigger, logic):
    assert unknown_name(logic, trigger) == ""


@pytest.mark.parametrize(
    ("trigger", "logic", "said"),
    [
        ("", {"var": "nope"}, "Nothing here is called “nope”."),
        ("", {"var": "tag"}, "Nothing here is called “tag”."),
        ("", {"var": "frst_name"}, "Nothing here is called “frst_name”. Did you mean “first_name”?"),
        ("tag.added", {"var": "due_at"}, "Nothing here is called “due_at”."),
        ("tag.added", {"cat": ["x", {"var": "tagg"}]}, "Nothing here is called “tagg”. Did you mean “tag”?"),
        ("tag.added", {"var": ["tag", {"var": "profile.frst_name"}]}, "Did you mean “profile.first_name”?"),
        ("transaction.created", {"map": [{"var": "itms"}, {"var": "x"}]}, "Did you mean “items”?"),
    ],
)
def test_what_is_not_is_told_with_what_is_near(db, trigger, logic, said):
    assert said in unknown_name(logic, trigger)


@pytest.mark.parametrize("given", [{"kind": "automation", "schedule": {}}, {"trigger": "tag.added"}])
def test_it_is_refused_on_save(db, given):
    reaction = Reaction(name="R", kind=given.get("kind", "trigger"), trigger=given.get("trigger", ""))
    arguments = {"tag": {"value": {"var": "nope"}, "is_dynamic": True}}
    action = Action(reaction=reaction, handle="tag.add", arguments=arguments)
    with pytest.raises(ValidationError) as no:
        action.clean()
    assert "tag: Nothing here is called “nope”." in " ".join(no.value.messages)


def test_the_customer_is_found_at_both_names(member):
    known = Known.__new__(Known)
    known.at, known.context = None, {"tag": "vip", "profile": {"first_name": "Maria"}}
    logic = {"cat": [{"var": name} for name in ("tag", "first_name", "profile.first_name")]}
    arguments = {"tag": {"value": logic, "is_dynamic": True}}
    assert known.worked_out(arguments) == {"tag": "vipMariaMaria"}
