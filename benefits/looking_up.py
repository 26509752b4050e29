"""What a till asks when a card is scanned: whose it is, and what they can use now. Two statements, compiled once."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Case, F, OuterRef, Q, Subquery, Sum, When

from benefits.models import Benefit, GlobalCounter
from cxmanager.refusals import Refusal
from cxmanager.statements import Select
from profiles.models import Identity, Profile
from profiles.searching import phone_in

FIELDS = [field.attname for field in Benefit._meta.concrete_fields]
PERSON = ("id", "first_name", "last_name", "email", "mobile_phone", "mobile_phone_e164", "profile_type")
# More customers than this with one identifier are as ambiguous as two.
MOST = 20


@dataclass(frozen=True, slots=True)
class Found:
    """A customer's few lines, by name, and which systems know them by the identifier that was asked for."""

    person: dict
    handles: list[str]


def _identified(identifier: str):
    rows = Identity.objects.filter(identifier=identifier, is_active=True, profile__deleted_at=None).order_by("pk")
    return rows.values_list("handle", *[f"profile__{name}" for name in PERSON])[:MOST]


def _usable(profile: UUID, at: datetime):
    counted = GlobalCounter.objects.filter(definition=OuterRef("definition")).order_by().values("definition")
    is_limited = Q(definition__max_global_redemptions__isnull=False)
    rows = Benefit.objects.present().redeemable(at=at).filter(profile_id=profile).order_by("expires_at", "pk")
    rows = rows.annotate(
        definition_version=F("definition__updated_at"),
        global_used=Case(When(is_limited, then=Subquery(counted.annotate(total=Sum("used")).values("total")))),
    )
    return rows.values_list(*FIELDS, "definition_version", "global_used")


IDENTIFIED = Select(_identified, identifier="an example of an identifier")
USABLE = Select(_usable, profile=UUID(int=0), at=datetime(1999, 12, 31, tzinfo=UTC))


def find(identifier: str, *, handle: str = "") -> Found | None:
    """The living customer with this identity; else with this e-mail address or phone; or None.

    `handle` names the system whose identifier it is. Raises Refusal `several_found` where it is not the same person's
    everywhere. One query for a card that is known.
    """
    rows = [row for row in IDENTIFIED.rows(identifier=identifier.strip()) if not handle or row[0] == handle]
    if len({row[1] for row in rows}) > 1:
        raise Refusal(
            "Several customers have this identifier. Name the system it belongs to as well.", code="several_found"
        )
    if rows:
        return Found(dict(zip(PERSON, rows[0][1:], strict=True)), [row[0] for row in rows])
    return None if handle else _find_otherwise(identifier.strip())


def _find_otherwise(text: str) -> Found | None:
    phone = phone_in(text)
    asked = Q(email=text.lower()) | (Q(mobile_phone_e164=phone) if phone else Q())
    row = Profile.objects.living().filter(asked).order_by("pk").values(*PERSON).first() if text else None
    return row and Found(row, [])


def usable_benefits(profile_id: UUID, *, at: datetime) -> list[Benefit]:
    """The benefits that the customer can use now, those that end first at the front. One query.

    Each has `definition_version` and, where all customers share a limit, `global_used`.
    """
    benefits = []
    for row in USABLE.rows(profile=profile_id, at=at):
        benefit = Benefit.from_db("default", FIELDS, row[:-2])
        benefit.definition_version, benefit.global_used = row[-2:]
        benefits.append(benefit)
    return benefits
