import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from access.models import User
from benefits.models import BenefitDefinition
from benefits.models.counter import GlobalCounter
from cxmanager.dashboard import Numbers
from jobs.models import Job
from profiles.cause import Cause
from profiles.models import Profile


@pytest.fixture(autouse=True)
def nothing_kept():
    """Figures are kept for a minute: each test counts anew."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def client_of():
    def client(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return client


@pytest.fixture
def coffee(db) -> BenefitDefinition:
    return BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")


def cards(response) -> dict[str, str]:
    return {card["title"]: card["value"] for card in response.context["cards"]}


class TestFigures:
    def test_count_what_happened_lately(self, client_of, manager, coffee, cause):
        now = timezone.now()
        maria = Profile(first_name="Maria").enrol(at=now, cause=cause)
        long_ago = Profile(first_name="Otto").enrol(at=now - timedelta(days=99), cause=cause)
        Profile.objects.filter(pk=long_ago.pk).update(created_at=now - timedelta(days=99))
        coffee.issue(maria, at=now, cause=cause).redeem(at=now, cause=cause)
        coffee.issue(long_ago, at=now - timedelta(days=99), cause=cause)

        response = client_of(manager).get("/admin/")

        assert cards(response) == {
            "Customers": "2",
            "New customers": "1",
            "Benefits issued": "1",
            "Benefits redeemed": "1",
            "Points owed": "0",
            "Points that end": "0",
            "Approvals": "0",
        }
        assert [row["name"] for row in response.context["top_benefits"]] == ["Free coffee"]
        assert (response.context["top_benefits"][0]["used"], response.context["top_benefits"][0]["given"]) == (1, 2)

    def test_set_thousands_apart(self, client_of, manager, coffee):
        GlobalCounter.objects.filter(definition=coffee, shard=0).update(used=1234, issued=56789)

        page = client_of(manager).get("/admin/").content.decode()

        assert "1,234 uses, 56,789 issued" in page

    def test_leave_out_what_was_undone(self, client_of, manager, coffee, cause):
        now = timezone.now()
        redemption = coffee.issue(Profile(first_name="Maria").enrol(at=now, cause=cause), at=now, cause=cause).redeem(
            at=now, cause=cause
        )
        redemption.reverse(at=now, cause=cause)

        assert cards(client_of(manager).get("/admin/"))["Benefits redeemed"] == "0"

    def test_show_the_work_that_runs(self, client_of, manager):
        Job.objects.enqueue("profiles.import", at=timezone.now(), total=100)
        Job.objects.create(
            kind="profiles.import", state=Job.State.DONE, run_at=timezone.now(), created_at=timezone.now()
        )

        assert len(client_of(manager).get("/admin/").context["jobs"]) == 1

    def test_say_what_waits_in_the_background_to_those_who_may_see_it(self, client_of, manager, clerk, member):
        [report] = client_of(manager).get("/admin/").context["reports"]
        assert (report.title, report.value) == ("Events to hand out", "1")
        assert client_of(clerk).get("/admin/").context["reports"] == []

    def test_link_to_lists_that_open(self, client_of, manager, coffee, cause):
        now = timezone.now()
        coffee.issue(Profile(first_name="Maria").enrol(at=now, cause=cause), at=now, cause=cause)
        client = client_of(manager)
        context = client.get("/admin/").context

        shown = [*context["cards"], *context["charts"], *context["top_benefits"], *context["steps"]]
        assert len(shown) >= 7
        pages = [*(one["url"] for one in shown), *(one.page for one in context["reports"])]
        assert {client.get(page).status_code for page in pages} == {200}

    def test_show_nobody_what_they_may_not_open(self, client_of, db):
        user = User.objects.create_user("new@example.com", "correct horse", name="New")

        response = client_of(user).get("/admin/")

        assert response.status_code == 200
        assert (response.context["cards"], response.context["charts"], response.context["steps"]) == ([], [], [])

    def test_cost_the_same_for_one_and_thirty(self, client_of, manager, coffee, cause):
        client = client_of(manager)

        def cost() -> int:
            cache.clear()
            with CaptureQueriesContext(connection) as queries:
                assert client.get("/admin/").status_code == 200
            return len(queries)

        def happen() -> None:
            now = timezone.now()
            coffee.issue(Profile(first_name="Ana").enrol(at=now, cause=Cause()), at=now, cause=cause).redeem(
                at=now, cause=cause
            )
            Job.objects.enqueue("profiles.import", at=now)

        happen()
        cost()
        for_one = cost()
        for _ in range(29):
            happen()

        assert cost() == for_one


class TestSteps:
    def test_lead_a_newcomer_and_then_go(self, client_of, manager, db, cause):
        client = client_of(manager)
        before = [(step["title"], step["is_done"]) for step in client.get("/admin/").context["steps"]]
        assert before == [
            ("Make a benefit definition", False),
            ("Import your customers", False),
            ("Issue a benefit", False),
        ]

        now = timezone.now()
        definition = BenefitDefinition.objects.create(name="Free coffee", handle="free-coffee")
        assert client.get("/admin/").context["steps"][0]["is_done"]
        definition.issue(Profile(first_name="Maria").enrol(at=now, cause=cause), at=now, cause=cause)

        assert client.get("/admin/").context["steps"] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("figure", "moment", "index"),
    [
        ("joined", "created_at", "profiles_profile_created"),
        ("issued", "issued_at", "benefits_benefit_by_issue"),
        ("redeemed", "redeemed_at", "benefits_redemption_by_day"),
    ],
)
def test_figures_by_day_read_a_range_of_an_index(figure, moment, index):
    """However many rows there are. Without it a million were read whole for the last thirty days."""
    with CaptureQueriesContext(connection) as queries:
        getattr(Numbers(at=timezone.now()), figure)()
    [asked] = [query["sql"] for query in queries if "GROUP BY" in query["sql"]]
    is_postgresql = connection.vendor == "postgresql"

    with connection.cursor() as cursor:
        if is_postgresql:
            # So few rows are quicker read whole.
            cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {'' if is_postgresql else 'QUERY PLAN'} {asked}")
        plan = " ".join(str(row) for row in cursor.fetchall())

    assert index in plan
    assert re.search(rf"{moment} >= .* AND .*{moment} <" if is_postgresql else rf"{moment}>\? AND {moment}<\?", plan)
