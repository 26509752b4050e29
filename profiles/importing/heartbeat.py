"""Long transactions say nothing until they end: a thread with a connection of its own keeps the job's lease and progress."""

from collections.abc import Callable
from datetime import datetime
from threading import Event, Thread

from django.conf import settings
from django.db import connection

from jobs.models import Cancelled, Job, LeaseLost
from profiles.importing.bulk import is_postgresql


class Heartbeat:
    """Around one long transaction. On SQLite it is silent: there nobody else can write meanwhile, so nobody takes the job."""

    def __init__(self, job: Job, *, clock: Callable[[], datetime]):
        self.job, self.clock, self.done = Job.objects.get(pk=job.pk), clock, job.done
        self.stopping, self.trouble = Event(), None
        self.thread = Thread(target=self.beat, daemon=True) if is_postgresql() else None

    def __enter__(self) -> "Heartbeat":
        if self.thread is not None:
            self.thread.start()
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def tell(self, done: int) -> None:
        """Note how far the work is. Raises Cancelled or LeaseLost when the thread was told so."""
        self.done = done
        if self.trouble is not None:
            raise self.trouble

    def stop(self) -> None:
        """End the thread; after this the job's row is nobody's but the caller's."""
        self.stopping.set()
        if self.thread is not None:
            self.thread.join()
            self.thread = None
            self.tell(self.done)

    def beat(self) -> None:
        try:
            while not self.stopping.wait(min(5, settings.JOB_LEASE_SECONDS / 4)):
                self.job.checkpoint(at=self.clock(), done=self.done)
        except (Cancelled, LeaseLost) as trouble:
            self.trouble = trouble
        finally:
            connection.close()
