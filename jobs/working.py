"""Doing the jobs: claim one, run its handler, record how it ended."""

import os
import socket
import time
import traceback
from collections.abc import Callable

import structlog
from django.db import close_old_connections, transaction
from django.utils import timezone

from cxmanager.refusals import Refusal
from jobs.handlers import HANDLERS
from jobs.housekeeping import Housekeeping
from jobs.models import Cancelled, Job, LeaseLost

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


def work(*, should_stop: Callable[[], bool], pause: float = 0.5, once: bool = False) -> int:
    """Run due jobs until told to stop, or until none is left when `once`. Returns how many were run."""
    worker, count, housekeeping = worker_name(), 0, Housekeeping()
    while not should_stop():
        close_old_connections()
        housekeeping.tidy_when_due(at=timezone.now())
        if run_one(worker=worker) is not None:
            count += 1
        elif once:
            break
        else:
            time.sleep(pause)
    return count
