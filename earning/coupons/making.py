"""Codes for pools: made up by the hundred thousand, so that nobody guesses them, or brought along."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from earning.models import Coupon, CouponPool
from earning.models.coupon import LONGEST_CODE, SHORTEST_CODE
from earning.refusals import refusal
from earning.rules.coupon import normalised
from jobs.models import Job
from profiles.importing.bulk import among, insert_rows

KIND = "earning.coupons"
# Nothing that looks like something else: no 0 and o, no 1, i and l.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
LENGTH = 12
AT_ONCE = 20_000
MOST = 1_000_000


def make_later(pool: CouponPool, count: int, *, prefix: str = "", at: datetime, user=None) -> Job:
    """Have so many codes made in the background, each a prefix and twelve characters drawn by chance.

    Raises ValidationError for none or more than a million, or a prefix that is too long.
    """
    if not 1 <= count <= MOST:
        raise ValidationError({"count": f"This is a whole number from 1 to {MOST:,}."})
    prefix = normalised(prefix)
    if len(prefix) > LONGEST_CODE - LENGTH:
        raise ValidationError({"prefix": f"This has at most {LONGEST_CODE - LENGTH} characters."})
    return Job.objects.enqueue(KIND, at=at, user=user, total=count, pool=pool.pk, prefix=prefix)


def make_some(pool_id: int, count: int, *, prefix: str) -> int:
    """Insert the next codes, of so many at most, and return how many. Call it in a transaction."""
    pool = CouponPool.objects.get(pk=pool_id)
    codes = {f"{prefix}{drawn()}" for _ in range(min(count, AT_ONCE))}
    return put_in(pool, codes)


def drawn() -> str:
    """Twelve characters out of 7·10^17 possibilities."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


@transaction.atomic
def bring(pool: CouponPool, codes: Iterable[str]) -> int:
    """Add codes that were made elsewhere; those that the pool has are left alone. Returns how many are new.

    Raises ValidationError for what is no code, Refusal `coupon_of_another_pool`.
    """
    wanted = {normalised(one) for one in codes}
    for one in sorted(wanted):
        if not SHORTEST_CODE <= len(one) <= LONGEST_CODE or not one.isprintable():
            said = f"“{one[:70]}” is no code: they have {SHORTEST_CODE} to {LONGEST_CODE} characters."
            raise ValidationError({"codes": said})
    held = Coupon.objects.filter(among(Coupon, "code", sorted(wanted)), program=pool.program_id)
    known = dict(held.values_list("code", "pool_id"))
    if any(other != pool.pk for other in known.values()):
        raise refusal("coupon_of_another_pool")
    try:
        with transaction.atomic():
            return put_in(pool, wanted - known.keys())
    except IntegrityError as error:
        raise refusal("coupon_of_another_pool") from error


def put_in(pool: CouponPool, codes: set[str]) -> int:
    """One COPY on PostgreSQL, one bulk statement elsewhere. Raises IntegrityError for a code that there is."""
    constants = {"pool_id": pool.pk, "program_id": pool.program_id, "used_at": None, "card_id": None, "award_id": None}
    insert_rows(Coupon, ["code"], ((one,) for one in sorted(codes)), constants=constants)
    CouponPool.objects.filter(pk=pool.pk).update(codes_count=F("codes_count") + len(codes))
    return len(codes)
