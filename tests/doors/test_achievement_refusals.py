"""Every refusal of an achievement, through every door at which it can be met: the same sentence and code, and nothing written."""

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from uuid_utils.compat import uuid7

from access.models import User
from achievements import recounting
from achievements.models import Achievement, AchievementDefinition
from achievements.refusals import SENTENCES
from cxmanager.refusals import Refusal
from jobs.models import Job
from profiles.cause import Cause
from profiles.models import Event, Profile

DAY = timedelta(days=1)


@dataclass
class Ladder:
    """Visits, of which every fifth is a level: the member has made two."""

    visits: AchievementDefinition
    member: Profile
    manager: User
    at: Any
    api: Any
    office: Any

    def __post_init__(self):
        self.progress()

    @property
    def now(self) -> dict:
        return {"at": self.at, "cause": Cause(user=self.manager)}

    @property
    def climbed(self) -> Achievement:
        return Achievement.objects.get()

    def change(self, **values) -> None:
        AchievementDefinition.objects.update(**values)
        self.visits.refresh_from_db()

    def progress(self) -> None:
        self.visits.progress(self.member, count=Decimal(2), **self.now)

    # --- The doors ----------------------------------------------------------------------------------------------------

    def model(self, verb) -> tuple[str, str]:
        """The verb itself. A refusal may stand at the field that it is about."""
        with pytest.raises(ValidationError) as caught:
            verb()
        no = caught.value
        if not isinstance(no, Refusal):
            ((no,),) = no.error_dict.values()
        return " ".join(no.messages), no.code

    def ask(self, path: str, method: str = "post", *, answers: int = 409, **body) -> tuple[str, str | None]:
        answer = getattr(self.api, method)(f"/api/v3/{path}", body, format="json")
        assert answer.status_code == answers, answer.content
        return answer.content.decode(), answer.json().get("code")

    def page(self, name: str, *arguments, **form) -> tuple[str, None]:
        """As the manager."""
        self.office.force_login(self.manager)
        form = {"form_id": str(uuid7()), "reason": "Asked."} | form
        answer = self.office.post(reverse(f"admin:achievements_{name}", args=arguments), form, follow=True)
        assert answer.status_code == 200
        return unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())), None

    def of_definition(self, doing: str) -> tuple[str, None]:
        return self.page(f"achievementdefinition_{doing}", self.visits.pk, post="yes")


def deleted(ladder) -> None:
    ladder.member.remove(**ladder.now)


COUNT = {
    "model": lambda ladder: ladder.model(ladder.progress),
    "api": lambda ladder: ladder.ask(f"profiles/{ladder.member.pk}/achievements", definition="visits"),
    "admin": lambda ladder: ladder.page(
        "achievement_progress", ladder.member.pk, definition=ladder.visits.pk, count="1"
    ),
}
# Staff are offered those alone that are published and not retired.
WITHOUT_STAFF = {door: ask for door, ask in COUNT.items() if door != "admin"}
CASES = {
    "not_published": (lambda ladder: ladder.change(is_published=False), WITHOUT_STAFF),
    "retired": (lambda ladder: ladder.visits.retire(at=ladder.at), WITHOUT_STAFF),
    "not_started": (lambda ladder: ladder.change(starts_at=ladder.at + DAY), COUNT),
    "ended": (lambda ladder: ladder.change(ends_at=ladder.at - DAY), COUNT),
    # The API does not find a deleted customer.
    "profile_inactive": (deleted, {door: ask for door, ask in COUNT.items() if door != "api"}),
    "nothing_to_correct": (
        None,
        {
            "model": lambda ladder: ladder.model(lambda: ladder.climbed.correct(Decimal(2), **ladder.now)),
            "api": lambda ladder: ladder.ask(
                f"profiles/{ladder.member.pk}/achievements/{ladder.climbed.pk}/correct", count=2, reason="Asked."
            ),
            "admin": lambda ladder: ladder.page("achievement_correct", ladder.climbed.pk, count="2"),
        },
    ),
    "has_progress": (
        None,
        {
            "model": lambda ladder: ladder.model(ladder.visits.delete),
            "api": lambda ladder: ladder.ask(f"achievements/definitions/{ladder.visits.pk}", "delete"),
            "admin": lambda ladder: ladder.of_definition("delete"),
        },
    ),
    # An error of the input, at its field: tests/achievements/admin holds the form, which needs all others as well.
    "period_in_use": (
        None,
        {
            "model": lambda ladder: ladder.model(lambda: counted_by_years(ladder).full_clean()),
            "api": lambda ladder: ladder.ask(
                f"achievements/definitions/{ladder.visits.pk}", "put", answers=422, period="yearly"
            ),
        },
    ),
    "nothing_to_recount": (
        None,
        {
            "model": lambda ladder: ladder.model(lambda: recounting.start(ladder.visits, at=ladder.at)),
            "api": lambda ladder: ladder.ask(f"achievements/definitions/{ladder.visits.pk}/recount"),
            "admin": lambda ladder: ladder.of_definition("recount"),
        },
    ),
}


def counted_by_years(ladder) -> AchievementDefinition:
    ladder.visits.period = AchievementDefinition.Period.values[-1]
    return ladder.visits


@pytest.fixture
def ladder(member, manager, at, api, client) -> Ladder:
    visits = AchievementDefinition.objects.create(name="Visits", handle="visits", strategy="linear", every=5)
    return Ladder(visits, member, manager, at, api, client)


def test_every_code_is_met_at_a_door():
    assert SENTENCES.keys() == CASES.keys()


@pytest.mark.parametrize(
    ("code", "door"), [(code, door) for code, (_, doors) in CASES.items() for door in doors], ids=lambda one: one
)
def test_says_the_same_at_every_door_and_writes_nothing(ladder, code, door):
    arrange, doors = CASES[code]
    if arrange is not None:
        arrange(ladder)
    before = written()

    sentence, said = doors[door](ladder)

    assert SENTENCES[code] in sentence
    assert said in (code, None)
    assert written() == before


def written() -> tuple:
    return (
        Event.objects.count(),
        Job.objects.count(),
        list(Achievement.objects.values_list("count", "level")),
        list(AchievementDefinition.objects.values_list("period", "retired_at")),
    )
