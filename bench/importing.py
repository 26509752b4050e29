"""Importing profiles, against COPY and INSERT … ON CONFLICT of the same rows, already clean (performance.md rows 5 and 6).

`python -m bench importing [ROWS]`, or IMPORT_BENCH_ROWS; PostgreSQL only.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.db import connection

from bench.database import scratch_database

REPETITIONS = 3
SMALL = 300
FIRST = ["Ann", "Ben", "Zoë", "José", "Liam", "Olivia", "Noah", "Mei", "Priya", "Lars", "Eve", "Gus"]
LAST = ["Smith", "Jones", "Müller", "Lee", "O'Neil", "García", "Young", "Walker", "Brown", "Khan", "Wu"]
HEADER = "first_name,last_name,email,mobile_phone,birth_date,gender,joined_at"


def write_file(path: Path, rows: int) -> None:
    """Made-up customers, as a shop's export writes them: numbers with spaces, capitals in addresses, some gaps."""
    with path.open("w", encoding="utf-8") as out:
        out.write(f"{HEADER}\n")
        for i in range(rows):
            phone = f"04{10_000_000 + i:08d}"
            gender = ("female", "male", "")[i % 3]
            out.write(
                f"{FIRST[i % 12]},{LAST[i % 11]},Customer.{i}@Example.com,{phone[:4]} {phone[4:7]} {phone[7:]},"
                f"{1950 + i % 55}-{1 + i % 12:02d}-{1 + i % 28:02d},{gender},2024-{1 + i % 12:02d}-11\n"
            )


def baseline(clean: Path, columns: str) -> float:
    """Seconds for COPY into a staging table and INSERT … ON CONFLICT of rows that are clean already."""
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE staging (LIKE profiles_profile)")
        with cursor.copy(f"COPY staging ({columns}) FROM STDIN") as copy, clean.open("rb") as file:
            while piece := file.read(1 << 20):
                copy.write(piece)
        cursor.execute(
            f"INSERT INTO profiles_profile ({columns}) SELECT {columns} FROM staging ON CONFLICT (email) DO NOTHING"
        )
        cursor.execute("DROP TABLE staging")
    return time.perf_counter() - begun


EVENTS = """
INSERT INTO profiles_event (name, profile_id, subject_type, subject_id, payload, door, actor, reason, depth, at)
SELECT 'profile.created', id, 'profiles.profile', id::text, '{}', 'import', '', '', 0, created_at FROM profiles_profile
"""


def events() -> float:
    """Seconds for the one statement that writes what the import must write beside the customers: that they joined."""
    begun = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(EVENTS)
    return time.perf_counter() - begun


def ours(path: Path) -> tuple[float, dict]:
    """Seconds for the importer with everything: reading, cleaning, matching, events; and its counts."""
    from django.utils.timezone import now

    from jobs.models import Job
    from profiles.importing.starting import begin, upload
    from profiles.importing.working import run

    begun = time.perf_counter()
    with path.open("rb") as file:
        profile_import = upload(file, name=path.name)
    job = begin(profile_import, worker="bench", at=now())
    counts = run(job, clock=now)
    job.end(Job.State.DONE, at=now(), result=counts)
    return time.perf_counter() - begun, counts


def import_export_rate(path: Path) -> float:
    """Rows a second of django-import-export as it comes, over the first rows of the file."""
    import tablib
    from import_export import resources

    from profiles.models import Profile

    class Naive(resources.ModelResource):
        class Meta:
            model = Profile
            import_id_fields = ["email"]
            fields = ("email", "first_name", "last_name", "mobile_phone", "gender")
            clean_model_instances = True

    with path.open(encoding="utf-8") as file:
        lines = [next(file) for _ in range(SMALL + 1)]
    dataset = tablib.Dataset().load("".join(lines), format="csv")
    begun = time.perf_counter()
    result = Naive().import_data(dataset, raise_errors=False)
    assert result.totals["new"] == SMALL, result.totals
    return SMALL / (time.perf_counter() - begun)


def empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE profiles_profile, profiles_event CASCADE")
        cursor.execute("CHECKPOINT")


def written() -> int:
    """Rows that PostgreSQL inserted, updated or deleted in the tables of customers so far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()" if connection.pg_version >= 150000 else "SELECT 1")
        cursor.execute(
            "SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables "
            "WHERE relname IN ('profiles_profile', 'profiles_event', 'profiles_identity', 'profiles_profile_tags')"
        )
        return cursor.fetchone()[0]


def peak_memory(path: Path) -> int:
    """Bytes that the command and its cleaning processes hold at most, all of them together."""
    environment = os.environ | {"DATABASE_URL": url_of_connection()}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "import_profiles", str(path)], env=environment, stdout=subprocess.DEVNULL
    )
    most = 0
    while process.poll() is None:
        most = max(most, sum(proportional_bytes(pid) for pid in family(process.pid)))
        time.sleep(0.2)
    assert process.returncode == 0
    return most


def family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children")
    try:
        found = [int(one) for one in children.read_text().split()]
    except OSError:
        found = []
    return [pid, *(one for child in found for one in family(child))]


def proportional_bytes(pid: int) -> int:
    """What the process holds, shared pages counted in part."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def url_of_connection() -> str:
    given = connection.settings_dict
    return f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def keep_clean_rows(path: Path) -> str:
    """Write the imported rows as COPY reads them. Returns the columns."""
    from profiles.models import Profile

    columns = ", ".join(field.column for field in Profile._meta.concrete_fields)
    with (
        connection.cursor() as cursor,
        path.open("wb") as out,
        cursor.copy(f"COPY profiles_profile ({columns}) TO STDOUT") as copy,
    ):
        for piece in copy:
            out.write(piece)
    return columns


def ratio_line(name: str, ratios: list[float], target: str) -> str:
    return f"  {name:<44} {min(ratios):.2f} · {statistics.median(ratios):.2f} · {max(ratios):.2f}   target {target}"


def main(arguments: list[str] = ()) -> None:
    rows = int(arguments[0] if arguments else os.environ.get("IMPORT_BENCH_ROWS", 100_000))
    repetitions = REPETITIONS if rows <= 200_000 else 1
    with scratch_database("import"), tempfile.TemporaryDirectory() as room:
        path, clean = Path(room) / "customers.csv", Path(room) / "clean.copy"
        write_file(path, rows)
        naive = import_export_rate(path)
        empty()
        ours(path)
        columns = keep_clean_rows(clean)
        first, same_writes, again, factor, bases = [], [], [], [], []
        for _ in range(repetitions):
            empty()
            base = baseline(clean, columns)
            told = events()
            empty()
            new, counts = ours(path)
            assert counts["created"] == rows, counts
            before = written()
            repeat, counts = ours(path)
            assert counts["unchanged"] == rows, counts
            assert written() == before, "A repeated file wrote something."
            bases.append(rows / base)
            first.append(base / new)
            same_writes.append((base + told) / new)
            again.append(new / repeat)
            factor.append(rows / new / naive)
        print(f"importing {rows:,} profiles (minimum · median · maximum of {repetitions})")
        print(f"  baseline, clean rows by COPY and INSERT: {statistics.median(bases):,.0f} rows/s")
        print(f"  django-import-export as it comes: {naive:,.0f} rows/s")
        print(ratio_line("import with cleaning and events / baseline", first, "0.35"))
        print(ratio_line("the same / baseline that writes the events too", same_writes, "0.35"))
        print(ratio_line("import / import-export", factor, "30"))
        print(ratio_line("the same file again / the first time", again, "1.0, and no row written"))
        empty()
        print(f"  peak memory, all processes {peak_memory(path) / 1e6:>21,.0f} MB   target 200 MB")
