"""The editor of earning rules, with its nine types."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from earning.models import Badge, EarningRule, EarningRuleVersion, TierDefinition
from earning.rules import TYPES
from tests.earning.admin.pages import of_rule
from tests.earning.rules_made import event, limit, rule, spending

pytestmark = pytest.mark.django_db
ADD = "admin:earning_earningrule_add"


def typed(**said) -> dict:
    """What the editor posts for a new spending rule."""
    usual = {
        "name": "Four for each dollar",
        "status": "active",
        "type": "spending",
        "priority": "100",
        "apply_automatically": "on",
        "conditions.mode": "ratio",
        "conditions.per_amount": "1",
        "rewards.points": "4",
    }
    return usual | {name.replace("__", "."): value for name, value in said.items()}


def as_posted(browser: Client, rule: EarningRule) -> dict:
    """What the open page of a rule would send back."""
    form = browser.get(of_rule("change", rule)).context["form"]
    posted = {name: form.data.getlist(name) if name in ("segments",) else form.data[name] for name in form.data}
    tiers = form.data.getlist("tiers")
    return (
        {name: value for name, value in posted.items() if value != ""}
        | ({"tiers": tiers} if tiers else {})
        | {"type": rule.type}
    )


class TestEditor:
    @pytest.mark.parametrize("type", TYPES)
    def test_each_type_has_its_conditions(self, type, browser):
        answer = browser.get(f"{reverse(ADD)}?type={type}")
        form = answer.context["form"]
        asked = {name.split(".")[1] for name in form.fields if name.startswith("conditions.")}
        assert asked == {one.name for one in TYPES[type].fields}
        assert f"Conditions: {TYPES[type].label}" in answer.content.decode()

    def test_only_of_permissions_it_is_said_what_the_law_asks(self, browser):
        assert "GDPR" in browser.get(f"{reverse(ADD)}?type=permission").content.decode()
        assert "GDPR" not in browser.get(f"{reverse(ADD)}?type=event").content.decode()

    def test_a_rule_is_made_with_all_that_it_can_say(self, browser, manager, program):
        gold = TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=1)
        badge = Badge.objects.create(name="Early bird", handle="early")
        program.timezone = "Australia/Melbourne"
        program.save()
        said = typed(
            conditions__include__skus="A-1\nA-2",
            conditions__include__labels="color: red\nsize=L",
            conditions__exclude_delivery="on",
            rewards__badge=badge.handle,
            starts_at="2026-12-01T09:00",
            requires_approval="on",
            tiers=["gold"],
            limits__0__scope="member",
            limits__0__measure="count",
            limits__0__period="week",
            limits__0__cap="2",
            limits__0__on_exceed="trim",
        ) | {"limits.0.on_exceed": "trim"}

        answer = browser.post(reverse(ADD), said, follow=True)

        assert "“Four for each dollar” was saved." in answer.content.decode()
        made = EarningRule.objects.get()
        assert made.handle == "four-for-each-dollar"
        assert made.conditions["include"] == {
            "skus": ["A-1", "A-2"],
            "categories": [],
            "brands": [],
            "labels": [{"key": "color", "value": "red"}, {"key": "size", "value": "L"}],
        }
        assert made.conditions["exclude_delivery"] is True
        # Midnight and mornings are those of the program.
        assert made.starts_at == datetime(2026, 11, 30, 22, tzinfo=UTC)
        assert (made.badge, made.requires_approval, made.apply_automatically) == (badge, True, True)
        assert list(made.tiers.all()) == [gold]
        assert [(one.cap, one.period, one.on_exceed) for one in made.limits.all()] == [(2, "week", "trim")]
        assert (made.version.number, made.version.user) == (1, manager)

    def test_what_is_wrong_is_said_at_its_box_and_what_was_typed_stays(self, browser):
        said = typed(
            name="",
            ends_at="tomorrow",
            link="javascript:alert(1)",
            conditions__per_amount="ten",
            conditions__include__labels="red",
            rewards__points="-4",
            limits__0__cap="",
        )
        form = browser.post(reverse(ADD), said).context["form"]
        assert {name for name in form.errors if name != "__all__"} == {
            "name",
            "ends_at",
            "link",
            "conditions.per_amount",
            "conditions.include.labels",
            "rewards.points",
            "limits.0.cap",
        }
        assert form.errors["conditions.per_amount"] == ["“For each” must be a number, such as 10 or 12.50."]
        assert form["conditions.per_amount"].value() == "ten"
        assert form["conditions.include.labels"].value() == "red"
        assert not EarningRule.objects.exists()

    def test_an_end_before_the_start_is_said_with_all_else_that_is_wrong(self, browser):
        dates = {"starts_at": "2026-12-02T09:00", "ends_at": "2026-12-01T09:00"}
        form = browser.post(reverse(ADD), typed(conditions__per_amount="-1", **dates)).context["form"]
        assert form.errors.keys() == {"ends_at", "conditions.per_amount"}
        assert form.errors["ends_at"] == ["It must end after it starts."]

    def test_a_rule_needs_a_type_and_its_own_handle(self, browser):
        spending(handle="mine")
        answer = browser.post(reverse(ADD), {"name": "Nothing yet"})
        assert answer.context["editor"].type_errors == ["The type is missing."]
        form = browser.post(reverse(ADD), typed(handle="mine")).context["form"]
        assert form.errors["handle"] == ["Another rule of this program has this handle."]

    def test_a_match_that_names_nothing_is_refused_at_the_match(self, browser):
        said = typed(type="specific_purchase", conditions__per="line")
        editor = browser.post(reverse(ADD), said).context["editor"]
        assert editor.conditions[0].errors == ["“Which products”: name at least one product, category, brand or label."]

    def test_choosing_a_type_brings_its_boxes_and_keeps_the_rest(self, browser):
        said = typed(do="type:coupon", limits__0__cap="2", conditions__min_order_total="50")
        answer = browser.post(reverse(ADD), said)
        form = answer.context["form"]
        assert (form["name"].value(), form["limits.0.cap"].value()) == ("Four for each dollar", "2")
        assert form["conditions.min_order_total"].value() == "50"
        assert "conditions.mode" not in form.fields
        assert form.errors == {}
        assert not EarningRule.objects.exists()

    def test_rows_are_added_and_taken_out(self, browser):
        said = typed(type="multiple_reward", rewards__points="")
        said |= {"conditions.multipliers.0.multiplier": "2", "conditions.multipliers.0.match.brands": "Acme"}
        form = browser.post(reverse(ADD), said | {"do": "add:conditions.multipliers"}).context["form"]
        assert form["conditions.multipliers.1.multiplier"].value() == "2"

        said |= {"conditions.multipliers.1.multiplier": "3", "do": "remove:conditions.multipliers.0"}
        form = browser.post(reverse(ADD), said).context["form"]
        assert form["conditions.multipliers.0.multiplier"].value() == "3"
        assert "conditions.multipliers.1.multiplier" not in form.fields
        for strange in ("remove:limits.7", "remove:x.0", "add:y", "remove:", "type:lottery", "nonsense"):
            assert browser.post(reverse(ADD), said | {"do": strange}).status_code == 200

    def test_tiers_are_added_and_taken_out(self, browser, program):
        for rank, name in enumerate(("silver", "gold")):
            TierDefinition.objects.create(program=program, name=name.title(), handle=name, rank=rank)
        context = browser.post(reverse(ADD), typed(do="add:tiers", tiers=["gold"], add_tier="silver")).context
        assert [one.handle for one in context["tiers"]] == ["silver", "gold"]
        context = browser.post(reverse(ADD), typed(do="remove:tiers.gold", tiers=["gold", "silver"])).context
        assert [one.handle for one in context["tiers"]] == ["silver"]
        assert [one.handle for one in context["more_tiers"]] == ["gold"]

    @pytest.mark.parametrize(
        "made",
        [
            lambda: spending("4", conditions={"include": {"brands": ["Acme, Inc."]}}, limits=[limit(2)]),
            lambda: event("birthday", once=False),
            lambda: rule("M", "multiple_reward", conditions={"multipliers": [{"match": {}, "multiplier": "3"}]}),
            lambda: rule(
                "C", "custom_event", points="1", conditions={"code": "a.b", "predicate": {">": [{"var": "n"}, 1]}}
            ),
            lambda: rule("P", "permission", points="1", conditions={"permissions": ["a", "b"], "match": "all"}),
            lambda: rule("K", "coupon", points="1", conditions={"codes": ["X"], "max_uses": 5}),
            lambda: rule("S", starts_at="2026-05-01 00:00:00", percent="1.5", stop_after=True),
        ],
    )
    def test_saving_what_the_page_shows_changes_nothing(self, made, browser):
        one = made()
        before = one.as_document()
        answer = browser.post(of_rule("change", one), as_posted(browser, one))
        assert answer.status_code == 302, answer.context["form"].errors
        assert EarningRule.objects.get().as_document() == before
        assert EarningRuleVersion.objects.count() == 1

    def test_customers_are_left_out_by_their_emails(self, browser, member):
        rule = spending()
        browser.post(of_rule("change", rule), as_posted(browser, rule) | {"excluded_members": "Maria@example.com"})
        rule.refresh_from_db()
        assert list(rule.excluded_members.all()) == [member]

        answer = browser.get(of_rule("change", rule))

        assert "maria@example.com" in answer.content.decode()
        assert "Customers but for one customer get 4 points" in answer.content.decode()
        browser.post(of_rule("change", rule), as_posted(browser, rule))
        assert rule.versions.count() == 2
        wrong = browser.post(of_rule("change", rule), as_posted(browser, rule) | {"excluded_members": "nobody"})
        assert "There is no customer “nobody”." in wrong.content.decode()

    def test_the_second_editor_is_told_what_the_first_changed(self, browser, manager):
        one = spending("4")
        said = as_posted(browser, one)
        browser.post(of_rule("change", one), said | {"rewards.points": "5", "limits.0.cap": "3"})

        answer = browser.post(of_rule("change", one), said | {"name": "Another name"})
        told = answer.context["form"].non_field_errors()[0]
        assert str(manager) in told
        assert "changed: points" in told
        assert EarningRule.objects.get().name == "Four per unit"
        assert answer.context["form"]["name"].value() == "Another name"

        said |= {"name": "Another name", "read_at_version": answer.context["form"]["read_at_version"].value()}
        assert browser.post(of_rule("change", one), said).status_code == 302
        assert EarningRule.objects.get().name == "Another name"

    def test_the_type_of_a_rule_that_was_active_is_fixed(self, browser):
        one = spending("4")
        context = browser.post(of_rule("change", one), as_posted(browser, one) | {"do": "type:event"}).context
        assert context["editor"].type == "spending"
        draft = spending("4", name="Draft", status="draft")
        context = browser.post(of_rule("change", draft), as_posted(browser, draft) | {"do": "type:event"}).context
        assert context["editor"].type == "event"

    def test_the_sentence_follows_what_is_typed_and_nothing_is_written(self, browser):
        said = browser.post(reverse("admin:earning_earningrule_preview"), typed(rewards__points="7")).json()
        assert said == {"sentence": "Customers get 7 points for each 1.00 they spend."}
        assert not EarningRule.objects.exists()

    def test_analysts_look_and_press_nothing(self, as_analyst):
        one = spending("4")
        shown = as_analyst.get(of_rule("change", one)).content.decode()
        assert '<fieldset class="cx-bare" disabled>' in shown
        assert of_rule("archive", one) not in shown
        assert as_analyst.post(of_rule("change", one), typed()).status_code == 403

    def test_an_archived_rule_is_only_looked_at(self, browser):
        one = spending("4", status="archived")
        shown = browser.get(of_rule("change", one)).content.decode()
        assert "Restore it to change it." in shown
        assert of_rule("restore", one) in shown
        answer = browser.post(of_rule("change", one), typed(status="active"))
        assert answer.context["form"].non_field_errors() == [
            "This rule is archived. Bring it back from the archive first."
        ]
        assert EarningRule.objects.get().status == "archived"
