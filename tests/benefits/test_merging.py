import pytest

from benefits import batching
from benefits.models import Benefit, Redemption
from profiles import merging
from profiles.erasing import erase
from profiles.exporting import export
from profiles.models import Profile


@pytest.fixture
def used(coffee, other_member, at, cause):
    """Otto's coffee, used and taken back with a reason."""
    benefit = coffee.issue(other_member, at=at, cause=cause)
    benefit.redeem(at=at, cause=cause, receipt_ref="R-1", meta={"note": "for Otto"})
    return benefit


class TestMerge:
    def test_moves_benefits_and_redemptions_uncounted(self, used, coffee, member, other_member, at, cause):
        assert ("Benefits", 1) in merging.preview(winner=member, loser=other_member).moves

        merging.merge(winner=member, loser=other_member, at=at, cause=cause)

        assert Benefit.objects.get().profile == member
        assert Redemption.objects.get().profile == member
        assert coffee.counters.totals() == {"used": 1, "issued": 1}

    def test_keeps_both_where_each_had_claimed_once(self, coffee, member, other_member, at, cause):
        coffee.is_claimable = True
        coffee.save()
        first, second = coffee.claim(member, at=at, cause=cause), coffee.claim(other_member, at=at, cause=cause)

        merging.merge(winner=member, loser=other_member, at=at, cause=cause)

        first.refresh_from_db()
        second.refresh_from_db()
        assert (first.profile, second.profile) == (member, member)
        assert (first.is_sole_claim, second.is_sole_claim) == (True, False)

    def test_keeps_both_of_one_bulk_issue(self, coffee, member, other_member, at, cause):
        batch = batching.start_batch(coffee, at=at, cause=cause, profiles=Profile.objects.all())
        batching.serve_chunk(batch, at=at, cause=cause)

        merging.merge(winner=member, loser=other_member, at=at, cause=cause)

        assert sorted(member.benefits.values_list("batch", flat=True), key=str) == [batch.pk, None]

    def test_lets_the_winner_wait_in_the_losers_place(self, coffee, member, other_member, at, cause):
        batch = batching.start_batch(coffee, at=at, cause=cause, profile_ids=[other_member.pk])

        merging.merge(winner=member, loser=other_member, at=at, cause=cause)
        batching.serve_chunk(batch, at=at, cause=cause)

        assert Benefit.objects.get().profile == member

    def test_lets_the_winner_wait_once(self, coffee, member, other_member, at, cause):
        batch = batching.start_batch(coffee, at=at, cause=cause, profiles=Profile.objects.all())

        merging.merge(winner=member, loser=other_member, at=at, cause=cause)

        assert list(batch.recipients.values_list("profile_id", flat=True)) == [member.pk]


class TestPrivacy:
    def test_exports_what_is_held(self, used, other_member, at):
        data = export(other_member, at=at)

        assert [(row["benefit"], row["redemptions"]) for row in data["benefits"]] == [("Free coffee", 1)]
        assert [(row["benefit_id"], row["receipt_ref"]) for row in data["redemptions"]] == [(used.pk, "R-1")]

    def test_erases_words_and_keeps_counts(self, used, coffee, other_member, at, cause):
        erase(other_member, at=at, cause=cause)

        redemption = Redemption.objects.get()
        assert (redemption.receipt_ref, redemption.meta, redemption.count) == ("", None, 1)
        assert coffee.counters.totals() == {"used": 1, "issued": 1}
