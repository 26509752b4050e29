"""Incentives: benefits, redemptions and bulk issues."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benefits import batching
from benefits.models import Benefit, BenefitBatch, BenefitDefinition
from jobs.models import Job
from jobs.working import run_one
from profiles.cause import Cause
from profiles.models import Identity, Profile


def page(name: str, *arguments) -> str:
    return reverse(f"admin:benefits_{name}", args=arguments)


@pytest.fixture
def now():
    return timezone.now()


def enrolled(number: int, now) -> Profile:
    return Profile(first_name=f"Person {number}", email=f"p{number}@example.com").enrol(at=now, cause=Cause())


@pytest.mark.parametrize("model", ["benefit", "redemption", "benefitbatch"])
def test_costs_the_same_queries_for_one_and_for_thirty(
    model, as_manager, coffee, now, cause, django_assert_num_queries
):
    def one_more(number: int) -> None:
        profile = enrolled(number, now)
        coffee.issue(profile, at=now, cause=cause).redeem(at=now, cause=cause)
        batching.start_batch(coffee, at=now, cause=cause, profile_ids=[profile.pk])

    one_more(0)
    as_manager.get(page(f"{model}_changelist"))
    with CaptureQueriesContext(connection) as one:
        as_manager.get(page(f"{model}_changelist"))
    for number in range(1, 30):
        one_more(number)

    with django_assert_num_queries(len(one)):
        assert len(as_manager.get(page(f"{model}_changelist")).context["cl"].result_list) == 30


class TestBenefits:
    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=maria", 1),
            ("q=otto@example.com", 1),
            ("q=X-1", 1),
            ("q=nobody", 0),
            ("status=active", 2),
            ("status=redeemed", 0),
            ("status=revoked", 0),
            ("status=expired", 0),
            ("status=redeemable", 2),
        ],
    )
    def test_is_found_by_customer_number_and_status(
        self, as_clerk, coffee, member, other_member, now, cause, query, found
    ):
        coffee.issue(member, at=now, cause=cause, external_id="X-1")
        coffee.issue(other_member, at=now, cause=cause)

        assert len(as_clerk.get(f"{page('benefit_changelist')}?{query}").context["cl"].result_list) == found

    @pytest.mark.parametrize("query", ["status=nonsense", "definition=nonsense", "definition=999", "q=%00", "p=99999"])
    def test_survives_nonsense_in_the_address(self, as_clerk, issued, query):
        assert as_clerk.get(f"{page('benefit_changelist')}?{query}").status_code in (200, 302)

    def test_shows_what_happened_to_one(self, as_clerk, coffee, member, now, cause):
        benefit = coffee.issue(member, at=now, cause=cause)
        benefit.redeem(at=now, cause=cause)

        content = as_clerk.get(page("benefit_change", benefit.pk)).content.decode()

        assert "It cannot be redeemed now: This benefit has no uses left." in content
        assert "The benefit “Free coffee” was redeemed." in content


class TestIssueToListed:
    def sent(self, text: str, **values) -> dict:
        return {"customers": text, "form_id": str(uuid4()), "reason": "", **values}

    def test_the_page_tells_codes_and_what_integrations_keep_in_words(self, as_clerk, coffee, member, now, cause):
        coffee.redeem_code_pos = "COFFEE-POS"
        coffee.save()
        benefit = coffee.issue(member, at=now, cause=cause, meta={"lane": {"number": 4}})

        text = as_clerk.get(page("benefit_change", benefit.pk)).content.decode()

        assert "COFFEE-POS" in text
        assert '<th scope="row">lane number</th>' in text

    def test_the_page_brings_the_id_of_its_form(self, as_manager, coffee):
        opened = as_manager.get(page("benefitdefinition_issue_many", coffee.pk))

        assert opened.context["form"]["form_id"].value()
        assert not opened.context["form"].is_bound

    def test_knows_customers_by_whatever_they_are_called(self, as_manager, coffee, member, other_member, now):
        third, fourth = enrolled(3, now), enrolled(4, now)
        Identity.objects.create(profile=third, handle="card", identifier="C-33")
        text = f'E-mail\nMARIA@example.com\n0450 551 500\notto@example.com;Otto\nC-33\n"{fourth.pk}"\n\n'

        response = as_manager.post(page("benefitdefinition_issue_many", coffee.pk), self.sent(text))
        batch = BenefitBatch.objects.get()
        assert response.url == page("benefitbatch_change", batch.pk)
        run_one(worker="test")

        assert set(Benefit.objects.values_list("profile", flat=True)) == {
            one.pk for one in (member, other_member, third, fourth)
        }

    def test_names_those_who_are_nobody_and_issues_nothing(self, as_manager, coffee, member):
        response = as_manager.post(
            page("benefitdefinition_issue_many", coffee.pk), self.sent("maria@example.com\nnobody@example.com")
        )

        assert response.context["form"].non_field_errors() == [
            "Not exactly one customer is known as: nobody@example.com. Correct or remove them; nothing was issued."
        ]
        assert not BenefitBatch.objects.exists()

    def test_does_not_guess_between_two(self, as_manager, coffee, member, other_member):
        for profile, system in ((member, "pos"), (other_member, "shop")):
            Identity.objects.create(profile=profile, handle=system, identifier="77")

        response = as_manager.post(page("benefitdefinition_issue_many", coffee.pk), self.sent("77"))

        assert "77 (several)" in response.content.decode()

    def test_starts_one_for_a_form_sent_twice(self, as_manager, coffee, member):
        sent = self.sent("maria@example.com")
        for _ in range(2):
            as_manager.post(page("benefitdefinition_issue_many", coffee.pk), sent)

        assert BenefitBatch.objects.count() == 1

    @pytest.mark.parametrize("text", ["", "\n\n", "email\n"])
    def test_asks_for_somebody(self, as_manager, coffee, text):
        response = as_manager.post(page("benefitdefinition_issue_many", coffee.pk), self.sent(text))

        assert response.context["form"].non_field_errors() == ["Name at least one customer, or choose a file."]


class TestIssueToSelected:
    ADDRESS = "admin:profiles_profile_changelist"

    def test_asks_first_and_then_issues_to_the_ticked(self, as_manager, coffee, member, other_member):
        ticked = {
            "action": "issue_to_selected",
            "_selected_action": [str(member.pk)],
            "select_across": "0",
            "index": "0",
        }
        asked = as_manager.post(reverse(self.ADDRESS), ticked)
        assert "1 customer" in asked.content.decode()
        assert not BenefitBatch.objects.exists()

        form_id = str(asked.context["form"]["form_id"].value())
        answer = ticked | {"confirmed": "1", "definition": coffee.pk, "reason": "Thanks.", "form_id": form_id}
        response = as_manager.post(reverse(self.ADDRESS), answer)

        batch = BenefitBatch.objects.get()
        assert response.url == page("benefitbatch_change", batch.pk)
        assert [one.profile_id for one in batch.recipients.all()] == [member.pk]

    def test_means_all_that_were_found_when_all_are_selected(self, as_manager, coffee, member, other_member, now):
        enrolled(3, now)
        answer = {
            "action": "issue_to_selected",
            "_selected_action": [str(member.pk)],
            "select_across": "1",
            "index": "0",
            "confirmed": "1",
            "definition": coffee.pk,
            "form_id": str(uuid4()),
        }

        as_manager.post(f"{reverse(self.ADDRESS)}?q=example.com", answer)

        assert BenefitBatch.objects.get().matched == 3

    def test_is_not_offered_to_staff(self, as_clerk, coffee, member):
        assert "Issue a benefit to the selected" not in as_clerk.get(reverse(self.ADDRESS)).content.decode()
        ticked = {"action": "issue_to_selected", "_selected_action": [str(member.pk)], "confirmed": "1", "index": "0"}

        as_clerk.post(reverse(self.ADDRESS), ticked | {"definition": coffee.pk, "form_id": str(uuid4())})

        assert not BenefitBatch.objects.exists()


class TestProgress:
    def test_says_how_far_it_is(self, as_manager, coffee, member, other_member, now, cause):
        batch = batching.start_batch(coffee, at=now, cause=cause, profiles=Profile.objects.all())
        waiting = as_manager.get(page("benefitbatch_progress", batch.pk)).json()
        run_one(worker="test")
        done = as_manager.get(page("benefitbatch_progress", batch.pk)).json()

        assert (waiting["percent"], waiting["is_over"]) == (0, False)
        assert waiting["sentence"] == "It waits for the background worker. 0 of 2 customers have theirs."
        assert (done["percent"], done["is_over"]) == (100, True)
        assert done["sentence"] == "Done. 2 of 2 customers have theirs."

    def test_offers_to_stop_only_what_still_runs(self, as_manager, coffee, member, now, cause):
        batch = batching.start_batch(coffee, at=now, cause=cause, profiles=Profile.objects.all())
        stop = page("benefitbatch_stop", batch.pk)

        assert stop in as_manager.get(page("benefitbatch_change", batch.pk)).content.decode()
        run_one(worker="test")
        assert stop not in as_manager.get(page("benefitbatch_change", batch.pk)).content.decode()

    def test_is_stopped(self, as_manager, coffee, member, now, cause):
        batch = batching.start_batch(coffee, at=now, cause=cause, profiles=Profile.objects.all())

        as_manager.post(page("benefitbatch_stop", batch.pk))

        assert Job.objects.get().state == "cancelled"
        assert (
            "This bulk issue is already over." in as_manager.get(page("benefitbatch_stop", batch.pk)).content.decode()
        )
        assert BenefitDefinition.objects.get().counters.totals()["issued"] == 0
