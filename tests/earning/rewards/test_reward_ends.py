"""When reward money ends, as conditions ask for it."""

from datetime import timedelta

from earning.ledger.expiring import settle_some
from earning.rewards import rewarding
from profiles.conditions.condition import Condition
from profiles.models import Profile
from tests.earning.rewards_made import reward

IN_A_WEEK = {"==": [{"days_until": [{"var": "reward_ends_at"}]}, 7]}


def whom(at) -> list[Profile]:
    return list(Profile.objects.matching(Condition.of(IN_A_WEEK), at=at))


def test_the_first_that_can_still_be_used_is_asked_for(member, other_member, program, at, cause):
    definition = reward()
    for days in (30, 7):
        rewarding.issue(definition, member, at=at, cause=cause, expires_at=at + timedelta(days=days))
    rewarding.issue(definition, other_member, at=at, cause=cause, expires_at=at + timedelta(days=8))

    assert whom(at) == [member]
    assert whom(at + timedelta(days=1)) == [other_member]
    # The first is over, and a worker has settled it: the other is the next to end.
    settle_some(at=at + timedelta(days=23))
    assert whom(at + timedelta(days=23)) == [member]


def test_who_has_none_is_not_asked_for(member, program, at):
    assert whom(at) == []
    (clause,) = Condition.of(IN_A_WEEK).explain(member, at=at)
    assert not clause["holds"]
