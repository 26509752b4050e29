"""XLSX → CSV, in a process of its own with a limit on memory and time: a hostile file can break nothing but that.

`python -m profiles.importing.spreadsheet` reads the path on its command line and writes CSV to its standard output.
"""

import csv
import io
import shutil
import subprocess
import sys
import tempfile
import zipfile
from contextlib import ExitStack
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

from cxmanager.refusals import Refusal

PROJECT = Path(__file__).resolve().parents[2]
# A million rows of ten columns are about 600 MB of XML.
MOST_UNPACKED = 1_200_000_000
MOST_MEMORY = 3_000_000_000
MOST_SECONDS = 180
MOST_ENTRIES = 10_000
PIECE = 1 << 20
DAMAGED = "This spreadsheet cannot be read: it is damaged or protected by a password. Save it again, or as CSV."
TOO_LARGE = "This spreadsheet unpacks to more than can be read. Save it as CSV."


def unreadable(sentence: str) -> Refusal:
    return Refusal(sentence, code="unreadable_file")


def is_spreadsheet(file: BinaryIO) -> bool:
    """Whether the bytes begin as an XLSX does. Leaves the file at its start."""
    file.seek(0)
    start = file.read(4)
    file.seek(0)
    return start == b"PK\x03\x04"


def refuse_bomb(file: BinaryIO) -> None:
    """Raise Refusal unless this is an XLSX whose parts together unpack to what can be read. Unpacks them to nowhere, to be sure."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if "xl/workbook.xml" not in archive.namelist():
                raise unreadable("This is a ZIP archive, not a spreadsheet. Save the list as CSV or XLSX.")
            if len(entries) > MOST_ENTRIES or sum(one.file_size for one in entries) > MOST_UNPACKED:
                raise unreadable(TOO_LARGE)
            for entry in entries:
                # Never beyond the size that the entry declares; an entry that lies about it fails its checksum.
                with archive.open(entry) as part:
                    while part.read(PIECE):
                        pass
    except (zipfile.BadZipFile, EOFError, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise unreadable(DAMAGED) from error


def as_csv(file: BinaryIO) -> BinaryIO:
    """The first visible sheet that holds anything, as an open temporary CSV file. Raises Refusal `unreadable_file`."""
    refuse_bomb(file)
    with ExitStack() as on_refusal:
        result = on_refusal.enter_context(tempfile.TemporaryFile())
        with tempfile.NamedTemporaryFile(suffix=".xlsx") as copy:
            file.seek(0)
            shutil.copyfileobj(file, copy, PIECE)
            copy.flush()
            write_csv(copy.name, result)
        result.seek(0)
        on_refusal.pop_all()
    return result


def write_csv(path: str, result: BinaryIO) -> None:
    """Convert in a process of its own. Raises Refusal when that fails."""
    command = [sys.executable, "-m", "profiles.importing.spreadsheet", path]
    try:
        done = subprocess.run(  # noqa: S603 Nothing of the caller's is in the command.
            command, stdout=result, stderr=subprocess.DEVNULL, cwd=PROJECT, timeout=MOST_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise unreadable(TOO_LARGE) from error
    if done.returncode != 0:
        raise unreadable(DAMAGED if done.returncode == 1 else TOO_LARGE)


def cell_text(value) -> str:
    """A cell as a person would have typed it into a CSV: whole numbers without a point, dates as 2001-02-28."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d") if value.time() == time() else value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, (date, time, timedelta)):
        return str(value)
    return str(value)


def convert(path: str, out: io.TextIOBase) -> None:
    """Write the sheet's rows as CSV, with the empty ones above, so that row numbers are the spreadsheet's."""
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    workbook = CalamineWorkbook.from_path(path)
    names = [
        one.name
        for one in workbook.sheets_metadata
        if one.typ == SheetTypeEnum.WorkSheet and one.visible == SheetVisibleEnum.Visible
    ]
    writer = csv.writer(out)
    for name in names:
        sheet = workbook.get_sheet_by_name(name)
        if not sheet.height:
            continue
        writer.writerows([cell_text(value) for value in row] for row in sheet.iter_rows())
        return


def main(path: str) -> int:
    """0 when written, 1 when the file is damaged, 2 when it is too much."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8-sig", newline="", write_through=False)
    try:
        convert(path, out)
        out.flush()
    except MemoryError:
        return 2
    except Exception:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
