"""A receiver of its own for each test: a real HTTP server on 127.0.0.1, which the settings allow to be reached."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from reactions.models import Target, Webhook

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSB0ZXN0cw=="


class Receiver(ThreadingHTTPServer):
    """Keeps what it is sent, and answers as told: `plan` is a list of statuses or functions of the handler, the last for ever."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.plan: list = [200]
        self.heard: list[tuple[dict, str]] = []
        self.lock = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hooks"

    @property
    def bodies(self) -> list:
        return [json.loads(body) for _, body in self.heard]

    def handle_error(self, request, client_address):
        """A client that hangs up is part of the tests."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        with self.server.lock:
            self.server.heard.append((dict(self.headers), body))
            what = self.server.plan[0] if len(self.server.plan) == 1 else self.server.plan.pop(0)
        if callable(what):
            what(self)
        else:
            self.answer(what)

    def answer(self, status: int, body: bytes = b"ok", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Quiet."""


def redirect(to: str):
    return lambda handler: handler.answer(302, Location=to)


def hang(handler) -> None:
    time.sleep(5)


def drip(handler) -> None:
    """A byte every tenth of a second, for ever: never too slow for the socket's own timeout."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b".")
        handler.wfile.flush()
        time.sleep(0.1)


def drip_headers(handler) -> None:
    for _ in range(100):
        handler.wfile.write(b"H")
        handler.wfile.flush()
        time.sleep(0.1)


def flood(handler) -> None:
    """As much as anybody takes."""
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x" * 65_536)
    except OSError:
        return


def break_off(handler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


@pytest.fixture
def receiver(settings):
    settings.DELIVERY_ALLOWED_ADDRESSES = ["127.0.0.1/32"]
    settings.DELIVERY_TIMEOUT_SECONDS = 1
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def webhook(db, receiver) -> Webhook:
    hook = Webhook(trigger="profile.updated", url=receiver.url)
    hook.secret = SECRET
    hook.full_clean()
    hook.save()
    return hook


@pytest.fixture
def target(db, receiver) -> Target:
    made = Target(name="Birthday mail", handle="birthday-mail", url=receiver.url, template='{"to": "{{ email }}"}')
    made.headers = {"X-Api-Key": "key-4711"}
    made.secret = SECRET
    made.full_clean()
    made.save()
    return made
