"""Every refusal, through every door at which it can be met: the same sentence, the same code, and nothing written."""

from datetime import timedelta

import pytest

from benefits.models import Benefit, BenefitDefinition, GlobalCounter, Redemption
from benefits.refusals import SENTENCES
from profiles.models import Event

DAY = timedelta(days=1)
FEMALE = {"==": [{"var": "gender"}, "female"]}


def not_issued_yet(scene):
    scene.hold(issued_at=scene.at + DAY)


def expired(scene):
    scene.hold(issued_at=scene.at - 31 * DAY)


def revoked(scene):
    scene.hold().revoke(at=scene.at, cause=scene.cause)


def fully_redeemed(scene):
    scene.use()


def globally_redeemed(scene):
    scene.hold()
    scene.use_up_for_everyone()


def archived_while_held(scene):
    scene.hold()
    scene.definition.archive()


def archived(scene):
    scene.definition.archive()


def not_extendable(scene):
    scene.hold()


def already_extended(scene):
    scene.change(is_extendable=True)
    scene.hold().extend(at=scene.at, cause=scene.cause, days=7)


def extendable_but_revoked(scene):
    scene.change(is_extendable=True)
    revoked(scene)


def reversed_before(scene):
    scene.use().reverse(at=scene.at, cause=scene.cause)


def used_long_ago(scene):
    scene.use(ago=timedelta(minutes=11))


def used_up_for_everyone(scene):
    scene.use_up_for_everyone()


def member_gone(scene):
    scene.member.remove(at=scene.at, cause=scene.cause)


def external_id_of_another(scene):
    scene.external_id = "order-1"
    scene.definition.issue(scene.other, at=scene.at, cause=scene.cause, external_id="order-1")


def not_claimable(scene):
    scene.change(is_claimable=False)


def claim_window_over(scene):
    scene.change(is_claimable=True, claim_period_end_at=scene.at)


def claimed_before(scene):
    scene.change(is_claimable=True)
    scene.definition.claim(scene.member, at=scene.at, cause=scene.cause)


def hidden_from_the_member(scene):
    scene.change(is_claimable=True, view_condition=FEMALE)


def not_among_those_who_may(scene):
    scene.change(is_claimable=True, claim_condition=FEMALE)


def on_no_such_tier(scene):
    scene.change(is_claimable=True, tiers=["gold"])


def claimable_but_archived(scene):
    scene.change(is_claimable=True)
    scene.definition.archive()


def claimable_but_used_up(scene):
    scene.change(is_claimable=True)
    scene.use_up_for_everyone()


REFUSALS = [
    # code, what is asked, how it came to that, at which doors
    ("not_issued_yet", "redeem", not_issued_yet, "model api admin"),
    ("expired", "redeem", expired, "model api admin"),
    ("revoked", "redeem", revoked, "model api admin"),
    ("fully_redeemed", "redeem", fully_redeemed, "model api admin"),
    ("globally_redeemed", "redeem", globally_redeemed, "model api admin"),
    ("archived", "redeem", archived_while_held, "model api admin"),
    ("not_extendable", "extend", not_extendable, "model api admin"),
    ("already_extended", "extend", already_extended, "model api admin"),
    ("revoked", "extend", extendable_but_revoked, "model api admin"),
    ("already_revoked", "revoke", revoked, "model api admin"),
    ("already_reversed", "reverse", reversed_before, "model api admin"),
    ("reversal_window_closed", "reverse", used_long_ago, "model api admin"),
    ("nothing_to_return", "give_back", fully_redeemed, "model api"),
    ("archived", "issue", archived, "model api admin csv"),
    ("no_allocation_left", "issue", used_up_for_everyone, "model api admin csv"),
    # A deleted customer is not found at the API's door and has no page to issue from.
    ("profile_inactive", "issue", member_gone, "model admin csv"),
    # The back office makes its own external ids.
    ("external_id_taken", "issue", external_id_of_another, "model api csv"),
    ("not_claimable", "claim", not_claimable, "model api admin"),
    ("not_claimable", "claim", hidden_from_the_member, "model api admin"),
    ("claim_condition_failed", "claim", not_among_those_who_may, "model api admin"),
    ("tier_required", "claim", on_no_such_tier, "model api admin"),
    ("claim_window_closed", "claim", claim_window_over, "model api admin"),
    ("already_held", "claim", claimed_before, "model api admin"),
    ("archived", "claim", claimable_but_archived, "model api admin"),
    ("no_allocation_left", "claim", claimable_but_used_up, "model api admin"),
    ("has_benefits", "delete_definition", not_extendable, "model api admin"),
]
CASES = [
    pytest.param(code, verb, arrange, door, id=f"{door}-{verb}-{code}")
    for code, verb, arrange, doors in REFUSALS
    for door in doors.split()
]


@pytest.mark.parametrize(("code", "verb", "arrange", "door"), CASES)
def test_says_the_same_at_every_door_and_writes_nothing(scene, doors, code, verb, arrange, door):
    arrange(scene)
    before = written()

    said = getattr(doors[door], verb)()

    assert SENTENCES[code] in said
    assert doors[door].code in (code, None)
    assert written() == before


# At the counter, one use is taken at a time.
@pytest.mark.parametrize("door", ["model", "api"])
@pytest.mark.parametrize(
    ("left", "said"), [(1, "Only 1 use of this benefit is"), (2, "Only 2 uses of this benefit are")]
)
@pytest.mark.parametrize(
    ("limit", "code", "rest"),
    [
        ("max_redemptions", "fully_redeemed", " left."),
        ("max_global_redemptions", "globally_redeemed", " left for all customers together."),
    ],
)
def test_says_how_many_uses_are_left(scene, doors, door, left, said, limit, code, rest):
    scene.change(**{"max_redemptions": None, limit: left})
    scene.hold()
    scene.count = 5
    before = written()

    assert doors[door].redeem() == said + rest

    assert doors[door].code == code
    assert written() == before


def test_every_code_is_met():
    # A new end that is not later can be asked for by a date only, a form is sent by hand, and only a reaction asks for a
    # benefit by its definition; tests/benefits holds all three.
    assert {code for code, *_ in REFUSALS} == SENTENCES.keys() - {"not_later", "already_sent", "none_held"}


def written() -> list:
    models = (Benefit, BenefitDefinition, Event, Redemption)
    counters = GlobalCounter.objects.order_by("pk").values_list("used", "issued", "allowance")
    benefits = Benefit.objects.order_by("pk").values_list("redemptions", "expires_at", "revoked_at")
    return [model.objects.count() for model in models] + list(counters) + list(benefits)
