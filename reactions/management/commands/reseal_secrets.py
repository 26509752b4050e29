"""After a key was added in front of `ENCRYPTION_KEYS`: every secret is sealed anew with it, so that the old key can go."""

from django.core.management.base import BaseCommand

from cxmanager.refusals import Refusal
from reactions.models import Target, Webhook
from reactions.sealing import reseal

SEALED = ((Webhook, ["sealed_secret"]), (Target, ["sealed_secret", "sealed_headers"]))


class Command(BaseCommand):
    help = "Seals the secrets of webhooks and targets anew with the first of ENCRYPTION_KEYS."

    def handle(self, **options) -> None:
        count, lost = 0, []
        for model, names in SEALED:
            for row in model.objects.order_by("pk"):
                try:
                    changes = {name: reseal(getattr(row, name)) for name in names}
                except Refusal:
                    lost.append(f"{model._meta.verbose_name} {row.pk} ({row})")
                    continue
                # Only where it was not typed anew in the meantime.
                before = {name: getattr(row, name) for name in names}
                count += model.objects.filter(pk=row.pk, **before).update(**changes)
        self.stdout.write(f"{count} sealed anew.")
        if lost:
            self.stderr.write(f"No key opens the secrets of: {', '.join(lost)}. Type them anew.")
