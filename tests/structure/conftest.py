"""A small world with one of everything, and a way to make one more of each: for the tests that go over all lists and pages."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.models import ApiToken, Setting, User
from achievements.models import Achievement, AchievementDefinition
from benefits.models import Benefit, BenefitBatch, BenefitDefinition
from jobs.models import Job
from profiles.cause import Cause
from profiles.models import (
    Address,
    CustomAttribute,
    Event,
    Identity,
    Interaction,
    Location,
    Note,
    Profile,
    ProfileDate,
    ProfileImport,
    Segment,
    StaffMember,
    Tag,
    Unheard,
)
from reactions.automating import begin
from reactions.models import Delivery, Occurrence, Reaction, Run, Target, Webhook
from tests.structure.earning_world import EarningWorld
from transactions.models import Brand, Product, ProductVariant, System, Transaction, TransactionClaim


class World(EarningWorld):
    """`world.more("tag", 5)` makes the fifth tag and what it stands on. A new kind is one method named after it."""

    def __init__(self, *, member: Profile, clerk: User, cause: Cause, at):
        self.member, self.clerk, self.cause, self.at = member, clerk, cause, at
        self.coffee = BenefitDefinition.objects.create(
            name="Free coffee", handle="free-coffee", is_claimable=True, is_published=True, is_reclaimable=True
        )
        self.home = Location.objects.create(name="Fitzroy")

    def more(self, kind: str, number: int):
        return getattr(self, f"_{kind}")(number)

    def _of_member(self, model: type, **values):
        return model.objects.create(profile=self.member, **values)

    # --- Achievements -------------------------------------------------------------------------------------------------

    def _goal(self, number: int) -> AchievementDefinition:
        return AchievementDefinition.objects.create(name=f"Goal {number}", handle=f"goal-{number}")

    def _achievement(self, number: int) -> Achievement:
        return self._goal(number).progress(self.member, at=self.at, cause=self.cause).achievement

    # --- Customers ----------------------------------------------------------------------------------------------------

    def _profile(self, number: int) -> Profile:
        profile = Profile(first_name=f"P{number}", email=f"p{number}@example.com", joined_location=self.home)
        profile.enrol(at=self.at, cause=self.cause)
        profile.tags.set(Tag.objects.named("vip", f"tag-{number}"))
        Identity.objects.create(profile=profile, handle="card", identifier=f"of-{number}")
        CustomAttribute.objects.create(profile=profile, namespace="shop", handle="size", value=f"{number}")
        return profile

    def _member(self, number: int) -> Profile:
        return self.member

    def _address(self, number: int) -> Address:
        return self._of_member(
            Address,
            address_line_1=f"{number} High St",
            city="Fitzroy",
            state="VIC",
            postcode="3065",
            country="Australia",
        )

    def _identity(self, number: int) -> Identity:
        return self._of_member(Identity, handle="card", identifier=f"c-{number}")

    def _attribute(self, number: int) -> CustomAttribute:
        return self._of_member(CustomAttribute, namespace="shop", handle=f"h-{number}", value="x")

    def _date(self, number: int) -> ProfileDate:
        return self._of_member(ProfileDate, handle=f"d-{number}", date=self.at.date())

    def _note(self, number: int) -> Note:
        return self._of_member(Note, text=f"Note {number}", author=self.clerk)

    def _interaction(self, number: int) -> Interaction:
        return self._of_member(
            Interaction,
            action="visit",
            channel="location",
            name=f"Visit {number}",
            namespace="shop",
            interacted_at=self.at,
            location=self.home,
            staff=self._profile(1000 + number),
        )

    def _member_tag(self, number: int) -> Tag:
        tag = Tag.objects.create(handle=f"tag-{number}")
        self.member.tags.add(tag)
        return tag

    def _tag(self, number: int) -> Tag:
        return self._member_tag(number)

    def _location(self, number: int) -> Location:
        location = Location.objects.create(name=f"Shop {number}")
        location.tags.set(Tag.objects.named("city", f"tag-{number}"))
        return location

    def _event(self, number: int) -> Event:
        return self.member.record(
            "profile.updated", at=self.at, cause=self.cause, payload={"changes": {"a": [1, number]}}
        )

    def _profile_import(self, number: int) -> ProfileImport:
        file = ContentFile(b"email\na@example.com\n", name="people.csv")
        return ProfileImport.objects.create(name=f"people-{number}.csv", file=file, header=["email"], user=self.clerk)

    def _segment(self, number: int) -> Segment:
        condition = {"==": [{"var": "first_name"}, f"P{number}"]}
        return Segment.objects.create(name=f"Segment {number}", handle=f"segment-{number}", condition=condition)

    def _member_of_segment(self, number: int) -> Profile:
        if not hasattr(self, "segment"):
            condition = {"!=": [{"var": "email"}, None]}
            self.segment = Segment.objects.create(name="All", handle="all", condition=condition)
        return self._profile(number)

    def _staff_member(self, number: int) -> StaffMember:
        return StaffMember.objects.create(user=self._user(number), home_location=self.home)

    # --- Benefits -----------------------------------------------------------------------------------------------------

    def _definition(self, number: int) -> BenefitDefinition:
        definition = BenefitDefinition.objects.create(
            name=f"Benefit {number}",
            handle=f"benefit-{number}",
            is_claimable=True,
            is_published=True,
            max_global_redemptions=5,
        )
        definition.tags.set(Tag.objects.named("campaign", f"tag-{number}"))
        return definition

    def _benefit(self, number: int) -> Benefit:
        return self._definition(number).issue(self.member, at=self.at, cause=self.cause)

    def _redemption(self, number: int):
        return self._benefit(number).redeem(at=self.at, cause=self.cause)

    def _batch(self, number: int) -> BenefitBatch:
        job = self._job(number)
        return BenefitBatch.objects.create(definition=self._definition(number), job=job, user=self.clerk)

    # --- Transactions -------------------------------------------------------------------------------------------------

    def _sale(self, number: int) -> Transaction:
        line = {
            "sku": f"SKU-{number}",
            "name": "Scarf",
            "quantity": Decimal(1),
            "price_sell": Decimal("10.00"),
            "brand": "Acme",
        }
        document = {
            "external_id": f"sale-{number}",
            "items": [line],
            "location": self._location(1000 + number),
            "tags": ["a", f"tag-{number}"],
            "systems": ["pos", f"system-{number}"],
            "payments": [{"payment_code": "CASH"}],
            "staff": self._profile(2000 + number),
        }
        return Transaction.objects.record(self.member, document, at=self.at, cause=self.cause)

    def _item(self, number: int):
        line = {"sku": f"ITEM-{number}", "quantity": Decimal(1), "is_new": True}
        if not hasattr(self, "basket"):
            self.basket = self._sale(0)
        self.basket.change({"items": [line]}, at=self.at, cause=self.cause)

    def _claim(self, number: int) -> TransactionClaim:
        return self._of_member(
            TransactionClaim,
            transaction_receipt_ref=f"R-{number}",
            transaction_transacted_at=self.at.date(),
            transaction_total=10,
        )

    def _product(self, number: int) -> Product:
        product = self._variant(number).product
        product.systems.set(System.objects.named("pos", f"system-{number}"))
        product.tags.set(Tag.objects.named("city", f"tag-{number}"))
        return product

    def _variant(self, number: int) -> ProductVariant:
        product = Product.objects.create(title=f"Product {number}")
        variant = ProductVariant.objects.create(product=product, sku=f"V-{number}")
        variant.tags.set(Tag.objects.named("warm", f"tag-{number}"))
        return variant

    def _variant_of_one(self, number: int) -> ProductVariant:
        if not hasattr(self, "one_product"):
            self.one_product = Product.objects.create(title="Scarf")
        variant = self._variant(number)
        ProductVariant.objects.filter(pk=variant.pk).update(product=self.one_product)
        return variant

    def _brand(self, number: int) -> Brand:
        return Brand.objects.create(name=f"Brand {number}", handle=f"brand-{number}")

    def _system(self, number: int) -> System:
        return System.objects.create(handle=f"system-{number}")

    # --- Automation ---------------------------------------------------------------------------------------------------

    def _target(self, number: int) -> Target:
        target = Target(name=f"Target {number}", handle=f"target-{number}", url="http://127.0.0.1:9", template="{}")
        target.headers = {"X-Key": "4711"}
        target.save()
        return target

    def _webhook(self, number: int) -> Webhook:
        return Webhook.objects.create(trigger="profile.updated", url=f"http://127.0.0.1:9/{number}")

    def _delivery(self, number: int) -> Delivery:
        receiver = {"target": self._target(number)} if number % 2 else {"webhook": self._webhook(number)}
        state = Delivery.State.PARKED if number % 3 else Delivery.State.DELIVERED
        return Delivery.objects.create(
            **receiver,
            event=self._event(number),
            profile=self._profile(3000 + number),
            state=state,
            milliseconds=12,
            created_at=self.at,
        )

    def _reaction(self, number: int) -> Reaction:
        benefit = {"name": "definition", "value": self._definition(4000 + number).handle}
        condition = {"name": "condition", "value": {"==": [{"var": "tag"}, f"tag-{number}"]}}
        reaction = Reaction(name=f"Reaction {number}", trigger="tag.added")
        actions = [
            {"name": "filter", "arguments": [condition]},
            {"name": "benefit.issue", "arguments": [benefit]},
            {"name": "target.send", "arguments": [{"name": "target", "value": self._target(4000 + number).handle}]},
        ]
        return reaction.write(at=self.at, actions=actions, is_active=bool(number % 2))

    def _automation(self, number: int) -> Reaction:
        benefit = {"name": "definition", "value": self._definition(6000 + number).handle}
        return Reaction(kind="automation", name=f"Automation {number}").write(
            at=self.at,
            actions=[{"name": "benefit.issue", "arguments": [benefit]}],
            is_active=True,
            frequency="daily",
            audience={"==": [{"var": "first_name"}, f"P{number}"]},
        )

    def _occurrence(self, number: int) -> Occurrence:
        automation = self._automation(7000 + number)
        occurrence = begin(automation, due_at=self.at, at=self.at, cause=self.cause)
        for state in (Run.State.WAITING, Run.State.PARKED):
            Run.objects.create(
                reaction=automation,
                event=occurrence.event,
                occurrence=occurrence,
                profile=self._profile(10 * number + 100_000 + (state == Run.State.PARKED)),
                state=state,
                next_at=self.at,
                created_at=self.at,
            )
        return occurrence

    def _run(self, number: int) -> Run:
        return Run.objects.create(
            reaction=self._reaction(5000 + number),
            event=self._event(5000 + number),
            profile=self._profile(5000 + number),
            state=Run.State.PARKED if number % 3 else Run.State.FILTERED,
            next_at=self.at,
            created_at=self.at,
        )

    def address(self, path: str) -> str:
        """The path with what it is about: the member, a sale, a product."""
        made_by = {"basket": "item", "one_product": "variant_of_one", "segment": "member_of_segment"}
        variables = {"basket": "{transaction_id}", "one_product": "{product_id}", "segment": "{segment_id}"}
        for name, variable in variables.items():
            if variable in path:
                self.more(made_by[name], 999)
                path = path.replace(variable, str(getattr(self, name).pk))
        return path.replace("{profile}", str(self.member.pk))

    # --- Administration -----------------------------------------------------------------------------------------------

    def _job(self, number: int) -> Job:
        return Job.objects.enqueue("nothing", at=self.at, user=self.clerk)

    def _unheard(self, number: int) -> Unheard:
        event = self._profile(2_000 + number).events.first()
        return Unheard.objects.create(
            event=event, handler="test", error="ValueError: No.", next_at=self.at, created_at=self.at
        )

    def _user(self, number: int) -> User:
        user = User.objects.create_user(f"user{number}@example.com", name=f"User {number}")
        user.groups.set(Group.objects.all()[:2])
        return user

    def _role(self, number: int) -> Group:
        return Group.objects.create(name=f"Role {number}")

    def _setting(self, number: int) -> Setting:
        return Setting.objects.create(handle=f"setting-{number}", value="x")

    def _environment(self, number: int) -> Setting:
        return Setting.objects.create(handle=f"app.{number}", value="x", is_environment=True)

    def _token(self, number: int) -> ApiToken:
        return ApiToken.objects.issue(name=f"Token {number}", user=self._user(number), scopes=["*"], at=self.at)[0]


@pytest.fixture
def world(member, clerk, cause, at) -> World:
    return World(member=member, clerk=clerk, cause=cause, at=at)


@pytest.fixture
def count_queries() -> Callable:
    """count_queries(call) → (the statements, what the call returned)."""

    def run(call: Callable):
        with CaptureQueriesContext(connection) as captured:
            answer = call()
        return [query["sql"] for query in captured.captured_queries], answer

    return run
