"""Every declared event is recorded by something that one can do here, and nothing else is.

A new event takes one more step in a tour of what is done, or a tour of its own in `TOURS`.
"""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from access.models import ApiToken, Setting, StaffRole
from access.recording import Actor
from access.roles import Role
from achievements.models import AchievementDefinition
from benefits.expiring import tell_some
from benefits.models import BenefitDefinition
from earning import pointing
from earning.coupons.making import bring
from earning.ledger.adjusting import reject
from earning.ledger.approving import block, unblock
from earning.ledger.restoring import restore
from earning.ledger.warning import warn_some
from earning.models import Award, Badge, CouponPool, EarningRule, LoyaltyCard, TierDefinition
from earning.occurrences import couponing, referring
from earning.occurrences.reporting import report
from earning.rewards import ordering, redeeming, rewarding
from earning.tiers import tiering, years
from profiles.cause import Cause
from profiles.draining import drain_some
from profiles.erasing import erase
from profiles.events.catalogue import CATALOGUE
from profiles.member_tokens import sign_in
from profiles.merging import merge
from profiles.models import Address, Event, Interaction, Note
from reactions.automating import start_some
from reactions.models import Action, Reaction, Webhook
from tests.conftest import person
from tests.declared import undeclared_rows
from tests.earning.rewards_made import reward
from tests.earning.rules_made import rule
from transactions.models import Transaction

ADDRESS = {"address_line_1": "1 High St", "city": "Fitzroy", "state": "VIC", "postcode": "3065", "country": "Australia"}
VISIT = {"action": "visit", "channel": "location", "name": "Visit", "namespace": "shop"}
LINE = {"sku": "KNIT", "name": "Knit", "quantity": Decimal(2), "price_sell": Decimal(10)}


class Tour:
    """Who acts, when and how: `told` goes to every verb."""

    def __init__(self, *, member, other_member, clerk, api, at):
        self.member, self.other_member, self.clerk, self.api, self.at = member, other_member, clerk, api, at
        self.told = {"at": at, "cause": Cause(user=clerk)}

    def call(self, verb: str, path: str, body: dict | None = None) -> dict:
        answer = getattr(self.api, verb)(f"/api/v3/{path}", body or {}, format="json")
        assert answer.status_code < 300, answer.content
        return answer.json()["data"] if answer.content else {}

    def live(self, path: str, body: dict, change: dict | None) -> None:
        """Make a row over the API, change it and delete it."""
        pk = self.call("post", path, body)["id"]
        if change is not None:
            self.call("put", f"{path}/{pk}", change)
        self.call("delete", f"{path}/{pk}")


def of_customers(tour: Tour) -> None:
    member, told = tour.member, tour.told
    member.change(last_name="Another", **told)
    member.set_comms({"email_promo": True}, **told)
    member.set_comms({"email_promo": False}, **told)
    member.add_tags("vip", **told)
    member.remove_tags("vip", **told)
    for row, change in belongings(tour):
        row.change(**change, **told)
        row.remove(**told)
    sign_in(member, **told)
    merge(winner=member, loser=tour.other_member, **told)
    member.refresh_from_db()
    member.remove(**told)
    erase(member, **told)


def belongings(tour: Tour):
    """One of each that can belong to a customer, with what to change of it."""
    member, told = tour.member, tour.told
    identity = member.add_identity(handle="card", identifier="1", **told)
    address, note = Address(profile=member, **ADDRESS), Note(profile=member, text="Hello.", author=tour.clerk)
    address.put_down(**told)
    note.put_down(**told)
    attribute = member.set_custom_attribute(namespace="shop", handle="colour", value="red", **told)
    date = member.set_date(handle="birthday", relationship="child", date=tour.at.date(), **told)
    visit = member.add_interaction(**VISIT, **told)
    return [
        (identity, {"identifier": "2"}),
        (address, {"city": "Carlton"}),
        (note, {"is_pinned": True}),
        (attribute, {"value": "teal"}),
        (date, {"name": "Mia"}),
        (visit, {"signal": Interaction.Signal.POSITIVE}),
    ]


def of_benefits(tour: Tour) -> None:
    member, told = tour.member, tour.told
    coffee = BenefitDefinition.objects.create(
        name="Coffee", handle="coffee", max_redemptions=9, is_claimable=True, is_published=True, is_extendable=True
    )
    benefit = coffee.issue(member, **told)
    coffee.claim(tour.other_member, **told)
    benefit.redeem(**told).reverse(**told)
    benefit.redeem(count=2, **told).give_back(1, **told)
    benefit.extend(days=3, **told)
    benefit.correct(external_id="B-1", **told)
    benefit.remove(**told)
    coffee.issue(member, **told).revoke(**told)
    tell_some(at=tour.at)
    tell_some(at=coffee.issue(member, **told).expires_at)


def of_purchases(tour: Tour) -> None:
    told = tour.told
    document = {"external_id": "S1", "transacted_at": tour.at, "items": [LINE]}
    sale = Transaction.objects.record(tour.member, document, **told)
    taken_back = {
        "type": "return",
        "returns": "S1",
        "transacted_at": tour.at,
        "items": [LINE | {"quantity": Decimal(1)}],
    }
    Transaction.objects.record(None, taken_back, **told).remove(**told)
    sale.change({"receipt_ref": "4711"}, **told)
    tour.call("post", f"transactions/{sale.pk}/resend")
    tour.call("post", f"transactions/items/{sale.items.get().pk}/resend")
    # Nobody's, claimed later.
    claimed = Transaction.objects.record(None, document | {"external_id": "S2"}, **told)
    claimed.claim(tour.member, **told)
    claimed.void_item(claimed.items.get(), **told)
    sale.void(**told)


def of_what_ends(tour: Tour) -> None:
    """Points and a reward of which customers are warned."""
    card = LoyaltyCard.objects.ensure(tour.member, **tour.told)
    for unit in ("points", "AUD"):
        card.credit(Decimal(9), unit=unit, expires_at=tour.at + timedelta(days=7), **tour.told)
    assert warn_some(at=tour.at) == 2


def of_cards(tour: Tour) -> None:
    told, days = tour.told, timedelta(days=9)
    card = LoyaltyCard.objects.ensure(tour.member, **told)
    other = LoyaltyCard.objects.ensure(tour.other_member, **told)
    card.program.adjustment_approval_above = Decimal(5)
    card.program.save()
    for unit in ("points", "AUD"):
        card.credit(Decimal(100), unit=unit, **told)
        spent = card.spend(Decimal(40), unit=unit, **told)
        restore(spent, Decimal(20), **told)
        taken = card.credit(Decimal(9), unit=unit, **told)
        card.reverse(taken, **told)
        unblock(block(card.credit(Decimal(8), unit=unit, **told), **told), **told)
        card.adjust(Decimal(-2), unit=unit, reason="Typed twice.", **told)
        card.credit(Decimal(7), unit=unit, pending_days=3, expires_at=tour.at + days, **told)
    card.transfer(other, Decimal(5), **told)
    reject(card.adjust(Decimal(50), reason="Sorry.", **told), at=tour.at, cause=Cause(user=person("Nora")))
    card.settle(at=tour.at + timedelta(days=4))
    card.settle(at=tour.at + days)
    card.change_status("suspended", **told)


def of_awards(tour: Tour) -> None:
    Badge.objects.create(name="Early bird", handle="early-bird")
    for document in (
        {"type": "spending", "rewards": {"points": "1", "badge": "early-bird"}},
        {"type": "spending", "requires_approval": True, "rewards": {"points": "2"}},
        {"type": "custom_event", "conditions": {"code": "shared"}, "rewards": {"points": "3"}},
    ):
        EarningRule.objects.write(document | {"name": "A rule", "status": "active"}, at=tour.at)
    sales = [Transaction.objects.record(tour.member, {"items": [LINE]}, **tour.told) for _ in range(2)]
    one, other = Award.objects.waiting()
    one.approve(**tour.told)
    other.reject("No.", **tour.told)
    sales[0].void(**tour.told)
    report(tour.member, "shared", external_id="1", **tour.told)


def of_tiers(tour: Tour) -> None:
    """Up by hand, down by hand, kept for a year since it asks for little, and towards the next by a sale."""
    card = LoyaltyCard.objects.ensure(tour.member, **tour.told)
    made = {"program": card.program, "basis": "spend"}
    low, high = (
        TierDefinition.objects.create(name=name, handle=name.lower(), rank=rank, value_min=rank * 100, **made)
        for rank, name in enumerate(("Bronze", "Gold"))
    )
    tiering.assign(card, high, **tour.told)
    tiering.assign(card, low, **tour.told)
    Transaction.objects.record(tour.member, {"total": Decimal(50), "transacted_at": tour.at}, **tour.told)
    tiering.refresh(card, **tour.told)
    tiering.assign(card, high, **tour.told)
    TierDefinition.objects.update(value_maintain=Decimal("0.01"))
    Transaction.objects.record(
        tour.member, {"total": Decimal(1), "transacted_at": tour.at + timedelta(days=9)}, **tour.told
    )
    assert years.maintain_due(at=tour.at + timedelta(days=400), cause=Cause()) == 1


def of_rewards(tour: Tour) -> None:
    told = tour.told
    LoyaltyCard.objects.ensure(tour.member, **told).credit(Decimal(100), **told)
    ten = reward(points_cost=Decimal(20), is_extendable=True, extend_days=7)
    ordering.cancel(ordering.order(ten, tour.member, **told), **told)
    issued = rewarding.extend(rewarding.issue(ten, tour.member, **told), **told)
    rewarding.correct(issued, value_remaining=Decimal(25), **told)
    pointing.give(tour.member, Decimal(50), value_remaining=Decimal(20), **told)
    paid = redeeming.redeem(tour.member, Decimal(5), **told)
    redeeming.give_back(paid, Decimal(2), **told)
    redeeming.reverse_redemption(paid, **told)
    pool = CouponPool.objects.create(program=ten.program, name="Cinema", handle="cinema")
    bring(pool, ["seat-1"])
    rewarding.issue(reward(handle="cinema", coupon_pool=pool), tour.member, **told)


def of_products(tour: Tour) -> None:
    product = tour.call("post", "products", {"title": "Scarf", "external_id": "P-1"})
    tour.live(f"products/{product['id']}/variants", {"sku": "SCARF-RED"}, {"price": 5})
    tour.call("put", f"products/{product['id']}", {"title": "Wool scarf"})
    tour.call("delete", f"products/{product['id']}")
    tour.live("brands", {"name": "Harbour", "handle": "harbour"}, {"name": "Harbor"})
    tour.live("systems", {"handle": "web"}, None)


def of_administration(tour: Tour) -> None:
    tour.live("tags", {"handle": "new"}, None)
    tour.live("locations", {"name": "Fitzroy"}, {"name": "Fitzroy North"})
    secret = dict.fromkeys(("password", "password_confirmation"), "correct horse battery")
    tour.live("users", {"name": "Ana", "email": "ana@example.com"} | secret, {"name": "Anna"})
    actor = Actor(door="command", user=tour.clerk)
    token, _ = ApiToken.objects.issue(
        name="Till 4", user=tour.clerk, scopes=["*"], at=tour.at, expires_at=tour.at + timedelta(days=9), actor=actor
    )
    token.revoke(at=tour.at, actor=actor)
    office = Client()
    office.force_login(person("Ada", Role.ADMINISTRATOR))
    for model, row, change in (
        (StaffRole, {"name": "Night shift"}, {"name": "Late shift"}),
        (Setting, {"handle": "mine", "type": "string", "value": "a"}, {"value": "b"}),
    ):
        list_ = f"/admin/access/{model._meta.model_name}/"
        assert office.post(f"{list_}add/", row).status_code == 302
        pk = model.objects.latest("pk").pk
        assert office.post(f"{list_}{pk}/change/", change).status_code == 302
        assert office.post(f"{list_}{pk}/delete/", {"post": "yes"}).status_code == 302


def of_webhooks(tour: Tour) -> None:
    webhook = Webhook.objects.create(trigger="tag.added", url="https://shop.example.com/hooks")
    webhook.tally(delivered=0, failed=10_000, at=tour.at)
    webhook.resume(**tour.told)


def of_automations(tour: Tour) -> None:
    automation = Reaction.objects.create(
        kind="automation", name="Tags in the morning", frequency="daily", audience={"==": [{"var": "gender"}, "female"]}
    )
    Action.objects.create(reaction=automation, handle="tag.add", arguments={"tag": {"value": "v", "is_dynamic": False}})
    automation.switch_on(at=tour.at)
    assert start_some(at=tour.at + timedelta(days=2)) == 1


def of_achievements(tour: Tour) -> None:
    BenefitDefinition.objects.create(name="Coffee", handle="coffee")
    unlocks = [{"type": "benefit_definition", "id_type": "handle", "id": "coffee"}]
    visits = AchievementDefinition(
        name="Visits", handle="visits", strategy="linear", every=5, levels=[{"meta": {"unlocks": unlocks}}]
    )
    visits.full_clean()
    visits.save()
    BenefitDefinition.objects.get().archive()
    visits.progress(tour.member, count=Decimal(12), **tour.told).achievement.correct(Decimal(3), **tour.told)
    drain_some(at=tour.at)


def of_what_was_brought(tour: Tour) -> None:
    """A customer brings another, enters a coupon and has something posted to an account."""
    card = LoyaltyCard.objects.ensure(tour.member, **tour.told)
    referring.refer(card, tour.other_member, **tour.told)
    rule("A coupon", "coupon", points="5", conditions={"codes": ["summer26"]})
    couponing.redeem(tour.member, "summer26", **tour.told)
    body = {"profile_id": str(tour.member.pk), "external_id": "L-1", "account": "savings", "direction": "credit"}
    tour.call("post", "earning/ledger-transactions", body | {"amount": "5", "currency": "AUD"})
    tour.call("delete", "earning/ledger-transactions/L-1")


TOURS = {
    "Achievements": [of_achievements],
    "Customers": [of_customers],
    "Benefits": [of_benefits],
    "Purchases": [of_purchases],
    "Earning": [of_what_ends, of_what_was_brought, of_rewards, of_awards, of_cards, of_tiers],
    "Products": [of_products],
    "Administration": [of_administration, of_webhooks, of_automations],
}


@pytest.mark.parametrize("group", sorted({kind.group for kind in CATALOGUE}))
def test_what_one_can_do_records_all_that_is_declared(group, member, other_member, clerk, api, at):
    for go in TOURS[group]:
        go(Tour(member=member, other_member=other_member, clerk=clerk, api=api, at=at))

    recorded = set(Event.objects.values_list("name", flat=True))
    missing = sorted({kind.name for kind in CATALOGUE if kind.group == group} - recorded)
    assert missing == [], "Declared, and recorded by nothing that is done here."
    # What was erased says no more what it said.
    Event.objects.filter(payload__has_key="erased").delete()
    assert undeclared_rows() == []


def test_every_tour_is_of_a_group_that_there_is():
    assert sorted(TOURS) == sorted({kind.group for kind in CATALOGUE})
