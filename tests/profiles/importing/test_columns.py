"""Headers as people write them."""

import pytest

from profiles.importing.columns import Columns, key_of, label_of
from profiles.importing.kinds import KINDS


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("email", "email"),
        ("E-mail", "email"),
        (" E-Mail Address ", "email"),
        ("First Name", "first_name"),
        ("firstname", "first_name"),
        ("SURNAME", "last_name"),
        ("Mobile", "mobile_phone"),
        ("Phone number", "mobile_phone"),
        ("Date of Birth", "birth_date"),
        ("Preferred location code", "preferred_location"),
        ("email_promo", "comms:email_promo"),
        ("SMS optout", "comms:sms_optout"),
        ("comms:sms_promo", "comms:sms_promo"),
        ("size_top", "appearance:size_top"),
        ("identity:Shopify ID", "identity:Shopify ID"),
        ("Identity: card ", "identity:card"),
        ("custom:shop:size", "custom:shop:size"),
        ("custom:shop:visits:integer", "custom:shop:visits:integer"),
        ("custom:shop:visits:nonsense", ""),
        ("custom:shop", ""),
        ("identity:", ""),
        ("identity:a:b", ""),
        ("comms:nonsense", ""),
        ("reasons", ""),
        ("", ""),
        (":::", ""),
    ],
)
def test_headers(header, key):
    assert key_of(header) == key
    if key:
        assert key_of(key) == key
        assert label_of(key)


@pytest.mark.parametrize(
    ("header", "match"),
    [
        (["email", "identity:card"], "email"),
        (["id", "email"], "id"),
        (["name", "identity:card", "identity:shop"], "identity:card"),
        (["first_name"], "email"),
    ],
)
def test_what_customers_are_matched_by_is_suggested(header, match):
    assert Columns.suggested(header).match == match


@pytest.mark.parametrize(
    ("keys", "match", "code"),
    [
        (("email", "first_name"), "email", None),
        (("email", ""), "email", None),
        (("email", "email"), "email", "duplicate_column"),
        (("first_name",), "email", "match_missing"),
        (("email",), "identity:card", "match_missing"),
        (("email",), "mobile_phone", "unknown_match"),
        (("email",), "identity:", "unknown_match"),
        (("email", "nonsense"), "email", "unknown_column"),
        (("email", "custom:a"), "email", "unknown_column"),
    ],
)
def test_columns_that_cannot_be_used(keys, match, code):
    no = Columns(keys=keys, match=match).why_not_usable()
    assert (no and no.code) == code


def test_the_sentence_names_both_columns():
    no = Columns(keys=("email", "first_name", "email"), match="email").why_not_usable()
    assert str(no) == "Columns 1 and 3 are both “E-mail”. Keep one of them and leave out the other."


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_each_kinds_sample_and_explained_columns_are_recognised(kind):
    header = kind.sample.splitlines()[0].split(",")
    columns = kind.columns.suggested(header)
    assert columns.why_not_usable() is None
    assert all(columns.keys)
    explained = [name for names, _ in kind.explained for name in names.split(", ") if name != "…"]
    assert all(kind.columns.suggested(explained).keys)


def test_what_is_left_out_says_what_it_looks_like():
    columns = Columns.suggested(["email", "Frist name", "Surnmae", "colour"])
    assert columns.notes() == [
        "“Frist name” looks like “First name”.",
        "“Surnmae” looks like “surname”, which is Last name.",
    ]
