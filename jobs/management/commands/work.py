"""`manage.py work`: the background worker, any number of them on PostgreSQL."""

import signal

from django.core.management.base import BaseCommand

from cxmanager.collecting import spare_what_is_loaded
from jobs.working import work


class Command(BaseCommand):
    help = "Do the background work: imports, bulk issues, what follows from events. Ends after the current steps on Ctrl-C or SIGTERM."

    def add_arguments(self, parser):
        parser.add_argument("--once", action="store_true", help="Do what is due and end.")

    def handle(self, *, once: bool, **options):
        stopping = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopping.append(True))
        spare_what_is_loaded()
        self.stdout.write("Working. Stop with Ctrl-C.")
        count = work(should_stop=lambda: bool(stopping), once=once)
        self.stdout.write(f"Done: {count} jobs, events and other steps.")
