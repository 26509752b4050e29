"""Many customers in one request: each document is what POST /profiles takes, and what PUT takes of one who is known."""

import json

import pytest
from django.db import IntegrityError

from jobs.models import Job
from jobs.working import run_one
from profiles import receiving
from profiles.importing.refused import refused_rows
from profiles.models import Identity, Profile, ProfileImport

BATCH = "/api/v3/profiles/batch"
PROFILES = "/api/v3/profiles"
WHOLE = {
    "email": "ann@example.com",
    "title": "Dr",
    "first_name": "Ann",
    "last_name": "Annson",
    "gender": "female",
    "currency": "AUD",
    "profile_type": "active",
    "joined_at": "2020-01-02 03:04:05",
    "mobile_phone": "0450 551 777",
    "mobile_phone_country": "AU",
    "secondary_phone": "03 9000 0000",
    "birth_date": "1980-05-17",
    "company": "Annson & Co",
    "occupation": "Baker",
    "avatar_url": "https://example.com/ann.png",
    "is_completed": True,
    "joined_location_external_code": "MEL",
    "preferred_location_external_id": "42",
    "identities": [
        {"handle": "shopify", "identifier": "S;1"},
        {"handle": "loyalty-card", "identifier": "C1", "is_primary": True, "is_active": False},
    ],
    "tags": ["vip", "a-b"],
    "addresses": [
        {
            "address_line_1": "7 Rose St",
            "city": "Fitzroy",
            "state": "VIC",
            "postcode": "3065",
            "country": "Australia",
            "is_default": True,
            "external_id": "home",
            "meta": {"floor": 2},
        }
    ],
    "comms_attributes": {"email_promo": True, "sms_promo": False, "email_verification": "sent"},
    "appearance_attributes": {"size_top": "M"},
    "dates_attributes": [{"handle": "birthday", "relationship": "child", "date": "2015-06-07", "is_recurring": True}],
    "custom_attributes": [
        {"namespace": "shop", "handle": "visits", "value": 5},
        {"namespace": "shop", "handle": "sizes", "type": "json", "value": {"shoe": [38, 39]}},
    ],
}
# What differs between two customers who were told the same, and what is made of the moment.
OWN = {"id", "created_at", "updated_at", "profile_id", "email_consent_updated_at", "sms_consent_updated_at"}


@pytest.fixture
def locations(at):
    from profiles.models import Location

    Location.objects.create(name="Melbourne", external_code="MEL")
    Location.objects.create(name="Geelong", external_id="42")


def send(api, *documents, match: str = "email") -> ProfileImport:
    answer = api.post(BATCH, {"match_criteria": match, "profiles": list(documents)}, format="json")
    assert (answer.status_code, answer.json()) == (200, {"data": {"message": "Profiles queued for batch import."}})
    assert run_one(worker="w").state == "done"
    return ProfileImport.objects.latest("pk")


def counts(row: ProfileImport) -> list[int]:
    return [getattr(row, name) for name in ProfileImport.COUNTS]


def reasons(row: ProfileImport) -> dict[int, list[str]]:
    return dict(row.refused_rows.values_list("number", "reasons"))


def told(value):
    """A document without what no two customers share."""
    if isinstance(value, dict):
        return {key: told(one) for key, one in value.items() if key not in OWN}
    return [told(one) for one in value] if isinstance(value, list) else value


def shown(api, email: str) -> dict:
    [found] = api.get(PROFILES, {"filter[email]": email}).json()["data"]
    return found


def another(document: dict) -> dict:
    """The same of somebody else, where only one can have a thing."""
    text = json.dumps(document).replace("ann@", "bea@").replace("551 777", "551 778").replace("S;1", "S;2")
    return json.loads(text.replace('"C1"', '"C2"'))


def test_a_new_customer_is_made_as_by_a_single_post(api, locations):
    assert api.post(PROFILES, another(WHOLE), format="json").status_code == 201
    row = send(api, WHOLE)

    assert counts(row) == [1, 0, 0, 0]
    single, batched = told(shown(api, "bea@example.com")), told(shown(api, "ann@example.com"))
    assert (
        json.loads(
            json.dumps(single)
            .replace("bea@", "ann@")
            .replace("551778", "551777")
            .replace("551 778", "551 777")
            .replace("S;2", "S;1")
            .replace('"C2"', '"C1"')
        )
        == batched
    )
    assert batched["addresses"][0]["city"] == "Fitzroy"
    assert batched["attributes"]["dates"][0]["date"] == "2015-06-07"


def test_every_part_of_the_document_is_among_those_compared():
    from profiles.api.writing import ProfileInput

    others = {"birth_day", "birth_month", "birth_year"} | {
        f"{name}_location_{key}" for name in ("joined", "preferred") for key in ("id", "external_id", "external_code")
    }
    assert ProfileInput().fields.keys() - others <= WHOLE.keys()


def test_a_known_customer_is_changed_as_by_a_single_put(api, member, locations):
    document = WHOLE | {"email": "Maria@Example.com", "last_name": None}
    row = send(api, document)

    assert counts(row) == [0, 1, 0, 0]
    seen = shown(api, "maria@example.com")
    assert (seen["id"], seen["first_name"], seen["last_name"], seen["tags"]) == (
        str(member.pk),
        "Ann",
        None,
        ["a-b", "vip"],
    )
    assert seen["address"]["external_id"] == "home"

    assert counts(send(api, document)) == [0, 0, 1, 0]
    assert told(shown(api, "maria@example.com")) == told(seen)
    # What is left out stays; what a row has is changed by its external id.
    moved = {"email": "maria@example.com", "addresses": [{"external_id": "home", "city": "Carlton"}]}
    assert counts(send(api, moved)) == [0, 1, 0, 0]
    after = shown(api, "maria@example.com")
    assert [one["city"] for one in after["addresses"]] == ["Carlton"]
    assert after["first_name"] == "Ann"


def test_an_address_without_an_id_is_not_added_again_each_time(api):
    address = {name: value for name, value in WHOLE["addresses"][0].items() if name != "external_id"}
    document = {"email": "ann@example.com", "addresses": [address]}
    assert counts(send(api, document)) == [1, 0, 0, 0]
    assert counts(send(api, document)) == [0, 0, 1, 0]
    assert counts(send(api, {**document, "addresses": [address | {"notes": "Ring twice."}]})) == [0, 1, 0, 0]
    assert [one["notes"] for one in shown(api, "ann@example.com")["addresses"]] == ["Ring twice."]
    assert counts(send(api, {**document, "addresses": [address | {"city": "Carlton"}]})) == [0, 1, 0, 0]
    assert len(shown(api, "ann@example.com")["addresses"]) == 2


def test_matched_by_an_identity(api, member, at, cause):
    member.add_identity(handle="loyalty-card", identifier="C1", at=at, cause=cause)
    documents = [
        {"first_name": "Marie", "identities": [{"handle": "loyalty-card", "identifier": "C1"}]},
        {"first_name": "Nina", "identities": [{"handle": "loyalty-card", "identifier": "C2"}]},
        {"first_name": "Nobody", "identities": [{"handle": "shopify", "identifier": "C3"}]},
        {"identities": [{"handle": "loyalty-card", "identifier": one} for one in ("C1", "C2")]},
    ]
    row = send(api, *documents, match="loyalty-card")
    member.refresh_from_db()
    assert member.first_name == "Marie"
    assert Identity.objects.get(identifier="C2").profile.first_name == "Nina"
    assert reasons(row) == {
        3: ["identities: None is in loyalty-card, so there is nothing to match a customer by."],
        4: ["identities: These belong to two customers."],
    }


def test_matched_by_id(api, member):
    documents = [{"id": str(member.pk), "first_name": "Marie"}, {"id": "x"}, {"id": "0" * 32}]
    row = send(api, *documents, match="id")
    assert counts(row) == [0, 1, 0, 2]
    assert reasons(row) == {2: ["id: This is no profile's id."], 3: ["id: There is no such profile."]}


def test_a_refused_profile_leaves_the_others_and_is_kept_with_the_reasons(api, member):
    documents = [
        {"email": {"a": 1}},
        {"email": "a@example.com", "gender": [1]},
        {"email": "b@example.com", "mobile_phone": "0450 551 500", "tags": ["new"]},
        {"first_name": "Nobody"},
        {"email": "c@example.com", "addresses": [{"city": "Fitzroy"}]},
        {"email": "d@example.com"},
    ]
    row = send(api, *documents)
    assert counts(row) == [1, 0, 0, 5]
    told = reasons(row)
    assert told[1] == ["email: Enter a valid email address."]
    assert told[3] == ["mobile_phone: The phone number exists"]
    assert told[4] == ["email: This is empty, so there is nothing to match a customer by."]
    assert "addresses.0.postcode: This field is required." in told[5]
    assert set(Profile.objects.values_list("email", flat=True)) == {"maria@example.com", "d@example.com"}
    file = "".join(refused_rows(row))
    assert json.dumps(documents[2]).replace('"', '""') in file
    assert "Row 3: mobile_phone: The phone number exists" in file


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"match_criteria": "email"},
        {"match_criteria": "email", "profiles": []},
        {"match_criteria": "email", "profiles": "x"},
        {"match_criteria": "email", "profiles": ["x"]},
        {"match_criteria": "email", "profiles": [{"email": "a@example.com", "tags": "vip"}]},
        {"match_criteria": "email", "profiles": [{"email": "a@example.com", "identities": [1]}]},
        {"match_criteria": "email", "profiles": [{"email": "a@example.com", "addresses": [{"postcode": "x" * 99}]}]},
        {"match_criteria": "email", "profiles": [{"email": "a@example.com", "dates_attributes": [{"date": "soon"}]}]},
        {"match_criteria": "email", "profiles": [{"email": "a@example.com", "custom_attributes": [1]}]},
        {"match_criteria": "email", "profiles": [{"email": "a@example.com", "comms_attributes": 5}]},
        {"match_criteria": "email", "profiles": [{}, {"comms_attributes": {"email_verification": "perhaps"}}]},
        {"match_criteria": "a:b", "profiles": [{"email": "a@example.com"}]},
        {"match_criteria": "email", "profiles": [{}]},
        {"match_criteria": [], "profiles": [{"email": "a@example.com"}]},
    ],
)
def test_a_batch_that_is_malformed_is_refused_whole(api, body):
    answer = api.post(BATCH, body, format="json")
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert not ProfileImport.objects.exists()
    assert not Job.objects.exists()


@pytest.mark.parametrize("path", [f"{BATCH}/", f"{BATCH}.json"])
def test_the_other_ways_to_write_the_address(api, path):
    body = {"match_criteria": "email", "profiles": [{"email": "a@example.com"}]}
    assert api.post(path, body, format="json").status_code == 200


def test_one_that_is_killed_is_carried_on_behind_the_last_document(api, monkeypatch):
    documents = [{"email": f"c{number}@example.com"} for number in range(5)]
    api.post(BATCH, {"match_criteria": "email", "profiles": documents}, format="json")
    enrol, seen = receiving.enrol, []

    def enrol_until_killed(document, **others):
        seen.append(document["email"])
        if len(seen) == 3:
            raise KeyboardInterrupt
        return enrol(document, **others)

    monkeypatch.setattr(receiving, "enrol", enrol_until_killed)
    with pytest.raises(KeyboardInterrupt):
        run_one(worker="killed")
    Job.objects.update(leased_until="2020-01-01 00:00Z")
    assert run_one(worker="next").state == "done"

    assert seen == [f"c{number}@example.com" for number in (0, 1, 2, 2, 3, 4)]
    assert counts(ProfileImport.objects.get()) == [5, 0, 0, 0]
    assert Profile.objects.count() == 5


def test_a_customer_who_is_made_meanwhile_is_found_at_the_second_look(api, monkeypatch):
    enrol, calls = receiving.enrol, []

    def taken_meanwhile(document, **others):
        calls.append(document)
        if len(calls) == 1:
            raise IntegrityError
        return enrol(document, **others)

    monkeypatch.setattr(receiving, "enrol", taken_meanwhile)
    assert counts(send(api, {"email": "a@example.com"})) == [1, 0, 0, 0]

    def always_taken(document, **others):
        raise IntegrityError

    monkeypatch.setattr(receiving, "enrol", always_taken)
    row = send(api, {"email": "b@example.com"})
    assert reasons(row) == {1: ["Somebody else changed this customer at the same moment. Send it again."]}
