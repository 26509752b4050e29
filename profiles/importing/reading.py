"""Bytes → a header and rows of text. Whatever cannot be read is refused with a sentence that says what to do about it."""

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from cxmanager.refusals import Refusal

# One cell of 10 MB is only a bad row; a quote that never closes would swallow the file. The limit is the csv module's own, for the process.
LONGEST_CELL = 20_000_000
csv.field_size_limit(LONGEST_CELL)

MOST_COLUMNS = 500
SAMPLE = 65_536
PIECE = 1 << 20
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-8": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "utf-32": "UTF-32",
    "cp1252": "Windows-1252",
}
SIGNATURES = {
    b"PK\x03\x04": "a ZIP archive",
    b"\xd0\xcf\x11\xe0": "an old Excel file (XLS)",
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"\x1f\x8b": "a compressed file",
    b"7z\xbc\xaf": "a compressed file",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
}
# Read behind the last line, to see whether a quote is still open there: then it ends up in the last cell.
END = "\x00end\x00"
CONTROL = re.compile(rb"[\x01-\x08\x0e-\x1f\x7f]")


def unreadable(sentence: str) -> Refusal:
    return Refusal(sentence, code="unreadable_file")


@dataclass(frozen=True)
class Format:
    """How a file of separated values is written."""

    encoding: str
    separator: str

    def __str__(self) -> str:
        return f"{ENCODINGS[self.encoding]}, separated by {SEPARATORS[self.separator]}"


class Table:
    """A file of separated values, opened. Reading a row costs no memory beyond it."""

    def __init__(self, file: BinaryIO):
        """Find out how the file is written and read its header. Raises Refusal `unreadable_file`."""
        self.file = file
        encoding = encoding_of(file)
        self.format = Format(encoding=encoding, separator=separator_of(first_lines(file, encoding)))
        header = next(self._records(), None)
        if header is None:
            raise unreadable("The file is empty.")
        self.header_row, cells = header
        self.header = [cell.strip().replace("\x00", "") for cell in cells]
        self._check_header()

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row number, cells) below the header, numbered as a spreadsheet numbers them. Empty rows are left out.

        Starts at the top each time; only one reading at a time. Raises Refusal `unreadable_file` where the file breaks off.
        """
        for number, cells in self._records():
            if number > self.header_row:
                yield number, cells

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        self.file.seek(0)
        text = io.TextIOWrapper(self.file, encoding=self.format.encoding, newline="")
        try:
            yield from self._records_of(text)
        finally:
            # The wrapper would close the file beneath it when it is collected; a reading left half-way may outlive the file.
            if not self.file.closed:
                text.detach()

    def _records_of(self, text: io.TextIOWrapper) -> Iterator[tuple[int, list[str]]]:
        lines = lines_of(text)
        first = next(lines, "")
        lines = lines if is_separator_line(first) else chain([first], lines)
        number = 0
        try:
            for number, cells in enumerate(csv.reader(chain(lines, [END]), delimiter=self.format.separator), 1):
                if cells and cells[-1].endswith(END):
                    if cells != [END]:
                        raise unreadable(f"A quote that begins in row {number} is never closed.")
                    return
                if cells and not "".join(cells).isspace() and any(cells):
                    yield number, cells
        except csv.Error as error:
            raise unreadable(
                f"Row {number + 1} cannot be read: a quotation mark that opens there may never be closed."
            ) from error
        except UnicodeError as error:
            raise unreadable(
                f"The text after row {number} is not {ENCODINGS[self.format.encoding]}. Save the file as UTF-8."
            ) from error

    def _check_header(self) -> None:
        if len(self.header) > MOST_COLUMNS:
            raise unreadable(f"The first row has {len(self.header):,} columns; at most {MOST_COLUMNS} are read.")
        if any("@" in cell for cell in self.header):
            raise unreadable(
                "The first row must hold the column names, such as email,first_name,last_name; here it holds a customer."
            )


def lines_of(text: io.TextIOBase) -> Iterator[str]:
    """The lines, none so long that it would fill the memory."""
    while line := text.readline(LONGEST_CELL):
        if len(line) == LONGEST_CELL:
            raise unreadable("One line of the file is longer than any customer. Is it a list of customers?")
        yield line


def encoding_of(file: BinaryIO) -> str:
    """The file's encoding as Python names it. Reads the whole file once unless it begins with a mark."""
    file.seek(0)
    start = file.read(SAMPLE)
    if not start.strip():
        raise unreadable("The file is empty.")
    for signature, name in SIGNATURES.items():
        if start.startswith(signature):
            raise unreadable(f"This is {name}. Save the list as CSV or XLSX.")
    for mark, encoding in MARKS:
        if start.startswith(mark):
            return encoding
    if wide := unmarked_utf16(start):
        return wide
    if len(CONTROL.findall(start)) > len(start) / 50:
        raise unreadable("This is not a text file. Save the list as CSV or XLSX.")
    return utf8_or_windows(file)


def unmarked_utf16(start: bytes) -> str | None:
    """UTF-16 without a mark, told by every other byte of Latin text being null."""
    even, odd = start[0::2].count(0), start[1::2].count(0)
    most, least = max(even, odd), min(even, odd)
    if most > len(start) / 5 and least < most / 10:
        return "utf-16-le" if odd > even else "utf-16-be"
    return None


def utf8_or_windows(file: BinaryIO) -> str:
    """UTF-8 when all of it is, else Windows-1252 when none of it was meant as UTF-8."""
    file.seek(0)
    decoder, before, accented = codecs.getincrementaldecoder("utf-8")(), 0, 0
    try:
        while piece := file.read(PIECE):
            text = decoder.decode(piece)
            accented += not text.isascii()
            before += piece.count(b"\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        good = error.object[: error.start]
        if accented or not good.isascii():
            line = before + good.count(b"\n") + 1
            raise unreadable(
                f"Line {line} holds characters that are not UTF-8, although the lines before are. Save the file as UTF-8."
            ) from error
        return windows(file)
    return "utf-8"


def windows(file: BinaryIO) -> str:
    file.seek(0)
    try:
        while piece := file.read(PIECE):
            piece.decode("cp1252")
    except UnicodeDecodeError as error:
        raise unreadable("The file is neither UTF-8 nor Windows-1252. Save it as UTF-8.") from error
    return "cp1252"


def first_lines(file: BinaryIO, encoding: str) -> str:
    file.seek(0)
    return codecs.getincrementaldecoder(encoding)(errors="replace").decode(file.read(SAMPLE))


def is_separator_line(line: str) -> bool:
    """Excel's `sep=;`, which says how the lines below are separated."""
    return line[:4].lower() == "sep=" and line[4:].strip("\r\n") in SEPARATORS


def separator_of(sample: str) -> str:
    """What stands between the cells of the first line, outside of quotation marks; a comma when there is only one column."""
    lines = [line for line in sample.splitlines() if line.strip()]
    if lines and is_separator_line(lines[0]):
        return lines[0][4:].strip("\r\n")
    header = re.sub(r'"[^"]*"', "", lines[0] if lines else "")
    return max(SEPARATORS, key=header.count)
