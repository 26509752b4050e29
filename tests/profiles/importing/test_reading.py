"""Every way in which people hand over a file: read, or refused with a sentence."""

import codecs
from io import BytesIO

import pytest

from cxmanager.refusals import Refusal
from profiles.importing import reading
from profiles.importing.reading import Table

TEXT = "first_name,email\nZoë,zoe@example.com\nJosé,jose@example.com\n"
ROWS = [(2, ["Zoë", "zoe@example.com"]), (3, ["José", "jose@example.com"])]


def rows_of(content: bytes) -> list[tuple[int, list[str]]]:
    return list(Table(BytesIO(content)).rows())


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (TEXT.encode(), "UTF-8, separated by comma"),
        (TEXT.encode("utf-8-sig"), "UTF-8, separated by comma"),
        (TEXT.encode("utf-16"), "UTF-16, separated by comma"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "UTF-16, separated by comma"),
        (TEXT.encode("utf-16-le"), "UTF-16, separated by comma"),
        (TEXT.encode("utf-16-be"), "UTF-16, separated by comma"),
        (TEXT.encode("utf-32"), "UTF-32, separated by comma"),
        (TEXT.encode("cp1252"), "Windows-1252, separated by comma"),
        (TEXT.replace(",", ";").encode(), "UTF-8, separated by semicolon"),
        (TEXT.replace(",", "\t").encode(), "UTF-8, separated by tab"),
        (TEXT.replace(",", "|").encode(), "UTF-8, separated by bar"),
        (TEXT.replace("\n", "\r\n").encode(), "UTF-8, separated by comma"),
        (TEXT.replace("\n", "\r").encode(), "UTF-8, separated by comma"),
        (b"sep=;\r\n" + TEXT.replace(",", ";").encode(), "UTF-8, separated by semicolon"),
    ],
)
def test_encodings_and_separators(content, told):
    table = Table(BytesIO(content))
    assert str(table.format) == told
    assert table.header == ["first_name", "email"]
    assert [cells for _, cells in table.rows()] == [cells for _, cells in ROWS]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them():
    content = b'name,email\n"two\nlines",a@example.com\n\n , \nb,b@example.com\n'
    assert rows_of(content) == [(2, ["two\nlines", "a@example.com"]), (5, ["b", "b@example.com"])]


def test_rows_can_be_read_again():
    table = Table(BytesIO(TEXT.encode()))
    assert list(table.rows()) == list(table.rows()) == ROWS


def test_quoted_separators_do_not_choose_the_separator():
    table = Table(BytesIO(b'"a,b,c";email\nx;x@example.com\n'))
    assert table.header == ["a,b,c", "email"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty."),
        (b" \n\n", "The file is empty."),
        (b"\xef\xbb\xbf", "The file is empty."),
        (b"\xff\xfe", "The file is empty."),
        (b"%PDF-1.7\n...", "This is a PDF. Save the list as CSV or XLSX."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "This is a picture. Save the list as CSV or XLSX."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            "This is an old Excel file (XLS). Save the list as CSV or XLSX.",
        ),
        (bytes(range(1, 32)) * 20, "This is not a text file. Save the list as CSV or XLSX."),
        (
            b"ann@example.com,Ann\nben@example.com,Ben\n",
            "The first row must hold the column names, such as email,first_name,last_name; here it holds a customer.",
        ),
        (
            "email\nzoë@example.com\n".encode() + b"jos\xe9@example.com\n",
            "Line 3 holds characters that are not UTF-8, although the lines before are. Save the file as UTF-8.",
        ),
        (b"email\nx\x81@example.com\n", "The file is neither UTF-8 nor Windows-1252. Save it as UTF-8."),
        (b"a," * 600 + b"email\n", "The first row has 601 columns; at most 500 are read."),
    ],
)
def test_what_cannot_be_read_is_refused(content, sentence):
    with pytest.raises(Refusal) as refused:
        rows_of(content)
    assert str(refused.value) == sentence
    assert refused.value.code == "unreadable_file"


def test_a_quote_that_never_closes_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "LONGEST_CELL", 2_000)
    reading.csv.field_size_limit(1_000)
    try:
        with pytest.raises(
            Refusal, match=r"^Row 3 cannot be read: a quotation mark that opens there may never be closed"
        ):
            rows_of(b'email\na@example.com\n"b' + b"@example.com\n" * 200)
    finally:
        reading.csv.field_size_limit(20_000_000)


def test_a_quote_that_is_open_at_the_end_is_refused_at_its_row():
    rows = b"".join(b"c%d@example.com,C\n" % number for number in range(15))
    for end in (b'"d@example.com,D\n' + rows, b'd@example.com,"D'):
        with pytest.raises(Refusal, match=r"^A quote that begins in row 17 is never closed\.$"):
            rows_of(b"email,name\n" + rows + end)
    with pytest.raises(Refusal, match=r"^A quote that begins in row 1 is never closed\.$"):
        rows_of(b'email,"name\n' + rows)


@pytest.mark.parametrize("end", [b"", b"\n", b"\n\n"])
def test_a_quote_that_closes_on_the_last_line_is_read(end):
    assert rows_of(b'email,name\nd@example.com,"D\nE"' + end) == [(2, ["d@example.com", "D\nE"])]


def test_a_line_without_end_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "LONGEST_CELL", 2_000)
    with pytest.raises(Refusal, match="One line of the file is longer than any customer"):
        rows_of(b"email\n" + b"x" * 5_000)


def test_null_bytes_and_a_cell_of_ten_megabytes_reach_the_rows():
    big = "x" * 10_000_000
    assert rows_of(f"email,name\na\0@example.com,A\nb@example.com,{big}\n".encode()) == [
        (2, ["a\0@example.com", "A"]),
        (3, ["b@example.com", big]),
    ]
