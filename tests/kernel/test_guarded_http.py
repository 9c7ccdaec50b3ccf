"""Calls of addresses that others chose reach the internet alone, unless a setting allows a network."""

import socket
import ssl
import threading
import time
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from kernel import certificates, guarded_http
from kernel.guarded_http import Refused, Unreachable
from tests.receivers import LOOPBACK, Receiver

HTTPS = "https://receiver.example.org/hooks"
OUTSIDE_OF_THE_INTERNET = (
    *(
        "127.0.0.1",
        "127.1.2.3",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "0.0.0.0",  # noqa: S104 (the address of a peer)
        "100.64.0.1",
    ),
    *("169.254.169.254", "100.100.100.200", "192.0.0.192", "168.63.129.16", "224.0.0.1"),
    *("255.255.255.255", "198.18.0.1", "240.0.0.1"),
    *("::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1"),
    *(
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:db8::1",
    ),
    *("fec0::1", "::7f00:1", "::ffff:0:127.0.0.1", "5f00::1", "2001:0:7f00:1::"),
    *("64:ff9b:1::a00:1", "fe80::1%eth0", "::ffff:93.184.216.34"),
)


@pytest.fixture
def peer():
    one = Receiver()
    yield one
    one.close()


@pytest.fixture
def resolved(monkeypatch):
    """What every name resolves to, and which addresses were connected to; `answer.ports`: at which ports."""
    connected, ports = [], []

    def answer(*addresses):
        rows = [(0, 0, 0, "", (address, 443)) for address in addresses]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: rows)
        monkeypatch.setattr(socket, "create_connection", connect)
        return connected

    def connect(address, *_, **__):
        connected.append(address[0])
        ports.append(address[1])
        raise ConnectionRefusedError

    answer.ports = ports
    return answer


def post(url, allowed=()):
    return guarded_http.post(url, body=b"{}", headers={}, allowed=allowed)


@pytest.mark.parametrize("address", OUTSIDE_OF_THE_INTERNET)
class TestAddressesOutsideOfTheInternet:
    def test_a_name_that_resolves_to_it_is_refused_before_a_connection(self, resolved, address):
        connected = resolved(address)
        with pytest.raises(Refused):
            post(HTTPS)
        assert connected == []

    def test_a_name_that_has_a_public_address_too_is_refused(self, resolved, address):
        connected = resolved("93.184.216.34", address)
        with pytest.raises(Refused):
            post(HTTPS)
        assert connected == []

    def test_it_is_refused_when_it_is_written_in_the_url(self, address):
        host = f"[{address}]" if ":" in address else address
        with pytest.raises(Refused):
            guarded_http.check_url(f"https://{host}/hooks", allowed=())


@pytest.mark.parametrize(
    "host",
    [
        *("2130706433", "0x7f000001", "127.1", "0177.0.0.1", "017700000001", "0", "127.0.0.1."),
        *("localhost", "LocalHost.", "a.b.localhost", "127。0。0。1", "①②⑦.0.0.1", "０x7f.1"),
    ],
)
def test_other_spellings_of_the_own_machine_are_refused(host):
    with pytest.raises(Refused):
        guarded_http.check_url(f"https://{host}/hooks", allowed=())


@pytest.mark.parametrize(
    "url",
    [
        *("http://receiver.example.org/", "ftp://receiver.example.org/", "https:///hooks", "hooks"),
        *("https://name:word@receiver.example.org/", "https://receiver example/", ""),
        *("https://receiver.example.org/#a", "https://receiver.example.org\\@10.0.0.1/"),
        *("https://receiver.example.org:0/", "https://receiver.example.org:65536/"),
        *("https://receiver.example.org:-1/", "https://receiver.example.org/\r\nhost: a"),
        *("https://%31%30.0.0.1/", "https://a..org/", "https://-a.org/", "https://./"),
        *(f"https://{'a' * 64}.org/", f"https://{'a.' * 127}org/", "https://[fe80::1%25eth0]/"),
    ],
)
def test_what_is_no_https_address_is_refused(url):
    with pytest.raises(Refused):
        guarded_http.check_url(url, allowed=())


@pytest.mark.parametrize(
    "url",
    [
        "https://münchen.example/",
        "https://1.1.1.1/",
        "https://[2606:4700::1111]/",
        "https://a_b.org./",
    ],
)
def test_addresses_of_the_internet_are_taken_in_every_form(url):
    guarded_http.check_url(url, allowed=())


def test_the_name_of_the_own_machine_stands_for_its_address(peer):
    assert post(peer.url.replace("127.0.0.1", "localhost"), LOOPBACK) == 204


def test_the_connection_is_made_to_the_address_that_was_looked_at(monkeypatch, resolved):
    """A name server that answers differently the second time changes nothing."""
    connected = resolved("93.184.216.34")
    answers = iter([[(0, 0, 0, "", ("93.184.216.34", 443))], [(0, 0, 0, "", ("127.0.0.1", 443))]])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: next(answers))
    with pytest.raises(Unreachable):
        post(HTTPS)
    assert connected == ["93.184.216.34"]


def test_a_name_that_stands_for_no_address_is_refused_like_one_that_stands_for_an_inner_one(
    monkeypatch,
):
    def fail(*_, **__):
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(Refused):
        post(HTTPS)


def test_the_next_address_is_tried_when_one_does_not_answer(resolved):
    connected = resolved("93.184.216.34", "93.184.216.35")
    with pytest.raises(Unreachable):
        post(HTTPS.replace(".org", ".org:8443"))
    assert connected == ["93.184.216.34", "93.184.216.35"]
    assert resolved.ports == [8443, 8443]


def test_an_allowed_network_can_be_called_by_http(peer):
    assert post(peer.url, LOOPBACK) == 204
    assert [one.body for one in peer.received] == [b"{}"]
    assert peer.received[0].headers["host"] == f"127.0.0.1:{peer.port}"


def test_allowing_one_network_allows_no_other(peer):
    with pytest.raises(Refused):
        post(peer.url, (ip_network("10.0.0.0/8"),))
    assert peer.received == []


def test_http_reaches_allowed_networks_alone(resolved):
    connected = resolved("93.184.216.34")
    with pytest.raises(Refused):
        post("http://receiver.example.org/", LOOPBACK)
    assert connected == []


@pytest.mark.parametrize(
    ("url", "address", "is_refused"),
    [
        ("http://receiver.example.org/", "93.184.216.34", True),
        ("http://receiver.example.org/", "127.0.0.1", False),
        ("https://receiver.example.org/", "10.0.0.1", False),
    ],
)
def test_a_name_with_http_is_looked_up_before_it_is_called(resolved, url, address, is_refused):
    """One with https is not: what it stands for may change, and it is looked at whenever it is called."""
    connected = resolved(address)
    guarded_http.check_url(url, allowed=LOOPBACK)
    with pytest.raises(Refused) if is_refused else nullcontext():
        guarded_http.check_plain_name(url, allowed=LOOPBACK)
    assert connected == []


def test_a_redirect_is_an_answer_like_others(peer):
    other = Receiver()
    peer.status, peer.location = 307, other.url
    try:
        assert post(peer.url, LOOPBACK) == 307
        assert other.received == []
    finally:
        other.close()


def test_no_proxy_of_the_environment_is_asked(peer, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert post(peer.url, LOOPBACK) == 204


@pytest.fixture
def tls_peer(tmp_path):
    """With a certificate for localhost that no authority has signed, and the file that has it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    begins = datetime.now(UTC) - timedelta(days=1)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    )
    made = (
        made.serial_number(1).not_valid_before(begins).not_valid_after(begins + timedelta(days=9))
    )
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    signed = made.add_extension(names, critical=False).sign(key, hashes.SHA256())
    file = tmp_path / "localhost.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + signed.public_bytes(Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    one = Receiver(tls=context)
    yield one, file
    one.close()


def test_a_certificate_has_to_be_trusted_and_fit_the_name_and_not_the_address(
    tls_peer, monkeypatch
):
    peer, file = tls_peer
    of_name = peer.url.replace("127.0.0.1", "localhost")
    with pytest.raises(Unreachable):
        post(of_name, LOOPBACK)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    own = httpx2.create_ssl_context()
    monkeypatch.setattr(certificates, "trusted", lambda: own)
    with pytest.raises(Unreachable):
        post(peer.url, LOOPBACK)
    assert peer.received == []
    assert post(of_name, LOOPBACK) == 204


@pytest.mark.parametrize("sent", [b"H", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nx: "])
def test_an_answer_that_comes_byte_by_byte_ends_with_the_time_limit(monkeypatch, sent):
    monkeypatch.setattr(guarded_http, "SECONDS", 0.5)
    listener = socket.create_server(("127.0.0.1", 0))
    over = threading.Event()

    def answer():
        connection, _ = listener.accept()
        with connection:
            connection.sendall(sent)
            while not over.wait(0.1):
                try:
                    connection.sendall(b"a")
                except OSError:
                    return

    threading.Thread(target=answer, daemon=True).start()
    began = time.monotonic()
    try:
        with pytest.raises(Unreachable):
            post(f"http://127.0.0.1:{listener.getsockname()[1]}/", LOOPBACK)
        assert time.monotonic() - began < 3
    finally:
        over.set()
        listener.close()
