import pytest
from django.core.exceptions import ValidationError

from cxmanager.refusals import Refusal
from earning.enrolling import give_missing_cards
from earning.models import LoyaltyCard, Program
from earning.numbering import check_digit, number_of
from jobs.rounds import ROUNDS
from profiles.models import Event, Profile

BIG_BEAR = {"name": "Big Bear", "handle": "big-bear", "timezone": "UTC", "currency": "EUR"}


@pytest.fixture
def big_bear(db) -> Program:
    return Program.objects.create(**BIG_BEAR)


class TestEnsure:
    def test_makes_one_and_tells_it(self, program, member, at, cause):
        card = LoyaltyCard.objects.ensure(member, at=at, cause=cause)

        assert (card.program, card.status, card.number) == (program, "active", number_of(card.pk))
        event = Event.objects.get(name="card.created")
        assert (event.profile, event.subject_id, event.user) == (member, str(card.pk), cause.user)
        assert event.payload == card.as_payload()

    def test_answers_the_same_again_in_one_query(self, program, member, at, cause, django_assert_num_queries):
        card = LoyaltyCard.objects.ensure(member, program, at=at, cause=cause)

        with django_assert_num_queries(1):
            assert LoyaltyCard.objects.ensure(member, at=at, cause=cause) == card

    def test_makes_one_of_each_program(self, card, big_bear, member, at, cause):
        other = LoyaltyCard.objects.ensure(member, big_bear, at=at, cause=cause)

        assert set(member.cards.all()) == {card, other}


class TestNewCustomers:
    def test_get_a_card_of_the_default_program_from_the_worker(self, program, member, other_member, at):
        ROUNDS["events"](at=at)

        assert {card.profile for card in LoyaltyCard.objects.filter(program=program)} == {member, other_member}
        assert Event.objects.filter(name="card.created").count() == 2

    def test_who_got_one_meanwhile_keeps_it(self, card, other_member, at):
        ROUNDS["events"](at=at)

        assert list(card.profile.cards.all()) == [card]
        assert other_member.cards.count() == 1

    def test_a_hundred_cost_as_many_statements_as_one(self, program, at, cause, django_assert_num_queries):
        for count in (1, 100):
            profiles = Profile.objects.bulk_create(Profile(first_name="P") for _ in range(count))
            with django_assert_num_queries(7):
                LoyaltyCard.objects.make([one.pk for one in profiles], program, at=at, cause=cause)

    def test_who_was_there_before_gets_one_in_housekeeping(self, card, other_member, big_bear, at, cause):
        other_member.remove(at=at, cause=cause)
        big_bear.make_default()

        assert give_missing_cards(at=at) == 1
        assert {one.program for one in card.profile.cards.all()} == {card.program, big_bear}
        assert give_missing_cards(at=at) == 0


class TestIssue:
    def test_takes_a_number_and_who_referred(self, big_bear, member, other_member, at, cause):
        card = LoyaltyCard.objects.issue(member, big_bear, number="B-1", referred_by=other_member, at=at, cause=cause)

        assert (card.number, card.referred_by) == ("B-1", other_member)
        assert Event.objects.get(name="card.created").payload["program"] == {"handle": "big-bear", "name": "Big Bear"}

    @pytest.mark.parametrize(("number", "code"), [("", "card_held"), ("B-1", "number_taken")])
    def test_refuses_a_second_one_and_a_number_that_is_taken(
        self, number, code, big_bear, member, other_member, at, cause
    ):
        LoyaltyCard.objects.issue(member, big_bear, number="B-1", at=at, cause=cause)
        whose = other_member if number else member

        with pytest.raises(Refusal) as caught:
            LoyaltyCard.objects.issue(whose, big_bear, number=number, at=at, cause=cause)
        assert caught.value.code == code
        assert LoyaltyCard.objects.count() == 1

    def test_refuses_a_deleted_customer(self, big_bear, member, at, cause):
        member.remove(at=at, cause=cause)

        with pytest.raises(Refusal) as caught:
            LoyaltyCard.objects.issue(member, big_bear, at=at, cause=cause)
        assert caught.value.code == "profile_inactive"


class TestChangeStatus:
    def test_suspends_and_tells_it(self, card, at, cause):
        card.change_status("suspended", at=at, cause=cause)

        card.refresh_from_db()
        assert card.status == "suspended"
        assert Event.objects.get(name="card.updated").payload["changes"] == {"status": ["active", "suspended"]}

    def test_the_same_again_is_nothing(self, card, at, cause):
        card.change_status("active", at=at, cause=cause)

        assert not Event.objects.filter(name="card.updated").exists()

    def test_refuses_what_no_card_can_be(self, card, at, cause):
        with pytest.raises(ValidationError):
            card.change_status("lost", at=at, cause=cause)


class TestNumbers:
    def test_are_all_different_and_hold_a_check_digit(self):
        numbers = {number_of(pk) for pk in range(1, 10_001)}

        assert len(numbers) == 10_000
        assert all(len(number) == 13 and check_digit(number[:-1]) == number[-1] for number in numbers)

    def test_the_check_digit_is_luhns(self):
        assert check_digit("7992739871") == "3"
