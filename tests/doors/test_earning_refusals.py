"""Every refusal of earning, through every door at which it can be met: the same sentence and code, and nothing written."""

import pytest

from earning.refusals import SENTENCES
from tests.doors.card_refusals import CARDS
from tests.doors.desk import Desk, cases_of, desk_of, says
from tests.doors.earning_refusals import EARNING


@pytest.fixture
def desk(db, member, other_member, clerk, manager, at, api, client) -> Desk:
    from earning.models import Program

    return desk_of(Program.objects.default(), member, other_member, clerk, manager, at, api, client)


def test_every_code_is_met_at_a_door():
    assert CARDS.keys() & EARNING.keys() == set()
    assert CARDS.keys() | EARNING.keys() == SENTENCES.keys()


@pytest.mark.parametrize(("code", "arrange", "ask"), cases_of(CARDS | EARNING))
def test_says_the_same_at_every_door_and_writes_nothing(desk, code, arrange, ask):
    if arrange is not None:
        arrange(desk)
    before = desk.written()

    sentence, said = ask(desk)

    assert says(SENTENCES[code], sentence), sentence[-1500:]
    assert said in (code, None)
    assert desk.written() == before


def test_who_guesses_codes_waits_at_the_api_as_for_any_limit(desk):
    arrange, _ = EARNING["too_many_attempts"]
    arrange(desk)
    before = desk.written()

    sent = {"profile_id": str(desk.member.pk), "code": "LETTER-1"}
    answer = desk.api.post("/api/v3/earning/coupons/redeem", sent, format="json")

    assert (answer.status_code, answer["Retry-After"]) == (429, "901")
    assert desk.written() == before
