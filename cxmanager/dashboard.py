"""The first page: what happened lately, each figure linking to its list; to a newcomer, the next three steps.

Nothing here reads more than a bounded number of rows or a range of an index, and what costs is kept for a minute, so the
page is as quick at a million customers as at ten.
"""

import json
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from django.core.cache import cache
from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from benefits.models import Benefit, BenefitDefinition, Redemption
from cxmanager.amounts import money, pieces
from cxmanager.rest.paging import COUNT_EXACTLY_UP_TO, bounded_count
from earning.amounts import POINTS
from earning.awards.approvals import waiting_counts
from earning.models import Credit, Debit
from earning.owing import ending_soon, liability, tier_counts
from jobs.models import Job
from jobs.reporting import reports_for
from profiles.models import Profile

DAYS = 30
KEPT_SECONDS = 60
# What is summed over all cards, which changes little in a while.
KEPT_LONG_SECONDS = 600
TOP = 5
TIERS_SHOWN = 12
JOBS_SHOWN = 5


def figures(request: HttpRequest, context: dict) -> dict:
    """What `admin/index.html` shows this user: nothing of a list that they may not open."""
    may = {
        name: request.user.has_perm(permission)
        for name, permission in {
            "profiles": "profiles.view_profile",
            "benefits": "benefits.view_benefit",
            "redemptions": "benefits.view_redemption",
            "jobs": "jobs.view_job",
            "balances": "earning.view_balance",
            "credits": "earning.view_credit",
            "cards": "earning.view_loyaltycard",
            "approvals": "earning.approve_award",
        }.items()
    }
    numbers = Numbers(at=timezone.now())
    return context | {
        "title": "Dashboard",
        "may": may,
        "cards": [card for card in cards(numbers, may) if card],
        "charts": [chart for chart in charts(numbers, may) if chart],
        "tiers": numbers.tiers() if may["cards"] else [],
        "top_benefits": numbers.top_benefits() if may["benefits"] else [],
        "jobs": running_jobs() if may["jobs"] else [],
        "reports": reports_for(request.user, at=timezone.now()),
        "steps": steps(request.user),
    }


class Numbers:
    """The figures as of a moment, in days of the viewer's zone. Each is kept for a minute, for all who may see it."""

    def __init__(self, *, at: datetime):
        self.at = at
        self.zone = timezone.get_current_timezone()
        self.today = timezone.localdate(at)
        self.days = [self.today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]

    def kept(self, name: str, make: Callable, seconds: int = KEPT_SECONDS):
        return cache.get_or_set(f"dashboard:{name}:{self.zone}:{self.today}", make, seconds)

    def profiles(self) -> tuple[int, bool]:
        """How many living customers, and whether that is an estimate."""
        return self.kept("profiles", lambda: bounded_count(Profile.objects.living()))

    def joined(self) -> list[int]:
        return self.kept("joined", lambda: self.by_day(Profile.objects.living(), "created_at", Count("*")))

    def issued(self) -> list[int]:
        return self.kept("issued", lambda: self.by_day(Benefit.objects.present(), "issued_at", Count("*")))

    def redeemed(self) -> list[int]:
        uses = Sum("count") - Sum("returned")
        return self.kept("redeemed", lambda: self.by_day(Redemption.objects.all(), "redeemed_at", uses))

    def owed(self) -> dict:
        return self.kept("owed", liability, KEPT_LONG_SECONDS)

    def ending(self) -> tuple:
        """How many points end within 30 and 90 days."""
        return self.kept("ending", lambda: ending_soon(at=self.at), KEPT_LONG_SECONDS)

    def waiting(self) -> int:
        return self.kept("waiting", lambda: sum(waiting_counts().values()))

    def earned(self) -> list[int]:
        rows = Credit.objects.filter(unit=POINTS, kind__in=Credit.EARNING).exclude(state__in=Credit.UNGRANTED)
        return self.kept("earned", lambda: self.by_day(rows, "earned_at", Sum("value")))

    def spent(self) -> list[int]:
        rows = Debit.objects.filter(unit=POINTS, kind=Debit.Kind.SPEND)
        return self.kept("spent", lambda: self.by_day(rows, "at", Sum("amount")))

    def tiers(self) -> list[dict]:
        return self.kept("tiers", self._tiers, KEPT_LONG_SECONDS)

    def _tiers(self) -> list[dict]:
        """The tiers with how many customers stand on each, and its share of them."""
        rows = tier_counts(TIERS_SHOWN)
        total = sum(row["count"] for row in rows) or 1
        url = reverse("admin:earning_loyaltycard_changelist")
        return [
            {
                "name": str(row["tier"]),
                "program": str(row["tier"].program),
                "count": row["count"],
                "share": row["count"] * 100 // total,
                "url": f"{url}?tier__id__exact={row['tier'].pk}",
            }
            for row in rows
        ]

    def by_day(self, rows, moment: str, total) -> list[int]:
        """The total of each of the last days, oldest first, zeros included. One query."""
        first = timezone.make_aware(datetime.combine(self.days[0], time.min), self.zone)
        end = timezone.make_aware(datetime.combine(self.today + timedelta(days=1), time.min), self.zone)
        found = dict(
            rows.filter(**{f"{moment}__gte": first, f"{moment}__lt": end})
            .order_by()
            .annotate(day=TruncDate(moment, tzinfo=self.zone))
            .values_list("day")
            .annotate(total=total)
        )
        return [int(found.get(day, 0) or 0) for day in self.days]

    def top_benefits(self) -> list[dict]:
        """The definitions most redeemed so far, from their counters: no benefit is counted for it."""
        return self.kept("top", self._top_benefits)

    def _top_benefits(self) -> list[dict]:
        rows = list(
            BenefitDefinition.objects.filter(is_archived=False)
            .annotate(used=Sum("counters__used"), given=Sum("counters__issued"))
            .filter(given__gt=0)
            .order_by("-used", "-given", "name")
            .values("id", "name", "used", "given")[:TOP]
        )
        most = max((row["used"] for row in rows), default=0) or 1
        url = reverse("admin:benefits_benefit_changelist")
        return [
            row | {"share": row["used"] * 100 // most, "url": f"{url}?definition__id__exact={row['id']}"}
            for row in rows
        ]


def cards(numbers: Numbers, may: dict[str, bool]) -> list[dict | None]:
    return [
        card("Customers", numbers.profiles, "profiles_profile", "person") if may["profiles"] else None,
        card("New customers", lambda: sum(numbers.joined()), "profiles_profile", "person_add", lately=True)
        if may["profiles"]
        else None,
        card("Benefits issued", lambda: sum(numbers.issued()), "benefits_benefit", "redeem", lately=True)
        if may["benefits"]
        else None,
        card("Benefits redeemed", lambda: sum(numbers.redeemed()), "benefits_redemption", "check_circle", lately=True)
        if may["redemptions"]
        else None,
        points_owed(numbers) if may["balances"] else None,
        points_ending(numbers) if may["balances"] and may["credits"] else None,
        approvals_waiting(numbers) if may["approvals"] else None,
    ]


def points_owed(numbers: Numbers) -> dict:
    owed = numbers.owed()
    worth = ", ".join(money(amount, currency) for currency, amount in sorted(owed["money"].items()))
    note = f"worth {worth}" if worth else "that customers have"
    url = reverse("admin:earning_loyaltycard_changelist")
    return {"title": "Points owed", "value": whole(owed["points"]), "note": note, "icon": "loyalty", "url": url}


def points_ending(numbers: Numbers) -> dict:
    soon, later = numbers.ending()
    url = f"{reverse('admin:earning_credit_changelist')}?state__exact=active&unit=points"
    note = f"within 30 days, {whole(later)} within 90"
    return {"title": "Points that end", "value": whole(soon), "note": note, "icon": "hourglass_bottom", "url": url}


def approvals_waiting(numbers: Numbers) -> dict:
    url = reverse("admin:earning_adjustment_approvals")
    value = f"{numbers.waiting():,}"
    return {"title": "Approvals", "value": value, "note": "waiting", "icon": "pending_actions", "url": url}


def whole(points) -> str:
    return pieces(points) if points else "0"


def card(title: str, figure: Callable, page: str, icon: str, *, lately: bool = False) -> dict:
    value, is_estimate = figure() if not lately else (figure(), False)
    shown = f"about {value:,}" if is_estimate and value > COUNT_EXACTLY_UP_TO + 1 else f"{value:,}"
    if is_estimate and value <= COUNT_EXACTLY_UP_TO + 1:
        shown = f"more than {COUNT_EXACTLY_UP_TO:,}"
    note = f"in the last {DAYS} days" if lately else "in all"
    return {"title": title, "value": shown, "note": note, "icon": icon, "url": reverse(f"admin:{page}_changelist")}


def charts(numbers: Numbers, may: dict[str, bool]) -> list[dict | None]:
    labels = [short(day) for day in numbers.days]
    first = may["profiles"] and chart(
        "New customers by day", "profiles_profile", labels, [("New customers", "primary-600", numbers.joined())]
    )
    lines = []
    if may["benefits"]:
        lines.append(("Issued", "primary-600", numbers.issued()))
    if may["redemptions"]:
        lines.append(("Redeemed", "orange-500", numbers.redeemed()))
    second = lines and chart("Benefits by day", "benefits_benefit", labels, lines, kind="line")
    third = may["credits"] and chart(
        "Points by day",
        "earning_credit",
        labels,
        [("Earned", "primary-600", numbers.earned()), ("Spent", "orange-500", numbers.spent())],
        kind="line",
    )
    return [first or None, second or None, third or None]


def chart(title: str, page: str, labels: list[str], lines: list[tuple], *, kind: str = "bar") -> dict:
    """One chart as unfold draws it; `said` is the same in words, for those who cannot see it."""
    datasets = [
        {
            "label": label,
            "data": data,
            "borderColor": f"var(--color-{colour})",
            "backgroundColor": f"var(--color-{colour})",
            "displayYAxis": True,
            "maxTicksXLimit": 8,
        }
        for label, colour, data in lines
    ]
    said = ", ".join(f"{label}: {sum(data):,} in {DAYS} days" for label, _, data in lines)
    return {
        "title": title,
        "kind": kind,
        "data": json.dumps({"labels": labels, "datasets": datasets}),
        "said": said,
        "legend": [(label, colour) for label, colour, _ in lines],
        "is_empty": not any(any(data) for _, _, data in lines),
        "url": reverse(f"admin:{page}_changelist"),
    }


def short(day: date) -> str:
    return date_format(day, "j M")


def running_jobs() -> list[Job]:
    """Imports and bulk issues that wait or run. Read from the partial index of open jobs."""
    return list(
        Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING]).order_by("run_at", "id")[:JOBS_SHOWN]
    )


def steps(user) -> list[dict]:
    """What a newcomer does next, until each of the three was done once. Empty then, and for those who may do none of it."""
    wanted = [
        (
            "benefits.add_benefitdefinition",
            "Make a benefit definition",
            "What customers get, how long they may use it and how often: a coffee in their birthday month.",
            "admin:benefits_benefitdefinition_add",
            BenefitDefinition,
        ),
        (
            "profiles.import_profiles",
            "Import your customers",
            "From a CSV or Excel file. You see what would be created before anything is written.",
            "admin:profiles_profileimport_add",
            Profile,
        ),
        (
            "benefits.issue_benefit",
            "Issue a benefit",
            "Open a customer, choose the benefit, and it stands on their page, ready for the till.",
            "admin:profiles_profile_changelist",
            Benefit,
        ),
    ]
    todo = [
        {"title": title, "text": text, "url": reverse(name), "is_done": model.objects.exists()}
        for permission, title, text, name, model in wanted
        if user.has_perm(permission)
    ]
    return todo if any(not step["is_done"] for step in todo) else []
