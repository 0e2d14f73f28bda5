"""Other people's servers in front of the door, set up as docs/serve.md says; each in a folder and process of its own."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.serve.live import eventually, listens
from tests.shared import ROOT

FRONTS = ("nginx", "haproxy", "caddy")
MARKED = "x-front"  # the field by which each request of a front's own making is known
DOCUMENTED = "127.0.0.1:8000"
FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"  # where Debian keeps servers, often not on the path of users


@contextmanager
def front(name: str, folder: Path, to: str, *, http2: bool = False, certificate: Path | None = None) -> Iterator[str]:
    """Run that server in front of the base URL `to`, and give its own; `http2` without TLS, as a client must know."""
    port = free_port()
    place = folder / name
    place.mkdir(exist_ok=True)
    authority = to.removeprefix("http://")
    write = {"nginx": _nginx, "haproxy": _haproxy, "caddy": _caddy}[name]
    command = write(place, port, authority, http2, certificate)
    with running(command, place, port):
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{port}"


@contextmanager
def running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    """Run a server until the block ends; skips the test, saying so, where it is not installed."""
    program = shutil.which(command[0]) or shutil.which(command[0], path=FOLDERS)
    if program is None:
        pytest.skip(f"{command[0]} is absent (scripts/setup dev installs it as root on Debian)")
    home = {"HOME": str(folder), "PATH": "/usr/bin:/bin:" + FOLDERS}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([program, *command[1:]], stdout=log, stderr=log, cwd=folder, env=home)
        try:
            eventually(lambda: process.poll() is not None or listens(port), seconds=20)
            assert process.poll() is None, (folder / "log").read_text("utf-8")
            yield
        finally:
            process.terminate()
            process.wait(10)


def documented(language: str, to: str) -> str:
    """The set-up that the page for operators shows in that language, for the address `to`."""
    page = (ROOT / "docs" / "serve.md").read_text("utf-8")
    block = re.search(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert block, f"docs/serve.md shows nothing in {language}"
    return block[1].replace(DOCUMENTED, to)


def nginx(folder: Path, http: str) -> list[str]:
    """Write a configuration with `http` in its section of that name, and give the command that runs it."""
    kept = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    alone = f"daemon off; master_process off; pid {folder}/pid; error_log stderr;\nevents {{}}\n"
    (folder / "nginx.conf").write_text(f"{alone}http {{ access_log off;\n{kept}{http}\n}}\n", encoding="utf-8")
    return ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def _nginx(folder: Path, port: int, to: str, http2: bool, certificate: Path | None) -> list[str]:
    how = (" ssl" if certificate else "") + (" http2" if http2 else "")
    keys = f"ssl_certificate {certificate}; ssl_certificate_key {certificate};" if certificate else ""
    marked = documented("nginx", to).replace("location / {", f"location / {{\nproxy_set_header {MARKED} $request_id;")
    return nginx(folder, marked.replace("listen 443 ssl http2;", f"listen 127.0.0.1:{port}{how}; {keys}"))


def _haproxy(folder: Path, port: int, to: str, http2: bool, certificate: Path | None) -> list[str]:
    how = f" ssl crt {certificate} alpn h2,http/1.1" if certificate else " proto h2" if http2 else ""
    marked = documented("haproxy", to).replace(
        "backend migrator\n", f"backend migrator\nhttp-request set-header {MARKED} %[uuid()]\n"
    )
    text = re.sub(r"bind :443.*", f"bind 127.0.0.1:{port}{how}", marked)
    (folder / "haproxy.cfg").write_text(text, encoding="utf-8")
    return ["haproxy", "-db", "-f", str(folder / "haproxy.cfg")]


def _caddy(folder: Path, port: int, to: str, http2: bool, certificate: Path | None) -> list[str]:
    protocols = "h1 h2c" if http2 else "h1 h2"
    options = f"{{\nadmin off\nauto_https off\nservers {{\nprotocols {protocols}\n}}\n}}\n"
    site = f"{'https' if certificate else 'http'}://:{port} {{\nbind 127.0.0.1\n" + (
        f"tls {certificate} {certificate}\n" if certificate else ""
    )
    mark = f"header_up {MARKED} {{http.request.uuid}}"
    text = documented("caddyfile", to).replace("www.old.example {\n", site)
    text = re.sub(r"(reverse_proxy \S+ \{\n)", rf"\1{mark}\n", text)
    (folder / "Caddyfile").write_text(options + text, encoding="utf-8")
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]
