"""Where deliveries may go, and where they are not led, however the way is written."""

import socket
import ssl
import subprocess
import threading

import pytest
from django.core.exceptions import ValidationError

from reactions.reaching import post, validate_url
from tests.reactions.conftest import Receiver


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1/", "http://127.1.2.3/", "http://10.0.0.1/", "http://172.16.0.1/", "http://192.168.1.1/"),
        *(
            "http://169.254.169.254/latest",
            "http://100.64.0.1/",
            "http://0.0.0.0/",
            "http://224.0.0.1/",
            "http://240.0.0.1/",
        ),
        *("http://255.255.255.255/", "http://192.0.2.1/", "http://198.18.0.1/", "http://192.0.0.1/"),
        *("http://[::1]/", "http://[::]/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fc00::1]/"),
        *("http://[ff02::1]/", "http://[::ffff:127.0.0.1]/", "http://[::ffff:a00:1]/", "http://[::127.0.0.1]/"),
        *(
            "http://[64:ff9b::7f00:1]/",
            "http://[64:ff9b:1::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[2001:0:1::1]/",
        ),
        *("http://[2001:db8::1]/", "http://[fec0::1]/"),
    ],
)
def test_addresses_that_are_not_public_are_refused_when_they_are_typed(url):
    with pytest.raises(ValidationError, match="is inside of a network that is not public"):
        validate_url(url)


@pytest.mark.parametrize(
    "url",
    [
        *(
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://0x7f.1/",
            "http://127.1/",
            "http://0/",
        ),
        *("http://①②⑦.⓪.⓪.①/", "http://127。0。0。1.1/", "http://1.2.3.4.5/"),
        *("ftp://example.com/", "file:///etc/passwd", "//example.com", "example.com", "gopher://example.com"),
        *("http://", "http:///x", "http://a b/", "http://user:pass@example.com/", "http://example.com\\@127.0.0.1/"),
        *("http://example.com:99999/", "http://exa_mple..com/", "http://[::1", "http://example.com/\r\nX: y"),
    ],
)
def test_odd_addresses_are_refused_when_they_are_typed(url):
    with pytest.raises(ValidationError):
        validate_url(url)


@pytest.mark.parametrize(
    "url",
    [
        *("https://example.com", "http://example.com:8080/a?b=c#d", "https://bücher.example/x", "https://8.8.8.8/"),
        *("https://[2606:4700:4700::1111]/", "https://EXAMPLE.com./hooks", "https://a-b.example.com/ü/?q=ä"),
    ],
)
def test_public_addresses_are_taken(url):
    validate_url(url)


@pytest.mark.parametrize(("url", "says"), [("http://8.8.8.8:25/", "Port 25"), ("https://8.8.8.8:22/", "Port 22")])
def test_ports_of_other_services_are_refused(url, says):
    with pytest.raises(ValidationError, match=says):
        validate_url(url)


def resolving(monkeypatch, *answers):
    """The name server gives these addresses, one list after the other. Returns how often it was asked."""
    asked = []

    def getaddrinfo(host, port, *given, **named):
        try:
            found = [host] if socket.inet_aton(host) else []
        except OSError:
            asked.append(host)
            found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def test_a_name_that_leads_inside_is_refused(monkeypatch):
    resolving(monkeypatch, ["10.0.0.7"])
    assert "is inside of a network that is not public" in post("http://evil.example/", "{}", {}).error


def test_a_name_with_one_address_inside_is_refused(monkeypatch):
    resolving(monkeypatch, ["8.8.8.8", "127.0.0.1"])
    assert "is inside of a network that is not public" in post("http://evil.example/", "{}", {}).error


def test_a_name_server_that_answers_differently_the_second_time_is_asked_once(monkeypatch, receiver, settings):
    asked = resolving(monkeypatch, ["127.0.0.1"], ["10.0.0.7"])
    answer = post(f"http://shop.example:{receiver.server_port}/hooks?a=b", "{}", {"X-A": "1"})
    assert (answer.status, answer.body) == (200, "ok")
    assert asked == ["shop.example"]
    headers, _ = receiver.heard[0]
    assert headers["Host"] == f"shop.example:{receiver.server_port}"


def test_nothing_listens_there(receiver):
    free = socket.create_server(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    assert post(f"http://127.0.0.1:{port}/", "{}", {}).error == f"127.0.0.1 takes no connections on port {port}."


def test_a_name_that_nobody_has(monkeypatch):
    def nobody(*_, **__):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    assert post("http://nobody.example/", "{}", {}).error == "There is no host nobody.example."


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """For shop.example, signed by itself."""
    room = tmp_path_factory.mktemp("certificate")
    key, cert = room / "key.pem", room / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=shop.example"),
            *("-addext", "subjectAltName=DNS:shop.example", "-keyout", key, "-out", cert),
        ],
        check=True,
        capture_output=True,
    )
    return key, cert


@pytest.fixture
def secure_receiver(settings, certificate):
    settings.DELIVERY_ALLOWED_ADDRESSES = ["127.0.0.1/32"]
    server = Receiver()
    server.handshakes = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])
    context.sni_callback = lambda sock, name, context: server.handshakes.append(name)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_certificate_must_be_the_hosts(monkeypatch, secure_receiver, certificate):
    resolving(monkeypatch, ["127.0.0.1"])
    port = secure_receiver.server_port
    assert (
        post(f"https://shop.example:{port}/", "{}", {}).error == "The certificate of shop.example could not be trusted."
    )

    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    assert post(f"https://shop.example:{port}/", "{}", {}).status == 200
    assert secure_receiver.handshakes[-1] == "shop.example"
    assert (
        post(f"https://other.example:{port}/", "{}", {}).error
        == "The certificate of other.example could not be trusted."
    )
    assert len(secure_receiver.heard) == 1
