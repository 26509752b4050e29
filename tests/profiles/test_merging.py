import pytest

from cxmanager.refusals import Refusal
from profiles import merging
from profiles.models import Event, Profile
from profiles.telling import sentence


@pytest.fixture
def twin(other_member, at, cause):
    """Otto again, with what a clerk has given him since: everything that merging must carry over."""
    other_member.change(at=at, cause=cause, company="Othersen & Sons", comms={"email_promo": True, "sms_promo": True})
    other_member.identities.create(handle="shopify", identifier="S-1")
    other_member.addresses.create(
        address_line_1="1 Lane", city="Fitzroy", state="VIC", postcode="3065", country="Australia", is_default=True
    )
    other_member.custom_attributes.create(namespace="sizes", handle="shoe", value="43")
    other_member.custom_attributes.create(namespace="sizes", handle="hat", value="57")
    other_member.notes.create(text="Likes oat milk.")
    other_member.interactions.create(
        action="visit", channel="location", name="Fitting", namespace="shop", interacted_at=at
    )
    other_member.add_tags("vip", at=at, cause=cause)
    return other_member


class TestMerge:
    def test_moves_everything_and_retires_the_loser(self, member, twin, at, cause):
        member.custom_attributes.create(namespace="sizes", handle="shoe", value="38")

        winner = merging.merge(winner=member, loser=twin, at=at, cause=cause)

        assert winner == member
        assert [(one.identifier, one.merged_from) for one in winner.identities.all()] == [("S-1", twin.pk)]
        assert winner.addresses.get().is_default
        assert dict(winner.custom_attributes.values_list("handle", "value")) == {"shoe": "38", "hat": "57"}
        assert winner.notes.get().text == "Likes oat milk."
        assert winner.interactions.get().name == "Fitting"
        assert [tag.handle for tag in winner.tags.all()] == ["vip"]
        loser = Profile.objects.get(pk=twin.pk)
        assert (loser.merged_into, loser.deleted_at, loser.profile_type) == (winner, at, "deleted")
        assert (loser.email, loser.events.count(), loser.tags.count()) == (None, 0, 0)
        assert loser not in Profile.objects.living()

    def test_fills_only_what_the_winner_lacks(self, member, twin, at, cause):
        member.change(at=at, cause=cause, comms={"email_promo": False})

        merging.merge(winner=member, loser=twin, at=at, cause=cause)

        winner = Profile.objects.get(pk=member.pk)
        assert (winner.full_name, winner.email) == ("Maria Membrino", "maria@example.com")
        assert winner.company == "Othersen & Sons"
        assert winner.comms == {"email_promo": False, "sms_promo": True}

    def test_gives_the_winner_the_losers_phone_where_it_has_none(self, member, other_member, at, cause):
        merging.merge(winner=other_member, loser=member, at=at, cause=cause)

        winner = Profile.objects.get(pk=other_member.pk)
        assert (winner.mobile_phone_e164, winner.email) == ("+61450551500", "otto@example.com")

    def test_stands_on_the_timeline_with_what_it_caused(self, member, twin, at, cause):
        merging.merge(winner=member, loser=twin, at=at, cause=cause)

        merged = Event.objects.get(name="profile.merged")
        assert (merged.profile, merged.actor) == (member, "Clara")
        assert merged.payload["merged_from"] == str(twin.pk)
        assert merged.payload["left"] == {"email": "otto@example.com"}
        assert merged.effects.get().payload["changes"]["company"] == ["", "Othersen & Sons"]

    def test_lets_those_merged_earlier_follow(self, member, other_member, at, cause):
        first = Profile(first_name="Older", last_name="Still").enrol(at=at, cause=cause)
        merging.merge(winner=other_member, loser=first, at=at, cause=cause)

        merging.merge(winner=member, loser=other_member, at=at, cause=cause)

        assert set(member.merged_from.all()) == {first, other_member}

    def test_refuses_itself_and_the_deleted_and_writes_nothing(self, member, other_member, at, cause):
        with pytest.raises(Refusal, match="cannot be merged with itself"):
            merging.merge(winner=member, loser=member, at=at, cause=cause)
        other_member.remove(at=at, cause=cause)
        events = Event.objects.count()

        with pytest.raises(Refusal) as refused:
            merging.merge(winner=member, loser=other_member, at=at, cause=cause)

        assert refused.value.code == "profile_inactive"
        assert Event.objects.count() == events

    def test_undoes_all_of_it_when_another_app_refuses(self, member, twin, at, cause):
        def refuse(**_):
            raise Refusal("Not now.", code="not_now")

        merging.merging.connect(refuse)
        try:
            with pytest.raises(Refusal, match="Not now"):
                merging.merge(winner=member, loser=twin, at=at, cause=cause)
        finally:
            merging.merging.disconnect(refuse)

        assert twin.identities.count() == 1
        assert Profile.objects.get(pk=twin.pk).deleted_at is None


class TestPreview:
    def test_says_what_moves_what_is_filled_and_what_is_kept_and_writes_nothing(self, member, twin):
        events = Event.objects.count()

        shown = merging.preview(winner=member, loser=twin)

        assert shown.moves == [
            ("Identities", 1),
            ("Addresses", 1),
            ("Custom attributes", 2),
            ("Tags", 1),
            ("Notes", 1),
            ("Interactions", 1),
            ("Timeline entries", 3),
        ]
        assert ("Company", "Othersen & Sons") in shown.fills
        assert ("E-mail", "maria@example.com", "otto@example.com") in shown.keeps
        assert Event.objects.count() == events

    def test_says_of_what_both_have_that_the_winners_stands(self, member, twin, at, cause):
        member.custom_attributes.create(namespace="sizes", handle="shoe", value="38")
        member.custom_attributes.create(namespace="sizes", handle="hat", value="57")
        member.dates.create(handle="wedding", date="2001-02-03")
        twin.dates.create(handle="wedding", name="Wedding", date="2002-02-03")
        member.add_tags("vip", at=at, cause=cause)

        shown = merging.preview(winner=member, loser=twin)

        assert not {"Custom attributes", "Dates", "Tags"} & dict(shown.moves).keys()
        assert ("sizes:shoe", "38", "43") in shown.keeps
        assert ("wedding", "2001-02-03", "2002-02-03") in shown.keeps
        assert "sizes:hat" not in [label for label, *_ in shown.keeps]
        merging.merge(winner=member, loser=twin, at=at, cause=cause)
        assert Event.objects.get(name="profile.merged").payload["moved"].keys() == dict(shown.moves).keys()

    def test_lists_consents_and_sizes_that_are_given_up(self, member, twin, at, cause):
        member.change(
            at=at, cause=cause, comms={"email_promo": False}, appearance={"size_shoe": "38", "size_hat": "57"}
        )
        twin.change(at=at, cause=cause, appearance={"size_shoe": "43", "size_hat": "57"})

        kept = merging.preview(winner=member, loser=twin).keeps
        merging.merge(winner=member, loser=twin, at=at, cause=cause)

        assert ("Consent: Email promo", "No", "Yes") in kept
        assert ("Size shoe", "38", "43") in kept
        assert not {"Consent: Sms promo", "Size hat"} & {label for label, *_ in kept}
        told = sentence(Event.objects.get(name="profile.merged"))
        assert told.endswith(" Of it was given up: Consent: Email promo (Yes), Size shoe (43).")

    def test_asks_the_other_apps(self, member, other_member):
        def benefits(**_):
            return [("Benefits", 4)]

        merging.merge_previewing.connect(benefits)
        try:
            assert ("Benefits", 4) in merging.preview(winner=member, loser=other_member).moves
        finally:
            merging.merge_previewing.disconnect(benefits)


class TestRemove:
    def test_frees_e_mail_phone_and_identities(self, member, at, cause):
        member.identities.create(handle="shopify", identifier="S-1")

        member.remove(at=at, cause=cause)

        assert (member.email, member.mobile_phone_e164, member.identities.count()) == (None, None, 0)
        event = Event.objects.get(name="profile.deleted")
        assert event.payload["freed"]["email"] == "maria@example.com"
        again = Profile(first_name="Maria", email="maria@example.com", mobile_phone="0450 551 500")
        assert again.enrol(at=at, cause=cause).mobile_phone_e164 == "+61450551500"

    def test_changes_nothing_the_second_time(self, member, at, cause):
        member.remove(at=at, cause=cause)
        member.remove(at=at, cause=cause)

        assert Event.objects.filter(name="profile.deleted").count() == 1
