"""Definitions and what the wire shows of them, kept in the process: a till's request needs them and they hardly change.

A kept one is used only while the row's `updated_at`, which the caller read in its own query, is the same: what another
process saved is seen at once. Half a minute bounds whatever bypasses `save()`, such as a tag that is deleted.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from benefits.api.shapes import definition_without_counts
from benefits.models import BenefitDefinition

KEPT_SECONDS = 30
MOST_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Known:
    """A definition (read only: threads share it) and its JSON without the counts."""

    definition: BenefitDefinition
    json: dict
    good_until: float


_known: dict[int, Known] = {}


def known_definitions(versions: Iterable[tuple[int, datetime]]) -> dict[int, Known]:
    """The definitions of these (id, updated_at). No query when all are kept, else two."""
    now, found, missing = time.monotonic(), {}, []
    for pk, updated_at in versions:
        kept = _known.get(pk)
        if kept is not None and kept.definition.updated_at == updated_at and kept.good_until > now:
            found[pk] = kept
        else:
            missing.append(pk)
    return found | read_anew(missing, now=now) if missing else found


def read_anew(ids: list[int], *, now: float) -> dict[int, Known]:
    if len(_known) > MOST_KEPT:
        _known.clear()
    read = {}
    for definition in BenefitDefinition.objects.filter(pk__in=ids).prefetch_related("tags"):
        read[definition.pk] = Known(definition, definition_without_counts(definition), now + KEPT_SECONDS)
    _known.update(read)
    return read
