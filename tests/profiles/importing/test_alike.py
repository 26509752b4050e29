from datetime import UTC, datetime

import pytest
from django.db import DataError, connection, transaction

from benefits.models import BenefitDefinition
from profiles.cause import Cause, Door
from profiles.importing.alike import Alike, example_key, insert_alike
from profiles.models import Event, Note, Profile, Tag

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 1, 12, tzinfo=UTC)
# What SQL, COPY and JSON each write in their own way.
NASTY = 'Ann’s "50 %" \\ {coffee}\n\t%s é'


@pytest.fixture
def people():
    return Profile.objects.bulk_create(Profile(first_name=f"P{number}") for number in range(3))


def event_of(profile: Profile, subject, payload: dict) -> Event:
    cause = Cause(door=Door.REACTION, by=NASTY, reason="")
    return Event.of("benefit.issued", at=AT, cause=cause, profile=profile, subject=subject, payload=payload)


def columns(events) -> list[dict]:
    return [
        {name: value for name, value in row.items() if name != "id"} for row in events.order_by("profile_id").values()
    ]


@pytest.mark.records_anything
def test_the_rows_are_those_that_one_by_one_would_be_written(people):
    tags = [Tag(pk=number, handle=f"t{number}") for number in (7, 8, 10**12)]

    def payload(tag) -> dict:
        return {"id": tag.pk, "text": str(tag.pk), "in": [f"#{tag.pk} of {NASTY}"], "x": None, "y": 1.5, "z": True}

    customer, example = Profile(pk=example_key(Profile)), Tag(pk=example_key(Tag))
    each = {customer.pk: [one.pk for one in people], example.pk: [tag.pk for tag in tags]}
    insert_alike(event_of(customer, example, payload(example)), each=each)
    together = columns(Event.objects.all())
    Event.objects.all().delete()
    for profile, tag in zip(people, tags, strict=True):
        event_of(profile, tag, payload(tag)).save()

    assert together == columns(Event.objects.all())
    assert [one["subject_id"] for one in together] == ["7", "8", str(10**12)]


@pytest.mark.records_anything
def test_several_patterns_with_keys_of_their_own(people):
    customer = Profile(pk=example_key(Profile))
    note = Note(pk=example_key(Note), profile=customer, text=NASTY, created_at=AT, updated_at=AT)
    event = event_of(customer, note, {"note_id": note.pk})
    made = Alike(note, [11, 12, 13])
    insert_alike(note, event, each={customer.pk: [one.pk for one in people], note.pk: made.keys})

    assert len(made) == 3
    assert dict(Note.objects.values_list("pk", "profile_id")) == {
        11 + number: one.pk for number, one in enumerate(people)
    }
    assert set(Note.objects.values_list("text", flat=True)) == {NASTY}
    assert {(one.profile_id, one.subject_id, one.payload["note_id"]) for one in Event.objects.all()} == {
        (one.pk, str(11 + number), 11 + number) for number, one in enumerate(people)
    }


@pytest.mark.records_anything
def test_of_nobody_nothing(people, django_assert_num_queries):
    customer = Profile(pk=example_key(Profile))
    with django_assert_num_queries(0):
        insert_alike(event_of(customer, customer, {}), each={customer.pk: []})
    assert not Event.objects.exists()


def test_what_is_too_long_is_refused_and_not_cut(people):
    if connection.vendor == "sqlite":
        # It keeps what is too long.
        return
    customer = Profile(pk=example_key(Profile))
    event = Event.of("profile.created", at=AT, cause=Cause(by="x" * 192), profile=customer, subject=customer)
    with pytest.raises(DataError, match="too long"), transaction.atomic():
        insert_alike(event, each={customer.pk: [one.pk for one in people]})
    assert not Event.objects.exists()


def test_an_example_is_another_each_time():
    for model in (Profile, BenefitDefinition):
        assert len({example_key(model) for _ in range(100)}) == 100
