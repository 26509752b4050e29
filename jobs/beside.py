"""Processes of our own beside this one, for what one processor is too slow for."""

import os
import signal
import subprocess
import sys
from multiprocessing.connection import Connection, Pipe
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
MOST_PROCESSES = 4


def spare_processors() -> int:
    """How many processes may work beside this one; none on a machine with one processor."""
    return min(MOST_PROCESSES, (os.cpu_count() or 1) - 1)


class ProcessDied(Exception):
    """A process beside this one ended before it had done its work."""


class Beside:
    """A process that runs a module of ours, and the pipe to it. `order` is the first that it is sent.

    It ends when its pipe does: when this one says so, or with its death.
    """

    def __init__(self, module: str, order):
        self.pipe, theirs = Pipe()
        # Started anew, not forked: a copy of this process would share its database connection and stop at its locks.
        self.process = subprocess.Popen(  # noqa: S603 Our own module, and the number of a pipe.
            [sys.executable, "-m", module, str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            cwd=PROJECT,
        )
        theirs.close()
        self.pipe.send(order)

    def receive(self):
        """What it says next. Waits for it; raises ProcessDied where nothing comes any more."""
        try:
            return self.pipe.recv()
        except (EOFError, ConnectionResetError) as error:
            raise ProcessDied(f"The process {self.process.args[2]} died.") from error

    def end(self) -> None:
        self.pipe.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def pipe_given() -> Connection:
    """For such a process: the pipe to the one that started it."""
    # Ctrl-C is for that one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return Connection(int(sys.argv[1]))
