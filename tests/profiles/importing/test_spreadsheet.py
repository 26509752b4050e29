"""XLSX files, honest and hostile."""

import zipfile
from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import Workbook

from cxmanager.refusals import Refusal
from profiles.importing import spreadsheet
from profiles.importing.reading import Table
from profiles.importing.spreadsheet import as_csv


def workbook(*rows, before: int = 0) -> BytesIO:
    book = Workbook()
    for number, row in enumerate(rows, before + 1):
        for place, value in enumerate(row, 1):
            book.active.cell(row=number, column=place, value=value)
    file = BytesIO()
    book.save(file)
    return file


def rows_of(file: BytesIO) -> list[list[str]]:
    with as_csv(file) as table:
        return [cells for _, cells in Table(table).rows()]


def test_cells_are_as_a_person_would_have_typed_them():
    file = workbook(
        ["email", "phone", "born", "joined", "vip", "points"],
        ["a@example.com", 450551500, date(1980, 5, 17), datetime.fromisoformat("2024-01-02 03:04:05"), True, 1.5],
        ["b@example.com", "0450 551 501", None, None, False, None],
    )
    assert rows_of(file) == [
        ["a@example.com", "450551500", "1980-05-17", "2024-01-02 03:04:05", "yes", "1.5"],
        ["b@example.com", "0450 551 501", "", "", "no", ""],
    ]


def test_rows_keep_the_numbers_of_the_spreadsheet():
    with as_csv(workbook(["email"], ["a@example.com"], before=2)) as file:
        assert list(Table(file).rows()) == [(4, ["a@example.com"])]


def test_the_first_sheet_that_shows_something_is_read():
    book = Workbook()
    hidden = book.create_sheet("secret")
    hidden.append(["email"])
    hidden.append(["hidden@example.com"])
    hidden.sheet_state = "hidden"
    shown = book.create_sheet("people")
    shown.append(["email"])
    shown.append(["shown@example.com"])
    file = BytesIO()
    book.save(file)
    assert rows_of(file) == [["shown@example.com"]]


def test_a_formula_is_never_run():
    file = workbook(["email", "first_name"], ["a@example.com", '=HYPERLINK("http://evil.example","x")'])
    assert rows_of(file) == [["a@example.com", ""]]


def archive(**entries: bytes) -> BytesIO:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in entries.items():
            zipped.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return file


def test_a_bomb_is_refused_before_it_is_opened(monkeypatch):
    monkeypatch.setattr(spreadsheet, "MOST_UNPACKED", 1_000_000)
    monkeypatch.setattr(spreadsheet.subprocess, "run", lambda *_, **__: pytest.fail("It was opened."))
    bomb = archive(xl__workbook_xml=b"x", xl__bomb_xml=b"\0" * 2_000_000)
    assert len(bomb.getvalue()) < 5_000
    with pytest.raises(Refusal, match=r"^This spreadsheet unpacks to more than can be read\. Save it as CSV\.$"):
        as_csv(bomb)


def test_an_entry_that_lies_about_its_size_is_refused():
    bomb = archive(xl__workbook_xml=b"\0" * 100_000).getvalue()
    lie = bomb.replace((100_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lie != bomb
    with pytest.raises(Refusal, match="damaged"):
        as_csv(BytesIO(lie))


def test_another_archive_is_refused():
    with pytest.raises(Refusal, match="This is a ZIP archive, not a spreadsheet"):
        as_csv(archive(notes_xml=b"hello"))


def test_a_damaged_spreadsheet_is_refused():
    whole = workbook(["email"], ["a@example.com"]).getvalue()
    with pytest.raises(Refusal, match="damaged or protected"):
        as_csv(BytesIO(whole[: len(whole) // 2]))
    with pytest.raises(Refusal, match="damaged or protected"):
        as_csv(archive(xl__workbook_xml=b"<no"))


def test_a_cell_at_the_far_end_is_refused_instead_of_filling_the_memory():
    book = Workbook()
    book.active["A1"] = "email"
    book.active["XFD1048576"] = "x"
    file = BytesIO()
    book.save(file)
    with pytest.raises(Refusal, match="unpacks to more than can be read"):
        as_csv(file)
