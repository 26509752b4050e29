import zipfile
from io import BytesIO

import pytest
import tablib
from django.core.exceptions import ValidationError

from cxmanager.imports import escaped, sheets, unescaped
from cxmanager.imports.sheets import Sheet


def rows(content: bytes) -> list[tuple]:
    dataset = Sheet().create_dataset(content)
    return [tuple(dataset.headers), *dataset]


EXPECTED = [("email", "name"), ("a@example.com", "Zoë")]


class TestCells:
    @pytest.mark.parametrize(
        "value",
        ["=1+1", "+61450551500", "-cmd|' /C calc'!A0", "@SUM(A1)", "\tx", "\rx", "'quoted", "plain", "", "-5", "-5,5"],
    )
    def test_reads_back_what_it_wrote(self, value):
        assert unescaped(escaped(value)) == value

    @pytest.mark.parametrize("value", ["=1+1", "+1", "@A", "-A", "\tx"])
    def test_lets_no_formula_run(self, value):
        assert escaped(value).startswith("'")

    @pytest.mark.parametrize("value", ["-5", "12.50", "plain", 5, None, ""])
    def test_leaves_the_rest_alone(self, value):
        assert escaped(value) == value


class TestSheet:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    @pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("line_end", ["\n", "\r\n"])
    def test_reads_any_usual_encoding_and_separator(self, encoding, separator, line_end):
        text = f"email{separator}name{line_end}a@example.com{separator}Zoë{line_end}"

        assert rows(text.encode(encoding)) == EXPECTED

    def test_reads_a_workbook(self):
        content = tablib.Dataset(("a@example.com", "Zoë"), headers=["email", "name"]).export("xlsx")

        assert rows(content) == EXPECTED

    def test_keeps_quoted_newlines_and_separators(self):
        assert rows(b'email,name\na@example.com,"Z,\no"\n')[1] == ("a@example.com", "Z,\no")

    def test_fills_short_rows_and_skips_empty_ones(self):
        assert rows(b"email,name\na@example.com\n,\n\nb@example.com,B,\n") == [
            ("email", "name"),
            ("a@example.com", ""),
            ("b@example.com", "B"),
        ]

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "The file is empty"),
            (b"\n\n", "The file is empty"),
            (b"\xef\xbb\xbf", "The file is empty"),
            (b"a\0b\n1,2\n", "not a CSV or XLSX"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "not a CSV or XLSX"),
            (b"email,email\n", "Two columns have the same name"),
            (b"email,\n1,2\n", "a column has none"),
            (b"email,name\n1,2,3\n", "Row 2 has more cells"),
            (b'email,name\n"1,2\n', "a quoted cell does not end"),
            (b"PK\x03\x04 not a zip", "damaged"),
        ],
    )
    def test_says_why_it_cannot_be_read(self, content, sentence):
        with pytest.raises(ValidationError, match=sentence):
            rows(content)

    def test_unpacks_no_bomb(self, monkeypatch):
        monkeypatch.setattr(sheets, "MOST_UNPACKED_BYTES", 1_000)
        written = BytesIO()
        with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as parts:
            parts.writestr("xl/worksheets/sheet1.xml", "0" * 2_000)

        with pytest.raises(ValidationError, match="too large when unpacked"):
            rows(written.getvalue())

    def test_reads_no_more_rows_than_it_may(self):
        with pytest.raises(ValidationError, match="more than 5,000 rows"):
            rows(b"email\n" + b"a\n" * 5_001)
