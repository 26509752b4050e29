"""One share of a back-test, in a process that `sharing` starts: `python -m earning.backtesting.beside`."""

import os
from contextlib import suppress
from multiprocessing.connection import Connection

import django

# Whoever waits at a till comes first.
POLITELY = 10


def do_share(pipe: Connection) -> None:
    """It is told what to do, says again and again how many sales it has done, and last what it found."""
    from django.db import connection

    from cxmanager.collecting import spare_what_is_loaded
    from earning.backtesting.asking import compared
    from earning.backtesting.sharing import Found, Order, ask
    from earning.models import BackTest

    spare_what_is_loaded()
    # The one that started it may have gone.
    with suppress(EOFError, BrokenPipeError, ConnectionResetError):
        order: Order = pipe.recv()
        connection.settings_dict["NAME"] = order.database
        test = BackTest.objects.select_related("program", "rule").get(pk=order.test)
        found = Found()
        for done in ask(test, compared(test), found, order.share, at=order.at):
            pipe.send(done)
        pipe.send(found)


if __name__ == "__main__":
    from jobs.beside import pipe_given

    os.nice(POLITELY)
    django.setup()
    do_share(pipe_given())
