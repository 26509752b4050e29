"""The rule that is asked of one row, and the query beside it, are the same rule: for many rows of every make."""

from datetime import UTC, datetime, timedelta
from itertools import product
from random import Random

import pytest

from benefits.explaining import claim_clauses
from benefits.models import Benefit, BenefitDefinition, GlobalCounter
from cxmanager.refusals import Refusal

SECOND = timedelta(seconds=1)


def definitions(count: int, **values) -> list[BenefitDefinition]:
    made = []
    for number in range(count):
        made.append(BenefitDefinition.objects.create(name=f"D{number}", handle=f"d-{number}", **values))
    return made


class TestRedeemable:
    def test_agrees_on_every_mixture_of_reasons(self, member, at):
        """Each of the clauses just inside, on and beyond its boundary, all combined."""
        chance = Random(4)
        offered = {
            (archived, left): BenefitDefinition.objects.create(
                name="D", handle=f"d-{archived}-{left}", is_archived=archived, max_global_redemptions=limit
            )
            for archived, (left, limit) in product((False, True), (("none", 5), ("one", 5), ("unlimited", None)))
        }
        for (_, left), definition in offered.items():
            GlobalCounter.objects.filter(definition=definition, shard=0).update(used={"none": 5, "one": 4}.get(left, 9))
        moments = [at - SECOND, at, at + SECOND]
        rows = [
            Benefit(
                profile=member,
                definition=definition,
                issued_at=issued_at,
                expires_at=expires_at,
                timezone="UTC",
                revoked_at=chance.choice([None, None, None, at]),
                deleted_at=chance.choice([None, None, None, at]),
                redemptions=redemptions,
                max_redemptions=most,
            )
            for definition in offered.values()
            for issued_at, expires_at in product(moments, moments)
            for redemptions, most in ((0, 1), (1, 1), (1, 2), (7, None))
        ]
        Benefit.objects.bulk_create(rows)

        by_query = set(Benefit.objects.redeemable(at=at).values_list("pk", flat=True))
        by_row = {
            benefit.pk
            for benefit in Benefit.objects.select_related("definition")
            if benefit.why_not_redeemable(at=at) is None
        }

        assert by_query == by_row
        assert 0 < len(by_row) < len(rows)

    def test_agrees_with_what_redeeming_does(self, member, at, cause):
        (definition,) = definitions(1, max_global_redemptions=2, max_redemptions=None)
        benefit = definition.issue(member, at=at, cause=cause)
        outcomes = []
        for _ in range(3):
            expected = benefit.why_not_redeemable(at=at)
            try:
                benefit.redeem(at=at, cause=cause)
                outcomes.append((expected, None))
            except Refusal as refused:
                outcomes.append((expected.code, refused.code))

        assert outcomes == [(None, None), (None, None), ("globally_redeemed", "globally_redeemed")]

    @pytest.mark.parametrize("status", ["active", "redeemable", "expired", "redeemed", "revoked"])
    def test_statuses_are_answered_by_one_query(self, status, issued, at, django_assert_num_queries):
        with django_assert_num_queries(1):
            assert len(Benefit.objects.with_status(status, at=at)) == (status in ("active", "redeemable"))


class TestClaimable:
    def test_agrees_on_every_mixture_of_clauses(self, member, other_member, at, cause):
        moments = [None, at - SECOND, at, at + SECOND]
        for number, (claimable, published, archived, again, starts, ends, limit) in enumerate(
            product((True, False), (True, False), (True, False), (True, False), moments, moments, (None, 1))
        ):
            if starts and ends and ends <= starts:
                continue
            BenefitDefinition.objects.create(
                name="D",
                handle=f"d-{number}",
                is_claimable=claimable,
                is_published=published,
                is_archived=archived,
                is_reclaimable=again,
                claim_period_start_at=starts,
                claim_period_end_at=ends,
                max_global_redemptions=limit,
            )
        chance = Random(5)
        for definition in BenefitDefinition.objects.all():
            if chance.random() < 0.3:
                GlobalCounter.objects.filter(definition=definition, shard=0, allowance=1).update(used=1)
            if chance.random() < 0.4:
                held = Benefit.of(definition, chance.choice([member, other_member]), issued_at=at)
                held.revoked_at = chance.choice([None, None, at])
                held.deleted_at = chance.choice([None, None, None, at])
                held.expires_at = chance.choice([at, at + SECOND])
                held.max_redemptions = chance.choice([None, 1])
                held.redemptions = chance.choice([0, 1])
                held.save()

        by_query = set(BenefitDefinition.objects.claimable_by(member, at=at).values_list("pk", flat=True))
        by_row = {one.pk for one in BenefitDefinition.objects.all() if one.why_not_claimable(member, at=at) is None}

        assert by_query == by_row
        assert 0 < len(by_row) < BenefitDefinition.objects.count()
        for one in BenefitDefinition.objects.all():
            failed = [clause["code"] for clause in claim_clauses(one, member, at=at) if not clause["holds"]]
            no = one.why_not_claimable(member, at=at)
            assert (failed[0] if failed else None) == (no and no.code)

    def test_offers_nothing_to_a_deleted_customer(self, coffee, member, at):
        coffee.is_claimable = True
        coffee.save()
        member.deleted_at = at
        member.save()

        assert coffee.why_not_claimable(member, at=at).code == "profile_inactive"
        assert not BenefitDefinition.objects.claimable_by(member, at=at).exists()


class TestExpiry:
    @pytest.mark.parametrize(
        ("period", "period_type", "ends"),
        [
            (1, "days", "2026-05-02"),
            (30, "days", "2026-05-31"),
            (2, "weeks", "2026-05-15"),
            (1, "months", "2026-06-01"),
            (1, "years", "2027-05-01"),
            (1, "absolute_week", "2026-05-03"),
            (2, "absolute_week", "2026-05-10"),
            (1, "absolute_month", "2026-05-31"),
            (2, "absolute_month", "2026-06-30"),
        ],
    )
    def test_counts_from_the_day_of_issue_to_the_end_of_a_day(self, coffee, at, period, period_type, ends):
        coffee.period, coffee.period_type = period, period_type

        expires_at = coffee.expiry_for(issued_at=at, timezone="UTC")

        assert expires_at.isoformat() == f"{ends}T23:59:59+00:00"

    def test_shortens_to_the_end_of_a_short_month(self, coffee):
        coffee.period, coffee.period_type = 1, "months"
        end_of_january = datetime(2027, 1, 31, 12, tzinfo=UTC)

        assert coffee.expiry_for(issued_at=end_of_january, timezone="UTC").date().isoformat() == "2027-02-28"

    def test_is_the_fixed_moment_for_everyone(self, coffee, at):
        coffee.period_type, coffee.absolute_expiry = "absolute_date", at + timedelta(days=3)

        assert coffee.expiry_for(issued_at=at) == at + timedelta(days=3)

    def test_ends_the_day_where_the_clocks_change(self, coffee):
        coffee.period = 1
        evening = datetime(2026, 10, 3, 10, tzinfo=UTC)  # Saturday in Sydney, before the clocks go forward

        assert coffee.expiry_for(issued_at=evening, timezone="Australia/Sydney") == datetime(
            2026, 10, 4, 12, 59, 59, tzinfo=UTC
        )
