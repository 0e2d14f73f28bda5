"""An old site with a certificate: it is verified for the name that the file gives, and one that is not good is an apology."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from migrator.serve.options import UpstreamOptions, UpstreamTls
from migrator.serve.proxy import Proxy
from tests.cli.test_serve import serving
from tests.serve.live import serve, talk
from tests.serve.proxied import HASTY, HELLO, get, unavailable

NAMES = "DNS:localhost,IP:127.0.0.1"


@dataclass
class SecureSite:
    """Where it is, what server names clients asked for, and the heads of requests that it was sent."""

    port: int
    names: list[str | None] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)


def openssl(*words: str) -> None:
    """Run that command, or skip the test, saying so, where it is absent."""
    command = shutil.which("openssl")
    if command is None:
        pytest.skip("the command openssl, which makes the certificates, is absent")
    subprocess.run([command, *words], check=True, capture_output=True, timeout=20)


def certificate(folder: Path, names: str = NAMES, *, days: int = 2) -> Path:
    """A certificate for these names, which is its own authority, and its key, in one file."""
    key, made, dated, file = (folder / name for name in ("key.pem", "made.pem", "dated.pem", "certificate.pem"))
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(key))
    openssl("req", "-x509", *kind, "-subj", "/CN=old site", "-addext", f"subjectAltName={names}", "-out", str(made))
    openssl("x509", "-in", str(made), "-signkey", str(key), "-days", str(days), "-out", str(dated))
    file.write_bytes(key.read_bytes() + dated.read_bytes())
    return file


@contextmanager
def secure_site(file: Path) -> Iterator[SecureSite]:
    """An old site that speaks TLS only, and has one certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            try:
                with context.wrap_socket(listener.accept()[0], server_side=True) as client:
                    site.heads.append(client.recv(65536))
                    client.sendall(HELLO.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            except OSError:  # nobody came, or who came did not like the certificate
                continue

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.05)
        site = SecureSite(listener.getsockname()[1])
        context.sni_callback = lambda _, name, __: site.names.append(name)
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        try:
            yield site
        finally:
            stop.set()
            thread.join(5)


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Trusts an authority as a process does that starts with SSL_CERT_FILE."""

    def trust(file: Path) -> None:
        monkeypatch.setenv("SSL_CERT_FILE", str(file))

    return trust


def ask(url: str, options: UpstreamOptions = HASTY) -> bytes:
    """What a visitor gets through the proxy."""
    with serve(Proxy(url, options, unavailable)) as base:
        return talk(base, get("/"))


def test_an_authority_of_one_s_own_is_trusted_where_the_environment_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with secure_site(file) as site, serving(tmp_path, f"https://localhost:{site.port}") as run:
        answer = talk(run.base, b"GET /page HTTP/1.1\r\nHost: old.example\r\nConnection: close\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"hello")


@pytest.mark.parametrize(("host", "name"), [("localhost", "localhost"), ("127.0.0.1", None)])
def test_the_server_name_is_the_upstream_s_and_the_host_is_the_visitor_s(
    host: str, name: str | None, tmp_path: Path, trusted: Callable[[Path], None]
) -> None:
    """An address in numbers has no server name (RFC 6066 section 3), and must stand in the certificate as an address."""
    file = certificate(tmp_path)
    trusted(file)
    with secure_site(file) as site:
        assert ask(f"https://{host}:{site.port}").endswith(b"hello")

    assert site.names == [name]
    assert b"\r\nhost: www.old.example\r\n" in site.heads[0].lower()


@pytest.mark.parametrize(
    ("names", "days", "is_trusted"),
    [("DNS:www.old.example", 2, True), ("DNS:localhost.example,DNS:*", 2, True), (NAMES, -1, True), (NAMES, 2, False)],
    ids=["the public name", "another name", "expired", "of an unknown authority"],
)
def test_a_certificate_that_is_not_good_is_an_apology_and_nothing_is_sent(
    names: str, days: int, is_trusted: bool, tmp_path: Path, trusted: Callable[[Path], None]
) -> None:
    """The visitor's own Host is no name for it either: what counts is the upstream's in the file."""
    file = certificate(tmp_path, names, days=days)
    if is_trusted:
        trusted(file)
    with secure_site(file) as site:
        answer = ask(f"https://localhost:{site.port}")

    assert answer.startswith(b"HTTP/1.1 503 ")
    assert answer.endswith(b"away\n")
    assert b"".join(site.heads) == b""


def test_the_authority_and_the_server_name_of_the_file_take_the_place_of_the_system_s_and_the_host(tmp_path: Path) -> None:
    file = certificate(tmp_path, "DNS:old.internal.example")
    with secure_site(file) as site:
        tls = UpstreamTls(ca_file=file, server_name="old.internal.example")
        answers = [ask(f"https://127.0.0.1:{site.port}", options) for options in (HASTY, replace(HASTY, tls=tls))]

    assert [answer[9:12] for answer in answers] == [b"503", b"200"]
    assert site.names == [None, "old.internal.example"]
