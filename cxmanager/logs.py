"""What is worth a traceback in the log."""

from logging import LogRecord


def without_tracebacks_of_refusals(record: LogRecord) -> bool:
    """A logging filter that lets everything through. That somebody may not see a page is one line: nothing broke."""
    if getattr(record, "status_code", 500) < 500:
        record.exc_info = record.exc_text = None
    return True
