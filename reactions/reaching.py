"""Sending to addresses that people typed, without being led where nobody should send (server-side request forgery).

The name is resolved once, each of its addresses is checked, and the connection goes to one of those: a name server that
answers differently the second time is not asked a second time. Redirects are not followed. Whatever the receiver does, it is
over after `DELIVERY_TIMEOUT_SECONDS`.
"""

import re
import socket
import ssl
import time
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Event, Timer
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.conf import settings
from django.core.exceptions import ValidationError
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_match_hostname import CertificateError

from reactions import addresses

CONNECT_SECONDS = 5
ANSWER_KEPT = 2_048
PORTS = {"http": 80, "https": 443}
# A name that ends in a number is an address to some, written with fewer parts, in octal or in hexadecimal.
ODD_NUMBER = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)\Z", re.IGNORECASE)


class Unreachable(Exception):
    """It was not sent, or no answer came: a sentence says why."""


@dataclass(frozen=True)
class Answer:
    """What the receiver said, and how long all of it took. `status` is None where there was no answer, and `error` says why."""

    status: int | None = None
    body: str = ""
    error: str = ""
    milliseconds: int = 0
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def is_success(self) -> bool:
        return self.status is not None and 200 <= self.status < 300


@dataclass(frozen=True)
class Place:
    """Where a URL leads: the host as the certificate names it, the port, the path."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def host_of(url: str) -> str:
    """For people: the host of a URL, or the URL where it has none."""
    try:
        return urlsplit(url).hostname or url
    except ValueError:
        return url


def validate_url(url: str) -> None:
    """What can be said without asking a name server. Raises ValidationError with a sentence."""
    try:
        place = place_of(url)
        literal = literal_of(place.host)
        if literal is not None:
            check(literal, place)
    except Unreachable as error:
        raise ValidationError(str(error), code="address_refused") from error


def place_of(url: str) -> Place:
    """Where the URL leads, without resolving anything. Raises Unreachable for what is no address to send to."""
    if not url.isprintable() or " " in url or "\\" in url:
        raise Unreachable("An address has no spaces, line breaks or backslashes.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Unreachable("This is no address. Write one like https://shop.example.com/hooks.") from error
    if parts.scheme not in PORTS or not parts.hostname:
        raise Unreachable("An address begins with https:// or http:// and names a host.")
    if parts.username is not None or parts.password is not None:
        raise Unreachable("Leave name and password out of the address. Send them in a header.")
    return Place(parts.scheme, ascii_host(parts.hostname), port or PORTS[parts.scheme], path_of(parts))


def ascii_host(host: str) -> str:
    host = host.rstrip(".")
    if not host:
        raise Unreachable("An address begins with https:// or http:// and names a host.")
    try:
        addresses.read(host)
    except ValueError:
        if ODD_NUMBER.match(host):
            raise Unreachable("Write the address of a machine as four numbers with dots.") from None
        try:
            host = host.encode("idna").decode().lower()
        except UnicodeError as error:
            raise Unreachable(f"“{host[:80]}” is no name of a host.") from error
        if not re.fullmatch(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*", host):
            raise Unreachable(f"“{host[:80]}” is no name of a host.") from None
        if ODD_NUMBER.match(host):
            # Other writings of digits have become plain ones.
            raise Unreachable("Write the address of a machine as four numbers with dots.") from None
    return host


def path_of(parts: SplitResult) -> str:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return urllib3.util.parse_url(f"http://host{target}").request_uri


def literal_of(host: str) -> addresses.Address | None:
    try:
        return addresses.read(host)
    except ValueError:
        return None


def check(address: addresses.Address, place: Place) -> None:
    """Raises Unreachable for an address that is not public and not allowed, and a port that is not meant for this."""
    if not addresses.may_reach(address):
        raise Unreachable(
            f"{place.host} is inside of a network that is not public. An operator can allow it with DELIVERY_ALLOWED_ADDRESSES."
        )
    if addresses.is_public(addresses.meant(address)) and place.port not in settings.DELIVERY_ALLOWED_PORTS:
        raise Unreachable(
            f"Port {place.port} is not one that is sent to. An operator can allow it with DELIVERY_ALLOWED_PORTS."
        )


def resolved(place: Place) -> list[str]:
    """The addresses of the host, every one of them checked. Raises Unreachable."""
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unreachable(f"There is no host {place.host}.") from error
    texts = list(dict.fromkeys(str(one[4][0]) for one in found))
    for text in texts:
        check(addresses.read(text), place)
    if not texts:
        raise Unreachable(f"There is no host {place.host}.")
    return texts


def post(url: str, body: str, headers: dict[str, str]) -> Answer:
    """Send it once and read the beginning of the answer. Never raises for what the network or the receiver does."""
    began = time.monotonic()
    try:
        place = place_of(url)
        status, text, told = _post(place, resolved(place), body.encode(), headers)
        answer = {"status": status, "body": text, "headers": told}
    except Unreachable as error:
        answer = {"error": str(error)}
    return Answer(milliseconds=round((time.monotonic() - began) * 1000), **answer)


def _post(place: Place, hosts: list[str], body: bytes, headers: dict[str, str]) -> tuple[int, str, dict]:
    problem = ""
    for host in hosts[:3]:
        connection = connection_to(place, host)
        try:
            connection.connect()
        except (OSError, urllib3.exceptions.HTTPError, CertificateError) as error:
            connection.close()
            problem = words_of(error, place)
            continue
        return _exchange(connection, place, body, headers)
    raise Unreachable(problem)


def connection_to(place: Place, address: str) -> HTTPConnection:
    """To this very address; the certificate must be the host's."""
    if place.scheme == "http":
        return HTTPConnection(address, port=place.port, timeout=CONNECT_SECONDS)
    return HTTPSConnection(
        address,
        port=place.port,
        timeout=CONNECT_SECONDS,
        cert_reqs="CERT_REQUIRED",
        server_hostname=place.host,
        assert_hostname=place.host,
    )


def _exchange(connection: HTTPConnection, place: Place, body: bytes, headers: dict) -> tuple[int, str, dict]:
    """One request, one answer, within the time; the connection is closed whatever happens."""
    sock = connection.sock
    sock.settimeout(settings.DELIVERY_TIMEOUT_SECONDS)
    # A receiver that sends a byte now and then would never be too slow for the socket's own timeout.
    bell = Timer(settings.DELIVERY_TIMEOUT_SECONDS, hang_up, [sock, rang := Event()])
    bell.daemon = True
    bell.start()
    try:
        connection.request(
            "POST",
            place.path,
            body=body,
            headers={"Host": place.host_header, "Accept-Encoding": "identity"} | headers,
            preload_content=False,
            decode_content=False,
        )
        response = connection.getresponse()
        kept = read_beginning(response)
        if rang.is_set() and len(kept) < ANSWER_KEPT:
            raise TimeoutError
        return response.status, readable(kept), dict(response.headers)
    except (OSError, HTTPException, urllib3.exceptions.HTTPError, ValueError) as error:
        raise Unreachable(words_of(TimeoutError() if rang.is_set() else error, place)) from error
    finally:
        bell.cancel()
        connection.close()


def read_beginning(response) -> bytes:
    kept = b""
    while len(kept) < ANSWER_KEPT and (part := response.read(ANSWER_KEPT - len(kept), decode_content=False)):
        kept += part
    return kept


def readable(content: bytes) -> str:
    return content.decode("utf-8", "replace").replace("\x00", "�")


def hang_up(sock: socket.socket, rang: Event) -> None:
    rang.set()
    try:
        sock.shutdown(socket.SHUT_RDWR)
    except OSError:
        # It was closed in the meantime.
        return


def words_of(error: Exception, place: Place) -> str:
    """What went wrong, as a sentence without addresses of machines."""
    causes = [error, getattr(error, "__cause__", None), getattr(error, "reason", None), *error.args]
    kinds = [cause for cause in causes if isinstance(cause, Exception)]
    if any(isinstance(one, ssl.SSLError | urllib3.exceptions.SSLError | CertificateError) for one in kinds):
        return f"The certificate of {place.host} could not be trusted."
    if any(isinstance(one, ConnectionRefusedError) for one in kinds) or "refused" in str(error):
        return f"{place.host} takes no connections on port {place.port}."
    # To urllib3 this is a kind of being late.
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        return f"{place.host} could not be reached."
    if any(isinstance(one, TimeoutError | urllib3.exceptions.TimeoutError) for one in kinds):
        return f"{place.host} did not answer in time."
    return f"{place.host} broke off, or its answer could not be read."
