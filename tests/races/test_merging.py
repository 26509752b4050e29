"""Two clerks merge the same pair crosswise: one wins, the other is told, and neither waits for ever."""

import pytest

from cxmanager.refusals import Refusal
from profiles import merging
from profiles.cause import Cause
from profiles.models import Event, Profile


@pytest.mark.parametrize("attempt", range(5))
def test_crosswise_merges_end_with_one_profile(at_once, at, attempt):
    first = Profile(first_name="Maria").enrol(at=at, cause=Cause())
    second = Profile(first_name="Maria").enrol(at=at, cause=Cause())

    outcomes = at_once(
        [
            lambda: merging.merge(winner=first, loser=second, at=at, cause=Cause()),
            lambda: merging.merge(winner=second, loser=first, at=at, cause=Cause()),
        ]
    )

    assert [type(one) for one in outcomes if isinstance(one, Exception)] == [Refusal]
    assert [one.code for one in outcomes if isinstance(one, Refusal)] == ["already_merged"]
    assert Profile.objects.living().count() == 1
    assert Event.objects.filter(name="profile.merged").count() == 1
