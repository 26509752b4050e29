from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from benefits.models import Benefit, BenefitDefinition, GlobalCounter
from cxmanager.refusals import Refusal
from profiles.models import Event, Tag


class TestClean:
    def test_refuses_a_limit_below_what_is_used_at_its_field(self, coffee, member, other_member, at, cause):
        for profile in (member, other_member):
            coffee.issue(profile, at=at, cause=cause).redeem(at=at, cause=cause)
        coffee.max_global_redemptions = 1

        with pytest.raises(ValidationError) as refused:
            coffee.full_clean()

        assert refused.value.message_dict == {
            "max_global_redemptions": ["Customers have used this benefit 2 times already; the limit cannot be lower."]
        }

    def test_takes_a_limit_of_exactly_what_is_used(self, coffee, member, other_member, at, cause):
        first, second = (coffee.issue(one, at=at, cause=cause) for one in (member, other_member))
        first.redeem(at=at, cause=cause)
        coffee.max_global_redemptions = 1
        coffee.full_clean()
        coffee.save()

        assert coffee.global_uses_left() == 0
        assert second.why_not_redeemable(at=at).code == "globally_redeemed"

    def test_saving_past_clean_is_refused_too_and_changes_nothing(self, coffee, member, other_member, at, cause):
        for profile in (member, other_member):
            coffee.issue(profile, at=at, cause=cause).redeem(at=at, cause=cause)
        coffee.max_global_redemptions = 1

        with pytest.raises(Refusal, match="2 times already"):
            coffee.save()

        assert BenefitDefinition.objects.get().max_global_redemptions is None

    @pytest.mark.parametrize(
        ("values", "field", "sentence"),
        [
            ({"period": 0}, "period", "at least 1"),
            ({"period": 36_501}, "period", "At most 36,500 days."),
            ({"period": 101, "period_type": "years"}, "period", "At most 100 years."),
            ({"period_type": "absolute_date"}, "__all__", "A fixed date for everyone needs that date."),
            ({"product_skus": "COFFEE"}, "product_skus", "Write a list of words."),
            ({"product_skus": ["A", ""]}, "product_skus", "Write a list of words."),
            ({"timezone": "Mars/Olympus"}, "timezone", "is not a time zone"),
            ({"discount_percent": 101}, "discount_percent", "at most 100"),
            ({"max_redemptions": 0}, "max_redemptions", "at least 1"),
        ],
    )
    def test_says_what_is_wrong_at_the_field(self, coffee, values, field, sentence):
        for name, value in values.items():
            setattr(coffee, name, value)

        with pytest.raises(ValidationError) as refused:
            coffee.full_clean()

        assert sentence in " ".join(refused.value.message_dict[field])

    def test_refuses_a_claim_window_that_ends_before_it_starts(self, coffee, at):
        coffee.claim_period_start_at, coffee.claim_period_end_at = at, at

        with pytest.raises(ValidationError, match="must end after it starts"):
            coffee.full_clean()

    def test_names_the_handle_that_is_taken(self, coffee):
        with pytest.raises(ValidationError, match="Another benefit definition has this handle"):
            BenefitDefinition(name="Other", handle=coffee.handle).full_clean()


class TestIssue:
    def test_writes_benefit_event_and_counter(self, coffee, member, at, cause):
        benefit = coffee.issue(member, at=at, cause=cause)

        assert (benefit.profile, benefit.issued_at, benefit.max_redemptions) == (member, at, 1)
        assert coffee.counters.totals() == {"used": 0, "issued": 1}
        assert Event.objects.get(name="benefit.issued").payload["definition"]["name"] == "Free coffee"

    def test_keeps_its_own_limit_when_the_definition_changes(self, issued, coffee):
        coffee.max_redemptions = 5
        coffee.save()

        issued.refresh_from_db()
        assert issued.max_redemptions == 1

    def test_gives_the_same_benefit_for_the_same_external_id(self, coffee, member, at, cause):
        first, second = (coffee.issue(member, at=at, cause=cause, external_id="X-1") for _ in range(2))

        assert first == second
        assert coffee.counters.totals()["issued"] == 1

    def test_refuses_an_external_id_of_somebody_else(self, coffee, member, other_member, at, cause):
        coffee.issue(member, at=at, cause=cause, external_id="X-1")

        with pytest.raises(Refusal, match="Another benefit has this external id"):
            coffee.issue(other_member, at=at, cause=cause, external_id="X-1")

        assert Benefit.objects.count() == 1

    def test_refuses_when_archived_used_up_or_for_a_deleted_customer(self, coffee, member, other_member, at, cause):
        coffee.max_global_redemptions = 1
        coffee.save()
        coffee.issue(member, at=at, cause=cause).redeem(at=at, cause=cause)
        assert coffee.why_not_issuable(member).code == "no_allocation_left"

        coffee.archive()
        assert coffee.why_not_issuable(member).code == "archived"

        other_member.deleted_at = at
        assert BenefitDefinition(handle="new").why_not_issuable(other_member).code == "profile_inactive"

    def test_takes_an_end_that_is_given(self, coffee, member, at, cause):
        assert coffee.issue(member, at=at, cause=cause, expires_at=at + timedelta(days=2)).expires_at == at + timedelta(
            days=2
        )


class TestClaim:
    @pytest.fixture
    def claimable(self, coffee) -> BenefitDefinition:
        coffee.is_claimable = True
        coffee.save()
        return coffee

    def test_records_that_the_customer_asked(self, claimable, member, at, cause):
        benefit = claimable.claim(member, at=at, cause=cause)

        assert (benefit.claimed_at, benefit.is_sole_claim) == (at, True)
        assert list(Event.objects.filter(profile=member).order_by("id").values_list("name", flat=True))[-2:] == [
            "benefit.issued",
            "benefit.claimed",
        ]

    def test_refuses_a_second_one_and_writes_nothing(self, claimable, member, at, cause):
        claimable.claim(member, at=at, cause=cause)

        with pytest.raises(Refusal, match="has already claimed"):
            claimable.claim(member, at=at, cause=cause)

        assert Benefit.objects.count() == 1

    def test_allows_another_after_revoking_or_when_reclaimable(self, claimable, member, at, cause):
        claimable.claim(member, at=at, cause=cause).revoke(at=at, cause=cause)
        claimable.claim(member, at=at, cause=cause)

        assert Benefit.objects.count() == 2

    @pytest.mark.parametrize("spend", ["redeem", "revoke", "end"])
    def test_gives_a_reclaimable_one_again_when_none_is_left_to_use(self, claimable, member, at, cause, spend):
        claimable.is_reclaimable = True
        claimable.save()
        first = claimable.claim(member, at=at, cause=cause, external_id="C-1")
        no = claimable.why_not_claimable(member, at=at)
        assert (no.code, str(no)) == (
            "already_held",
            "The customer has one that can still be used. They may claim another after that.",
        )
        with pytest.raises(Refusal, match="can still be used"):
            claimable.claim(member, at=at, cause=cause)
        assert claimable.claim(member, at=at, cause=cause, external_id="C-1") == first

        later = first.expires_at if spend == "end" else at
        if spend != "end":
            getattr(first, spend)(at=at, cause=cause)
        assert claimable.why_not_claimable(member, at=later) is None
        assert claimable.claim(member, at=later, cause=cause).is_sole_claim is False
        assert Benefit.objects.count() == 2

    @pytest.mark.parametrize(("seconds", "code"), [(-1, None), (0, "claim_window_closed")])
    def test_closes_with_its_window(self, claimable, member, at, seconds, code):
        claimable.claim_period_end_at = at
        claimable.save()

        no = claimable.why_not_claimable(member, at=at + timedelta(seconds=seconds))

        assert (no and no.code) == code


class TestLifecycle:
    def test_duplicates_settings_and_tags_but_no_history(self, coffee, member, at, cause):
        coffee.tags.add(*Tag.objects.named("winter"))
        coffee.max_global_redemptions = 5
        coffee.save()
        coffee.issue(member, at=at, cause=cause).redeem(at=at, cause=cause)
        coffee.archive()

        copy = coffee.duplicate(handle="coffee-2", name="Second coffee")

        assert (copy.name, copy.is_archived, copy.max_global_redemptions) == ("Second coffee", False, 5)
        assert [tag.handle for tag in copy.tags.all()] == ["winter"]
        assert copy.counters.totals() == {"used": 0, "issued": 0}
        assert BenefitDefinition.objects.get(pk=coffee.pk).handle == "free-coffee"

    def test_refuses_a_copy_with_a_handle_that_is_taken(self, coffee):
        with pytest.raises(ValidationError, match="has this handle"):
            coffee.duplicate(handle="free-coffee")

        assert BenefitDefinition.objects.count() == 1

    def test_archiving_stops_redemption_and_restoring_resumes_it(self, coffee, issued, at, cause):
        coffee.archive()
        with pytest.raises(Refusal, match="no longer offered"):
            Benefit.objects.get().redeem(at=at, cause=cause)

        coffee.restore()
        assert Benefit.objects.get().redeem(at=at, cause=cause).count == 1

    def test_deletes_only_what_was_never_given_out(self, coffee, issued):
        with pytest.raises(Refusal, match="Archive it instead"):
            coffee.delete()
        assert BenefitDefinition.objects.count() == 1

        BenefitDefinition.objects.create(name="Unused", handle="unused").delete()
        assert list(BenefitDefinition.objects.values_list("handle", flat=True)) == ["free-coffee"]


class TestGlobalCounter:
    @pytest.mark.parametrize("limit", [1, 7, 999, 1_000, 100_000])
    def test_shares_hold_exactly_the_limit(self, limit, db):
        definition = BenefitDefinition.objects.create(name="D", handle="d", max_global_redemptions=limit)

        assert sum(definition.counters.values_list("allowance", flat=True)) == limit

    def test_collects_the_last_uses_from_several_shares(self, db):
        definition = BenefitDefinition.objects.create(name="D", handle="d", max_global_redemptions=1_000)
        GlobalCounter.objects.take(definition, 995)

        GlobalCounter.objects.take(definition, 5)

        assert definition.counters.totals()["used"] == 1_000
        with pytest.raises(Refusal, match="All uses of this benefit have been taken"):
            GlobalCounter.objects.take(definition, 1)

    def test_gives_back_what_was_taken(self, db):
        definition = BenefitDefinition.objects.create(name="D", handle="d", max_global_redemptions=3)
        GlobalCounter.objects.take(definition, 3)

        GlobalCounter.objects.give_back(definition, 2)

        assert definition.global_uses_left() == 2


def test_a_claim_window_that_ends_before_it_starts_is_refused_at_its_end(coffee, at):
    coffee.claim_period_start_at = coffee.claim_period_end_at = at

    with pytest.raises(ValidationError) as refused:
        coffee.full_clean()

    assert refused.value.message_dict == {"claim_period_end_at": ["The claim window must end after it starts."]}
