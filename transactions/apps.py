from importlib import import_module

from django.apps import AppConfig


class TransactionsConfig(AppConfig):
    name = "transactions"
    verbose_name = "Transactions"

    def ready(self) -> None:
        # Each registers itself by being imported: the receivers of profiles' signals, the jobs' handlers.
        import_module("transactions.merging")
        import_module("transactions.tidying")
        import_module("transactions.importing.tasks")
        import_module("transactions.api.queueing")
        import_module("transactions.api.products")
