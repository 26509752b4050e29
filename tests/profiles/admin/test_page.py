import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from profiles import merging
from profiles.cause import Cause, Door
from profiles.models import Address, Event, Identity, Interaction, Location, Note, Profile, StaffMember


@pytest.fixture
def fitzroy(clerk) -> Location:
    """Where Clara stands."""
    location = Location.objects.create(name="Fitzroy")
    StaffMember.objects.create(user=clerk, home_location=location)
    return location


class TestPage:
    def test_shows_who_it_is_in_panels(self, as_clerk, member, page):
        text = as_clerk.get(page).content.decode()

        assert "Maria Membrino" in text
        assert "maria@example.com" in text
        for title in ("Notes", "Details", "Tags", "Identities", "Addresses", "Attributes", "Interactions", "Timeline"):
            assert title in text

    def test_answers_404_for_nobody_and_nonsense(self, as_clerk, db):
        assert as_clerk.get("/admin/profiles/profile/0190b5a4-0000-7000-8000-000000000000/change/").status_code == 404
        assert as_clerk.get("/admin/profiles/profile/nonsense/change/").status_code == 404

    def test_offers_only_what_one_may_do(self, as_clerk, as_manager, as_analyst, page):
        offered = {
            who: [
                word
                for word in ("Edit", "Merge", "Export data", "Erase")
                if f"{word}\n" in client.get(page).content.decode()
            ]
            for who, client in (("clerk", as_clerk), ("manager", as_manager), ("analyst", as_analyst))
        }

        assert offered == {"clerk": ["Edit"], "manager": ["Edit", "Merge", "Export data", "Erase"], "analyst": []}

    def test_says_that_a_profile_was_merged_and_where_it_is_now(self, as_clerk, member, other_member, page, at, cause):
        merging.merge(winner=other_member, loser=member, at=at, cause=cause)

        text = as_clerk.get(page).content.decode()

        assert "This profile was merged into another:" in text
        assert "Otto Othersen" in text

    @pytest.mark.records_anything
    def test_costs_the_same_however_much_there_is_to_show(self, as_clerk, member, page, at, cause):
        def fill(times: int) -> None:
            for number in range(times):
                Note(profile=member, text="Hello.", author=cause.user).put_down(at=at, cause=cause)
                Identity(profile=member, handle="card", identifier=f"{times}-{number}").put_down(at=at, cause=cause)
                location = Location.objects.create(name=f"Shop {times}-{number}")
                row = Interaction(profile=member, name="Visit", namespace="s", action="visit", channel="location")
                row.interacted_at, row.location = at, location
                row.put_down(at=at, cause=Cause(door=Door.ADMIN, user=cause.user, location=location))
                member.add_tags(f"tag-{times}-{number}", at=at, cause=cause)
                event = Event.objects.filter(profile=member).latest("id")
                member.record("custom.thing", at=at, cause=cause.because_of(event))

        fill(1)
        as_clerk.get(page)
        with CaptureQueriesContext(connection) as for_one:
            as_clerk.get(page)
        fill(30)
        with CaptureQueriesContext(connection) as for_thirty:
            as_clerk.get(page)

        assert len(for_thirty) == len(for_one)


class TestTimeline:
    def test_says_who_where_why_and_because_of_what(self, as_clerk, member, page, clerk, fitzroy, at):
        cause = Cause.by_staff(clerk, reason="Asked at the till.")
        first = member.record("tag.added", at=at, cause=cause, payload={"tag": "vip"})
        member.record("tag.removed", at=at, cause=cause.because_of(first), payload={"tag": "old"})

        text = " ".join(as_clerk.get(page).content.decode().split())

        assert "The tag “vip” was added." in text
        assert "by Clara at Fitzroy" in text
        assert "“Asked at the till.”" in text
        assert (
            f'Because: <a class="cx-link" href="?from={first.pk}#event-{first.pk}">The tag “vip” was added.</a>' in text
        )
        assert "Led to:" in text

    def test_turns_its_pages(self, as_clerk, member, page, at, cause):
        for number in range(30):
            member.record("tag.added", at=at + timedelta(hours=number), cause=cause, payload={"tag": f"tag-{number}"})
        newest = as_clerk.get(page).content.decode()
        older = Event.objects.filter(profile=member).order_by("-pk")[20].pk

        text = as_clerk.get(page, {"from": older}).content.decode()

        assert f"?from={older}#timeline" in newest
        assert "“tag-10”" in newest
        assert "“tag-9”" in text
        assert "“tag-10”" not in text
        assert "The profile was created." in text

    @pytest.mark.parametrize("nonsense", ["x", "-1", "9" * 40, "\x00", "१"])
    def test_survives_nonsense(self, as_clerk, page, nonsense):
        assert as_clerk.get(page, {"from": nonsense}).status_code == 200


class TestNotes:
    def test_are_written_at_the_counter(self, as_clerk, member, clerk, address, fitzroy):
        response = as_clerk.post(address("note_add"), {"text": "Prefers oat milk.", "is_pinned": "on"})

        assert response.status_code == 302
        note = Note.objects.get()
        assert (note.text, note.author, note.is_pinned) == ("Prefers oat milk.", clerk, True)
        event = Event.objects.get(name="note.created")
        assert (event.actor, event.location, event.door) == ("Clara", fitzroy, "admin")

    def test_say_what_is_wrong_and_keep_what_was_typed(self, as_clerk, address):
        response = as_clerk.post(address("note_add"), {"text": "x" * 5_001})

        assert response.status_code == 422
        assert "at most 5000 characters" in response.content.decode()
        assert "x" * 5_001 in response.content.decode()
        assert not Note.objects.exists()

    def test_are_folded_where_they_are_long(self, as_clerk, member, clerk, page, at, cause):
        Note(profile=member, text="Short.", author=clerk).put_down(at=at, cause=cause)
        assert "Show all" not in as_clerk.get(page).content.decode()

        Note(profile=member, text="word " * 900 + "end.", author=clerk).put_down(at=at, cause=cause)

        content = as_clerk.get(page).content.decode()
        assert content.count('<details class="cx-fold">') == content.count("Show all") == 1
        assert "word " * 900 + "end." in content

    def test_are_pinned_and_let_go(self, as_clerk, member, clerk, address, at, cause):
        note = Note(profile=member, text="Hello.", author=clerk)
        note.put_down(at=at, cause=cause)

        as_clerk.post(address("note_pin", note.pk))
        assert Note.objects.get().is_pinned
        as_clerk.post(address("note_pin", note.pk), {"unpin": "1"})
        assert not Note.objects.get().is_pinned

    def test_are_deleted_by_those_who_may(self, as_clerk, as_manager, member, clerk, address, at, cause):
        note = Note(profile=member, text="Hello.", author=clerk)
        note.put_down(at=at, cause=cause)

        assert as_clerk.post(address("note_delete", note.pk)).status_code == 403
        assert Note.objects.exists()
        assert as_manager.post(address("note_delete", note.pk)).status_code == 302
        assert not Note.objects.exists()

    def test_of_another_customer_are_not_reached_through_this_page(
        self, as_clerk, other_member, clerk, address, at, cause
    ):
        note = Note(profile=other_member, text="Hello.", author=clerk)
        note.put_down(at=at, cause=cause)

        assert as_clerk.post(address("note_pin", note.pk)).status_code == 404


class TestTags:
    def test_are_added_several_at_once(self, as_clerk, member, address):
        as_clerk.post(address("tags_add"), {"tags": "vip, knitwear,  , vip"})

        assert [tag.handle for tag in member.tags.all()] == ["knitwear", "vip"]
        assert Event.objects.filter(name="tag.added", actor="Clara").count() == 2

    def test_are_taken_off(self, as_clerk, member, address, at, cause):
        member.add_tags("vip", at=at, cause=cause)

        as_clerk.post(address("tag_remove", member.tags.get().pk))

        assert not member.tags.exists()

    @pytest.mark.parametrize(
        ("typed", "said"), [(" , ", "Write at least one tag."), ("x" * 192, "at most 191 characters")]
    )
    def test_say_what_is_wrong(self, as_clerk, member, address, typed, said):
        response = as_clerk.post(address("tags_add"), {"tags": typed})

        assert response.status_code == 422
        assert said in response.content.decode()
        assert not member.tags.exists()


class TestBelongings:
    WHERE = {
        "address_line_1": "12 Smith Street",
        "city": "Fitzroy",
        "state": "VIC",
        "postcode": "3065",
        "country": "Australia",
    }

    def test_are_put_down_changed_and_taken_off(self, as_manager, member, address):
        as_manager.post(address("belonging_add", "address"), self.WHERE)
        row = Address.objects.get(profile=member)
        as_manager.post(address("belonging_edit", "address", row.pk), self.WHERE | {"city": "Carlton"})
        row.refresh_from_db()
        assert (row.address_line_1, row.city) == ("12 Smith Street", "Carlton")
        as_manager.post(address("belonging_remove", "address", row.pk))

        assert not Address.objects.exists()
        written = list(Event.objects.filter(name__startswith="address.").order_by("pk").values_list("name", "actor"))
        assert written == [("address.created", "Mona"), ("address.updated", "Mona"), ("address.deleted", "Mona")]

    def test_say_at_the_field_what_is_wrong(self, as_clerk, member, other_member, address, at, cause):
        Identity(profile=other_member, handle="shopify", identifier="S-1").put_down(at=at, cause=cause)
        typed = {"handle": "shopify", "identifier": "S-1", "is_active": "on"}

        response = as_clerk.post(address("belonging_add", "identity"), typed)

        assert response.status_code == 200
        assert "Another profile has this identity." in response.content.decode()
        assert 'value="S-1"' in response.content.decode()
        assert member.identities.count() == 0

    @pytest.mark.parametrize("kind", ["identity", "address", "attribute", "date", "interaction"])
    def test_each_has_its_form(self, as_manager, address, kind):
        assert as_manager.get(address("belonging_add", kind)).status_code == 200

    def test_take_any_json_as_a_value(self, as_clerk, member, address):
        typed = {"namespace": "preferences", "handle": "colours", "type": "array", "value": '["teal"]'}

        as_clerk.post(address("belonging_add", "attribute"), typed)

        assert member.custom_attributes.get().value == ["teal"]

    def test_are_not_for_those_who_may_not(self, as_clerk, as_analyst, member, address, at, cause):
        Identity(profile=member, handle="shopify", identifier="S-1").put_down(at=at, cause=cause)
        row = member.identities.get()

        assert as_analyst.get(address("belonging_add", "identity")).status_code == 403
        assert as_clerk.post(address("belonging_remove", "identity", row.pk)).status_code == 403
        assert as_clerk.get(address("belonging_add", "nonsense")).status_code == 404
        assert member.identities.count() == 1

    def test_of_the_deleted_stay_as_they_are(self, as_clerk, member, address, at, cause):
        member.remove(at=at, cause=cause)

        response = as_clerk.post(address("belonging_add", "address"), self.WHERE, follow=True)

        assert "This profile was deleted, so nothing about it can be changed." in response.content.decode()
        assert not Address.objects.exists()


class TestMergePages:
    def test_propose_those_of_the_same_name(self, as_manager, member, other_member, address, at, cause):
        twin = Profile(first_name="maria", last_name="MEMBRINO").enrol(at=at, cause=cause)

        shown = as_manager.get(address("merge")).context["hits"]

        assert list(shown) == [twin]

    def test_preview_then_merge(self, as_manager, member, other_member, address, page):
        confirm = address("merge_confirm", other_member.pk)
        preview = as_manager.get(confirm).content.decode()
        assert "otto@example.com" in preview
        assert not Event.objects.filter(name="profile.merged").exists()

        response = as_manager.post(confirm, {"reason": "Signed up twice."})

        assert response.headers["Location"] == page
        assert Profile.objects.get(pk=other_member.pk).merged_into == member
        assert Event.objects.get(name="profile.merged").reason == "Signed up twice."

    def test_can_keep_the_other_one(self, as_manager, member, other_member, address):
        as_manager.post(address("merge_confirm", other_member.pk) + "?swap")

        assert Profile.objects.get(pk=member.pk).merged_into == other_member

    def test_say_why_not(self, as_manager, member, address):
        response = as_manager.post(address("merge_confirm", member.pk), follow=True)

        assert "A profile cannot be merged with itself." in response.content.decode()

    def test_are_not_for_the_clerk(self, as_clerk, other_member, address):
        assert as_clerk.get(address("merge")).status_code == 403
        assert as_clerk.post(address("merge_confirm", other_member.pk)).status_code == 403
        assert Profile.objects.living().count() == 2


class TestPrivacyPages:
    def test_export_a_file(self, as_manager, member, address):
        response = as_manager.get(address("export"))

        assert response.headers["Content-Disposition"] == f'attachment; filename="profile-{member.pk}.json"'
        assert json.loads(response.content)["profile"]["email"] == "maria@example.com"

    def test_erase_only_once_the_name_was_typed(self, as_manager, member, address):
        wrong = as_manager.post(address("erase"), {"typed": "Otto"})
        assert "This is not “Maria Membrino”. Nothing was erased." in wrong.content.decode()
        assert Profile.objects.get(pk=member.pk).erased_at is None

        as_manager.post(address("erase"), {"typed": "maria membrino", "reason": "By letter."})

        member.refresh_from_db()
        assert (member.full_name, member.email) == ("", None)
        assert Event.objects.get(name="profile.erased").reason == "By letter."

    def test_are_not_for_the_clerk(self, as_clerk, member, address):
        assert as_clerk.get(address("export")).status_code == 403
        assert as_clerk.post(address("erase"), {"typed": "Maria Membrino"}).status_code == 403
        assert Profile.objects.get(pk=member.pk).erased_at is None

    def test_leave_a_page_that_says_so(self, as_manager, member, address, page):
        as_manager.post(address("erase"), {"typed": "Maria Membrino"})

        text = as_manager.get(page).content.decode()

        assert "The data of this person was erased on" in text
        assert "Membrino" not in text
