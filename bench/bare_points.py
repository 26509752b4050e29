"""The points of a sale in the baseline of `ingest.py`: two awards with their credits, the balance and the events, by cursor and in bulk."""

import json
from datetime import datetime

from bench.bare import RECORD, till

EARNING, DOUBLE = "one-for-one", "knitwear-twice"
WHOSE = "SELECT id, status, tier_id FROM earning_loyaltycard WHERE profile_id = %s"
RULES = "SELECT handle, id, version_id, name FROM earning_earningrule WHERE handle IN (%s, %s)"
AWARD = "(%s, %s, %s, 'transaction', %s, %s, %s, %s, 0, '', %s, %s, '[]', 'given', FALSE, 0, 0, '', %s, %s)"
AWARDS = f"""
    INSERT INTO earning_award (card_id, rule_id, version_id, source, source_key, transaction_id, name, points,
        currency_amount, currency, shares, working, taken, state, is_replaced, points_reversed, currency_reversed, decision_reason, at,
        created_at) VALUES {AWARD}, {AWARD} RETURNING id
"""
CREDIT = "(%s, 'points', 'earn', 'active', %s, %s, %s, %s, FALSE, 'UTC', %s, %s, %s, %s, %s)"
CREDITS = f"""
    INSERT INTO earning_credit (card_id, unit, kind, state, value, remaining, earned_at, active_from, follows_activity,
        timezone, note, award_id, transaction_id, created_at, updated_at) VALUES {CREDIT}, {CREDIT} RETURNING id
"""
BALANCE = """
    INSERT INTO earning_balance (card_id, unit, active, pending, pending_approval, blocked, debt, earned, spent, expired,
        reversed) VALUES (%s, 'points', %s, 0, 0, 0, 0, %s, 0, 0, 0)
    ON CONFLICT (card_id, unit) DO UPDATE SET active = earning_balance.active + EXCLUDED.active,
        earned = earning_balance.earned + EXCLUDED.earned
"""
RECORD_BOTH = RECORD.replace(" RETURNING", f", ({', '.join(['%s'] * 14)}) RETURNING")


def earn(cursor, profile: str, sale: int, items: list[dict], total: float, *, at: datetime) -> None:
    """What the sale earns at one point for one, and as much again."""
    cursor.execute(WHOSE, [profile])
    card = cursor.fetchone()[0]
    points, rules = round(total), known_rules(cursor)
    shares = json.dumps({str(one["id"]): [str(one["price_sell"] * one["quantity"]), "0"] for one in items})
    awards, credits = [], []
    for rule, version, name in rules:
        awards += [card, rule, version, str(sale), sale, name, points, shares, f"1 point × {total}", at, at]
    cursor.execute(AWARDS, awards)
    for (award,), (_, _, name) in zip(cursor.fetchall(), rules, strict=True):
        credits += [card, points, points, at, at, name, award, sale, at, at]
    cursor.execute(CREDITS, credits)
    made = [key for (key,) in cursor.fetchall()]
    cursor.execute(BALANCE, [card, 2 * points, 2 * points])
    told = []
    for name, more in (("points.awarded", {"amount": 2 * points, "credit_ids": made}), ("balance.updated", {})):
        payload = json.dumps({"card_id": card, "unit": "points"} | more)
        told += [
            name,
            profile,
            "earning.loyaltycard",
            str(card),
            payload,
            "api",
            "Till",
            *till(),
            None,
            "",
            None,
            0,
            at,
        ]
    cursor.execute(RECORD_BOTH, told)


_rules: list[tuple] = []


def known_rules(cursor) -> list[tuple]:
    """Kept in the process, as the product keeps them."""
    if not _rules:
        cursor.execute(RULES, [EARNING, DOUBLE])
        # At one stroke: other threads of the server read it meanwhile, and may be filling it too.
        _rules[:] = [(rule, version, name) for _, rule, version, name in cursor.fetchall()]
    return _rules
