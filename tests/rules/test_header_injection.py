"""No CR, LF or NUL of a request, in whatever spelling, becomes a header, a 5xx or a dropped connection. Over a live server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

import pytest

from migrator.app import transition_site
from tests.serve.live import serve, talk
from tests.shared import shared_folder

SHAPE = '{{hosts: ["{kind}.example", "www.{kind}.example"], legacy: "http://127.0.0.1:9", new: "https://new.example", {more}}}'
FOLDS = {
    "slash": "unmapped: new, ignore: [trailing_slash]",
    "case": "unmapped: not_found, ignore: [case]",
    "alias": "unmapped: not_found, ignore: []",
}
RULES = {
    "splat": '{from: "http://splat.example/*", to: "/:splat"}',
    "placeholder": '{from: "http://placeholder.example/:a", to: "/:a?a=:a"}',
    "regex": "{site: regex, regex: '^/(.*)$', to: '/\\1#\\1'}",
    "case": '{from: "http://case.example/*", to: "/:splat"}',
    "alias": '{from: "http://alias.example/*", to: "/moved/:splat"}',
    "gone": '{from: "http://gone.example/*", gone: true}',
}
KINDS = ("splat", "placeholder", "regex", "slash", "case", "alias", "gone")
FINE = {301, 302, 307, 308, 400, 404, 410}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    sites = "".join(f"  {kind}: {SHAPE.format(kind=kind, more=FOLDS.get(kind, 'unmapped: not_found'))}\n" for kind in KINDS)
    rules = "".join(f"  - {rule}\n" for rule in RULES.values())
    config: Path = tmp_path_factory.mktemp("door") / "redirects.yaml"
    config.write_text(f"version: 1\nsites:\n{sites}rules:\n{rules}", encoding="utf-8")
    with serve(transition_site(config)) as base:
        yield base


def payloads() -> list[bytes]:
    lines = (shared_folder("corpora/crlf") / "patt-crlfinjection.txt").read_bytes().splitlines()
    ours = [b"/%E5%98%8D%E5%98%8ASet-Cookie:crlf=injection", b"/a%00b", b"/a\xc4\x8d\xc4\x8aSet-Cookie:crlf=injection"]
    return [line for line in lines if line] + ours


@pytest.mark.parametrize("kind", KINDS)
def test_no_payload_adds_a_header(base: str, kind: str) -> None:
    for payload in payloads():
        decoded = unquote_to_bytes(payload)
        for target in (payload, b"/page?next=" + payload, b"/page?" + payload, decoded, b"/page?next=" + decoded):
            for host in (f"{kind}.example", f"www.{kind}.example"):
                request = b"GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % (target, host.encode())
                answer = talk(base, request)
                head = answer.partition(b"\r\n\r\n")[0]
                status, *fields = head.split(b"\r\n")
                assert status.startswith(b"HTTP/1.1 "), (target, answer)
                assert int(status.split()[1]) in FINE, (target, answer)
                names = {field.partition(b":")[0].lower() for field in fields}
                assert b"set-cookie" not in names, (target, answer)
                assert b"\r" not in head.replace(b"\r\n", b""), (target, answer)
                assert b"\n" not in head.replace(b"\r\n", b""), (target, answer)
