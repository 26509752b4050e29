import sys

from django.core.management.base import BaseCommand

from earning.ledger.checking import drift
from earning.models import Credit, Debit


class Command(BaseCommand):
    help = "Prove that balances, credits and debits agree. Prints in words what does not, and ends with 1 then."

    def handle(self, **options) -> None:
        wrong = list(drift())
        for sentence in wrong:
            self.stdout.write(sentence)
        if wrong:
            sys.exit(1)
        self.stdout.write(
            f"The ledger agrees with itself: {Credit.objects.count():,} credits and {Debit.objects.count():,} debits."
        )
