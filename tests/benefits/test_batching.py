from datetime import timedelta
from uuid import uuid4

import pytest

from benefits import batching
from benefits.explaining import in_words, why_held
from benefits.models import BatchRecipient, Benefit, BenefitBatch
from cxmanager.refusals import Refusal
from jobs.models import Job
from jobs.working import run_one
from profiles.cause import Cause, Door
from profiles.models import Event, Profile, Segment
from profiles.telling import sentence
from tests.declared import undeclared


@pytest.fixture
def crowd(db, at) -> list[Profile]:
    """Seven customers."""
    return [Profile(first_name=f"Person {n}").enrol(at=at, cause=Cause()) for n in range(7)]


@pytest.fixture
def by_manager(manager) -> Cause:
    return Cause(door=Door.ADMIN, user=manager, reason="Winter thanks.")


class TestStart:
    def test_chooses_by_query_without_reading_the_customers(
        self, coffee, crowd, at, by_manager, django_assert_max_num_queries
    ):
        with django_assert_max_num_queries(12):
            batch = batching.start_batch(coffee, at=at, cause=by_manager, profiles=Profile.objects.all())

        assert (batch.matched, batch.recipients.count(), batch.job.kind) == (7, 7, "benefits.batch")
        assert Job.objects.get().total == 7
        assert not Benefit.objects.exists()

    def test_chooses_by_ids_each_once_and_only_those_that_live(self, coffee, crowd, at, by_manager):
        gone = crowd[0]
        Profile.objects.filter(pk=gone.pk).update(deleted_at=at)

        batch = batching.start_batch(
            coffee, at=at, cause=by_manager, profile_ids=[gone.pk, crowd[1].pk, crowd[1].pk, crowd[2].pk]
        )

        assert batch.matched == 2

    def test_takes_a_query_with_values(self, coffee, crowd, at, by_manager):
        chosen = Profile.objects.filter(
            first_name__in=["Person 3", "Person 4"], created_at__gt=at - timedelta(days=9999)
        )

        assert batching.start_batch(coffee, at=at, cause=by_manager, profiles=chosen).matched == 2

    def test_makes_one_of_a_form_sent_twice(self, coffee, crowd, at, by_manager):
        form = uuid4()
        first, second = (
            batching.start_batch(coffee, at=at, cause=by_manager, profiles=Profile.objects.all(), asked_as=form)
            for _ in range(2)
        )

        assert first == second
        assert (Job.objects.count(), BatchRecipient.objects.count()) == (1, 7)

    def test_refuses_what_is_archived_and_queues_nothing(self, coffee, crowd, at, by_manager):
        coffee.archive()

        with pytest.raises(Refusal, match="no longer offered"):
            batching.start_batch(coffee, at=at, cause=by_manager, profiles=Profile.objects.all())

        assert (Job.objects.count(), BenefitBatch.objects.count(), BatchRecipient.objects.count()) == (0, 0, 0)


class TestToWhom:
    VIPS = {"in": ["vip", {"var": "flattened_tags"}]}

    @pytest.fixture
    def vips(self, crowd, at) -> Segment:
        """Two of the seven."""
        for profile in crowd[:2]:
            profile.add_tags("vip", at=at, cause=Cause())
        return Segment.objects.create(name="VIPs", handle="vips", condition=self.VIPS)

    @pytest.mark.parametrize(
        ("chosen", "whom", "matched"),
        [
            ({"condition": VIPS}, "condition", 2),
            ({"is_everybody": True}, "everybody", 7),
            ({"profiles": Profile.objects.filter(first_name="Person 3")}, "selected", 1),
            ({"profile_ids": []}, "listed", 0),
        ],
    )
    def test_is_kept(self, coffee, vips, at, by_manager, chosen, whom, matched):
        batch = batching.start_batch(coffee, at=at, cause=by_manager, **chosen)

        batch.refresh_from_db()
        assert (batch.whom, batch.matched, batch.segment) == (whom, matched, None)
        assert batch.condition == chosen.get("condition")

    def test_of_a_segment_outlives_it(self, coffee, vips, at, by_manager):
        batch = batching.start_batch(coffee, at=at, cause=by_manager, segment=vips)
        assert (batch.whom, batch.matched, batch.segment) == ("segment", 2, vips)

        vips.delete()

        batch.refresh_from_db()
        assert (batch.segment, batch.segment_name, batch.condition) == (None, "VIPs", self.VIPS)
        assert str(batch) == "Free coffee to segment VIPs (2 customers)"
        assert batch.condition_in_words() == "Tags contains “vip”."

    def test_is_told_of_each_benefit(self, coffee, vips, at, by_manager):
        batching.start_batch(coffee, at=at, cause=by_manager, segment=vips)
        run_one(worker="test")

        benefit = Benefit.objects.first()
        (issued,) = why_held(benefit)
        assert issued.payload["issued_to"] == "segment VIPs"
        assert sentence(issued) == "The benefit “Free coffee” was issued to segment VIPs."
        assert in_words(issued) == (
            "Benefit issued to segment VIPs by Mona in the back office. They gave as reason: Winter thanks."
        )

    def test_names_nobody_whom_the_condition_names(self, coffee, crowd, at, by_manager):
        batching.start_batch(
            coffee, at=at, cause=by_manager, condition={"==": [{"var": "first_name"}, crowd[0].first_name]}
        )
        run_one(worker="test")

        (issued,) = why_held(Benefit.objects.get())
        assert sentence(issued) == "The benefit “Free coffee” was issued to whom a condition found."
        assert "Person" not in str(issued.payload)

    def test_is_not_told_of_one_that_was_issued_alone(self, coffee, crowd, at, by_manager):
        (issued,) = why_held(coffee.issue(crowd[0], at=at, cause=by_manager))
        assert in_words(issued).startswith("Benefit issued by Mona in the back office.")


class TestServe:
    @pytest.fixture
    def batch(self, coffee, crowd, at, by_manager):
        return batching.start_batch(coffee, at=at, cause=by_manager, profiles=Profile.objects.all())

    def test_gives_each_one_benefit_with_its_event(self, batch, coffee, crowd, manager, monkeypatch):
        monkeypatch.setattr(batching.serve_chunk, "__kwdefaults__", {"size": 3})

        job = run_one(worker="test")

        assert (job.state, job.result, job.done) == ("done", {"issued": 7, "skipped": 0}, 7)
        assert set(Benefit.objects.values_list("profile_id", flat=True)) == {one.pk for one in crowd}
        assert coffee.counters.totals()["issued"] == 7
        assert not BatchRecipient.objects.exists()
        events = Event.objects.filter(name="benefit.issued")
        assert events.count() == 7
        event = events.get(profile=crowd[0])
        benefit = Benefit.objects.get(profile=crowd[0])
        assert (event.user, event.door, event.reason) == (manager, "admin", "Winter thanks.")
        assert (event.subject_id, event.payload["batch_id"]) == (str(benefit.pk), batch.pk)
        assert undeclared(events) == []
        assert benefit.expires_at == coffee.expiry_for(issued_at=benefit.issued_at)

    def test_costs_the_same_statements_for_one_and_for_seven(self, batch, at, by_manager, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as one:
            batching.serve_chunk(batch, at=at, cause=by_manager, size=1)
        with CaptureQueriesContext(connection) as six:
            batching.serve_chunk(batch, at=at, cause=by_manager, size=6)

        assert len(one) == len(six)

    def test_skips_those_who_were_deleted_meanwhile(self, batch, crowd, at):
        Profile.objects.filter(pk=crowd[0].pk).update(deleted_at=at)

        run_one(worker="test")

        batch.refresh_from_db()
        assert (batch.issued, batch.skipped) == (6, 1)

    def test_carries_on_after_a_crash_without_repeating(self, batch, crowd, monkeypatch):
        monkeypatch.setattr(batching.serve_chunk, "__kwdefaults__", {"size": 3})
        real, calls = Job.checkpoint, []

        def dies_at_the_second(self, **kwargs):
            calls.append(1)
            if len(calls) == 2:
                raise KeyboardInterrupt
            real(self, **kwargs)

        monkeypatch.setattr(Job, "checkpoint", dies_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            run_one(worker="first")
        assert (Benefit.objects.count(), BatchRecipient.objects.count()) == (3, 4)
        Job.objects.update(leased_until="2000-01-01T00:00:00Z")
        monkeypatch.setattr(Job, "checkpoint", real)

        job = run_one(worker="second")

        assert (job.state, job.done, job.result["issued"]) == ("done", 7, 7)
        assert Benefit.objects.values("profile").distinct().count() == Benefit.objects.count() == 7

    def test_stops_when_asked_and_keeps_what_was_given(self, batch, monkeypatch):
        monkeypatch.setattr(batching.serve_chunk, "__kwdefaults__", {"size": 3})
        real = Job.checkpoint

        def asked_to_stop_after_one(self, **kwargs):
            real(self, **kwargs)
            self.request_cancel()

        monkeypatch.setattr(Job, "checkpoint", asked_to_stop_after_one)

        job = run_one(worker="test")

        assert (Job.objects.get(pk=job.pk).state, Benefit.objects.count()) == ("cancelled", 3)

    def test_ends_with_the_reason_when_the_definition_was_archived(self, batch, coffee):
        coffee.archive()

        job = run_one(worker="test")

        assert (Job.objects.get(pk=job.pk).state, Job.objects.get(pk=job.pk).error) == (
            "failed",
            "This benefit is no longer offered.",
        )
        assert not Benefit.objects.exists()
