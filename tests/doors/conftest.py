"""A benefit, and every door at which something can be done with it. The clock stands still at noon of 1 May 2026."""

from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.urls import reverse
from tablib import Dataset
from uuid_utils.compat import uuid7

from access.models import User
from benefits.models import Benefit, BenefitDefinition, Redemption
from benefits.resources import IssuedBenefitResource
from cxmanager.refusals import Refusal
from profiles.cause import Cause
from profiles.models import Profile


@pytest.fixture(autouse=True)
def stopped_clock(at):
    with time_machine.travel(at, tick=False):
        yield


@dataclass
class Scene:
    """What a refusal is arranged on: a definition, the member's benefit of it, and a redemption of that when it was used."""

    definition: BenefitDefinition
    member: Profile
    other: Profile
    clerk: User
    at: object
    benefit: Benefit | None = None
    redemption: Redemption | None = None
    external_id: str = ""
    count: int = 1

    @property
    def cause(self) -> Cause:
        return Cause(user=self.clerk, reason="Arranged.")

    def hold(self, **given) -> Benefit:
        """Give the member the benefit, an hour ago unless told otherwise."""
        given = {"issued_at": self.at - timedelta(hours=1), **given}
        self.benefit = self.definition.issue(self.member, at=self.at, cause=self.cause, **given)
        return self.benefit

    def use(self, *, ago: timedelta = timedelta(0)) -> Redemption:
        self.redemption = (self.benefit or self.hold()).redeem(at=self.at - ago, cause=self.cause)
        return self.redemption

    def change(self, **values) -> None:
        for name, value in values.items():
            setattr(self.definition, name, value)
        self.definition.save()

    def use_up_for_everyone(self) -> None:
        """Let the other member take the last use of all."""
        self.change(max_global_redemptions=1)
        self.definition.issue(self.other, at=self.at, cause=self.cause).redeem(at=self.at, cause=self.cause)


@pytest.fixture
def scene(db, member, other_member, clerk, at) -> Scene:
    definition = BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")
    return Scene(definition=definition, member=member, other=other_member, clerk=clerk, at=at)


class ModelDoor:
    """The verb itself."""

    def __init__(self, scene: Scene):
        self.scene = scene

    def _asked(self, verb) -> str:
        with pytest.raises(Refusal) as refused:
            verb()
        self.code = refused.value.code
        return str(refused.value)

    def redeem(self) -> str:
        ours = self.scene
        return self._asked(lambda: ours.benefit.redeem(at=ours.at, cause=ours.cause, count=ours.count))

    def extend(self) -> str:
        return self._asked(lambda: self.scene.benefit.extend(at=self.scene.at, cause=self.scene.cause, days=7))

    def revoke(self) -> str:
        return self._asked(lambda: self.scene.benefit.revoke(at=self.scene.at, cause=self.scene.cause))

    def reverse(self) -> str:
        return self._asked(lambda: self.scene.redemption.reverse(at=self.scene.at, cause=self.scene.cause))

    def give_back(self) -> str:
        return self._asked(lambda: self.scene.redemption.give_back(2, at=self.scene.at, cause=self.scene.cause))

    def issue(self) -> str:
        give, ours = self.scene.definition.issue, self.scene
        return self._asked(lambda: give(ours.member, at=ours.at, cause=ours.cause, external_id=ours.external_id))

    def claim(self) -> str:
        ours = self.scene
        return self._asked(lambda: ours.definition.claim(ours.member, at=ours.at, cause=ours.cause))

    def delete_definition(self) -> str:
        return self._asked(self.scene.definition.delete)


class ApiDoor:
    """The REST API, with a token that may do everything."""

    def __init__(self, scene: Scene, client):
        self.scene, self.client = scene, client

    def _post(self, path: str, **body) -> str:
        return self._read(self.client.post(f"/api/v3/{path}", body, format="json"))

    def _read(self, response) -> str:
        assert response.status_code == 409, response.content
        assert response.json()["errors"] == {}
        self.code = response.json()["code"]
        return response.json()["message"]

    def redeem(self) -> str:
        ours = self.scene
        return self._post(f"profiles/{ours.member.pk}/benefits/{ours.benefit.pk}/redeem", count=ours.count)

    def extend(self) -> str:
        return self._post(f"profiles/{self.scene.member.pk}/benefits/{self.scene.benefit.pk}/extend", days=7)

    def revoke(self) -> str:
        return self._post(f"profiles/{self.scene.member.pk}/benefits/{self.scene.benefit.pk}/revoke", reason="Mistake.")

    def reverse(self) -> str:
        return self._post(f"redemptions/{self.scene.redemption.pk}/reversal")

    def give_back(self) -> str:
        return self._post(f"redemptions/{self.scene.redemption.pk}/benefit/return", count=2)

    def issue(self) -> str:
        given = {"external_id": self.scene.external_id} if self.scene.external_id else {}
        return self._post(f"profiles/{self.scene.member.pk}/benefits/issue", definition="free-coffee", **given)

    def claim(self) -> str:
        return self._post(f"profiles/{self.scene.member.pk}/benefits/claim", definition="free-coffee", timezone="UTC")

    def delete_definition(self) -> str:
        return self._read(self.client.delete(f"/api/v3/benefits/definitions/{self.scene.definition.pk}"))


class AdminDoor:
    """The back office, as the clerk or, for Settings, as the manager. Its pages show the sentence; codes are for machines."""

    code = None

    def __init__(self, scene: Scene, client, manager: User):
        self.scene, self.client, self.manager = scene, client, manager
        client.force_login(scene.clerk)

    def _post(self, name: str, *arguments, **form) -> str:
        response = self.client.post(reverse(f"admin:{name}", args=arguments), form, follow=True)
        assert response.status_code == 200
        return unescape(response.content.decode())

    def redeem(self) -> str:
        return self._post("benefits_benefit_redeem", self.scene.benefit.pk, seen=self.scene.benefit.redemptions)

    def extend(self) -> str:
        seen = self.scene.benefit.expires_at.isoformat()
        return self._post("benefits_benefit_extend", self.scene.benefit.pk, days=7, seen=seen)

    def revoke(self) -> str:
        return self._post("benefits_benefit_revoke", self.scene.benefit.pk, reason="Mistake.")

    def reverse(self) -> str:
        return self._post("benefits_redemption_reverse", self.scene.redemption.pk, reason="")

    def issue(self) -> str:
        form = {"definition": self.scene.definition.pk, "form_id": str(uuid7())}
        return self._post("benefits_benefit_issue", self.scene.member.pk, **form)

    def claim(self) -> str:
        return self._post(
            "benefits_benefit_claim", self.scene.member.pk, self.scene.definition.pk, form_id=str(uuid7())
        )

    def delete_definition(self) -> str:
        self.client.force_login(self.manager)
        return self._post("benefits_benefitdefinition_delete", self.scene.definition.pk, post="yes")


class CsvDoor:
    """A file of benefits to issue."""

    code = None

    def __init__(self, scene: Scene):
        self.scene = scene

    def issue(self) -> str:
        headers = ["email", "profile_id", "definition", "external_id"]
        email = self.scene.member.email or ""
        row = [email, str(self.scene.member.pk), "free-coffee", self.scene.external_id]
        result = IssuedBenefitResource().import_data(Dataset(row, headers=headers), raise_errors=False)
        assert result.totals["new"] == 0
        errors = [str(error) for one in result.invalid_rows for error in one.error.messages]
        return "\n".join(errors + [str(one.error) for row in result.row_errors() for one in row[1]])


@pytest.fixture
def doors(scene, api, client, manager) -> dict:
    return {
        "model": ModelDoor(scene),
        "api": ApiDoor(scene, api),
        "admin": AdminDoor(scene, client, manager),
        "csv": CsvDoor(scene),
    }
