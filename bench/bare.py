"""The baselines: a Django without middleware whose views do by cursor what the product does, and no more."""

import json
import random
from functools import cache

from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

FIND = """
    SELECT b.id, b.profile_id, b.definition_id, b.external_id, b.issued_at, b.expires_at, b.timezone, b.claimed_at,
        b.is_sole_claim, b.extended_at, b.extensions, b.revoked_at, b.revoke_reason, b.deleted_at, b.redemptions,
        b.max_redemptions, b.redeem_code_pos, b.redeem_code_online, b.value, b.meta, b.batch_id, b.created_at,
        b.updated_at, d.updated_at
    FROM benefits_benefit b JOIN benefits_benefitdefinition d ON d.id = b.definition_id
        JOIN profiles_profile p ON p.id = b.profile_id
    WHERE b.id = %s AND b.profile_id = %s AND b.deleted_at IS NULL AND p.deleted_at IS NULL
"""
USE = """
    UPDATE benefits_benefit SET redemptions = redemptions + %s, updated_at = %s
    WHERE id = %s AND (max_redemptions IS NULL OR redemptions <= max_redemptions - %s)
        AND issued_at <= %s AND expires_at > %s AND revoked_at IS NULL AND deleted_at IS NULL
    RETURNING profile_id
"""
REDEEM = """
    INSERT INTO benefits_redemption (benefit_id, definition_id, profile_id, count, returned, redeemed_at, user_id,
        location_id, reason, transaction_external_id, receipt_ref, meta, reversed_at, created_at, updated_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
RECORD = """
    INSERT INTO profiles_event (name, profile_id, subject_type, subject_id, payload, door, actor, user_id, token_id,
        location_id, reason, cause_id, depth, at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
"""
COUNT = """
    UPDATE benefits_globalcounter SET used = used + %s, issued = issued + %s
    WHERE definition_id = %s AND shard = %s AND NOT is_closed AND (allowance IS NULL OR allowance >= used + %s)
    RETURNING shard
"""
PAYLOAD = '{"redemption_id": %d, "benefit_id": %d, "definition_id": "%d", "count": 1, "transaction_external_id": ""}'


@cache
def till() -> tuple[int, str]:
    """The user and the token in whose name the product's clients redeem."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id, id FROM access_apitoken LIMIT 1")
        return cursor.fetchone()


@csrf_exempt
def redeem(request, profile: str, benefit: int) -> HttpResponse:
    """The statements of a redemption, with their conditions and columns, in one transaction."""
    at, (user, token) = timezone.now(), till()
    with connection.cursor() as cursor:
        cursor.execute(FIND, [benefit, profile])
        definition = cursor.fetchone()[2]
        with transaction.atomic():
            cursor.execute(USE, [1, at, benefit, 1, at, at])
            if not cursor.fetchall():
                return answer("{}", status=409)
            used = [benefit, definition, profile, 1, 0, at, user, None, "", "", "", None, None, at, at]
            cursor.execute(REDEEM, used)
            (redemption,) = cursor.fetchone()
            payload = PAYLOAD % (redemption, benefit, definition)
            told = ["benefit.redeemed", profile, "benefits.benefit", str(benefit), payload, "api", "Till", user, token]
            cursor.execute(RECORD, [*told, None, "", None, 0, at])
            cursor.fetchone()
            cursor.execute(COUNT, [1, 0, definition, random.randrange(16), 1])
            cursor.fetchall()
    return answer(json.dumps({"data": {"id": redemption, "profile_id": profile, "redeem_at": str(at)}}), status=201)


def answer(body: str, status: int = 200) -> HttpResponse:
    return HttpResponse(
        body, status=status, content_type="application/json", headers={"Content-Length": str(len(body.encode()))}
    )


LOOK_UP = """
    SELECT json_build_object(
        'profile', json_build_object('id', p.id, 'first_name', p.first_name, 'last_name', p.last_name,
            'email', p.email, 'mobile_phone', p.mobile_phone, 'profile_type', p.profile_type),
        'benefits', coalesce((
            SELECT json_agg(json_build_object('id', b.id, 'external_id', b.external_id, 'issued_at', b.issued_at,
                'expires_at', b.expires_at, 'timezone', b.timezone, 'redemptions', b.redemptions,
                'max_redemptions', b.max_redemptions, 'definition', json_build_object('id', d.id::text,
                    'name', d.name, 'handle', d.handle, 'type', d.type, 'value', d.value,
                    'short_description', d.short_description, 'redeem_code_pos', d.redeem_code_pos,
                    'max_global_redemptions', d.max_global_redemptions)) ORDER BY b.id)
            FROM benefits_benefit b JOIN benefits_benefitdefinition d ON d.id = b.definition_id
            WHERE b.profile_id = p.id AND b.deleted_at IS NULL AND b.revoked_at IS NULL AND b.issued_at <= now()
                AND b.expires_at > now() AND (b.max_redemptions IS NULL OR b.redemptions < b.max_redemptions)
                AND NOT d.is_archived AND EXISTS (SELECT 1 FROM benefits_globalcounter c
                    WHERE c.definition_id = d.id AND (c.allowance IS NULL OR c.allowance > c.used))), '[]'::json))::text
    FROM profiles_identity i JOIN profiles_profile p ON p.id = i.profile_id
    WHERE i.identifier = %s AND p.deleted_at IS NULL
"""


def lookup(request, identifier: str) -> HttpResponse:
    """One statement; the database writes the JSON."""
    with connection.cursor() as cursor:
        cursor.execute(LOOK_UP, [identifier])
        row = cursor.fetchone()
    return answer(f'{{"data": {row[0]}}}')


application = get_wsgi_application()
