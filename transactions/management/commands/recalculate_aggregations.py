"""`manage.py recalculate_aggregations`: every customer's figures, worked out anew from their transactions."""

import json
import sys
from time import monotonic
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from profiles.cause import Cause, Door
from profiles.models import Profile
from transactions.summing import rebuild


class Command(BaseCommand):
    help = (
        "Work the figures of all customers out anew, or of one. The last line printed is JSON: "
        "customers gone through, those whose figures changed, seconds."
    )

    def add_arguments(self, parser):
        parser.add_argument("--profile", help="Only the customer with this id.")

    def handle(self, *, profile: str | None, **options):
        began, seen, changed = monotonic(), 0, 0
        customers = self._one(profile) if profile else Profile.objects.living()
        for seen, changed in rebuild(customers, at=timezone.now(), cause=Cause(door=Door.COMMAND)):
            if sys.stderr.isatty():
                self.stderr.write(f"\r{seen:,} customers, {changed:,} changed", ending="")
        if sys.stderr.isatty():
            self.stderr.write("")
        told = {"customers": seen, "changed": changed, "seconds": round(monotonic() - began, 2)}
        self.stdout.write(json.dumps(told))

    def _one(self, number: str):
        try:
            found = Profile.objects.filter(pk=UUID(number))
        except ValueError as error:
            raise CommandError(f"“{number}” is not the id of a profile.") from error
        if not found.exists():
            raise CommandError("There is no such profile.")
        return found
