"""What a worker does: the jobs (claim one, run its handler, record how it ended) and all the other rounds beside them."""

import os
import socket
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import structlog
from django.db import close_old_connections, connection, transaction
from django.utils import timezone

from cxmanager.refusals import Refusal
from jobs.handlers import HANDLERS
from jobs.housekeeping import Housekeeping
from jobs.models import Cancelled, Job, LeaseLost
from jobs.rounds import RESTS, ROUNDS, Round, does

AFTER_FAILURE = 2.0
# How long one message of a broker keeps a process, but for a job, which is done to its end.
WHILE = 20.0
log = structlog.get_logger()


def worker_name() -> str:
    """Who holds a lease: unique among living processes and threads, and readable in the list of jobs."""
    return f"{socket.gethostname()}:{os.getpid()}:{time.monotonic_ns()}"[-100:]


def run_one(*, worker: str) -> Job | None:
    """Claim and run the oldest due job; None when there is none. Never raises for what a job does wrong."""
    job = Job.objects.claim(worker=worker, at=timezone.now())
    if job is None:
        return None
    try:
        if job.attempts > job.max_attempts:
            job.end(
                Job.State.FAILED, at=timezone.now(), error=f"Given up after {job.max_attempts} attempts. {job.error}"
            )
            return job
        result = HANDLERS[job.kind](job)
        job.end(Job.State.DONE, at=timezone.now(), result=result)
    except LeaseLost:
        log.warning("job.lease_lost", job=job.pk, kind=job.kind)
    except Cancelled:
        _end_quietly(job, Job.State.CANCELLED)
    except Refusal as refusal:
        # A rule said no: trying again would hear the same.
        _end_quietly(job, Job.State.FAILED, error=str(refusal))
    except Exception as error:
        log.exception("job.failed", job=job.pk, kind=job.kind)
        with transaction.atomic():
            try:
                job.retry_later("".join(traceback.format_exception_only(error)).strip(), at=timezone.now())
            except LeaseLost:
                log.warning("job.lease_lost", job=job.pk, kind=job.kind)
    return job


def _end_quietly(job: Job, state: str, error: str = "") -> None:
    try:
        job.end(state, at=timezone.now(), error=error)
    except LeaseLost:
        log.warning("job.lease_lost", job=job.pk, kind=job.kind)


@does("jobs")
def do_next(*, at: datetime) -> int:
    """One job, from its claim to its end or the end of its worker. Returns 1, or 0 when none was due."""
    return int(run_one(worker=worker_name()) is not None)


class Tidying:
    """Housekeeping as a round: about once an hour, and never a reason to come back sooner."""

    def __init__(self):
        self.housekeeping = Housekeeping()

    def __call__(self, *, at: datetime) -> int:
        self.housekeeping.tidy_when_due(at=at)
        return 0


def rounds() -> dict[str, Round]:
    """Everything that a worker does, by its name."""
    return {**ROUNDS, "housekeeping": Tidying()}


def do_for_a_while(what: str, *, seconds: float = WHILE) -> tuple[int, bool]:
    """One kind of round until it finds nothing or the time is over. Returns how much was done, and whether more may be left."""
    do, count, until = rounds()[what], 0, time.monotonic() + seconds
    while done := do(at=timezone.now()):
        count += done
        if time.monotonic() >= until:
            return count, True
    return count, False


def work(*, should_stop: Callable[[], bool], pause: float = 0.5, once: bool = False) -> int:
    """Do what is due, round after round, until told to stop, or until nothing is left when `once`. Returns how much was done.

    Each kind of round goes on in a thread of its own: an import of an hour holds up no event, and a slow receiver of
    messages no reaction.
    """
    kinds = rounds()
    if once:
        return do_all_that_is_due(kinds)
    with ThreadPoolExecutor(max_workers=len(kinds), thread_name_prefix="round") as pool:
        threads = [pool.submit(go_on, what, do, should_stop=should_stop, pause=pause) for what, do in kinds.items()]
        return sum(thread.result() for thread in threads)


def do_all_that_is_due(kinds: dict[str, Round]) -> int:
    """All rounds in turn, as one leads to another, until none of them finds anything."""
    count = 0
    while done := sum(do(at=timezone.now()) for do in kinds.values()):
        count += done
    return count


def go_on(what: str, do: Round, *, should_stop: Callable[[], bool], pause: float) -> int:
    """One kind of round until told to stop. What goes wrong in it, such as a lost database, is logged and tried again."""
    count = 0
    while not should_stop():
        close_old_connections()
        done = 0
        try:
            done = do(at=timezone.now())
        except Exception:
            log.exception("round.failed", round=what)
            # The connection may be the reason: the next round makes a new one.
            connection.close()
            wait(AFTER_FAILURE, should_stop)
        count += done
        if not done:
            wait(max(pause, RESTS.get(what, 0.0)), should_stop)
    connection.close()
    return count


def wait(seconds: float, should_stop: Callable[[], bool]) -> None:
    """Sleep so long, but not past being told to stop."""
    until = time.monotonic() + seconds
    while not should_stop() and (left := until - time.monotonic()) > 0:
        time.sleep(min(left, 0.2))
