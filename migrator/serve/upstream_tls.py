"""TLS to one upstream: the context that verifies it, and what is wrong with the files it is made from. Opens no connection."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

from migrator.serve.options import UpstreamTls

_LARGEST_FILE = 16 << 20  # bytes; all public authorities together have a fiftieth of it
_PEM = "It begins with -----BEGIN CERTIFICATE-----; `openssl x509 -inform der` makes PEM of DER."


class TlsFault(ValueError):
    """A file that cannot be used. `option` is the field of UpstreamTls that names it, `mend` says what to do."""

    def __init__(self, option: str, message: str, mend: str) -> None:
        self.option = option
        self.mend = mend
        super().__init__(message)


class _Locked(Exception):
    """A key that asks for a passphrase."""


def tls_context(tls: UpstreamTls | None = None) -> ssl.SSLContext:
    """A context for connections to an upstream: it verifies certificate and name, takes TLS 1.2 or newer, and offers HTTP/1.1.

    It trusts the authorities of `ca_file` and no others, or those of the system and of $SSL_CERT_FILE where there is none.
    Connect with `tls.server_name` as the server's name where there is one. Raises TlsFault.
    """
    context = _bare_context()
    for fault in _loaded(context, tls or UpstreamTls()):
        raise fault
    return context


def tls_faults(tls: UpstreamTls) -> list[TlsFault]:
    """Everything that is wrong with the files: what tls_context would raise, all at once."""
    return list(_loaded(_bare_context(), tls))


def _bare_context() -> ssl.SSLContext:
    # Not ssl.create_default_context: what that verifies depends on Python's version, and it tells keys to $SSLKEYLOGFILE.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = True
    context.verify_mode = ssl.CERT_REQUIRED
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _loaded(context: ssl.SSLContext, tls: UpstreamTls) -> Iterator[TlsFault]:
    """Load what the options name into `context`, and yield what could not be loaded."""
    if tls.ca_file is None:
        context.load_default_certs()
    else:
        yield from _load_authorities(context, "ca_file", tls.ca_file)
    if tls.client_certificate is not None:
        yield from _load_own_certificate(context, tls.client_certificate, tls.client_key)


def _load_authorities(context: ssl.SSLContext, option: str, path: Path) -> Iterator[TlsFault]:
    unreadable = _unreadable(option, path)
    if unreadable is not None:
        yield unreadable
        return
    try:
        context.load_verify_locations(cafile=path)
    except ssl.SSLError:
        yield TlsFault(option, f"{path} has no certificate in PEM form", _PEM)
        return
    if not context.cert_store_stats()["x509"]:
        yield TlsFault(option, f"{path} has a list of revoked certificates and no certificate", _PEM)


def _load_own_certificate(context: ssl.SSLContext, certificate: Path, key: Path | None) -> Iterator[TlsFault]:
    named = [("client_certificate", certificate), *([("client_key", key)] if key else [])]
    faults = [fault for option, path in named if (fault := _unreadable(option, path))]
    faults = faults or list(_load_authorities(_bare_context(), "client_certificate", certificate))  # is it one at all?
    if faults:
        yield from faults
        return
    option, path = named[-1]
    try:
        context.load_cert_chain(certificate, key, password=_refuse_to_unlock)
    except _Locked:
        yield TlsFault(option, f"the key in {path} is locked with a passphrase", "Save it without: `openssl pkey -in … -out …`.")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            yield TlsFault(option, f"the key in {path} is not that of {certificate}", "Name the key that belongs to it.")
        else:
            reason = f" ({error.reason})" if error.reason else ""
            yield TlsFault(option, f"{path} has no private key in PEM form that can be used{reason}", "Name a PEM file with it.")


def _refuse_to_unlock() -> str:
    """Called for a locked key; without it, OpenSSL would ask at the terminal and wait."""
    raise _Locked


def _unreadable(option: str, path: Path) -> TlsFault | None:
    try:
        if not path.exists():
            return TlsFault(option, f"there is no file {path}", "Paths are relative to the folder of redirects.yaml.")
        if not path.is_file():
            return TlsFault(option, f"{path} is no file", "Name a file in PEM form.")
        with path.open("rb"):
            size = path.stat().st_size
    except OSError as error:
        return TlsFault(option, f"{path} cannot be read: {error.strerror}", "Give this user the right to read it.")
    if size > _LARGEST_FILE:
        return TlsFault(option, f"{path} is larger than 16 MiB", "Name a file with certificates or keys alone.")
    return None
