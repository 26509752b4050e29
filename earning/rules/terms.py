"""The terms of a rule, from the document of one of its versions or of a draft: the rule as the API writes it (api.md 5)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from earning.rules import read_conditions, type_of
from earning.rules.rewards import read_rewards
from earning.snapshot import LimitTerms, RuleTerms

SETS = ("tiers", "segments", "excluded_segments", "excluded_members", "locations")
FLAGS = {"stop_after": False, "requires_approval": False, "apply_automatically": True}


def terms_of(
    document: Mapping,
    *,
    id: int,
    version_id: int | None,
    created_at: datetime,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    limits: Iterable[LimitTerms] = (),
) -> RuleTerms:
    """The terms as evaluation takes them. Moments and limits are the rows' own, because a document has no types and no keys.

    Raises ValidationError for conditions or rewards that do not fit the type.
    """
    name = document["type"]
    return RuleTerms(
        id=id,
        version_id=version_id,
        handle=document.get("handle") or "",
        name=document.get("name") or "",
        type=name,
        conditions=read_conditions(name, document.get("conditions")),
        rewards=read_rewards(type_of(name), document.get("rewards")),
        created_at=created_at,
        status=document.get("status") or "active",
        starts_at=starts_at,
        ends_at=ends_at,
        priority=document.get("priority", 100),
        limits=tuple(limits),
        pending_days=document.get("pending_days"),
        expires_after_days=document.get("expires_after_days"),
        **{key: frozenset(map(str, document.get(key) or ())) for key in SETS},
        **{key: document.get(key, default) for key, default in FLAGS.items()},
    )
