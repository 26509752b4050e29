"""The jobs of imports: where the worker comes in and the clock is read."""

from django.utils.timezone import now

from jobs.handlers import handles
from jobs.models import Job
from profiles.importing.working import check, run

CHECK, RUN = "profiles.check_import", "profiles.import"


@handles(CHECK, label="Check of a file to import")
def check_import(job: Job) -> dict:
    return check(job, clock=now)


@handles(RUN, label="Import of customers")
def run_import(job: Job) -> dict:
    return run(job, clock=now)
