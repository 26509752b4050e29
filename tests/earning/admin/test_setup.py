"""Programs, tiers, badges and rewards, as program managers set them up."""

import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from earning.models import Badge, Coupon, CouponPool, PointDefinition, Program, RewardDefinition, TierDefinition
from jobs.working import run_one
from tests.earning.rewards_made import reward
from tests.earning.rules_made import spending

pytestmark = pytest.mark.django_db


def page(name: str, row=None) -> str:
    return reverse(f"admin:earning_{name}", args=[row.pk] if row is not None else [])


def shown(browser: Client, address: str) -> dict:
    """What the open form would send back."""
    form = browser.get(address).context["adminform"].form
    posted = {}
    for name in form.fields:
        value = form[name].value()
        if isinstance(value, bool):
            posted |= {name: "on"} if value else {}
        elif value is not None:
            posted[name] = value
    return posted


def test_a_program_is_made_and_made_the_default(browser, program):
    said = {
        "name": "Staff club",
        "handle": "staff",
        "timezone": "Australia/Melbourne",
        "currency": "aud",
        "earning_statuses": ["active"],
        "points_scale": "2",
        "points_rounding": "floor",
        "multiplier_stacking": "product",
        "event_combination": "sum",
        "expiry_strategy": "months",
        "expiry_n": "6",
        "expiry_anchor": "earned",
        "pending_days": "14",
        "return_policy": "unlimited",
        "restore_grace_days": "0",
        "transfer_period": "month",
        "delivery_skus": "SHIP-1\nSHIP-2",
    }
    answer = browser.post(page("program_add"), said)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    made = Program.objects.get(handle="staff")
    assert (made.currency, made.delivery_skus, made.expiry_n, made.is_default) == (
        "AUD",
        ["SHIP-1", "SHIP-2"],
        6,
        False,
    )

    browser.post(page("program_make_default", made))
    program.refresh_from_db()
    made.refresh_from_db()
    assert (made.is_default, program.is_default) == (True, False)
    # The list shows both, with what they have.
    assert b"Staff club" in browser.get(page("program_changelist")).content


def test_the_second_editor_of_a_program_is_told(browser, program):
    said = shown(browser, page("program_change", program))
    assert browser.post(page("program_change", program), said | {"pending_days": "3"}).status_code == 302
    answer = browser.post(page("program_change", program), said | {"name": "Club"})
    assert "days until points can be used" in answer.context["adminform"].form.non_field_errors()[0]


def test_limits_that_do_not_fit_open_the_tab_of_their_box(browser, program):
    said = shown(browser, page("program_change", program)) | {"transfer_min": "10", "transfer_max": "9"}
    answer = browser.post(page("program_change", program), said)
    told = "The least that is transferred at a time is more than the most."
    assert answer.context["adminform"].form.errors == {"transfer_min": [told]}
    assert "activeFieldsetTab: 'transfers'" in answer.content.decode()


def test_a_transfer_limit_that_is_never_met_is_said_at_its_box(browser, program):
    said = shown(browser, page("program_change", program)) | {"transfer_max": "200", "transfer_max_in_period": "150"}
    errors = browser.post(page("program_change", program), said).context["adminform"].form.errors
    assert errors == {"transfer_max": ["This is more than the most in a period, so that it can never go at a time."]}


def test_a_program_in_use_is_not_deleted(browser, program):
    other = Program.objects.create(name="Other", handle="other", timezone="UTC", currency="AUD")
    spending(program="other")
    for one in (program, other):
        assert browser.post(page("program_delete", one), {"post": "yes"}).status_code == 403
    assert Program.objects.count() == 2


def test_the_ladder_reads_in_words_and_a_new_tier_is_the_next_rung(browser, program):
    TierDefinition.objects.create(program=program, name="Bronze", handle="bronze", rank=0)
    gold = TierDefinition.objects.create(
        program=program, name="Gold", handle="gold", rank=1, value_min=1000, value_maintain=800, basis="spend"
    )
    said = browser.get(page("tierdefinition_changelist")).content.decode()
    assert said.index("Where everybody starts") < said.index(f"1,000.00 {program.currency} spent in 12 months")
    assert f"800.00 {program.currency} spent a year" in said
    assert shown(browser, page("tierdefinition_add"))["rank"] == 2

    said = shown(browser, page("tierdefinition_change", gold)) | {"value_min": "1200", "tags": []}
    answer = browser.post(page("tierdefinition_change", gold), said)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    gold.refresh_from_db()
    assert gold.value_min == 1200


def test_a_tier_that_a_rule_names_is_not_deleted(browser, program):
    gold = TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=1)
    free = TierDefinition.objects.create(program=program, name="Free", handle="free", rank=2)
    spending(tiers=["gold"])
    answer = browser.post(page("tierdefinition_delete", gold), {"post": "yes"}, follow=True)
    assert "so it cannot be deleted" in answer.content.decode()
    browser.post(page("tierdefinition_delete", free), {"post": "yes"})
    assert list(TierDefinition.objects.all()) == [gold]


def test_a_reward_with_a_price_is_in_the_catalogue_until_it_is_archived(browser, program):
    ten = reward(points_cost=Decimal(500), stock=3)
    said = browser.get(page("rewarddefinition_changelist")).content.decode()
    assert "In the catalogue" in said
    assert "500 points" in said
    assert "3 of 3" in said
    browser.post(page("rewarddefinition_archive", ten))
    ten.refresh_from_db()
    assert ten.is_archived
    browser.post(page("rewarddefinition_restore", ten))
    assert not RewardDefinition.objects.get().is_archived


def test_a_reward_names_tiers_of_its_program_and_a_benefit_that_is_there(browser, program):
    other = Program.objects.create(name="Other", handle="other", timezone="UTC", currency="AUD")
    theirs = TierDefinition.objects.create(program=other, name="Theirs", handle="theirs", rank=0)
    ten = reward()
    said = shown(browser, page("rewarddefinition_change", ten)) | {
        "tiers": [theirs.pk],
        "benefit": "none-such",
        "tags": [],
    }
    form = browser.post(page("rewarddefinition_change", ten), said).context["adminform"].form
    assert form.errors["tiers"] == ["“Theirs” is a tier of another program."]
    assert form.errors["benefit"] == ["There is no benefit definition “none-such”."]


def test_a_badge_that_a_rule_awards_stays(browser):
    early = Badge.objects.create(name="Early", handle="early")
    free = Badge.objects.create(name="Free", handle="free")
    spending(badge="early")
    assert browser.post(page("badge_delete", early), {"post": "yes"}).status_code == 403
    browser.post(page("badge_delete", free), {"post": "yes"})
    assert list(Badge.objects.all()) == [early]


class TestCoupons:
    @pytest.fixture
    def pool(self, program) -> CouponPool:
        return CouponPool.objects.create(program=program, name="Letters", handle="letters")

    def test_codes_are_brought_made_and_taken_out_as_a_file(self, browser, pool):
        answer = browser.post(page("couponpool_bring_codes", pool), {"codes": "AAAA-1\nBBBB-2, aaaa-1"}, follow=True)
        assert "2 are new. 1 was there already." in answer.content.decode()
        browser.post(page("couponpool_make_codes", pool), {"count": "30", "prefix": "summer-"})
        while run_one(worker="me"):
            pass
        pool.refresh_from_db()
        assert pool.codes_count == 32
        file = b"".join(browser.get(page("couponpool_codes_as_file", pool)).streaming_content).decode()
        assert file.startswith("aaaa-1\r\nbbbb-2\r\n")
        assert file.count("summer-") == 30
        shown = browser.get(page("couponpool_changelist")).content.decode()
        assert ">32<" in re.sub(r"\s", "", shown)

    def test_wrong_codes_say_so_at_their_box(self, browser, pool):
        for wrong in ("x", "y" * 20_000):
            form = browser.post(page("couponpool_bring_codes", pool), {"codes": wrong}).context["form"]
            assert form.errors["codes"] == [f"“{wrong[:70]}” is no code: they have 4 to 64 characters."]
        form = browser.post(page("couponpool_make_codes", pool), {"count": "0"}).context["form"]
        assert form.errors["count"]
        assert not Coupon.objects.exists()

    def test_a_pool_with_codes_is_not_deleted(self, browser, pool):
        browser.post(page("couponpool_bring_codes", pool), {"codes": "AAAA-1"})
        assert browser.post(page("couponpool_delete", pool), {"post": "yes"}).status_code == 403

    def test_rules_choose_a_pool_from_a_list(self, browser, pool):
        answer = browser.get(f"{reverse('admin:earning_earningrule_add')}?type=coupon")
        assert "Letters (0 codes)" in answer.content.decode()


def test_a_point_definition_is_kept_and_counts_what_was_given(browser):
    answer = browser.post(page("pointdefinition_add"), {"name": "Welcome points", "handle": "welcome"})
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    assert "Welcome points" in browser.get(page("pointdefinition_changelist")).content.decode()
    made = PointDefinition.objects.get()
    browser.post(page("pointdefinition_delete", made), {"post": "yes"})
    assert not PointDefinition.objects.exists()


def test_analysts_see_every_page_as_it_is(as_analyst, program):
    tier = TierDefinition.objects.create(program=program, name="Gold", handle="gold", rank=1)
    program.delivery_skus = ["SHIP-1"]
    program.save()
    rows = {
        "program": program,
        "tierdefinition": tier,
        "rewarddefinition": reward(),
        "badge": Badge.objects.create(name="Early", handle="early"),
        "couponpool": CouponPool.objects.create(program=program, name="Letters", handle="letters"),
        "pointdefinition": PointDefinition.objects.create(name="Welcome", handle="welcome"),
    }
    for name, row in rows.items():
        answer = as_analyst.get(page(f"{name}_change", row))
        assert answer.status_code == 200
        assert 'name="_save"' not in answer.content.decode()
        as_analyst.get(page(f"{name}_history", row))
    assert "SHIP-1" in as_analyst.get(page("program_change", program)).content.decode()
