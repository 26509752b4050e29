"""Workers in processes of their own, to be killed; also one that was robbed of its guards: `python -m tests.races.workers bulk_issue`."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace

PROJECT = Path(__file__).resolve().parents[2]
FOR_EVER = 600


def worker(*arguments: str) -> subprocess.Popen:
    """`manage.py work` on the database of this test, with a lease that ends two seconds after it was last heard of."""
    return started("manage.py", "work", *arguments)


def robbed_worker(*of: str) -> subprocess.Popen:
    """A worker without the guards of that work. Its first step stops for ever between its writes, unless told `to_the_end`."""
    return started("-m", "tests.races.workers", *of)


def started(*command: str, environment: dict[str, str] | None = None) -> subprocess.Popen:
    """A process on the database of this test, and the first of a group of its own."""
    from django.conf import settings
    from django.db import connection

    given = connection.settings_dict
    url = f"postgres://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT'] or 5432}/{given['NAME']}"
    usual = {
        "DJANGO_SETTINGS_MODULE": "cxmanager.settings",
        "DATABASE_URL": url,
        "PRIVATE_ROOT": str(settings.PRIVATE_ROOT),
        "DEFAULT_COUNTRY": "AU",
        "JOB_LEASE_SECONDS": "2",
        "CELERY_BROKER_URL": "",
        "REDIS_URL": "",
    }
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=PROJECT,
        env=os.environ | usual | (environment or {}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@contextmanager
def killed_at_the_end(process: subprocess.Popen):
    """Whatever happens in here, the process gets `kill -9` after it."""
    try:
        yield
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def wait_until(condition: Callable[[], bool], *, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "It took too long."
        time.sleep(0.02)


def carried_on_by(second: Callable[[], subprocess.Popen], job) -> None:
    """Wait until the lease of the killed worker has ended, then let another do the rest. `job` is a queryset of one."""
    from django.utils.timezone import now

    wait_until(lambda: job.filter(leased_until__lt=now()).exists(), seconds=10)
    with second() as process:
        assert process.wait(timeout=120) == 0


# --- In the robbed worker's own process ------------------------------------------------------------------------------

NO_TRANSACTION = SimpleNamespace(atomic=nullcontext)


def wait_to_be_killed(*_, **__) -> None:
    time.sleep(FOR_EVER)


def rob_bulk_issue() -> None:
    """Neither is a step one transaction, nor is it asked who has been served: and it stops once the benefits are written."""
    from benefits import giving, tasks
    from profiles.models import Profile

    tasks.transaction = NO_TRANSACTION
    profiles = Profile.objects._queryset_class
    # The only ones left out of a step are those served before.
    profiles.exclude = lambda rows, **_: rows.all()
    profiles.select_for_update = lambda rows, **_: rows.all()
    if len(sys.argv) == 2:
        giving.poke = wait_to_be_killed


def rob_automation() -> None:
    """Neither is a step one transaction, nor is anything locked: and it stops once the benefits are written."""
    from benefits import giving
    from profiles.models import Profile
    from reactions import automating, tasks
    from reactions.models import Occurrence

    automating.transaction = NO_TRANSACTION
    tasks.step = automating.step.__wrapped__
    Occurrence.in_turn = lambda occurrence: Occurrence.objects.select_related("reaction", "event").get(pk=occurrence.pk)
    Profile.objects._queryset_class.select_for_update = lambda rows, **_: rows.all()
    if len(sys.argv) == 2:
        giving.poke = wait_to_be_killed


def rob_import() -> None:
    """A step's rows and the note of how far it is are no longer one transaction: it stops in between."""
    from jobs.models import Job
    from profiles.importing import working

    working.transaction = NO_TRANSACTION
    Job.checkpoint = wait_to_be_killed


def rob_import_of_purchases() -> None:
    """A lot's rows and the note of how far it is are no longer one transaction: it stops in between."""
    from jobs.models import Job
    from transactions.importing import working

    checkpoint = Job.checkpoint

    def stops_behind_the_first_lot(job, **given):
        if (given.get("cursor") or {}).get("written"):
            wait_to_be_killed()
        checkpoint(job, **given)

    working.transaction = NO_TRANSACTION
    Job.checkpoint = stops_behind_the_first_lot


def listen_slowly() -> None:
    """Robbed of nothing: it writes a note for each event, and takes its time in the middle of a batch."""
    from tests.races.hearing import listen, write_slowly

    listen(write_slowly)


def rob_draining() -> None:
    """What listeners write and the mark that the events were handed out are no longer one transaction: it stops in between."""
    from profiles import draining
    from tests.races.hearing import listen, write_and_stop_for_ever

    draining.hand_out = draining.hand_out.__wrapped__
    listen(write_and_stop_for_ever)


def work_by_celery() -> None:
    """A worker of two processes with Beat beside them, that listens slowly."""
    listen_slowly()
    from jobs.celery import app

    arguments = ["--beat", "--concurrency", "2", "--without-mingle", "--without-gossip", "--without-heartbeat"]
    app.worker_main(["worker", *arguments, "--hostname", f"{os.getpid()}@test"])


WAYS = {
    "bulk_issue": rob_bulk_issue,
    "automation": rob_automation,
    "import": rob_import,
    "purchases": rob_import_of_purchases,
    "listening": listen_slowly,
    "draining": rob_draining,
}

if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "celery":
        sys.exit(work_by_celery())
    WAYS[sys.argv[1]]()
    from jobs.working import work

    # Who listens “to the end” goes on until killed; the others end when nothing is left.
    work(should_stop=lambda: False, once=sys.argv[1:] != ["listening", "to_the_end"])
