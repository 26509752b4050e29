"""Two servers side by side, the product and a bare Django that does the same by cursor, and eight clients that drive them.

Used by `redeem.py`, `lookup.py` and `ingest.py`. Figures are rates; only their ratio within one pair of runs means anything.
"""

import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from django.db import connection

CLIENTS = 8
SECONDS = float(os.environ.get("BENCH_SECONDS", "4"))
REPETITIONS = int(os.environ.get("BENCH_REPETITIONS", "5"))
# Each server has a port of its own: the workers of one that was killed may hold theirs for a moment.
PORTS = count(int(os.environ.get("BENCH_PORT", "8106")))
READY_WITHIN = 60
# The settings and the application of each.
SERVED = {
    "product": ("cxmanager.settings", "cxmanager.wsgi:application"),
    "bare": ("bench.bare_settings", "bench.bare:application"),
}


@contextmanager
def servers(*names: str) -> Iterator[dict[str, int]]:
    """Serve “product”, “bare” or both, on the test database of this process, as `make serve` does. Yields the ports by name."""
    running, ports = [], {}
    try:
        for name in names:
            ports[name] = next(PORTS)
            running.append(start(*SERVED[name], ports[name]))
        for port in ports.values():
            wait_for(port)
        yield ports
    finally:
        for process in running:
            # With its workers at once: asked politely they first wait for clients that keep their connection.
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def start(settings_module: str, application: str, port: int) -> subprocess.Popen:
    one = connection.settings_dict
    url = f"postgres://{one['USER']}:{one['PASSWORD']}@{one['HOST'] or '127.0.0.1'}:{one['PORT'] or 5432}/{one['NAME']}"
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": settings_module,
        "DATABASE_URL": url,
        "SECRET_KEY": "only-for-benchmarks",
        "API_REQUESTS_PER_MINUTE": "100000000",
    }
    workers = os.environ.get("WORKERS", "2")
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", workers, "--host", "127.0.0.1"]
    command += ["--port", str(port), "--log-level", "error", application]
    return subprocess.Popen(command, env=environment, start_new_session=True)


def wait_for(port: int) -> None:
    until = time.monotonic() + READY_WITHIN
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@dataclass(frozen=True)
class Request:
    """What the clients send. `path(number)`, `body(number)` and so the customer differ from one request to the next."""

    method: str
    path: Callable[[int], str]
    token: str = ""
    status: int = 200
    body: Callable[[int], str] = lambda number: ""

    def bytes(self, number: int) -> bytes:
        body = self.body(number).encode()
        lines = [f"{self.method} {self.path(number)} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"Authorization: Bearer {self.token}"] if self.token else []
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"] if self.method == "POST" else []
        return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def rate(port: int, request: Request, *, seconds: float = SECONDS) -> float:
    """Requests per second that eight clients get answered. Raises AssertionError for an answer of another status."""
    counts, failures = [0] * CLIENTS, []
    begun = threading.Barrier(CLIENTS + 1)

    def client(number: int) -> None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=30) as wire:
                wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                begun.wait()
                end = time.perf_counter() + seconds
                while time.perf_counter() < end:
                    wire.sendall(request.bytes(number + CLIENTS * counts[number]))
                    status, body = answer(wire)
                    assert status == request.status, (status, body[:500])
                    counts[number] += 1
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    begun.wait()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    return sum(counts) / seconds


def answer(wire: socket.socket) -> tuple[int, bytes]:
    """Read one HTTP answer that names its length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += received(wire)
    head, _, body = data.partition(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(lengths[0][15:]):
        body += received(wire)
    return int(head[9:12]), body


def received(wire: socket.socket) -> bytes:
    piece = wire.recv(65536)
    if not piece:
        raise ConnectionError("The server closed the connection.")
    return piece


def compare(title: str, baseline: Callable[[], float], figure: Callable[[], float], *, target: float) -> float:
    """Run both in turn and print baseline, figure and ratio, each with minimum, median and maximum. Returns the median ratio."""
    baseline(), figure()
    pairs = []
    for number in range(REPETITIONS):
        # Whoever goes first alternates, so that a machine growing busier favours neither.
        first, second = (baseline, figure) if number % 2 == 0 else (figure, baseline)
        one, two = first(), second()
        pairs.append((one, two) if first is baseline else (two, one))
    ratios = [two / one for one, two in pairs]
    print(f"\n{title}")
    print(f"  baseline  {spread([one for one, _ in pairs], '8.0f')} per second")
    print(f"  figure    {spread([two for _, two in pairs], '8.0f')} per second")
    print(f"  ratio     {spread(ratios, '8.2f')}   target ≥ {target}")
    return statistics.median(ratios)


def spread(values: list[float], form: str) -> str:
    return f"min {min(values):{form}}  median {statistics.median(values):{form}}  max {max(values):{form}}"
