"""The statements behind `transactions.summing`, in the SQL of PostgreSQL and of SQLite.

Written by hand, because each is one pass over the transactions for figures that the ORM would ask for one by one. Where the
two databases differ is in `Dialect`: SQLite keeps decimals as binary floats, so there all sums are of whole cents.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cache
from uuid import UUID

from django.db import connection

from transactions.models import Aggregation

Statement = tuple[str, list]
# The least that the column of a percentage takes.
LEAST_PERCENT = "-99999.99"


class Dialect:
    """How a database says it."""

    def __init__(self, connection):
        self.is_postgresql = connection.vendor == "postgresql"

    def cents(self, amount: str) -> str:
        """A sum of money as exact number: cents on SQLite, the amount itself on PostgreSQL."""
        return f"SUM({amount})" if self.is_postgresql else f"SUM(CAST(ROUND({amount} * 100) AS INTEGER))"

    def money(self, cents: str) -> str:
        """What `cents` gave, as it is stored."""
        return f"COALESCE({cents}, 0)" if self.is_postgresql else f"COALESCE({cents}, 0) / 100.0"

    def each(self, cents: str, count: str) -> str:
        """Money for each of `count`, rounded half away from zero; 0 where there are none."""
        if self.is_postgresql:
            return f"CASE WHEN {count} > 0 THEN ROUND({cents} / {count}, 2) ELSE 0 END"
        rounded = f"(2 * ABS({cents}) + {count}) / (2 * {count})"
        return f"CASE WHEN {count} > 0 THEN SIGN({cents}) * ({rounded}) / 100.0 ELSE 0 END"

    def percent_off(self, paid: str, full: str) -> str:
        """How much lower what was paid is than the full price, in percent with two decimals; null without a full price.

        A till that says a cent for the full price makes it anything below nothing, and the column keeps what it can.
        """
        if self.is_postgresql:
            return f"CASE WHEN {full} > 0 THEN GREATEST(ROUND(100 - 100 * {paid} / {full}, 2), {LEAST_PERCENT}) END"
        hundredths = f"(10000 * ({full} - {paid}))"
        rounded = f"(2 * ABS{hundredths} + {full}) / (2 * {full})"
        return f"CASE WHEN {full} > 0 THEN MAX(SIGN({full} - {paid}) * ({rounded}) / 100.0, {LEAST_PERCENT}) END"

    def days(self, later: str, earlier: str) -> str:
        if self.is_postgresql:
            return f"({later} - {earlier})"
        return f"CAST(ROUND(JULIANDAY({later}) - JULIANDAY({earlier})) AS INTEGER)"

    def plus_days(self, day: str, days: str) -> str:
        return f"({day} + ({days})::integer)" if self.is_postgresql else f"DATE({day}, '+' || ({days}) || ' days')"

    def year_before(self, day: str) -> str:
        if self.is_postgresql:
            return f"({day} - INTERVAL '1 year')::date"
        shorter = f"CASE STRFTIME('%%m-%%d', {day}) WHEN '02-29' THEN '-1 day' ELSE '+0 days' END"
        return f"DATE({day}, {shorter}, '-1 year')"

    def differs(self, column: str) -> str:
        operator = "IS DISTINCT FROM" if self.is_postgresql else "IS NOT"
        return f"kept.{column} {operator} excluded.{column}"

    def key(self, value: UUID):
        return value if self.is_postgresql else value.hex


class Statements:
    """For some customers, at a moment: each method returns (SQL, parameters)."""

    def __init__(self, connection, profiles: Sequence[UUID], *, cutoff: date, at: datetime):
        self.sql = Dialect(connection)
        self.keys = [self.sql.key(one) for one in profiles]
        self.cutoff = connection.ops.adapt_datefield_value(cutoff)
        self.at = connection.ops.adapt_datetimefield_value(at)

    def theirs(self, column: str = "profile_id") -> Statement:
        """The condition that names the customers. Of one it is an equation, whose plan is the same for everybody."""
        if self.sql.is_postgresql and len(self.keys) > 1:
            return f"{column} = ANY(%s)", [self.keys]
        return f"{column} IN ({', '.join(['%s'] * len(self.keys))})", self.keys

    # --- Brands and places --------------------------------------------------------------------------------------------

    def _brands_now(self) -> Statement:
        theirs, keys = self.theirs("t.profile_id")
        sign = "CASE t.type WHEN 'return' THEN -i.quantity ELSE i.quantity END"
        return (
            f"""SELECT t.profile_id, i.brand, SUM({sign}) AS quantity, MAX(t.transacted_at) AS latest_at
            FROM transactions_transaction t JOIN transactions_transactionitem i ON i.transaction_id = t.id
            WHERE {theirs} AND t.status = 'completed' AND NOT t.is_void AND NOT i.is_void AND i.brand <> ''
            GROUP BY t.profile_id, i.brand HAVING SUM({sign}) > 0""",  # noqa: S608
            keys,
        )

    def brands(self) -> Statement:
        select, parameters = self._brands_now()
        return self._keep_brands(select), parameters

    def _keep_brands(self, select: str) -> str:
        return self._keep("transactions_purchasedbrand", "brand", ["quantity", "latest_at"], select)

    def brands_gone(self) -> Statement:
        return self._forget("transactions_purchasedbrand", "brand", self._brands_now())

    def _places_now(self) -> Statement:
        theirs, keys = self.theirs()
        return (
            f"""SELECT profile_id, location_id, COUNT(*) AS sales, MAX(transacted_at) AS latest_at
            FROM transactions_transaction
            WHERE {theirs} AND status = 'completed' AND NOT is_void AND type = 'sale' AND location_id IS NOT NULL
            GROUP BY profile_id, location_id""",  # noqa: S608
            keys,
        )

    def places(self) -> Statement:
        select, parameters = self._places_now()
        return self._keep_places(select), parameters

    def _keep_places(self, select: str) -> str:
        return self._keep("transactions_transactedlocation", "location_id", ["sales", "latest_at"], select)

    def places_gone(self) -> Statement:
        return self._forget("transactions_transactedlocation", "location_id", self._places_now())

    def _keep(self, table: str, key: str, columns: list[str], select: str) -> str:
        differs = " OR ".join(self.sql.differs(column) for column in columns)
        return f"""INSERT INTO {table} AS kept (profile_id, {key}, {", ".join(columns)})
            SELECT * FROM ({select}) AS now WHERE TRUE
            ON CONFLICT (profile_id, {key}) DO UPDATE
            SET {", ".join(f"{one} = excluded.{one}" for one in columns)} WHERE {differs}"""  # noqa: S608

    def _forget(self, table: str, key: str, now: Statement) -> Statement:
        select, parameters = now
        theirs, keys = self.theirs()
        return (
            f"""WITH now AS ({select})
            DELETE FROM {table} AS kept WHERE {theirs} AND NOT EXISTS
            (SELECT 1 FROM now WHERE now.profile_id = kept.profile_id AND now.{key} = kept.{key})""",  # noqa: S608
            [*parameters, *keys],
        )

    # --- Figures ------------------------------------------------------------------------------------------------------

    def figures(self) -> Statement:
        """Insert or update the figures of each customer who has any; return the keys of those that changed."""
        # The keys of locations are looked up in the rows that `places` has just written.
        sql = f"WITH {self._counted()} {self._keep_figures()} RETURNING profile_id"
        return sql, self._of_figures()

    def at_once(self) -> Statement:
        """Brands, places and figures of one customer on PostgreSQL. Where a figure changed it returns the figures, whose they
        were before, nobody's where there were none, and what each was."""
        (key,) = self.keys
        return sql_at_once(), [key, key, *self._of_figures()]

    def _of_figures(self) -> list:
        theirs = self.theirs()[1]
        return [*theirs, *theirs, self.cutoff, self.cutoff, self.at]

    def _keep_figures(self, places: str = "transactions_transactedlocation") -> str:
        figures = Aggregation.figures()
        columns, values = ["profile_id", *figures, "updated_at"], self._values(places)
        return f"""INSERT INTO transactions_aggregation AS kept ({", ".join(columns)})
            SELECT wanted.profile_id, {", ".join(values[name] for name in figures)}, %s
            FROM wanted
            LEFT JOIN sums ON sums.profile_id = wanted.profile_id
            LEFT JOIN visits ON visits.profile_id = wanted.profile_id
            LEFT JOIN latest ON latest.profile_id = wanted.profile_id AND latest.n = 1
            WHERE TRUE
            ON CONFLICT (profile_id) DO UPDATE
            SET {", ".join(f"{one} = excluded.{one}" for one in (*figures, "updated_at"))}
            WHERE {" OR ".join(self.sql.differs(one) for one in figures)}"""  # noqa: S608

    def _counted(self) -> str:
        """The customers' counted transactions by day, those summed, their shopping days, and their latest sales."""
        theirs, sql = self.theirs()[0], self.sql
        within = f"day > {sql.year_before('last')}"
        return f"""counted AS (
                SELECT * FROM transactions_transaction WHERE {theirs} AND status = 'completed' AND NOT is_void
            ), wanted AS (
                SELECT profile_id FROM counted UNION SELECT profile_id FROM transactions_aggregation WHERE {theirs}
            ), days AS (
                SELECT profile_id, transacted_on AS day, {sql.cents("net")} AS net,
                    COUNT(CASE WHEN type = 'sale' THEN 1 END) AS sales,
                    COUNT(CASE WHEN type = 'sale' AND is_online THEN 1 END) AS online,
                    COUNT(CASE WHEN type = 'sale' AND NOT is_online THEN 1 END) AS in_store,
                    {sql.cents(of_full_price("total"))} AS paid, {sql.cents(of_full_price("total_original"))} AS price,
                    MAX(MAX(transacted_on)) OVER (PARTITION BY profile_id) AS last
                FROM counted GROUP BY profile_id, transacted_on
            ), sums AS (
                SELECT profile_id, SUM(net) AS net, SUM(sales) AS sales, MIN(day) AS first, MAX(day) AS last,
                    SUM(CASE WHEN {within} THEN net ELSE 0 END) AS net_12m,
                    SUM(CASE WHEN {within} THEN sales ELSE 0 END) AS sales_12m,
                    SUM(CASE WHEN day > %s THEN net ELSE 0 END) AS net_now, MIN(CASE WHEN day > %s THEN day END) AS since,
                    COUNT(CASE WHEN net > 0 THEN 1 END) AS positive,
                    SUM(online) AS online, SUM(in_store) AS in_store, SUM(paid) AS paid, SUM(price) AS price
                FROM days GROUP BY profile_id
            ), shopped AS (
                SELECT profile_id, day, ROW_NUMBER() OVER (PARTITION BY profile_id ORDER BY day) AS n,
                    ROW_NUMBER() OVER (PARTITION BY profile_id ORDER BY day DESC) AS back
                FROM days WHERE sales > 0
            ), visits AS (
                SELECT profile_id, COUNT(*) AS days, MIN(day) AS first, MAX(day) AS latest,
                    MAX(CASE WHEN n = 2 THEN day END) AS second, MAX(CASE WHEN back = 2 THEN day END) AS previous
                FROM shopped GROUP BY profile_id
            ), latest AS (
                SELECT profile_id, net, currency,
                    ROW_NUMBER() OVER (PARTITION BY profile_id ORDER BY transacted_at DESC, id DESC) AS n
                FROM counted WHERE type = 'sale'
            )"""  # noqa: S608

    def _values(self, places: str) -> dict[str, str]:
        """For each figure the SQL of its value."""
        sql, span = self.sql, self.sql.days("visits.latest", "visits.first")
        return {
            "spend_12m": sql.money("sums.net_12m"),
            "spend_12m_now": sql.money("sums.net_now"),
            "spend_12m_now_since": "sums.since",
            "spend_all": sql.money("sums.net"),
            "spend_atv_12m": sql.each("sums.net_12m", "sums.sales_12m"),
            "spend_atv_all": sql.each("sums.net", "sums.sales"),
            "spend_first_date": "sums.first",
            "spend_last_date": "sums.last",
            "shop_count": "COALESCE(sums.positive, 0)",
            "shop_days": f"CASE WHEN visits.days > 1 THEN {hundredths(span, '(visits.days - 1)')} END",
            "first_shop_date": "visits.first",
            "second_shop_date": "visits.second",
            "second_shop_days": sql.days("visits.second", "visits.first"),
            "average_shop_days": f"CASE WHEN visits.days > 2 THEN {hundredths(span, 'visits.days')} END",
            "total_shop_days": "COALESCE(visits.days, 0)",
            "previous_shop_date": "visits.previous",
            "latest_shop_date": "visits.latest",
            "latest_shop_days": sql.days("visits.latest", "visits.previous"),
            "at_risk_date": f"CASE WHEN visits.days > 2 THEN {sql.plus_days('visits.latest', three_times(span))} END",
            "dimension_frequency": "CASE WHEN visits.days IS NULL THEN 'F0' WHEN visits.days = 1 THEN 'F1' "
            f"WHEN visits.days = 2 THEN 'F2' WHEN {span} > 30 * (visits.days - 1) THEN 'FL' ELSE 'FH' END",
            "channel": "CASE WHEN sums.online > 0 AND sums.in_store > 0 THEN 'CM' WHEN sums.online > 0 THEN 'CO' "
            "WHEN sums.in_store > 0 THEN 'CF' ELSE '' END",
            "most_transacted_location_id": place(places, "sales DESC, latest_at DESC, location_id"),
            "latest_transacted_location_id": place(places, "latest_at DESC, location_id"),
            "latest_shop_spend": "COALESCE(latest.net, 0)",
            "latest_shop_currency": "COALESCE(latest.currency, '')",
            "discount_avg": sql.percent_off("sums.paid", "sums.price"),
        }


@cache
def sql_at_once() -> str:
    """Written once: it is the same for everybody."""
    anybody = Statements(connection, [UUID(int=0)], cutoff=date.min, at=datetime.min.replace(tzinfo=UTC))
    places, brands, figures = anybody._places_now()[0], anybody._brands_now()[0], Aggregation.figures()
    now, before = (", ".join(f"{name}.{one}" for one in figures) for name in ("changed", "before"))
    # No part sees what another writes: the figures take the places from where their rows come from, and at the end the
    # table still is as it was before.
    return f"""WITH places_now AS ({places}),
        places_kept AS ({anybody._keep_places("SELECT * FROM places_now")}),
        brands_kept AS ({anybody._keep_brands(brands)}),
        {anybody._counted()},
        changed AS ({anybody._keep_figures("places_now")} RETURNING *)
        SELECT {now}, before.profile_id, {before} FROM changed
        LEFT JOIN transactions_aggregation AS before ON before.profile_id = changed.profile_id"""  # noqa: S608


def of_full_price(column: str) -> str:
    """The column of sales of which the price before discounts is known."""
    return f"CASE WHEN type = 'sale' AND total_original IS NOT NULL THEN {column} ELSE 0 END"


def hundredths(days: str, count: str) -> str:
    """Days for each of `count`, with two decimals, rounded half up. Whole numbers until the last step, so exact everywhere."""
    return f"((200 * {days} + {count}) / (2 * {count})) / 100.0"


def three_times(span: str) -> str:
    """Three times the average of `average_shop_days`, in whole days, rounded half up."""
    return f"(6 * {span} + visits.days) / (2 * visits.days)"


def place(places: str, order: str) -> str:
    return (
        f"(SELECT location_id FROM {places} p WHERE p.profile_id = wanted.profile_id "  # noqa: S608
        f"ORDER BY {order} LIMIT 1)"
    )
