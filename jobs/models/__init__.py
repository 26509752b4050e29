"""Long work outside the request: one row a job, claimed under a lease."""

from jobs.models.job import Cancelled, Job, LeaseLost

__all__ = ["Cancelled", "Job", "LeaseLost"]
