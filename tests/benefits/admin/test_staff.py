"""What staff do from the customer's page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from benefits import panels
from benefits.models import Benefit, BenefitDefinition, Redemption
from profiles.models import Event, Location, StaffMember


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def held(coffee, member, now, cause) -> Benefit:
    """The member's coffee, issued now: two uses, extendable once."""
    coffee.max_redemptions, coffee.is_extendable = 2, True
    coffee.redeem_instructions_store = "Show this card."
    coffee.save()
    return coffee.issue(member, at=now, cause=cause)


def page(name: str, *arguments) -> str:
    return reverse(f"admin:benefits_{name}", args=arguments)


def customer(profile) -> str:
    return reverse("admin:profiles_profile_change", args=[profile.pk])


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


class TestIssue:
    @pytest.fixture
    def form_id(self, as_clerk, coffee, member) -> str:
        return str(as_clerk.get(page("benefit_issue", member.pk)).context["form"]["form_id"].value())

    def test_records_who_where_and_why(self, as_clerk, clerk, coffee, member, form_id):
        store = Location.objects.create(name="Fitzroy", timezone="Australia/Melbourne")
        StaffMember.objects.create(user=clerk, home_location=store)
        sent = {"definition": coffee.pk, "reason": "Birthday.", "form_id": form_id}

        response = as_clerk.post(page("benefit_issue", member.pk), sent, follow=True)

        benefit = Benefit.objects.get()
        assert response.redirect_chain == [(customer(member), 302)]
        assert said(response)[0].startswith("Maria Membrino now has “Free coffee”. Ends ")
        assert (benefit.profile, benefit.timezone) == (member, "Australia/Melbourne")
        event = Event.objects.get(name="benefit.issued")
        assert (event.user, event.location, event.reason, event.door) == (clerk, store, "Birthday.", "admin")

    def test_issues_one_for_a_form_sent_twice(self, as_clerk, coffee, member, form_id):
        for _ in range(2):
            as_clerk.post(page("benefit_issue", member.pk), {"definition": coffee.pk, "form_id": form_id})

        assert Benefit.objects.get().external_id is None
        assert coffee.counters.totals()["issued"] == 1

    def test_issues_nothing_else_for_a_form_sent_again(self, as_clerk, coffee, member, form_id):
        tea = BenefitDefinition.objects.create(name="Free tea", handle="free-tea")
        as_clerk.post(page("benefit_issue", member.pk), {"definition": coffee.pk, "form_id": form_id})

        again = as_clerk.post(page("benefit_issue", member.pk), {"definition": tea.pk, "form_id": form_id})

        assert "This form was sent before, for another benefit. Open it anew." in again.content.decode()
        assert Benefit.objects.get().definition == coffee

    def test_offers_only_what_staff_may_issue(self, as_clerk, coffee, member):
        BenefitDefinition.objects.create(name="By machines", handle="machines", is_assignable=False)
        BenefitDefinition.objects.create(name="Gone", handle="gone", is_archived=True)

        response = as_clerk.get(page("benefit_issue", member.pk))

        assert [one["name"] for one in response.context["choices"]] == ["Free coffee"]

    @pytest.mark.parametrize("values", [{"is_assignable": False}, {"is_archived": True}])
    def test_refuses_what_stopped_being_offered_meanwhile(self, as_clerk, coffee, member, form_id, values):
        BenefitDefinition.objects.filter(pk=coffee.pk).update(**values)

        response = as_clerk.post(page("benefit_issue", member.pk), {"definition": coffee.pk, "form_id": form_id})

        assert response.context["form"].errors["definition"] == ["This benefit is no longer offered."]
        assert not Benefit.objects.exists()

    def test_shows_the_refusal_and_keeps_what_was_typed(
        self, as_clerk, coffee, member, other_member, now, cause, form_id
    ):
        coffee.max_global_redemptions = 1
        coffee.save()
        coffee.issue(other_member, at=now, cause=cause).redeem(at=now, cause=cause)

        response = as_clerk.post(
            page("benefit_issue", member.pk), {"definition": coffee.pk, "reason": "Kind.", "form_id": form_id}
        )

        assert response.context["form"].non_field_errors() == [
            "All uses of this benefit have been taken, so no more are given out."
        ]
        assert "Kind." in response.content.decode()
        assert member.benefits.count() == 0

    def test_says_what_issuing_now_would_give(self, as_clerk, coffee, member):
        coffee.max_global_redemptions, coffee.period = 500, 1
        coffee.save()

        offer = as_clerk.get(page("benefit_offer", coffee.pk)).json()

        assert offer["left"] == "500 of 500 left for all customers."
        assert offer["ends"].endswith(", tomorrow.")
        assert offer["uses"] == "Once"

    def test_offers_a_deleted_customer_nothing(self, as_clerk, coffee, member, now, form_id):
        member.deleted_at = now
        member.save()

        response = as_clerk.post(page("benefit_issue", member.pk), {"definition": coffee.pk, "form_id": form_id})

        assert "This customer&#x27;s profile was deleted." in response.content.decode()
        assert not Benefit.objects.exists()

    def test_costs_the_same_queries_for_one_and_for_thirty_definitions(
        self, as_clerk, coffee, member, django_assert_num_queries
    ):
        as_clerk.get(page("benefit_issue", member.pk))
        with CaptureQueriesContext(connection) as few:
            as_clerk.get(page("benefit_issue", member.pk))
        for number in range(30):
            BenefitDefinition.objects.create(name=f"D{number}", handle=f"d-{number}", max_global_redemptions=9)
        with django_assert_num_queries(len(few)):
            as_clerk.get(page("benefit_issue", member.pk))


class TestRedeem:
    def test_shows_how_and_redeems(self, as_clerk, clerk, held, member):
        shown = as_clerk.get(page("benefit_redeem", held.pk))
        assert "Show this card." in shown.content.decode()

        response = as_clerk.post(page("benefit_redeem", held.pk), {"seen": "0", "reason": ""}, follow=True)

        assert said(response) == ["“Free coffee” was redeemed for Maria Membrino. It can be undone for 10 minutes."]
        assert Redemption.objects.get().user == clerk

    def test_redeems_once_for_a_form_sent_twice(self, as_clerk, held):
        as_clerk.post(page("benefit_redeem", held.pk), {"seen": "0"})

        response = as_clerk.post(page("benefit_redeem", held.pk), {"seen": "0"}, follow=True)

        assert said(response)[-1] == "It was redeemed a moment ago, so it was not redeemed again."
        assert Redemption.objects.count() == 1

    def test_says_why_not_instead_of_a_button(self, as_clerk, held, coffee):
        coffee.archive()

        content = as_clerk.get(page("benefit_redeem", held.pk)).content.decode()

        assert "This benefit is no longer offered." in content
        assert "Redeem it now" not in content

    def test_shows_a_refusal_that_came_meanwhile(self, as_clerk, held, coffee):
        coffee.archive()

        response = as_clerk.post(page("benefit_redeem", held.pk), {"seen": "0"})

        assert response.context["form"].non_field_errors() == ["This benefit is no longer offered."]
        assert not Redemption.objects.exists()

    @pytest.mark.parametrize("seen", ["", "x", "-1", "9" * 40, "٣"])
    def test_survives_a_tampered_form(self, as_clerk, held, seen):
        assert as_clerk.post(page("benefit_redeem", held.pk), {"seen": seen}).status_code in (200, 302)

    def test_goes_back_only_to_its_own_pages(self, as_clerk, held, member):
        response = as_clerk.post(page("benefit_redeem", held.pk), {"seen": "0", "next": "https://evil.example/"})

        assert response.url == customer(member)


class TestUndo:
    def test_gives_the_use_back(self, as_clerk, held, now, cause, member):
        redemption = held.redeem(at=now, cause=cause)

        response = as_clerk.post(page("redemption_reverse", redemption.pk), follow=True)

        assert said(response) == ["The redemption of “Free coffee” was undone. Maria Membrino can use it again."]
        assert Benefit.objects.get().redemptions == 0

    def test_is_closed_to_staff_after_the_window_and_open_to_managers(self, as_clerk, as_manager, held, now, cause):
        redemption = held.redeem(at=now, cause=cause)
        Redemption.objects.update(redeemed_at=now - timedelta(hours=1))

        refused = as_clerk.post(page("redemption_reverse", redemption.pk))
        assert refused.context["form"].non_field_errors() == ["This redemption is too old to be reversed."]
        assert Benefit.objects.get().redemptions == 1

        as_manager.post(page("redemption_reverse", redemption.pk))
        assert Benefit.objects.get().redemptions == 0


class TestExtend:
    def sent(self, held, **values) -> dict:
        return {"seen": held.expires_at.isoformat(), "days": "", "until": "", **values}

    def test_adds_days_to_the_present_end(self, as_clerk, held):
        response = as_clerk.post(page("benefit_extend", held.pk), self.sent(held, days="14"), follow=True)

        assert said(response)[0].startswith("“Free coffee” of Maria Membrino was extended. Ends ")
        assert Benefit.objects.get().expires_at == held.expires_at + timedelta(days=14)

    def test_ends_with_the_day_that_is_given(self, as_clerk, held):
        until = (held.expires_at + timedelta(days=3)).date()

        as_clerk.post(page("benefit_extend", held.pk), self.sent(held, until=until.isoformat()))

        assert Benefit.objects.get().expires_at == held.expires_at + timedelta(days=3)

    def test_extends_once_for_a_form_sent_twice(self, as_clerk, held, coffee):
        BenefitDefinition.objects.update(max_extensions=5)
        sent = self.sent(held, days="14")
        as_clerk.post(page("benefit_extend", held.pk), sent)

        response = as_clerk.post(page("benefit_extend", held.pk), sent, follow=True)

        assert said(response)[-1].startswith("It was extended a moment ago, so it was not extended again.")
        assert Benefit.objects.get().extensions == 1

    @pytest.mark.parametrize(
        ("values", "sentence"),
        [
            ({}, "Give either a number of days or a date."),
            ({"days": "3", "until": "2030-01-01"}, "Give either a number of days or a date."),
            ({"until": "2020-01-01"}, "The new end must be later than the present one."),
            ({"days": "0"}, "at least 1"),
            ({"days": "99999999999"}, "at most 3650"),
            ({"until": "9999-12-31"}, "Choose an earlier date."),
            ({"until": "never"}, "Enter a valid date."),
        ],
    )
    def test_says_what_is_wrong_and_changes_nothing(self, as_clerk, held, values, sentence):
        response = as_clerk.post(page("benefit_extend", held.pk), self.sent(held, **values))

        assert sentence in response.content.decode()
        assert Benefit.objects.get().expires_at == held.expires_at

    def test_says_why_not(self, as_clerk, held, coffee):
        coffee.is_extendable = False
        coffee.save()

        assert "This benefit cannot be extended." in as_clerk.get(page("benefit_extend", held.pk)).content.decode()


class TestRevoke:
    def test_needs_a_reason(self, as_clerk, held):
        response = as_clerk.post(page("benefit_revoke", held.pk), {"reason": "  "})

        assert response.context["form"].errors["reason"] == ["Say why it is taken back."]
        assert Benefit.objects.get().revoked_at is None

    def test_keeps_the_reason(self, as_clerk, held):
        as_clerk.post(page("benefit_revoke", held.pk), {"reason": "By mistake."})

        benefit = Benefit.objects.get()
        assert benefit.revoke_reason == "By mistake."
        assert Event.objects.get(name="benefit.revoked").reason == "By mistake."


class TestPanel:
    def test_shows_what_may_be_done(self, as_clerk, held, member):
        content = as_clerk.get(customer(member)).content.decode()

        for sentence in ("Free coffee", "in 30 days.", "2 of 2 uses left."):
            assert sentence in content
        for name in ("redeem", "extend", "revoke"):
            assert page(f"benefit_{name}", held.pk) in content
        assert page("benefit_issue", member.pk) in content

    def test_shows_analysts_no_button(self, as_analyst, held, member):
        content = as_analyst.get(customer(member)).content.decode()

        assert "Free coffee" in content
        for name in ("redeem", "extend", "revoke"):
            assert page(f"benefit_{name}", held.pk) not in content
        assert page("benefit_issue", member.pk) not in content

    def test_offers_undo_while_the_window_is_open(self, as_clerk, held, member, now, cause):
        redemption = held.redeem(at=now, cause=cause)
        assert page("redemption_reverse", redemption.pk) in as_clerk.get(customer(member)).content.decode()

        Redemption.objects.update(redeemed_at=now - timedelta(minutes=11))
        assert page("redemption_reverse", redemption.pk) not in as_clerk.get(customer(member)).content.decode()

    def test_says_in_words_why_not(self, as_clerk, held, coffee, member):
        coffee.archive()

        content = as_clerk.get(customer(member)).content.decode()

        assert "This benefit is no longer offered." in content
        assert page("benefit_redeem", held.pk) not in content

    def test_hides_what_was_deleted_through_the_api(self, as_clerk, held, member, now, cause):
        held.remove(at=now, cause=cause)

        assert "No benefits to use." in as_clerk.get(customer(member)).content.decode()
        assert not as_clerk.get(page("benefit_changelist")).context["cl"].result_list
        assert "This benefit was revoked." in as_clerk.get(page("benefit_change", held.pk)).content.decode()

    def test_costs_the_same_queries_for_one_and_for_thirty(
        self, clerk, member, now, cause, rf, django_assert_num_queries
    ):
        request = rf.get("/")
        request.user = clerk
        clerk.has_perm("benefits.redeem_benefit")
        for number in range(30):
            definition = BenefitDefinition.objects.create(name="D", handle=f"d-{number}", max_global_redemptions=9)
            definition.issue(member, at=now, cause=cause).redeem(at=now, cause=cause)
            if number in (0, 29):
                with django_assert_num_queries(4):
                    panels.context(member, request)
