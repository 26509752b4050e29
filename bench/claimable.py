"""What one customer may claim among 200 conditional definitions, against 200 evaluations by the bare library (performance.md row 9).

`python -m bench claimable`; PostgreSQL only. The library's rules are compiled beforehand and it is handed the customer as one
dictionary, without a query; the product looks up the definitions and the customer each time. A second baseline, for
information, hands the library no more than the few values that the conditions ask for.
"""

import json
import statistics
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from datalogic_py import Engine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench.database import scratch_database
from bench.serving import spread
from profiles.conditions.evaluating import as_json
from profiles.conditions.facts import FACTS
from profiles.conditions.moments import Moment
from profiles.conditions.readings import values_of

DEFINITIONS, CUSTOMERS = 200, 20_000
REPETITIONS = 200
TARGET = 2.0


def main(arguments: list[str] = ()) -> None:
    with scratch_database("claimable"):
        at = timezone.now()
        conditions = [condition(number) for number in range(DEFINITIONS)]
        profile = fill(conditions, at=at)
        document = as_document(profile, at=at)
        asked = {name: document[name] for name in ("gender", "aggregations", "flattened_tags")}
        asked["aggregations"] = {"spend_12m_now": document["aggregations"]["spend_12m_now"]}
        rules = [Engine().compile(json.dumps(one)) for one in conditions]
        expected = [bool(rule.evaluate(document)) for rule in rules]
        assert any(expected) and not all(expected)
        assert claimable_by(profile, at=at).count() == sum(expected)
        with CaptureQueriesContext(connection) as captured:
            claimable_by(profile, at=at)
        print(f"\nClaimable among {DEFINITIONS} conditional definitions, {len(captured)} queries (row 9)")
        compare("the whole customer as a dictionary", rules, document, lambda: claimable_by(profile, at=at), TARGET)
        compare("only what is asked for, as a dictionary", rules, asked, lambda: claimable_by(profile, at=at), None)
        compare(
            "the first, with the definitions read", rules, document, lambda: list(claimable_by(profile, at=at)), None
        )


def condition(number: int) -> dict:
    """Three clauses: a figure of purchases, something about the customer, and tags."""
    return {
        "and": [
            {">=": [{"var": "aggregations.spend_12m_now"}, 5 * number]},
            {"==": [{"var": "gender"}, "female"]},
            {"in": ["vip", {"var": "flattened_tags"}]},
        ]
    }


def claimable_by(profile, *, at: datetime):
    from benefits.models import BenefitDefinition

    return BenefitDefinition.objects.claimable_by(profile, at=at)


def fill(conditions: list[dict], *, at: datetime):
    """The definitions, many customers, and among them one who may claim half of it. Returns that one."""
    from benefits.models import BenefitDefinition
    from profiles.models import Profile, Tag
    from transactions.models import Aggregation

    for number, one in enumerate(conditions):
        BenefitDefinition.objects.create(
            name=f"Benefit {number}", handle=f"benefit-{number}", is_claimable=True, claim_condition=one
        )
    people = [
        Profile(first_name="Ann", gender="female", joined_at=at - timedelta(days=number)) for number in range(CUSTOMERS)
    ]
    Profile.objects.bulk_create(people, batch_size=5_000)
    Aggregation.objects.bulk_create(
        (Aggregation(profile=one, spend_12m_now=500, spend_all=900, updated_at=at) for one in people), batch_size=5_000
    )
    people[0].tags.set(Tag.objects.named("vip", "coffee-club"))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return people[0]


def as_document(profile, *, at: datetime) -> dict:
    """All that is known of the customer, nested by the names of the facts: what a caller of the bare library would hand it."""
    document: dict = {}
    for name, value in values_of(profile, set(FACTS), asked=Moment(at)).items():
        *path, last = name.split(".")
        node = document
        for part in path:
            node = node.setdefault(part, {})
        node[last] = value
    return json.loads(json.dumps(document, default=as_json))


def compare(name: str, rules: list, document: dict, figure: Callable, target: float | None) -> None:
    """Both in turn; prints milliseconds and the ratio, each with minimum, median and maximum."""
    pairs = []
    for number in range(REPETITIONS + 10):
        calls = [lambda: [rule.evaluate(document) for rule in rules], figure]
        order = (0, 1) if number % 2 == 0 else (1, 0)
        taken = [0.0, 0.0]
        for which in order:
            begun = time.perf_counter()
            calls[which]()
            taken[which] = (time.perf_counter() - begun) * 1_000
        if number >= 10:
            pairs.append(taken)
    ratios = [figure / baseline for baseline, figure in pairs]
    wanted = f"   target ≤ {target}" if target else ""
    print(f"Baseline: {name} ({len(json.dumps(document)):,} characters)")
    print(f"  baseline  {spread([one for one, _ in pairs], '8.2f')} ms")
    print(f"  figure    {spread([two for _, two in pairs], '8.2f')} ms")
    middle = statistics.median(two for _, two in pairs) / statistics.median(one for one, _ in pairs)
    print(f"  ratio     {spread(ratios, '8.2f')}   of the medians {middle:.2f}{wanted}")
