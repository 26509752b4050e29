"""Numbers of loyalty cards: unlike their neighbours', so that a slip of the pen finds nobody, and with a check digit."""

SPACE = 10**12
# Odd and not divisible by 5: each place in the row gives another number.
STEP, START = 387_420_489_713, 104_729_731_337


def number_of(card_id: int) -> str:
    """Thirteen digits, the last by Luhn's formula. No two of the first million million cards have the same."""
    body = f"{(card_id * STEP + START) % SPACE:012d}"
    return body + check_digit(body)


def check_digit(body: str) -> str:
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(body)))
    return str(-sum(number // 10 + number % 10 for number in doubled) % 10)
