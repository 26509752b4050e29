"""Whether the ledger agrees with itself: set-based, so that a million credits are looked at in seconds.

SQLite keeps amounts as binary numbers, so two are the same here when they are within half of the smallest amount.
"""

from collections.abc import Iterator
from decimal import Decimal

from django.db import connection

from earning.amounts import in_words
from earning.models.balance import SUMS

# Of each kind so many are named; the rest is counted.
NAMED = 20
APART = Decimal("0.00005")

# What a balance should be, by what it is called there.
OF_CREDITS = {
    "active": "SUM(CASE WHEN state = 'active' THEN remaining ELSE 0 END)",
    "pending": "SUM(CASE WHEN state = 'pending' THEN remaining ELSE 0 END)",
    "pending_approval": "SUM(CASE WHEN state = 'pending_approval' THEN remaining ELSE 0 END)",
    "blocked": "SUM(CASE WHEN state = 'blocked' THEN remaining ELSE 0 END)",
    # Of what nobody has approved only that counts which was taken back before.
    "earned": """SUM(CASE WHEN kind NOT IN ('earn', 'reward', 'point') THEN 0
        WHEN state IN ('pending_approval', 'rejected') THEN value - remaining ELSE value END)""",
    "spent": "-SUM(CASE WHEN kind = 'restored' THEN value ELSE 0 END)",
}
OF_DEBITS = {
    "spent": "SUM(CASE WHEN kind = 'spend' THEN amount ELSE 0 END)",
    "expired": "SUM(CASE WHEN kind = 'expiry' THEN amount ELSE 0 END)",
    "reversed": "SUM(CASE WHEN kind = 'reversal' THEN amount ELSE 0 END)",
    "debt": "SUM(CASE WHEN kind = 'repayment' THEN -amount ELSE owed END)",
}

CHECKS = {
    "Credit {0}: {1} of it are gone, and its allocations say {2}.": """
        SELECT c.id, c.value - c.remaining, COALESCE(a.taken, 0), c.unit FROM earning_credit c
        LEFT JOIN (SELECT credit_id, SUM(amount) AS taken FROM earning_allocation GROUP BY credit_id) a
            ON a.credit_id = c.id
        WHERE ABS(c.value - c.remaining - COALESCE(a.taken, 0)) > 0.00005 ORDER BY c.id""",
    "Debit {0}: {1} were there to be taken, and its allocations say {2}.": """
        SELECT d.id, d.amount - d.owed, COALESCE(a.taken, 0), d.unit FROM earning_debit d
        LEFT JOIN (SELECT debit_id, SUM(amount) AS taken FROM earning_allocation GROUP BY debit_id) a
            ON a.debit_id = d.id
        WHERE ABS(d.amount - d.owed - COALESCE(a.taken, 0)) > 0.00005 ORDER BY d.id""",
    "Allocation {0}: it takes from another card or unit than its debit's.": """
        SELECT a.id, a.amount, a.amount, d.unit FROM earning_allocation a
        JOIN earning_debit d ON d.id = a.debit_id JOIN earning_credit c ON c.id = a.credit_id
        WHERE d.card_id <> c.card_id OR d.unit <> c.unit ORDER BY a.id""",
    "Credit {0}: {1} were taken back of it, which gave {2}.": """
        SELECT c.id, SUM(d.amount), c.value, c.unit FROM earning_debit d JOIN earning_credit c ON c.id = d.reverses_id
        GROUP BY c.id, c.value, c.unit HAVING SUM(d.amount) > c.value + 0.00005 ORDER BY c.id""",
    "Debit {0}: {1} came back of it, which took {2}.": """
        SELECT d.id, SUM(c.value), d.amount, d.unit FROM earning_credit c JOIN earning_debit d ON d.id = c.answers_id
        WHERE c.kind = 'restored'
        GROUP BY d.id, d.amount, d.unit HAVING SUM(c.value) > d.amount + 0.00005 ORDER BY d.id""",
    "Debit {0}: {1} were transferred, and {2} arrived.": """
        SELECT d.id, d.amount, COALESCE(SUM(c.value), 0), d.unit FROM earning_debit d
        LEFT JOIN earning_credit c ON c.answers_id = d.id AND c.kind = 'transfer'
        WHERE d.kind = 'transfer' GROUP BY d.id, d.amount, d.unit
        HAVING ABS(d.amount - COALESCE(SUM(c.value), 0)) > 0.00005 ORDER BY d.id""",
    "Card {0}: it has credits or debits, and no balance of them.": """
        SELECT DISTINCT u.card_id, 0, 0, u.unit FROM
            (SELECT card_id, unit FROM earning_credit UNION SELECT card_id, unit FROM earning_debit) u
        LEFT JOIN earning_balance b ON b.card_id = u.card_id AND b.unit = u.unit
        WHERE b.id IS NULL ORDER BY u.card_id""",
}


def balances_apart() -> str:
    """Balances of which some sum is another: card, unit, then each sum as it is kept and as it should be."""
    should = {name: " + ".join(f"COALESCE({table}.{name}, 0)" for table, of in TABLES if name in of) for name in SUMS}
    columns = ", ".join(f"b.{name}, {should[name]}" for name in SUMS)
    apart = " OR ".join(f"ABS(b.{name} - ({should[name]})) > {APART}" for name in SUMS)
    joins = " ".join(
        f"LEFT JOIN (SELECT card_id, unit, {', '.join(f'{sql} AS {name}' for name, sql in of.items())} "  # noqa: S608
        f"FROM {source} GROUP BY card_id, unit) {table} ON {table}.card_id = b.card_id AND {table}.unit = b.unit"
        for (table, of), source in zip(TABLES, ("earning_credit", "earning_debit"), strict=True)
    )
    return (
        f"SELECT b.card_id, b.unit, {columns} FROM earning_balance b {joins} WHERE {apart} ORDER BY b.card_id, b.unit"  # noqa: S608
    )


TABLES = (("c", OF_CREDITS), ("d", OF_DEBITS))


def drift() -> Iterator[str]:
    """What does not agree, one sentence for each, the first of each kind by name. Nothing where all does. Eight statements."""
    for says, sql in CHECKS.items():
        yield from in_sentences(sql, lambda row, says=says: [says.format(row[0], *words(row[1:3], row[3]))])
    yield from in_sentences(balances_apart(), of_balance)


def in_sentences(sql: str, say) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        for row in cursor.fetchmany(NAMED):
            yield from say(row)
        more = sum(len(rows) for rows in iter(lambda: cursor.fetchmany(10_000), []))
    if more:
        yield f"And {more:,} more like this."


def of_balance(row) -> Iterator[str]:
    card, unit, *sums = row
    for name, is_, should in zip(SUMS, sums[::2], sums[1::2], strict=True):
        if abs(Decimal(str(is_)) - Decimal(str(should))) > APART:
            kept, right = words((is_, should), unit)
            yield f"Card {card}: its balance says {kept} {name.replace('_', ' ')}, and its ledger {right}."


def words(amounts, unit: str) -> list[str]:
    return [in_words(round(Decimal(str(one)), 4), unit) for one in amounts]
