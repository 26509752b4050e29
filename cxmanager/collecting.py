"""The garbage collector of processes that live long: servers and workers."""

import gc


def spare_what_is_loaded() -> None:
    """Let the collector look no more at what is in memory now, as code and settings stay until the process ends.

    It goes through all of it again and again otherwise: of a back-test that was a quarter of the time. What is made later
    is collected as ever. To be called when all is loaded.
    """
    gc.collect()
    gc.freeze()
