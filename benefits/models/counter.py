import random

from django.db import models, transaction
from django.db.models import F, Q, Sum

from benefits.refusals import refusal, too_few
from cxmanager.refusals import Refusal
from cxmanager.statements import Select, Update

SHARDS = 16
# Below this, one row holds the whole allowance: splitting seven uses over sixteen rows would send every caller the long way.
SPLIT_FROM = 1_000


def shards_of(limit: int | None) -> int:
    """Over how many rows an allowance is split."""
    return 1 if limit is not None and limit < SPLIT_FROM else SHARDS


class GlobalCounterQuerySet(models.QuerySet):
    def open_for(self, definition) -> None:
        """Make the counter rows of a new definition."""
        closed = definition.is_archived
        self.bulk_create(
            [GlobalCounter(definition=definition, shard=shard, is_closed=closed) for shard in range(SHARDS)]
        )
        self.allow(definition, definition.max_global_redemptions)

    def totals(self) -> dict[str, int]:
        """{"used": redemptions, "issued": benefits} summed over these rows."""
        sums = self.aggregate(used=Sum("used", default=0), issued=Sum("issued", default=0))
        return {"used": int(sums["used"]), "issued": int(sums["issued"])}

    def totals_by_definition(self, definition_ids) -> dict[int, dict[str, int]]:
        """`totals()` of each of these definitions, in one query."""
        rows = self.filter(definition_id__in=definition_ids).order_by().values("definition_id")
        sums = rows.annotate(sum_used=Sum("used"), sum_issued=Sum("issued"))
        return {row["definition_id"]: {"used": int(row["sum_used"]), "issued": int(row["sum_issued"])} for row in sums}

    @transaction.atomic
    def allow(self, definition, limit: int | None) -> None:
        """Set how often all customers together may redeem; None is no limit. Raises Refusal `below_used` for fewer than were used.

        Waits for the redemptions that are on their way, and those that come later see the new limit.
        """
        rows = self._locked(definition)
        used = sum(row.used for row in rows)
        if limit is not None and limit < used:
            raise below_used(used)
        if limit == limit_of(rows):
            return
        if limit is None:
            self.filter(definition=definition).update(allowance=None)
            return
        shards = shards_of(limit)
        share, extra = divmod(limit - used, shards)
        for row in rows:
            room = share + (row.shard < extra) if row.shard < shards else 0
            row.allowance = row.used + room
        self.bulk_update(rows, ["allowance"])

    def close(self, definition, is_closed: bool = True) -> None:
        """Let nothing more be taken or given out, or open again. Redemptions that took before are committed when this returns."""
        self._locked(definition)
        self.filter(definition=definition).exclude(is_closed=is_closed).update(is_closed=is_closed)

    def take(self, definition, count: int, *, issued: int = 0) -> None:
        """Count `count` redemptions (and `issued` benefits given out in the same breath).

        Raises Refusal: `archived`, or `globally_redeemed` when the allowance does not hold them. Call it last before commit:
        the row is what many callers share. A row with room is taken at random; only when it has none are all locked, in
        order, and the rest collected from several.
        """
        shard = random.randrange(shards_of(definition.max_global_redemptions))  # noqa: S311 (spreads load, guards nothing)
        if TAKE.one(definition_id=definition.pk, shard=shard, count=count, issued=issued) is None:
            self._take_from_all(definition, count, issued)

    @transaction.atomic
    def _take_from_all(self, definition, count: int, issued: int) -> None:
        # Without locks first: when a limit is used up, the many who still ask must not queue to hear so.
        self._refuse_unless_room(list(self.filter(definition_id=definition.pk)), count)
        rows = self._locked(definition)
        self._refuse_unless_room(rows, count)
        rows[0].issued += issued
        for row in rows:
            taken = min(row.room, count)
            row.used, count = row.used + taken, count - taken
        self.bulk_update(rows, ["used", "issued"])

    @staticmethod
    def _refuse_unless_room(rows: "list[GlobalCounter]", count: int) -> None:
        if any(row.is_closed for row in rows):
            raise refusal("archived")
        left = sum(row.room for row in rows)
        if left < count:
            raise too_few("globally_redeemed", left=left)

    def give_back(self, definition, count: int) -> None:
        """Undo `take`. Last before commit, like it."""
        shard = random.randrange(shards_of(definition.max_global_redemptions))  # noqa: S311 (spreads load, guards nothing)
        if self.filter(definition_id=definition.pk, shard=shard, used__gte=count).update(used=F("used") - count):
            return
        rows = self._locked(definition)
        for row in rows:
            given = min(row.used, count)
            row.used, count = row.used - given, count - given
        self.bulk_update(rows, ["used"])

    def count_issued(self, definition, count: int = 1) -> None:
        """Count benefits given out. Last before commit, like `take`. Raises Refusal `archived`."""
        shard = random.randrange(SHARDS)  # noqa: S311 (spreads load, guards nothing)
        one = self.filter(definition_id=definition.pk, shard=shard, is_closed=False)
        if not one.update(issued=F("issued") + count):
            raise refusal("archived")

    def _locked(self, definition) -> "list[GlobalCounter]":
        """All rows of the definition, locked in the one order that everybody keeps."""
        return list(self.filter(definition_id=definition.pk).select_for_update().order_by("pk"))


def _take(*, definition_id: int, shard: int, count: int, issued: int) -> tuple[GlobalCounterQuerySet, dict]:
    room = Q(allowance=None) | Q(allowance__gte=F("used") + count)
    rows = GlobalCounter.objects.filter(room, definition_id=definition_id, shard=shard, is_closed=False)
    return rows, {"used": F("used") + count, "issued": F("issued") + issued}


# Takes from one row of the shared counter if that has room and is open.
TAKE = Update(_take, returning="shard", definition_id=1_001, shard=1_002, count=1_003, issued=1_004)


def _used(*, definition_id: int) -> models.QuerySet:
    rows = GlobalCounter.objects.filter(definition_id=definition_id).order_by().values("definition_id")
    return rows.annotate(total=Sum("used")).values_list("total")


# The redemptions of a definition, over all its rows.
USED = Select(_used, definition_id=1_001)


def limit_of(rows: "list[GlobalCounter]") -> int | None:
    """The limit that these rows of one definition express; None is no limit."""
    allowances = [row.allowance for row in rows]
    return None if None in allowances else sum(allowances)


def below_used(used: int) -> Refusal:
    return Refusal(
        f"Customers have used this benefit {used} times already; the limit cannot be lower.",
        code="below_used",
        used=used,
    )


class GlobalCounter(models.Model):
    """How often all customers together redeemed a definition's benefits, in sixteen rows so that tills do not queue at one.

    The sum of `used` never exceeds the definition's `max_global_redemptions`, which the sum of `allowance` equals.
    """

    definition = models.ForeignKey("benefits.BenefitDefinition", models.CASCADE, related_name="counters")
    shard = models.PositiveSmallIntegerField()
    used = models.PositiveBigIntegerField(default=0)
    issued = models.PositiveBigIntegerField(default=0)
    allowance = models.PositiveBigIntegerField(null=True)
    is_closed = models.BooleanField(
        default=False, help_text="The definition is archived. Kept here because this row is what redeeming locks."
    )

    objects = GlobalCounterQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["definition", "shard"], name="benefits_counter_one_row_per_shard"),
            models.CheckConstraint(
                condition=Q(allowance=None) | Q(used__lte=F("allowance")), name="benefits_counter_within_allowance"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition_id}/{self.shard}"

    @property
    def room(self) -> int:
        """Uses left in this row; a very large number where there is no limit."""
        return 2**62 if self.allowance is None else self.allowance - self.used
