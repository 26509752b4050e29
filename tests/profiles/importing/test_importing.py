"""Whole files: what becomes of the customers, their timeline, and the rows that are left out."""

from datetime import UTC, datetime

import pytest

from cxmanager.refusals import Refusal
from profiles.cause import Cause
from profiles.models import CustomAttribute, Event, Identity, Location, Profile, ProfileImport, Tag
from tests.declared import undeclared_rows

pytestmark = pytest.mark.django_db

HEADER = "email,first_name,last_name,mobile_phone,birth_date,gender,joined_at,tags,identity:card,custom:shop:visits,email_promo"
MARIA = "Maria@Example.com,Maria,Müller,0450 551 500,1980-05-17,f,2024-01-02,vip;staff,C1,5,yes"


def events(profile: Profile) -> list[str]:
    return list(profile.events.order_by("id").values_list("name", flat=True))


def test_a_new_customer_with_all_that_belongs_to_them(bring, counts, manager):
    done = bring(f"{HEADER}\n{MARIA}\n")
    assert counts(done) == (1, 0, 0, 0)
    assert (done.stage, done.rows, done.job.state) == ("done", 1, "done")

    maria = Profile.objects.get()
    assert (maria.email, maria.full_name, maria.mobile_phone_e164) == (
        "maria@example.com",
        "Maria Müller",
        "+61450551500",
    )
    assert (maria.birth_year, maria.birth_month, maria.birth_day, maria.gender) == (1980, 5, 17, "female")
    assert maria.joined_at == datetime(2024, 1, 2, tzinfo=UTC)
    assert maria.search_text == "maria muller maria@example.com"
    assert (maria.profile_type, maria.comms["email_promo"]) == ("active", True)
    assert sorted(maria.tags.values_list("handle", flat=True)) == ["staff", "vip"]
    assert maria.identities.get().identifier == "C1"
    assert (maria.custom_attributes.get().value, maria.custom_attributes.get().type) == ("5", "string")
    assert sorted(events(maria)) == [
        "attribute.created",
        "consent.granted",
        "identity.created",
        "profile.created",
        "tag.added",
        "tag.added",
    ]
    created = maria.events.get(name="profile.created")
    assert (created.door, created.user, created.actor) == ("import", manager, "Mona")
    assert created.reason == f"Import {done.pk}: customers.csv"
    assert created.subject_id == str(maria.pk)
    identity = maria.events.get(name="identity.created")
    card = maria.identities.get()
    assert identity.payload == {"identity_id": card.pk, "handle": "card", "identifier": "C1"}
    assert (identity.subject_type, identity.subject_id) == ("profiles.identity", str(card.pk))
    # What the bulk statements wrote is what the model would have written.
    maria.full_clean()


def test_an_imported_customer_is_as_one_who_was_enrolled(bring, at):
    bring("email,first_name,mobile_phone\nann@example.com,Ann,0450 551 501\n")
    imported = Profile.objects.get()
    enrolled = Profile(email="ben@example.com", first_name="Ben", mobile_phone="0450 551 502").enrol(
        at=at, cause=Cause()
    )
    enrolled.refresh_from_db()
    own = {"id", "email", "first_name", "search_text", "joined_at", "created_at", "updated_at"}
    for field in Profile._meta.concrete_fields:
        if field.attname not in own and not field.attname.startswith("mobile_phone"):
            assert getattr(imported, field.attname) == getattr(enrolled, field.attname), field.attname


def test_the_same_file_again_writes_nothing(bring, counts):
    bring(f"{HEADER}\n{MARIA}\n")
    before = {
        model: list(model.objects.order_by("pk").values()) for model in (Profile, Event, Identity, CustomAttribute)
    }
    assert counts(bring(f"{HEADER}\n{MARIA}\n")) == (0, 0, 1, 0)
    assert before == {model: list(model.objects.order_by("pk").values()) for model in before}
    assert Tag.objects.count() == 2


def test_only_what_differs_is_changed_and_told(bring, counts, member):
    joined_at = member.joined_at
    done = bring("email,first_name,last_name,gender\nMARIA@example.com,Marie,,f\n")
    assert counts(done) == (0, 1, 0, 0)
    member.refresh_from_db()
    assert (member.first_name, member.last_name, member.gender) == ("Marie", "Membrino", "female")
    assert member.search_text == "marie membrino maria@example.com"
    assert member.joined_at == joined_at
    updated = member.events.get(name="profile.updated")
    assert updated.payload == {"changes": {"first_name": ["Maria", "Marie"], "gender": ["", "female"]}}


def test_empty_cells_leave_what_is_stored(bring, counts, member):
    assert counts(bring("email,first_name,mobile_phone,birth_date\nmaria@example.com,, ,\n")) == (0, 0, 1, 0)
    assert events(member) == ["profile.created"]


def test_consents_are_added_to_what_was_said(bring, member, at):
    member.set_comms({"sms_promo": True, "email_promo": True}, at=at, cause=Cause())
    bring("email,email_promo,sms_optout\nmaria@example.com,no,\n")
    member.refresh_from_db()
    assert (member.comms["sms_promo"], member.comms["email_promo"]) == (True, False)
    assert member.comms["email_consent_updated_at"] != at.strftime("%Y-%m-%d %H:%M:%S")
    assert member.events.filter(name="consent.withdrawn").get().payload == {"permission": "email_promo"}


def test_tags_identities_and_attributes_are_added_and_none_is_taken(bring, counts, member, at):
    member.add_tags("vip", at=at, cause=Cause())
    member.add_identity(handle="card", identifier="C1", at=at, cause=Cause())
    member.set_custom_attribute(namespace="shop", handle="visits", value=3, at=at, cause=Cause())
    done = bring("email,tags,identity:card,custom:shop:visits\nmaria@example.com,new;vip,C2,4\n")
    assert counts(done) == (0, 1, 0, 0)
    assert sorted(member.tags.values_list("handle", flat=True)) == ["new", "vip"]
    assert sorted(member.identities.values_list("identifier", flat=True)) == ["C1", "C2"]
    visits = member.custom_attributes.get()
    assert (visits.value, visits.type) == (4, "integer")
    last = member.events.filter(name="attribute.updated").get()
    assert last.payload["changes"] == {"value": [3, 4]}
    assert member.events.filter(name="tag.added", payload={"tag": "new"}).count() == 1


def test_an_attribute_keeps_its_type(bring, counts, reasons, member, other_member, at):
    member.set_custom_attribute(namespace="shop", handle="visits", value=3, at=at, cause=Cause())
    done = bring("email,custom:shop:visits\nmaria@example.com,many\notto@example.com,7\n")
    assert counts(done) == (0, 1, 0, 1)
    assert reasons(done) == {2: ["Attribute shop · visits: “many” is not of type integer."]}
    assert other_member.custom_attributes.get().value == 7


def test_a_header_may_name_the_type(bring):
    bring('email,custom:shop:sizes:array\nann@example.com,"[""S"", ""M""]"\n')
    attribute = CustomAttribute.objects.get()
    assert (attribute.type, attribute.value) == ("array", ["S", "M"])


def test_bad_rows_lose_none_of_the_good_ones(bring, counts, reasons):
    done = bring("email,gender\nann@example.com,f\nnonsense,?\nben@example.com,m\n,f\n")
    assert counts(done) == (2, 0, 0, 2)
    assert reasons(done) == {
        3: [
            "E-mail: “nonsense” is not an e-mail address.",
            "Gender: “?” is not a gender that is known. Write male, female, other or witheld.",
        ],
        5: ["E-mail: This is empty, so there is nothing to match a customer by."],
    }
    assert list(done.refused_rows.values_list("cells", flat=True)) == [["nonsense", "?"], ["", "f"]]
    assert sorted(Profile.objects.values_list("email", flat=True)) == ["ann@example.com", "ben@example.com"]


def test_all_or_nothing(bring, reasons):
    with pytest.raises(Refusal) as refused:
        bring("email\nann@example.com\nnonsense\n", is_all_or_nothing=True)
    assert (
        str(refused.value) == "Nothing was imported: 1 of 2 rows has something wrong, and it was to be all or nothing."
    )
    assert not Profile.objects.exists()
    assert not Event.objects.exists()
    assert reasons(ProfileImport.objects.get()) == {3: ["E-mail: “nonsense” is not an e-mail address."]}


def test_all(bring, counts):
    done = bring("email\nann@example.com\nben@example.com\n", is_all_or_nothing=True)
    assert counts(done) == (2, 0, 0, 0)
    assert (done.stage, done.rows) == ("done", 2)
    assert Event.objects.filter(name="profile.created").count() == 2


def test_all_or_nothing_when_a_row_is_refused_since_the_check(bring, monkeypatch, member):
    from profiles.importing import working

    monkeypatch.setattr(working.Importer, "try_out", lambda self, clock: [])
    with pytest.raises(Refusal, match=r"^Nothing was imported: row 3 was refused since the file was checked\."):
        bring(
            "email,mobile_phone\nann@example.com,\nben@example.com,0450 551 500\n",
            is_all_or_nothing=True,
        )
    assert list(Profile.objects.values_list("email", flat=True)) == ["maria@example.com"]
    assert not ProfileImport.objects.get().refused_rows.exists()


def test_of_two_rows_about_one_customer_the_first_is_taken(bring, counts, reasons):
    done = bring(
        "email,first_name\nAnn@example.com,Ann\nben@example.com,Ben\nann@Example.com,Anna\n ann@example.com,A\n"
    )
    assert counts(done) == (2, 0, 0, 2)
    sentence = "Row 2 is about the same customer, and only the first is taken."
    assert reasons(done) == {4: [sentence], 5: [sentence]}
    assert Profile.objects.get(email="ann@example.com").first_name == "Ann"


def test_what_belongs_to_another_customer_refuses_the_row(bring, counts, reasons, member, other_member, at):
    other_member.add_identity(handle="card", identifier="C9", at=at, cause=Cause())
    done = bring(
        "email,mobile_phone,identity:card\n"
        "new@example.com,0450 551 500,\n"
        "maria@example.com,,C9\n"
        "also@example.com,0450 551 777,\n"
        "third@example.com,+61 450 551 777,\n"
    )
    assert counts(done) == (1, 0, 0, 3)
    assert reasons(done) == {
        2: ["Mobile phone: Another profile has the number +61450551500."],
        3: ["Identity in card: Another profile has “C9”."],
        5: ["Mobile phone: Another profile has the number +61450551777."],
    }
    assert not member.identities.exists()


def test_matching_by_identity(bring, counts, member, at):
    member.add_identity(handle="card", identifier="C1", at=at, cause=Cause())
    done = bring("identity:card,first_name,email\nC1,Marie,marie@example.com\nC2,Nina,\n", match="identity:card")
    assert counts(done) == (1, 1, 0, 0)
    member.refresh_from_db()
    assert (member.first_name, member.email) == ("Marie", "marie@example.com")
    assert Identity.objects.get(identifier="C2").profile.first_name == "Nina"


def test_matching_by_id(bring, counts, reasons, member, at):
    new = "0190c3ad-38cd-7747-b7f3-6649c9c05c5d"
    member.remove(at=at, cause=Cause())
    done = bring(f"id,email\n{new.upper()},ann@example.com\n{member.pk},x@example.com\nnonsense,y@example.com\n")
    assert (done.match, counts(done)) == ("id", (1, 0, 0, 2))
    assert str(Profile.objects.get(email="ann@example.com").pk) == new
    assert reasons(done) == {3: ["This profile was deleted."], 4: ["Profile id: “nonsense” is not a profile id."]}
    again = bring(f"id,email\n{new},anna@example.com\n")
    assert counts(again) == (0, 1, 0, 0)


def test_two_customers_swap_what_only_one_can_have(bring, counts, member, other_member):
    done = bring(f"id,email,mobile_phone\n{other_member.pk},,0450 551 500\n{member.pk},,0450 551 501\n")
    # The number is not free before the other row is written, and that one comes first.
    assert counts(done) == (0, 1, 0, 1)
    done = bring(f"id,mobile_phone\n{other_member.pk},0450 551 500\n")
    assert counts(done) == (0, 1, 0, 0)


def test_rows_about_one_customer_by_two_identities_follow_one_another(bring, counts):
    done = bring("identity:card,first_name\nC1;C2,Ann\nC2,Anna\n", match="identity:card")
    assert counts(done) == (1, 1, 0, 0)
    assert Profile.objects.get().first_name == "Anna"


def test_locations_are_found_by_code_external_id_or_name(bring, counts):
    shop = Location.objects.create(name="Fitzroy", external_code="S1", external_id="77")
    header = "email,preferred location code"
    done = bring(f"{header}\na@example.com,S1\nb@example.com,77\nc@example.com,Fitzroy\nd@example.com,Nowhere\n")
    assert counts(done) == (3, 0, 0, 1)
    assert Profile.objects.filter(preferred_location=shop).count() == 3


def test_a_birthday_must_exist_together_with_what_is_stored(bring, counts, reasons, member, at):
    member.change(at=at, cause=Cause(), birth_month=2, birth_day=28)
    done = bring("email,birth_day\nmaria@example.com,31\nann@example.com,3\n")
    assert counts(done) == (0, 0, 0, 2)
    sentence = "Birth date: There is no such date, or the day has no month."
    assert reasons(done) == {2: [sentence], 3: [sentence]}


def test_tags_are_split_at_commas_and_semicolons(bring, counts, member):
    done = bring('email,tags\nmaria@example.com,"vip,new; coffee club;vip"\n')
    assert counts(done) == (0, 1, 0, 0)
    assert [tag.handle for tag in member.tags.all()] == ["coffee club", "new", "vip"]


def test_a_birth_date_cannot_lie_in_the_future(bring, counts, reasons, member, at):
    member.change(at=at, cause=Cause(), birth_month=2, birth_day=28)
    whole = bring("email,birth_date\nmaria@example.com,2099-01-01\nann@example.com,2099-05\nbob@example.com,1999\n")
    parts = bring("email,birth_year\nmaria@example.com,2099\n")
    sentence = "Birth date: A birth date cannot lie in the future."
    assert (counts(whole), counts(parts)) == ((1, 0, 0, 2), (0, 0, 0, 1))
    assert reasons(whole) == {2: [sentence], 3: [sentence]}
    assert reasons(parts) == {2: [sentence]}


def test_text_that_means_something_to_the_database_is_only_text(bring):
    name = 'tab\there \\N "quoted" {curly} \\. %s'
    quoted = name.replace('"', '""')
    bring(f'email,first_name,company,custom:a:b\nann@example.com,"{quoted}","two\nlines","{quoted}"\n')
    ann = Profile.objects.get()
    assert (ann.first_name, ann.company, ann.custom_attributes.get().value) == (name, "two\nlines", name)
    bring(f'email,last_name\nann@example.com,"{quoted}"\n')
    ann.refresh_from_db()
    assert ann.last_name == name


def test_null_bytes_and_giant_cells_refuse_their_row_only(bring, counts):
    done = bring(f"email,first_name\nann@example.com,A\0\nben@example.com,{'x' * 10_000_000}\ncid@example.com,Cid\n")
    assert counts(done) == (1, 0, 0, 2)
    kept = done.refused_rows.order_by("number").values_list("cells", flat=True)
    assert [len(cells[1]) for cells in kept] == [1, 2_000]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("email,first_name\n", "The file has column names and no customers below them."),
        (
            "first_name\nAnn\n",
            "No column is the E-mail, by which customers are to be matched. "
            "The first row must hold the column names, such as email,first_name,last_name.",
        ),
        (
            "email,E-Mail\na@example.com,b@example.com\n",
            "Columns 1 and 2 are both “E-mail”. Keep one of them and leave out the other.",
        ),
    ],
)
def test_files_that_cannot_be_imported(bring, content, sentence):
    with pytest.raises(Refusal) as refused:
        bring(content)
    assert str(refused.value) == sentence
    assert not Profile.objects.exists()


def test_many_steps_and_cleaning_in_other_processes(bring, counts, monkeypatch):
    from profiles.importing import running

    monkeypatch.setattr(running, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(running, "spare_processors", lambda: 2)
    monkeypatch.setattr(running, "rows_in_a_step", lambda: 7)
    rows = "".join(f"c{i}@example.com,04{10000000 + i}\n" for i in range(40))
    done = bring(f"email,mobile_phone\n{rows}c3@example.com,\nx,\n")
    assert counts(done) == (40, 0, 0, 2)
    assert done.job.done == done.job.total == 42
    assert Profile.objects.get(email="c39@example.com").mobile_phone_e164 == "+61410000039"
    assert counts(bring(f"email,mobile_phone\n{rows}")) == (0, 0, 40, 0)


def test_what_a_file_tells_is_what_the_catalogue_declares(bring):
    """These rows are written past the model, where nothing else looks at them."""
    bring(f"{HEADER}\n{MARIA}\n")
    bring(f"{HEADER}\n{MARIA.replace('Maria,', 'Marie,').replace('C1,5,yes', 'C2,6,no')}\n")

    told = set(Event.objects.values_list("name", flat=True))
    assert told >= {"profile.created", "profile.updated", "tag.added", "identity.created"}
    assert told >= {"attribute.created", "attribute.updated", "consent.granted", "consent.withdrawn"}
    assert undeclared_rows() == []
