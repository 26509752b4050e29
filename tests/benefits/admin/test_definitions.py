"""Settings → Benefit definitions."""

import json
from html import unescape
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image

from benefits.models import BenefitDefinition
from profiles.models import Tag


def page(verb: str, *arguments) -> str:
    return reverse(f"admin:benefits_benefitdefinition_{verb}", args=arguments)


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def form_of(client, address: str) -> dict:
    """What the browser would send from the form as it was opened."""
    form = client.get(address).context["adminform"].form
    sent = {}
    for bound in form:
        value = bound.value()
        widget = bound.field.widget
        if hasattr(widget, "decompress"):
            for index, part in enumerate(widget.decompress(value)):
                sent[f"{bound.html_name}_{index}"] = "" if part is None else str(part)
        elif isinstance(value, bool):
            sent |= {bound.html_name: "on"} if value else {}
        elif bound.name not in ("image", "tags"):
            sent[bound.html_name] = "" if value is None else value
    return sent


@pytest.fixture
def sent(as_manager, coffee) -> dict:
    return form_of(as_manager, page("change", coffee.pk))


class TestForm:
    def test_makes_a_definition_with_its_lists(self, as_manager):
        sent = form_of(as_manager, page("add")) | {
            "name": "15% off knitwear",
            "handle": "knit-15",
            "type": "product_discount",
            "discount_percent": "15",
            "product_categories": "knitwear, socks\nhats",
        }

        response = as_manager.post(page("add"), sent, follow=True)

        definition = BenefitDefinition.objects.get()
        assert definition.product_categories == ["knitwear", "socks", "hats"]
        assert "successfully" not in said(response)[0]
        assert definition.history.get().history_user.name == "Mona"

    def test_saving_unchanged_changes_nothing(self, as_manager, coffee, sent):
        before = BenefitDefinition.objects.values().get()

        as_manager.post(page("change", coffee.pk), sent)

        after = BenefitDefinition.objects.values().get()
        assert {name for name in before if before[name] != after[name]} <= {"updated_at"}

    @pytest.mark.parametrize(
        ("values", "field"),
        [
            ({"name": ""}, "name"),
            ({"handle": "not a handle"}, "handle"),
            ({"type": "present"}, "type"),
            ({"period": "-1"}, "period"),
            ({"period": "99999999999999999999"}, "period"),
            ({"period": "NaN"}, "period"),
            ({"value": "1e400"}, "value"),
            ({"value": "NaN"}, "value"),
            ({"timezone": "Mars/Olympus"}, "timezone"),
            ({"meta": "{"}, "meta"),
            ({"image_url": "javascript:alert(1)"}, "image_url"),
            ({"name": "x" * 192}, "name"),
            ({"name": "nul\0"}, "name"),
            ({"period_type": "absolute_date"}, "__all__"),
            ({"max_global_redemptions": "0"}, "max_global_redemptions"),
        ],
    )
    def test_says_at_the_field_what_is_wrong_and_writes_nothing(self, as_manager, coffee, sent, values, field):
        response = as_manager.post(page("change", coffee.pk), sent | values | {"campaign": "typed"})

        assert response.status_code == 200
        assert field in response.context["adminform"].form.errors
        assert 'value="typed"' in response.content.decode()
        assert BenefitDefinition.objects.get().campaign == ""

    def test_refuses_a_limit_below_what_is_used(self, as_manager, coffee, sent, member, other_member, at, cause):
        for profile in (member, other_member):
            coffee.issue(profile, at=at, cause=cause).redeem(at=at, cause=cause)
        BenefitDefinition.objects.update(max_global_redemptions=3)

        response = as_manager.post(page("change", coffee.pk), sent | {"max_global_redemptions": "1"})

        assert response.context["usage"]["left"] == 1
        assert response.context["adminform"].form.errors["max_global_redemptions"] == [
            "Customers have used this benefit 2 times already; the limit cannot be lower."
        ]

    def test_tells_the_second_editor_who_changed_what(self, as_manager, coffee, sent):
        as_manager.post(page("change", coffee.pk), sent | {"campaign": "theirs"})

        response = as_manager.post(page("change", coffee.pk), sent | {"name": "Mine"})

        (error,) = response.context["adminform"].form.non_field_errors()
        assert error.startswith("Mona saved this while you had it open, and changed: campaign. Nothing of yours was")
        assert 'value="Mine"' in response.content.decode()
        assert BenefitDefinition.objects.get().name == "Free coffee"

        again = sent | {
            "name": "Mine",
            "read_at_version": response.context["adminform"].form["read_at_version"].value(),
        }
        as_manager.post(page("change", coffee.pk), again)
        assert BenefitDefinition.objects.get().name == "Mine"


class TestImage:
    def upload(self, client, coffee, sent, content: bytes, name="a.png"):
        return client.post(page("change", coffee.pk), sent | {"image": SimpleUploadedFile(name, content)})

    def test_keeps_a_picture_and_shows_it(self, as_manager, coffee, sent):
        written = BytesIO()
        Image.new("RGB", (60, 30), "red").save(written, "PNG")

        self.upload(as_manager, coffee, sent, written.getvalue())

        image = BenefitDefinition.objects.get().image
        assert image.name.endswith(".jpg")
        assert image.thumbnail_url in as_manager.get(page("changelist")).content.decode()
        assert image.url in as_manager.get(page("change", coffee.pk)).content.decode()

    @pytest.mark.parametrize(
        "content", [b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", b"GIF89a", b"\x89PNG\r\n\x1a\n"]
    )
    def test_refuses_what_is_none(self, as_manager, coffee, sent, content):
        response = self.upload(as_manager, coffee, sent, content)

        assert "image" in response.context["adminform"].form.errors
        assert not BenefitDefinition.objects.get().image


class TestPreview:
    def card(self, client, sent, **values) -> str:
        return client.post(page("preview"), sent | values).json()["card"]

    def test_says_when_one_issued_now_would_end(self, as_manager, sent):
        assert "in 7 days." in self.card(as_manager, sent, period="1", period_type="weeks")
        assert "tomorrow." in self.card(as_manager, sent, period="1", period_type="days")

    def test_says_what_is_missing(self, as_manager, sent):
        assert "A fixed date for everyone needs that date." in self.card(as_manager, sent, period_type="absolute_date")
        assert "At most 100 years." in self.card(as_manager, sent, period="101", period_type="years")

    def test_escapes_what_is_typed(self, as_manager, sent):
        assert "<script>" not in self.card(as_manager, sent, name="<script>alert(1)</script>")

    def test_keeps_what_was_typed_after_a_refused_save(self, as_manager, coffee, sent):
        picture = BytesIO()
        Image.new("RGB", (8, 8)).save(picture, "PNG")
        upload = SimpleUploadedFile("new.png", picture.getvalue())
        typed = {"name": "Two coffees", "period": "0", "image": upload}

        for address in (page("change", coffee.pk), page("add")):
            upload.seek(0)
            card = as_manager.post(address, sent | typed).context["card"]

            assert card["definition"].name == "Two coffees"
            assert card["problem"]
            assert card["picture"] == ""

    def test_writes_nothing(self, as_manager, coffee, sent):
        self.card(as_manager, sent, name="Other")

        assert BenefitDefinition.objects.get().name == "Free coffee"

    def test_is_closed_to_those_who_do_not_configure(self, as_clerk, as_analyst, sent):
        assert as_clerk.post(page("preview"), sent).status_code == 403
        assert as_analyst.post(page("preview"), sent).status_code == 403


class TestList:
    def test_shows_usage(self, as_manager, coffee, member, other_member, at, cause):
        coffee.max_global_redemptions = 1_000
        coffee.save()
        coffee.issue(member, at=at, cause=cause).redeem(at=at, cause=cause)
        coffee.issue(other_member, at=at, cause=cause)

        (row,) = as_manager.get(page("changelist")).context["cl"].result_list

        assert (row.issued_sum, row.used_sum) == (2, 1)
        assert "999 of 1,000" in as_manager.get(page("changelist")).content.decode()

    def test_costs_the_same_queries_for_one_and_for_thirty(self, as_manager, coffee, django_assert_num_queries):
        as_manager.get(page("changelist"))
        with CaptureQueriesContext(connection) as one:
            as_manager.get(page("changelist"))
        for number in range(29):
            BenefitDefinition.objects.create(name=f"D{number}", handle=f"d-{number}").tags.add(*Tag.objects.named("a"))

        with django_assert_num_queries(len(one)):
            as_manager.get(page("changelist"))

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("status=offered", ["Coffee", "Hidden"]),
            ("status=published", ["Coffee"]),
            ("status=unpublished", ["Hidden"]),
            ("status=archived", ["Old"]),
            ("q=coff", ["Coffee"]),
            ("q=winter", ["Hidden"]),
            ("type__exact=free_product", ["Coffee"]),
        ],
    )
    def test_is_narrowed(self, db, as_manager, query, names):
        BenefitDefinition.objects.create(name="Coffee", handle="a", type="free_product")
        hidden = BenefitDefinition.objects.create(name="Hidden", handle="b", is_published=False)
        hidden.tags.add(*Tag.objects.named("winter"))
        BenefitDefinition.objects.create(name="Old", handle="c", is_archived=True)

        shown = as_manager.get(f"{page('changelist')}?{query}").context["cl"].result_list

        assert [one.name for one in shown] == names


class TestPagesAboutOne:
    def test_duplicates_with_a_handle_that_is_free(self, as_manager, coffee):
        form = as_manager.get(page("duplicate", coffee.pk)).context["form"]
        assert form.initial["handle"] == "free-coffee-2"

        response = as_manager.post(page("duplicate", coffee.pk), {"name": "Tea", "handle": "tea"}, follow=True)

        assert BenefitDefinition.objects.get(handle="tea").name == "Tea"
        assert said(response) == ["This is the copy of “Free coffee”. Change what differs and save it."]

    def test_refuses_a_handle_that_is_taken_at_its_field(self, as_manager, coffee):
        response = as_manager.post(page("duplicate", coffee.pk), {"name": "Tea", "handle": "free-coffee"})

        assert response.context["form"].errors["handle"] == ["Another benefit definition has this handle."]
        assert BenefitDefinition.objects.count() == 1

    def test_archives_after_saying_what_follows(self, as_manager, coffee, issued):
        assert "1 were issued so far" in as_manager.get(page("archive", coffee.pk)).content.decode()
        assert BenefitDefinition.objects.get().is_archived is False

        as_manager.post(page("archive", coffee.pk))
        assert BenefitDefinition.objects.get().is_archived is True

        as_manager.post(page("restore", coffee.pk))
        assert BenefitDefinition.objects.get().is_archived is False

    def test_says_to_archive_instead_of_deleting(self, as_manager, coffee, issued):
        for post in (as_manager.get, as_manager.post):
            response = post(page("delete", coffee.pk), {"post": "yes"}, follow=True)
            assert said(response)[-1] == (
                "This benefit was given to customers, so it cannot be deleted. Archive it instead."
            )
        assert BenefitDefinition.objects.count() == 1

    def test_offers_to_delete_only_what_was_never_issued(self, as_manager, coffee, member, at, cause):
        link = f'href="{page("delete", coffee.pk)}"'
        assert link in as_manager.get(page("change", coffee.pk)).content.decode()

        coffee.issue(member, at=at, cause=cause)

        assert link not in as_manager.get(page("change", coffee.pk)).content.decode()

    def test_deletes_what_was_never_issued(self, as_manager, coffee):
        as_manager.post(page("delete", coffee.pk), {"post": "yes"})

        assert not BenefitDefinition.objects.exists()

    def test_shows_the_history_and_brings_a_version_back(self, as_manager, coffee, sent):
        coffee.tags.add(*Tag.objects.named("winter"))
        then = coffee.history.first()
        as_manager.post(page("change", coffee.pk), sent | {"name": "Free tea", "tags": [], "read_at_version": ""})
        assert "Free tea" in as_manager.get(page("history", coffee.pk)).content.decode()

        shown = as_manager.get(page("simple_history", coffee.pk, then.pk)).context["differences"]
        assert {row["label"]: (row["now"], row["then"]) for row in shown} == {
            "Name": ("Free tea", "Free coffee"),
            "Tags": ("", "winter"),
        }

        as_manager.post(page("simple_history", coffee.pk, then.pk))
        restored = BenefitDefinition.objects.get()
        assert (restored.name, [tag.handle for tag in restored.tags.all()]) == ("Free coffee", ["winter"])
        assert restored.history.first().history_user.name == "Mona"

    def test_analysts_read_versions_and_bring_none_back(self, as_analyst, coffee):
        first = coffee.history.first()
        coffee.name = "Free tea"
        coffee.save()

        response = as_analyst.post(page("simple_history", coffee.pk, first.pk))

        assert "You may look at earlier versions" in response.content.decode()
        assert BenefitDefinition.objects.get().name == "Free tea"

    def test_the_same_version_is_not_brought_back(self, as_manager, coffee):
        response = as_manager.post(page("simple_history", coffee.pk, coffee.history.first().pk))

        assert "This version is the same as today's." in unescape(response.content.decode())
        assert coffee.history.count() == 1


def test_the_card_is_json(as_manager, sent):
    assert json.loads(as_manager.post(page("preview"), sent).content).keys() == {"card"}
