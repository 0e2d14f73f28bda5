"""The context that verifies an upstream: whom it trusts, under which name, what it shows of itself, and what it will not take."""

from __future__ import annotations

import os
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from migrator.serve.options import UpstreamTls
from migrator.serve.upstream_tls import TlsFault, tls_context, tls_faults
from tests.serve.test_upstream_tls import NAMES, certificate, openssl

PUBLIC_NAME = "DNS:www.old.example"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A certificate and its key in one file, for localhost and 127.0.0.1."""
    return made(tmp_path, "own", NAMES)


def made(folder: Path, name: str, names: str = PUBLIC_NAME) -> Path:
    (folder / name).mkdir()
    return certificate(folder / name, names)


def server_context(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    context.set_alpn_protocols(["h2", "http/1.1"])
    return context


@contextmanager
def listening(context: ssl.SSLContext) -> Iterator[int]:
    """A server that shakes hands with one client, says hello, and waits for its end."""

    def work() -> None:
        try:
            with context.wrap_socket(listener.accept()[0], server_side=True) as client:
                client.sendall(b"hello")
                client.recv(1)
        except OSError:  # one of the two did not like the other
            return

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


def shake(server: ssl.SSLContext, tls: UpstreamTls, host: str = "127.0.0.1") -> tuple[str | None, str | None]:
    """TLS version and protocol that both agree on; raises what the client's socket raises where they do not."""
    with (
        listening(server) as port,
        socket.create_connection(("127.0.0.1", port), 5) as raw,
        tls_context(tls).wrap_socket(raw, server_hostname=tls.server_name or host) as client,
    ):
        assert client.recv(5) == b"hello"  # in TLS 1.3 the server's judgement of the client comes after the handshake
        return client.version(), client.selected_alpn_protocol()


def test_an_authority_of_its_own_is_trusted_and_http_1_1_is_agreed_on(own: Path) -> None:
    assert shake(server_context(own), UpstreamTls(ca_file=own)) == ("TLSv1.3", "http/1.1")


def test_it_is_trusted_instead_of_the_system_s(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(own))

    assert shake(server_context(own), UpstreamTls())[1] == "http/1.1"
    with pytest.raises(ssl.SSLCertVerificationError, match=r"self.signed certificate"):
        shake(server_context(own), UpstreamTls(ca_file=made(tmp_path, "another", NAMES)))


def test_without_a_word_nobody_but_the_system_s_authorities_is_trusted(own: Path) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match=r"self.signed certificate"):
        shake(server_context(own), UpstreamTls())


def test_the_server_s_name_takes_the_place_of_the_host_in_its_address(tmp_path: Path) -> None:
    public = made(tmp_path, "public")
    tls = UpstreamTls(ca_file=public)

    with pytest.raises(ssl.SSLCertVerificationError, match="IP address mismatch"):
        shake(server_context(public), tls)
    assert shake(server_context(public), replace(tls, server_name="www.old.example"))[1] == "http/1.1"
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        shake(server_context(public), replace(tls, server_name="old.example"))


@pytest.mark.parametrize("apart", [False, True], ids=["in one file", "in two files"])
def test_it_shows_a_certificate_of_its_own(apart: bool, own: Path, tmp_path: Path) -> None:
    server = server_context(own)
    server.verify_mode = ssl.CERT_REQUIRED
    client = made(tmp_path, "client")
    server.load_verify_locations(client)
    tls = UpstreamTls(ca_file=own, client_certificate=client)
    if apart:
        tls = replace(tls, client_certificate=client.with_name("dated.pem"), client_key=client.with_name("key.pem"))

    assert shake(server, tls)[1] == "http/1.1"
    with pytest.raises(ssl.SSLError, match="certificate required"):
        shake(server, replace(tls, client_certificate=None, client_key=None))


def test_an_upstream_that_is_older_than_tls_1_2_is_refused(own: Path) -> None:
    server = server_context(own)
    server.set_ciphers("DEFAULT:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLS"):
        server.minimum_version, server.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1

    with pytest.raises(ssl.SSLError, match=r"(?i)protocol version|unsupported protocol"):
        shake(server, UpstreamTls(ca_file=own))


def test_keys_are_told_to_nobody(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    shake(server_context(own), UpstreamTls(ca_file=own))

    assert not (tmp_path / "keys").exists()


def told(tls: UpstreamTls) -> list[tuple[str, str]]:
    """The options that are at fault, and what is said of them; the context says the first of it."""
    faults = tls_faults(tls)
    assert all(fault.mend for fault in faults)
    if faults:
        with pytest.raises(TlsFault) as caught:
            tls_context(tls)
        assert str(caught.value) == str(faults[0])
    return [(fault.option, str(fault)) for fault in faults]


def test_a_file_that_is_no_certificate_is_told_of(own: Path, tmp_path: Path) -> None:
    words, der = tmp_path / "words", tmp_path / "der"
    words.write_text("These are no certificates.\n")
    openssl("x509", "-in", str(own), "-outform", "der", "-out", str(der))
    for path, reason in {
        tmp_path / "absent.pem": "there is no file",
        tmp_path: "is no file",
        Path("/dev/zero"): "is no file",
        words: "has no certificate in PEM form",
        der: "has no certificate in PEM form",
        own.with_name("key.pem"): "has no certificate in PEM form",
    }.items():
        for option in ("ca_file", "client_certificate"):
            ((culprit, text),) = told(UpstreamTls(**{option: path}))  # type: ignore[arg-type]
            assert culprit == option
            assert reason in text
            assert path == der or str(path) in text


def test_a_file_without_measure_is_not_read(tmp_path: Path) -> None:
    vast = tmp_path / "vast.pem"
    with vast.open("wb") as file:
        file.truncate(1 << 30)

    assert told(UpstreamTls(ca_file=vast)) == [("ca_file", f"{vast} is larger than 16 MiB")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_told_of(own: Path) -> None:
    own.chmod(0)

    assert "cannot be read: Permission denied" in told(UpstreamTls(ca_file=own))[0][1]


def test_a_key_that_does_not_fit_is_told_of_and_no_passphrase_is_asked_for(own: Path, tmp_path: Path) -> None:
    key, locked = made(tmp_path, "another").with_name("key.pem"), tmp_path / "locked.pem"
    openssl("pkey", "-in", str(own.with_name("key.pem")), "-aes256", "-passout", "pass:secret", "-out", str(locked))
    bare = own.with_name("dated.pem")
    for path, reason in {
        key: "is not that of",
        locked: "is locked with a passphrase",
        bare: "has no private key in PEM form",
        tmp_path / "absent": "there is no file",
    }.items():
        ((option, text),) = told(UpstreamTls(client_certificate=bare, client_key=path))
        assert option == "client_key"
        assert reason in text
    assert told(UpstreamTls(client_certificate=bare)) == [
        ("client_certificate", f"{bare} has no private key in PEM form that can be used")
    ]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    absent = tmp_path / "absent"
    faults = told(UpstreamTls(ca_file=absent, client_certificate=absent, client_key=absent))

    assert [option for option, _ in faults] == ["ca_file", "client_certificate", "client_key"]
