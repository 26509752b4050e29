"""Rules are written as documents, and each change that is kept makes a version."""

import pytest
from django.core.exceptions import ValidationError

from cxmanager.refusals import Refusal
from earning.models import Award, Badge, EarningLimit, EarningRule, EarningRuleVersion, Program, TierDefinition
from earning.rulebook.keeping import export, import_all
from earning.rulebook.rulesets import rules_of_program
from profiles.models import Location, Segment
from tests.earning.rules_made import MADE_AT, limit, rule, spending


@pytest.fixture
def gold(program) -> TierDefinition:
    return TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=1, value_min=100)


@pytest.fixture
def vips(db) -> Segment:
    return Segment.objects.create(name="VIPs", handle="vips", condition={"in": ["vip", {"var": "flattened_tags"}]})


def test_a_document_that_was_read_and_written_is_the_same(program, gold, vips):
    place = Location.objects.create(name="Fitzroy", external_code="FIT", timezone="Australia/Melbourne")
    Badge.objects.create(name="Early bird", handle="early-bird")
    document = {
        "program": "default",
        "name": "Four per unit",
        "handle": "four-per-unit",
        "type": "spending",
        "description": "Four points for a dollar.",
        "link": "https://shop.example/club",
        "status": "active",
        "starts_at": "2026-01-01 00:00:00",
        "ends_at": "2027-01-01 00:00:00",
        "requires_approval": True,
        "is_hidden": True,
        "apply_automatically": True,
        "priority": 7,
        "stop_after": True,
        "pending_days": 10,
        "expires_after_days": 90,
        "tiers": ["gold"],
        "segments": ["vips"],
        "excluded_segments": [],
        "excluded_members": [],
        "locations": [place.pk],
        "conditions": {
            "mode": "step",
            "per_amount": "10",
            "min_order_total": "50",
            "max_amount": None,
            "exclude_delivery": True,
            "include": {"skus": ["A"], "categories": [], "brands": [], "labels": [{"key": "color", "value": "red"}]},
            "exclude": {"skus": [], "categories": [], "brands": ["Acme"], "labels": []},
        },
        "rewards": {"points": "4", "currency_amount": "2.5", "currency": "AUD", "percent": None, "badge": "early-bird"},
        "limits": [limit(2, period="week"), limit("500.5", scope="global", measure="points", on_exceed="trim")],
    }
    EarningRule.objects.write(document, at=MADE_AT)
    made = EarningRule.objects.whole().get()
    assert made.as_document() == document
    again = EarningRule.objects.write(document | {"handle": "again"}, at=MADE_AT)
    assert EarningRule.objects.whole().get(pk=again.pk).as_document() == document | {"handle": "again"}


def test_locations_are_named_by_number_or_by_the_codes_of_tills(program):
    place = Location.objects.create(name="Fitzroy", external_code="FIT", external_id="loc-9")
    for word in (place.pk, str(place.pk), "FIT", "loc-9"):
        assert spending(handle=f"at-{type(word).__name__}-{word}", locations=[word]).as_document()["locations"] == [
            place.pk
        ]
    assert spending(handle="portable", locations=["FIT"]).as_document(is_portable=True)["locations"] == ["FIT"]


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({"name": ""}, "name"),
        ({"type": None}, "type"),
        ({"type": "spendin"}, "type"),
        ({"program": "nowhere"}, "program"),
        ({"status": "on"}, "status"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"handle": "a b"}, "handle"),
        ({"starts_at": "soon"}, "starts_at"),
        ({"starts_at": "2026-02-30"}, "starts_at"),
        ({"starts_at": "2026-02-02", "ends_at": "2026-02-01"}, "ends_at"),
        ({"priority": -1}, "priority"),
        ({"stop_after": "yes"}, "stop_after"),
        ({"tiers": ["silver"]}, "tiers.0"),
        ({"tiers": "gold"}, "tiers"),
        ({"segments": [{}]}, "segments"),
        ({"locations": ["NOWHERE"]}, "locations.0"),
        ({"conditions": {"per_amount": "x"}}, "conditions.per_amount"),
        ({"conditions": {"per_amount": "NaN"}}, "conditions.per_amount"),
        ({"conditions": {"include": {"labels": [{"key": "color"}]}}}, "conditions.include.labels.0"),
        ({"conditions": []}, "conditions"),
        ({"rewards": {}}, "rewards.points"),
        ({"rewards": {"points": "-1"}}, "rewards.points"),
        ({"rewards": {"badge": "none"}}, "rewards.badge"),
        ({"limits": [{"cap": 0}]}, "limits.0.cap"),
        ({"limits": [limit(1), limit(2)]}, "limits.1"),
        ({"type": "event", "conditions": {"event": "login"}, "apply_automatically": False}, "apply_automatically"),
    ],
)
def test_what_is_wrong_is_named_by_its_place_and_nothing_is_written(program, document, place):
    usual = {"name": "A", "type": "spending", "rewards": {"points": 1}}
    with pytest.raises(ValidationError) as told:
        EarningRule.objects.write(usual | document, at=MADE_AT)
    assert list(told.value.message_dict) == [place]
    assert not EarningRule.objects.exists()


def test_all_that_is_wrong_is_told_at_once(program):
    with pytest.raises(ValidationError) as told:
        EarningRule.objects.write({"type": "spending", "rewards": {"points": "x"}, "priority": "x"}, at=MADE_AT)
    assert set(told.value.message_dict) == {"name", "rewards.points", "priority"}


def test_a_handle_is_made_of_the_name_and_taken_once(program):
    assert [spending(name="Four per unit").handle for _ in range(2)] == ["four-per-unit", "four-per-unit-2"]
    with pytest.raises(ValidationError) as told:
        spending(handle="four-per-unit")
    assert "Another rule of this program has this handle." in told.value.messages


def test_each_change_makes_a_version_and_saying_the_same_none(program, manager):
    made = spending()
    EarningRule.objects.write({"rewards": {"points": "5"}}, rule=made, at=MADE_AT, user=manager)
    EarningRule.objects.write({"rewards": {"points": "5.0"}}, rule=made, at=MADE_AT, user=manager)
    rows = EarningRuleVersion.objects.order_by("number")
    assert [(row.number, row.document["rewards"]["points"], row.user) for row in rows] == [
        (1, "4", None),
        (2, "5", manager),
    ]
    assert EarningRule.objects.get().version == rows[1]


def test_what_a_document_does_not_name_stays(program, gold):
    made = spending(tiers=["gold"], limits=[limit(2)])
    EarningRule.objects.write({"name": "Renamed"}, rule=made, at=MADE_AT)
    document = EarningRule.objects.whole().get().as_document()
    assert (document["name"], document["tiers"], document["limits"]) == ("Renamed", ["gold"], [limit(2)])


def test_a_limit_that_stays_keeps_what_was_used_of_it(program):
    made = spending(limits=[limit(2), limit(100, measure="points")])
    held = {one.measure: one.pk for one in EarningLimit.objects.all()}
    EarningRule.objects.write({"limits": [limit(5)]}, rule=made, at=MADE_AT)
    assert [(one.pk, one.cap) for one in EarningLimit.objects.all()] == [(held["count"], 5)]


def test_the_uses_of_a_coupon_in_all_are_a_limit_that_no_document_shows(program):
    made = rule("Summer", "coupon", points="50", conditions={"codes": ["SUMMER"], "max_uses": 3})
    held = EarningLimit.objects.get()
    assert (held.scope, held.measure, held.period, held.cap) == ("global", "count", "forever", 3)
    assert made.as_document()["limits"] == []
    assert [one.cap for one in rules_of_program(Program.objects.default()).live[0].limits] == [3]
    EarningRule.objects.write({"conditions": {"codes": ["SUMMER"]}}, rule=made, at=MADE_AT)
    assert not EarningLimit.objects.exists()


def test_a_type_is_fixed_once_the_rule_was_active(program):
    draft = spending(status="draft")
    other = {"type": "custom_event", "conditions": {"code": "shared"}}
    EarningRule.objects.write(other, rule=draft, at=MADE_AT)
    assert EarningRule.objects.get().type == "custom_event"
    live = spending(handle="live")
    with pytest.raises(ValidationError) as told:
        EarningRule.objects.write(other, rule=live, at=MADE_AT)
    assert told.value.message_dict["type"] == [
        "The type of a rule cannot be changed once it was active or applied. Make another rule."
    ]


def test_a_rule_goes_from_draft_to_the_archive_and_back(program):
    made = spending(status="draft")
    made.activate(at=MADE_AT)
    made.activate(at=MADE_AT)
    made.deactivate(at=MADE_AT)
    made.archive(at=MADE_AT)
    for verb in (made.activate, made.deactivate):
        with pytest.raises(Refusal) as no:
            verb(at=MADE_AT)
        assert no.value.code == "rule_archived"
    made.restore(at=MADE_AT)
    assert EarningRule.objects.get().status == "inactive"
    statuses = EarningRuleVersion.objects.order_by("number").values_list("document__status", flat=True)
    assert list(statuses) == ["draft", "active", "inactive", "archived", "inactive"]


def test_a_rule_that_awarded_is_not_deleted(program, card, at):
    made = spending()
    row = {"source": "transaction", "source_key": "1", "name": "x", "at": at, "created_at": at}
    Award.objects.create(card=card, rule=made, version=made.version, **row)
    with pytest.raises(Refusal) as no:
        made.delete()
    assert no.value.code == "rule_in_use"
    Award.objects.all().delete()
    made.delete()
    assert not EarningRuleVersion.objects.exists()


def test_a_copy_is_a_draft_that_says_the_same(program, gold):
    copy = spending(tiers=["gold"]).duplicate(at=MADE_AT)
    document = EarningRule.objects.whole().get(pk=copy.pk).as_document()
    assert (document["status"], document["handle"], document["tiers"]) == ("draft", "four-per-unit-copy", ["gold"])


def test_exported_rules_come_back_and_import_again_changes_nothing(program):
    Location.objects.create(name="Fitzroy", external_code="FIT")
    spending(locations=["FIT"])
    rule("Shared", "custom_event", points=1, conditions={"code": "shared"})
    document = export(EarningRule.objects.whole())
    other = Program.objects.create(name="Other", handle="other", timezone="UTC", currency="AUD")
    made, changed = import_all(document, program=other, at=MADE_AT)
    assert ([one.handle for one in made], changed) == (["four-per-unit", "shared"], [])
    made, changed = import_all(document, program=other, at=MADE_AT)
    assert (made, [one.handle for one in changed]) == ([], ["four-per-unit", "shared"])
    assert EarningRuleVersion.objects.filter(rule__program=other).count() == 2


def test_an_export_with_a_wrong_rule_imports_none(program):
    good = {"name": "A", "type": "spending", "rewards": {"points": 1}}
    wrong = good | {"conditions": {"per_amount": "x"}}
    with pytest.raises(ValidationError) as told:
        import_all({"earning_rules": [good, wrong]}, program=program, at=MADE_AT)
    assert list(told.value.message_dict) == ["earning_rules.1.conditions.per_amount"]
    assert not EarningRule.objects.exists()


def test_rules_are_kept_until_something_that_they_say_changes(program, gold, vips, django_assert_num_queries):
    made = spending(tiers=["gold"], segments=["vips"])

    def kept():
        return rules_of_program(Program.objects.default())

    first = kept()
    with django_assert_num_queries(1):
        assert kept() is first
    made.deactivate(at=MADE_AT)
    assert (kept().live, len(kept().all)) == ((), 1)
    made.activate(at=MADE_AT)
    vips.handle = "best"
    vips.save()
    assert kept().live[0].segments == {"best"}
    assert set(kept().segments) == {"best"}
    gold.handle = "or"
    gold.save()
    assert kept().live[0].tiers == {"or"}
    default = Program.objects.default()
    default.points_scale = 2
    default.save(update_fields=["points_scale"])
    assert kept().terms.scale == 2
