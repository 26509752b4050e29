"""The customers' figures, worked out from their transactions: by the same statements for one customer and for all.

So what is kept with each sale and what a rebuild finds cannot differ. Call all of it in the turn of the customers whose
figures change (transactions.locking).
"""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet

from cxmanager.statements import Fetch, preparing
from profiles.cause import Cause
from profiles.importing.bulk import among, insert_rows
from profiles.importing.writing import PROFILE, told_in_each
from profiles.importing.writing import TOLD as OF_EACH_EVENT
from profiles.models import Event, Profile
from profiles.models.event import as_json
from transactions.figures_sql import Statements
from transactions.models import Aggregation
from transactions.models.aggregation import year_before

# What the events carry, so that most listeners need not ask.
TOLD = ("spend_12m", "spend_all", "spend_atv_all", "shop_count", "total_shop_days", "latest_shop_date")
CUSTOMERS_AT_ONCE = 2_000
KEPT = Fetch(lambda profile: Aggregation.objects.filter(pk=profile), profile=UUID(int=0))
NEVER_BOUGHT = Aggregation()
# Until the transaction ends.
FOR_MANY = """
    SELECT set_config('jit', 'off', true), set_config('enable_seqscan', 'off', true),
        set_config('random_page_cost', '1.1', true)
"""


def today(at: datetime) -> date:
    """The programme's calendar day at that moment: "the last 12 months" end with it."""
    return at.astimezone(ZoneInfo(settings.TIME_ZONE)).date()


def cutoff(at: datetime) -> date:
    """The last day that is no longer within the 12 months before the moment."""
    return year_before(today(at))


def refresh(profile: Profile | None, *, at: datetime, cause: Cause, is_only_more: bool = False) -> dict[str, list]:
    """Bring one customer's figures up to date and record `aggregation.updated` if any changed. Two statements after a sale
    on PostgreSQL, four otherwise; four more on SQLite.

    Returns {"field": [before, after]}. For nobody's transactions there is nothing to do. After a sale, when `is_only_more`
    was bought, no brand or place can have gone, which spares two of the statements.
    """
    if profile is None:
        return {}
    work = work_out_at_once if connection.vendor == "postgresql" else work_out_between
    before, after = work(profile.pk, at=at, is_only_more=is_only_more)
    changes = {name: [as_json(before[name]), as_json(value)] for name, value in after.items() if before[name] != value}
    if changes:
        payload = {name: as_json(after[name]) for name in TOLD} | {"changes": changes}
        profile.record("aggregation.updated", at=at, cause=cause, payload=payload)
    return changes


def work_out_at_once(profile: UUID, *, at: datetime, is_only_more: bool) -> tuple[dict, dict]:
    """Write one customer's figures and return what they were and are by name; nothing of them where none changed."""
    statements, names = Statements(connection, [profile], cutoff=cutoff(at), at=at), Aggregation.figures()
    with transaction.atomic(savepoint=False), preparing() as cursor:
        cursor.execute(*statements.at_once())
        row = cursor.fetchone()
        for statement in () if is_only_more else (statements.brands_gone, statements.places_gone):
            cursor.execute(*statement())
    if row is None:
        return {}, {}
    after, owner, before = row[: len(names)], row[len(names)], row[len(names) + 1 :]
    if owner is None:
        before = [getattr(NEVER_BOUGHT, name) for name in names]
    return dict(zip(names, before, strict=True)), dict(zip(names, after, strict=True))


def work_out_between(profile: UUID, *, at: datetime, is_only_more: bool) -> tuple[dict, dict]:
    """The same by reading them before and after."""
    before, names = KEPT.one(profile=profile) or NEVER_BOUGHT, Aggregation.figures()
    if not work_out([profile], at=at, is_only_more=is_only_more):
        return {}, {}
    after = KEPT.one(profile=profile)
    return {name: getattr(before, name) for name in names}, {name: getattr(after, name) for name in names}


def work_out(profiles: Sequence[UUID], *, at: datetime, is_only_more: bool = False) -> list[UUID]:
    """Write the figures of these customers, of any number. Returns those whose figures changed. Five statements."""
    statements = Statements(connection, profiles, cutoff=cutoff(at), at=at)
    is_one = len(profiles) == 1
    with transaction.atomic(savepoint=False), preparing() if is_one else connection.cursor() as cursor:
        if not is_one and connection.vendor == "postgresql":
            # Compiling these statements takes PostgreSQL seconds, running them a tenth of one. And where its statistics
            # are old, as while millions of rows arrive, it would read all of them for each batch of customers.
            cursor.execute(FOR_MANY)
        for statement in (statements.brands, statements.places):
            cursor.execute(*statement())
        for statement in () if is_only_more else (statements.brands_gone, statements.places_gone):
            cursor.execute(*statement())
        cursor.execute(*statements.figures())
        return [key if isinstance(key, UUID) else UUID(key) for (key,) in cursor.fetchall()]


def rebuild(profiles: QuerySet, *, at: datetime, cause: Cause):
    """Work the figures of these customers out anew, two thousand at a time, each batch in its own transaction.

    Yields (customers gone through, customers whose figures changed) after each. Those get `aggregation.updated`, as
    after a sale.
    """
    last, seen, changed = None, 0, 0
    while True:
        with transaction.atomic():
            rows = profiles.order_by("pk") if last is None else profiles.order_by("pk").filter(pk__gt=last)
            keys = list(rows.select_for_update(no_key=True).values_list("pk", flat=True)[:CUSTOMERS_AT_ONCE])
            if not keys:
                return
            differing = work_out(keys, at=at)
            tell(differing, at=at, cause=cause)
        last, seen, changed = keys[-1], seen + len(keys), changed + len(differing)
        yield seen, changed


def tell(profiles: Sequence[UUID], *, at: datetime, cause: Cause) -> None:
    """Record `aggregation.updated` for each of these customers, in bulk."""
    rows = Aggregation.objects.filter(among(Aggregation, "profile", profiles)).order_by("pk")
    events = (
        ("aggregation.updated", key, PROFILE, str(key), dict(zip(TOLD, map(as_json, figures), strict=True)))
        for key, *figures in rows.values_list("pk", *TOLD)
    )
    insert_rows(Event, OF_EACH_EVENT, events, constants=told_in_each(at=at, cause=cause))


def due(*, at: datetime) -> QuerySet:
    """The customers of whose last 12 months a day has dropped out since their figures were worked out."""
    return Profile.objects.filter(aggregation__spend_12m_now_since__lte=cutoff(at))
