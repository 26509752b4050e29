"""From rows to the wire, many at once: the queries are as many for one row as for five hundred."""

from datetime import datetime
from uuid import UUID

from django.db.models import F, QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError as InvalidInput

from benefits.api.known import known_definitions
from benefits.api.shapes import (
    NOTHING_COUNTED,
    benefit_as_json,
    person_as_json,
    redemption_as_json,
    uses_left,
)
from benefits.models import Benefit, GlobalCounter, Redemption
from cxmanager.refusals import Refusal
from profiles.api.scoped import uuid_in
from profiles.models import Location, Profile

STATUSES = ("active", "redeemable", "expired", "redeemed", "revoked")
BY_STATUS = OpenApiParameter("filter[status]", enum=STATUSES)
FIELDS = [field.attname for field in Benefit._meta.concrete_fields]
# What `from_row` makes a benefit of.
COLUMNS = [*FIELDS, "definition_version"]


def from_row(row: list) -> Benefit:
    benefit = Benefit.from_db("default", FIELDS, row[:-1])
    benefit.definition_version = row[-1]
    return benefit


def benefits() -> QuerySet[Benefit]:
    """Benefits as `benefits_as_json` wants them: not deleted, each with its definition's version beside it."""
    rows = Benefit.objects.present().filter(profile__deleted_at=None)
    return rows.annotate(definition_version=F("definition__updated_at"))


def give_definitions(rows: list[Benefit]) -> dict[int, dict]:
    """Set each benefit's definition, and return the definitions' JSON by id. No query when they are known, else two."""
    known = known_definitions({row.definition_id: row.definition_version for row in rows}.items())
    for row in rows:
        row.definition = known[row.definition_id].definition
    return {pk: one.json for pk, one in known.items()}


def benefits_as_json(rows: list[Benefit], *, at: datetime) -> list[dict]:
    """The benefits with their definitions, what is left of them, and why not.

    No query for known definitions without a limit; two for definitions that are not known yet, one for limits.
    """
    json = give_definitions(rows)
    limited = {row.definition_id for row in rows if row.definition.max_global_redemptions is not None}
    totals = GlobalCounter.objects.totals_by_definition(limited) if limited else {}
    return [_with_reason(row, json[row.definition_id], totals.get(row.definition_id), at) for row in rows]


def _with_reason(row: Benefit, definition: dict, totals: dict | None, at: datetime) -> dict:
    left = uses_left(row.definition, totals or NOTHING_COUNTED)
    why_not = row.why_not_redeemable(at=at, global_uses_left=left)
    return benefit_as_json(row, definition=definition, why_not=why_not, left=left, at=at)


def with_status(rows, parameters, *, at):
    """The rows of `filter[status]`. Raises InvalidInput for a status that does not exist."""
    wanted = parameters.get("filter[status]")
    if wanted is None:
        return rows
    if wanted not in STATUSES:
        raise InvalidInput({"filter[status]": [f"Use one of: {', '.join(STATUSES)}."]})
    return rows.with_status(wanted, at=at)


def one_benefit(pk: str | int, *, at: datetime) -> dict:
    return benefits_as_json(list(benefits().filter(pk=pk)), at=at)[0]


def redemptions() -> QuerySet[Redemption]:
    rows = Redemption.objects.filter(profile__deleted_at=None)
    return rows.select_related("profile", "location")


def redemptions_as_json(rows: list[Redemption], *, at: datetime) -> list[dict]:
    """The redemptions, each with its benefit as it is now. Two queries, or four for unknown definitions."""
    held = Benefit.objects.filter(pk__in={row.benefit_id for row in rows})
    held = list(held.annotate(definition_version=F("definition__updated_at")))
    by_id = {one["id"]: one for one in benefits_as_json(held, at=at)} if held else {}
    return [
        redemption_as_json(
            row,
            benefit=by_id[row.benefit_id],
            location=row.location,
            profile=person_as_json(row.profile.first_name, row.profile.last_name, row.profile.email),
        )
        for row in rows
    ]


# --- Finding what a path names ----------------------------------------------------------------------------------------


def profile_at(text: str) -> Profile:
    """The living profile that a path names. Raises Http404."""
    profile = Profile.objects.living().filter(pk=uuid_in(text)).first()
    if profile is None:
        raise Http404
    return profile


def profile_exists(text: str) -> UUID:
    """The id of the living profile that a path names. Raises Http404."""
    pk = uuid_in(text)
    if not Profile.objects.living().filter(pk=pk).exists():
        raise Http404
    return pk


def location_or_none(pk: int | None) -> Location | None:
    """The location of an id that has been checked to exist."""
    return None if pk is None else Location.objects.get(pk=pk)


def refusal_as_json(no: Refusal | None) -> dict | None:
    return None if no is None else no.as_json()
