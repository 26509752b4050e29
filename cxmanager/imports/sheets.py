"""Reading a CSV or XLSX file as people have them: any usual encoding and separator, told apart by content."""

import csv
import zipfile
from io import BytesIO, StringIO

import tablib
from django.core.exceptions import ValidationError
from import_export.formats.base_formats import XLSX, TablibFormat

MOST_BYTES = 10 * 1024 * 1024
MOST_UNPACKED_BYTES = 200 * 1024 * 1024
MOST_ROWS = 5_000
SEPARATORS = ",;\t|"


class Sheet(TablibFormat):
    """CSV or XLSX. Every way in which a file can be unreadable is a ValidationError with a whole sentence."""

    TABLIB_MODULE = "tablib.formats._csv"
    CONTENT_TYPE = "text/csv"

    def get_title(self) -> str:
        return "CSV or XLSX"

    def is_binary(self) -> bool:
        return True

    def get_read_mode(self) -> str:
        return "rb"

    def create_dataset(self, in_stream: bytes, **kwargs) -> tablib.Dataset:
        rows = _rows_of_workbook(in_stream) if in_stream.startswith(b"PK\x03\x04") else _rows_of_text(in_stream)
        if not rows or not any(rows[0]):
            raise ValidationError("The file is empty. Its first row must be the names of the columns.")
        if len(rows) - 1 > MOST_ROWS:
            raise ValidationError(f"The file has more than {MOST_ROWS:,} rows. Split it into several.")
        headers = [str(name).strip() if name is not None else "" for name in rows[0]]
        if len(set(headers)) < len(headers) or "" in headers:
            raise ValidationError("Two columns have the same name, or a column has none.")
        dataset = tablib.Dataset(headers=headers)
        for number, row in enumerate(rows[1:], 2):
            if len(row) > len(headers) and any(cell not in ("", None) for cell in row[len(headers) :]):
                raise ValidationError(f"Row {number} has more cells than the first row has columns.")
            if any(cell not in ("", None) for cell in row):
                dataset.append([*row[: len(headers)], *[""] * (len(headers) - len(row))])
        return dataset


def _rows_of_text(content: bytes) -> list[list]:
    text = _decoded(content)
    first, _, _ = text.partition("\n")
    separator = max(SEPARATORS, key=first.count)
    try:
        return list(csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise ValidationError("The file is not a CSV: a quoted cell does not end, or is too long.") from error


MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def _decoded(content: bytes) -> str:
    """UTF-8 and UTF-16 with their marks, UTF-8 without, else Windows-1252, which spreadsheets write."""
    encoding = next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    if "\0" in text:
        raise ValidationError("This is not a CSV or XLSX file.")
    return text


def _rows_of_workbook(content: bytes) -> list[list]:
    try:
        with zipfile.ZipFile(BytesIO(content)) as parts:
            if sum(part.file_size for part in parts.infolist()) > MOST_UNPACKED_BYTES:
                raise ValidationError("The workbook is too large when unpacked.")
        dataset = XLSX().create_dataset(content)
    except ValidationError:
        raise
    except Exception as error:
        # openpyxl raises whatever it stumbles over in a broken workbook: KeyError, ValueError, BadZipFile, …
        raise ValidationError("The workbook is damaged and cannot be read.") from error
    return [list(dataset.headers or []), *(list(row) for row in dataset)]
