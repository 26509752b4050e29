"""Segments in the back office: saved with a builder, listed in words, shown as customers, asked while one types."""

import json
from html import unescape

import pytest
from django.urls import reverse

from profiles.cause import Cause
from profiles.conditions.condition import Condition
from profiles.models import Segment

VIPS = {"in": ["vip", {"var": "flattened_tags"}]}
TWICE = '{"and": [{"==": [{"var": "gender"}, "male"]}], "and": [{"==": [{"var": "gender"}, "female"]}]}'
PREVIEW = "admin:condition_preview"


@pytest.fixture
def vip(member, at, cause):
    member.add_tags("vip", at=at, cause=cause)
    return member


@pytest.fixture
def browser(client, manager):
    client.force_login(manager)
    return client


def send(browser, condition) -> object:
    return browser.post(reverse(PREVIEW), json.dumps({"condition": condition}), content_type="application/json")


def test_it_is_saved_counted_and_listed_in_words(browser, vip, other_member):
    sent = {"name": "VIPs", "handle": "vips", "description": "", "condition": json.dumps(VIPS)}
    said = browser.post(reverse("admin:profiles_segment_add"), sent, follow=True)
    segment = Segment.objects.get()
    assert (segment.condition, segment.member_count) == (VIPS, 1)
    page = said.content.decode()
    assert "Tags contains “vip”." in page
    assert "was added." in page
    assert f"{reverse('admin:profiles_profile_changelist')}?segment=vips" in page


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ('{"==": [{"var": "gendr"}, "female"]}', "At /==/0/var: There is no fact “gendr”. Did you mean “gender”?"),
        ("{", "This is not JSON"),
        (TWICE, "“and” stands twice in one object: write it once."),
        ("", "Say whom you mean. An empty condition would be everybody."),
        ("{}", "Say whom you mean. An empty condition would be everybody."),
    ],
)
def test_a_wrong_condition_is_told_and_what_was_typed_stays(browser, db, typed, said):
    sent = {"name": "VIPs", "handle": "vips", "condition": typed}
    answer = browser.post(reverse("admin:profiles_segment_add"), sent)
    assert said in " ".join(answer.context["adminform"].form.errors["condition"])
    assert answer.context["adminform"].form["condition"].value() == typed
    assert not Segment.objects.exists()


def test_its_customers_are_the_list_narrowed(browser, vip, other_member):
    segment = Segment.objects.create(name="VIPs", handle="vips", condition=VIPS)
    answer = browser.get(reverse("admin:profiles_segment_show_customers", args=[segment.pk]), follow=True)
    assert list(answer.context["cl"].result_list) == [vip]


class TestTheListOfThem:
    """The list of profiles, narrowed by a segment or by a condition that is not saved, says so and leads back out."""

    def said(self, browser, **query) -> tuple[list, str]:
        answer = browser.get(reverse("admin:profiles_profile_changelist"), query)
        return list(answer.context["cl"].result_list), unescape(answer.content.decode())

    def test_names_the_segment_in_words(self, browser, vip, other_member):
        Segment.objects.create(name="<b>VIPs</b>", handle="vips", condition=VIPS)
        found, page = self.said(browser, segment="vips", contact="email")
        assert found == [vip]
        assert "Segment <b>VIPs</b>" in page
        assert "Tags contains “vip”." in page
        assert 'href="?contact=email">Show all customers</a>' in page

    def test_says_a_condition_in_words(self, browser, vip, other_member):
        found, page = self.said(browser, condition=json.dumps(VIPS))
        assert found == [vip]
        assert "Whom a condition finds" in page
        assert "Tags contains “vip”." in page
        assert 'href="?">Show all customers</a>' in page

    def test_keeps_the_condition_beside_other_filters(self, browser, vip, other_member):
        other_member.add_tags("vip", at=vip.created_at, cause=Cause())
        found, page = self.said(browser, condition=json.dumps(VIPS), contact="phone")
        assert found == [vip]
        assert '<input type="hidden" name="condition" value="' in page
        assert 'href="?contact=phone">Show all customers</a>' in page

    def test_says_why_a_condition_finds_nobody(self, browser, vip):
        for wrong in ("{", "5", "null!", '{"==": [{"var": "gendr"}, 1]}'):
            found, page = self.said(browser, condition=wrong)
            assert found == []
            assert "The condition in the address cannot be asked." in page

    def test_nothing_is_everybody(self, browser, vip, other_member):
        for nothing in ("{}", "null", ""):
            assert len(self.said(browser, condition=nothing)[0]) == 2

    def test_says_nothing_where_nothing_is_narrowed(self, browser, vip):
        assert "Show all customers" not in self.said(browser)[1]
        assert "Show all customers" not in self.said(browser, segment="gone")[1]


def test_a_condition_that_can_no_longer_be_asked_does_not_break_the_list(browser, db):
    Segment.objects.create(name="Old", handle="old", condition={"==": [{"var": "gone.fact"}, 1]})
    assert "This can no longer be asked." in browser.get(reverse("admin:profiles_segment_changelist")).content.decode()


class TestPreview:
    def test_counts_and_shows_a_few(self, browser, vip, other_member):
        answer = send(browser, VIPS)
        assert answer.json() == {
            "count": 1,
            "of": 2,
            "is_estimate": False,
            "sample": [
                {
                    "id": str(vip.pk),
                    "name": str(vip),
                    "email": vip.email,
                    "url": f"{reverse('admin:profiles_profile_change', args=[vip.pk])}",
                }
            ],
        }

    @pytest.mark.parametrize("nothing", [None, {}, []])
    def test_nothing_is_everybody(self, browser, vip, other_member, nothing):
        assert send(browser, nothing).json()["count"] == 2

    @pytest.mark.parametrize("condition", [[5], "x", 5, {"==": [{"var": "gendr"}, 1]}])
    def test_a_wrong_condition_is_a_sentence(self, browser, db, condition):
        answer = send(browser, condition)
        assert answer.status_code == 422
        assert answer.json()["errors"]["condition"] == [answer.json()["message"]]

    def test_what_is_no_json_is_a_sentence(self, browser, db):
        answer = browser.post(reverse(PREVIEW), "{", content_type="application/json")
        assert (answer.status_code, answer.json()["message"]) == (422, "Send the condition as JSON.")


def test_an_earlier_version_is_compared_and_brought_back_by_who_may_change_it(as_analyst, as_manager, member):
    segment = Segment.objects.create(name="VIPs", handle="vips", condition=VIPS)
    address = reverse("admin:profiles_segment_simple_history", args=[segment.pk, segment.history.get().pk])
    segment.name, segment.condition = "Women", {"==": [{"var": "gender"}, "female"]}
    segment.save()

    looked_at = as_analyst.get(address)
    refused = as_analyst.post(address)

    assert [(row["label"], row["then"]) for row in looked_at.context["differences"]] == [
        ("Name", "VIPs"),
        ("Condition", Condition.of(VIPS).words()),
    ]
    for shown in (looked_at, refused):
        content = shown.content.decode()
        assert "You may look at earlier versions, but not bring them back." in content
        assert "Bring this version back" not in content
        assert "actionDropdownOpen" not in content
    assert Segment.objects.get().name == "Women"

    assert "Bring this version back" in as_manager.get(address).content.decode()
    assert as_manager.post(address).status_code == 302

    segment.refresh_from_db()
    assert (segment.name, segment.condition, segment.member_count) == ("VIPs", VIPS, 0)
    assert segment.history.first().history_change_reason.startswith("Brought back from ")


def test_the_preview_counts_nothing_of_a_key_that_stands_twice(browser, db):
    answer = browser.post(
        reverse("admin:condition_preview"), f'{{"condition": {TWICE}}}', content_type="application/json"
    )

    assert answer.status_code == 422
    assert answer.json()["message"] == "“and” stands twice in one object: write it once."
