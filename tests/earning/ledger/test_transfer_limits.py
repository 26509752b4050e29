"""How many points customers may give one another: at least, at most, and within a period of the program's calendar."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from cxmanager.refusals import Refusal
from earning.ledger.transfer_limits import limits_in_words
from earning.models import Debit, Program
from earning.windows import FIRST_DAYS, began, window_of
from profiles.models import Profile
from tests.earning.ledgers import balance


@pytest.fixture
def told(at, cause) -> dict:
    return {"at": at, "cause": cause}


@pytest.fixture
def allow(card, other_card, told):
    """allow(transfer_max=500): what the program says, of a card with 100,000 points."""
    card.credit(Decimal(100_000), **told)

    def allow(**limits) -> None:
        Program.objects.update(**limits)
        card.program.refresh_from_db()

    return allow


def refused(card, other_card, points, told) -> Refusal:
    before = balance(card), Debit.objects.count()
    with pytest.raises(Refusal) as caught:
        card.transfer(other_card, Decimal(points), **told)
    assert (balance(card), Debit.objects.count()) == before
    return caught.value


def test_at_least_and_at_most_at_a_time_both_ends_being_allowed(allow, card, other_card, told):
    allow(transfer_min=100, transfer_max=5000)

    no = refused(card, other_card, 99, told)
    assert (no.code, no.message) == ("transfer_too_small", "At least 100 points are transferred at a time.")
    assert no.details == {"min": "100"}
    no = refused(card, other_card, 5001, told)
    assert (no.code, no.message) == ("transfer_too_large", "At most 5,000 points are transferred at a time.")
    assert no.details == {"max": "5000"}

    card.transfer(other_card, Decimal(100), **told)
    card.transfer(other_card, Decimal(5000), **told)
    assert balance(other_card) == {"active": 5100}


def test_within_a_period_what_went_to_all_others_counts(allow, card, other_card, told, at):
    allow(transfer_max_in_period=500, transfer_period="month")
    third = type(card).objects.ensure(Profile(first_name="Tina").enrol(**told), **told)
    card.transfer(other_card, Decimal(300), **told)
    card.transfer(third, Decimal(150), **told)
    # Neither what one gets nor what one spends.
    third.transfer(card, Decimal(150), **told)
    card.spend(Decimal(400), **told)

    no = refused(card, other_card, 51, told)
    assert (no.code, no.details) == ("transfer_limit_reached", {"max": "500", "left": "50"})
    assert no.message == "From one card at most 500 points are transferred a month, and 50 points are left of that."
    card.transfer(other_card, Decimal(50), **told)
    assert refused(card, other_card, 1, told).details["left"] == "0"
    # Another card has its own.
    other_card.transfer(card, Decimal(350), **told)


@pytest.mark.parametrize(
    ("period", "still", "anew"),
    [
        ("day", "2026-05-20 13:59:59", "2026-05-20 14:00:00"),
        ("week", "2026-05-24 13:59:59", "2026-05-24 14:00:00"),
        ("month", "2026-05-31 13:59:59", "2026-05-31 14:00:00"),
        ("year", "2026-12-31 12:59:59", "2026-12-31 13:00:00"),
    ],
)
def test_a_period_begins_anew_where_the_program_is(allow, card, other_card, cause, period, still, anew):
    allow(transfer_max_in_period=500, transfer_period=period, timezone="Australia/Melbourne")
    # Wednesday, 20 May in Melbourne, where the year ends in summer time.
    first = {"at": datetime(2026, 5, 20, 3, 0, tzinfo=UTC), "cause": cause}
    card.transfer(other_card, Decimal(500), **first)

    moments = [datetime.fromisoformat(f"{one}+00:00") for one in (still, anew)]
    assert refused(card, other_card, 1, {"at": moments[0], "cause": cause}).code == "transfer_limit_reached"
    card.transfer(other_card, Decimal(500), at=moments[1], cause=cause)


@pytest.mark.parametrize("period", FIRST_DAYS)
def test_a_period_begins_where_the_window_of_rules_does(period):
    zone = ZoneInfo("America/New_York")
    for days in range(0, 800, 3):
        at = datetime(2025, 12, 30, 3, 0, tzinfo=UTC) + timedelta(days=days, hours=days % 24)
        first = began(period, at, zone)
        assert first <= at
        assert window_of(period, first, zone) == window_of(period, at, zone)
        assert window_of(period, first - timedelta(seconds=1), zone) != window_of(period, at, zone)


def test_nothing_is_asked_where_nothing_is_said(allow, card, other_card, told):
    card.transfer(other_card, Decimal(100_000), **told)
    assert limits_in_words(card, at=told["at"]) == []


def test_it_is_said_in_words_before(allow, card, other_card, told, at):
    allow(transfer_min=1, transfer_max=5000, transfer_max_in_period=6000, transfer_period="week")
    card.transfer(other_card, Decimal(5000), **told)
    assert limits_in_words(card, at=at) == [
        "At least 1 point at a time.",
        "At most 5,000 points at a time.",
        "At most 6,000 points a week: 1,000 points can still go.",
    ]


@pytest.mark.parametrize(
    ("limits", "field", "said"),
    [
        (
            {"transfer_min": 10, "transfer_max": 9},
            "transfer_min",
            "The least that is transferred at a time is more than the most.",
        ),
        (
            {"transfer_min": 10, "transfer_max_in_period": 9},
            "transfer_min",
            "The least that is transferred at a time is more than the most in a period.",
        ),
        (
            {"transfer_max": 200, "transfer_max_in_period": 150},
            "transfer_max",
            "This is more than the most in a period, so that it can never go at a time.",
        ),
        ({"transfer_max": 0}, "transfer_max", "This must be at least 0.0001."),
        ({"transfer_period": "decade"}, "transfer_period", "Value 'decade' is not a valid choice."),
    ],
)
def test_limits_that_do_not_fit_are_refused_in_words(program, limits, field, said):
    for name, value in limits.items():
        setattr(program, name, Decimal(value) if isinstance(value, int) else value)
    with pytest.raises(ValidationError) as caught:
        program.full_clean()
    assert said in caught.value.message_dict[field]


# --- The doors --------------------------------------------------------------------------------------------------------


def test_the_api_sets_them_and_says_which_one_was_met(api, allow, card, member, other_member):
    answer = api.patch(
        f"/api/v3/earning/programs/{card.program_id}",
        {"transfer_min": "100", "transfer_max_in_period": 150, "transfer_period": "day"},
        format="json",
    )
    assert answer.status_code == 200, answer.content
    data = answer.json()["data"]
    assert [data[f"transfer_{name}"] for name in ("min", "max", "max_in_period", "period")] == [
        "100",
        None,
        "150",
        "day",
    ]

    def give(points) -> tuple[int, dict]:
        body = {"to_profile_id": str(other_member.pk), "points": points, "reason": "A gift."}
        given = api.post(f"/api/v3/profiles/{member.pk}/points/transfer", body, format="json")
        return given.status_code, given.json()

    status, told = give("99")
    assert (status, told["code"], told["min"]) == (409, "transfer_too_small", "100")
    assert give("100")[0] == 201
    status, told = give("100")
    assert (status, told["code"], told["left"]) == (409, "transfer_limit_reached", "50")
    wrong = api.patch(f"/api/v3/earning/programs/{card.program_id}", {"transfer_max": "99"}, format="json")
    assert wrong.status_code == 422
    useless = api.patch(f"/api/v3/earning/programs/{card.program_id}", {"transfer_max": "151"}, format="json")
    assert (useless.status_code, list(useless.json()["errors"])) == (422, ["transfer_max"])
    as_much = api.patch(f"/api/v3/earning/programs/{card.program_id}", {"transfer_max": "150"}, format="json")
    assert as_much.status_code == 200
