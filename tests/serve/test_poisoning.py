"""Fields that would have a request taken for another: none changes an answer, and an old site that believes them gets none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from pathlib import Path

import httpx
import pytest

from migrator.app import transition_site
from tests.serve.caches import CACHES, TOLD, cache
from tests.serve.fronted import HOST, PATIENT, configured, exchange
from tests.serve.hardened import hardened
from tests.serve.misleading import ALL, KEPT_BACK, OTHERS
from tests.serve.raw_upstream import Asked, RawUpstream, raw_upstream

CANARY = "canary.example"
VALUES = (
    CANARY,
    f"https://{CANARY}/{CANARY}",
    f"/{CANARY}",
    "DELETE",
    "https",
    f'host="{CANARY}";proto=https',
    "203.0.113.9, 1",
    "on",
)
DECIDED = ("/moved", "/gone/a", "/moved?a=b", "/gone/a.fr")
MADE_ANEW = frozenset(("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip"))
HEADERS = {"host": HOST}


async def gullible(asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Answer with all that was said, as an application does that believes every field, and let it be kept."""
    said = b"\n".join(name + b": " + value for name, value in asked.headers if name not in (b"x-request", b"if-none-match"))
    body = b"<!doctype html><html lang=en><title>Old</title><body><pre>" + asked.method.encode() + b" " + asked.target + said
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nCache-Control: max-age=600\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    writer.write(b"" if asked.method == "HEAD" else body)
    await writer.drain()


@contextmanager
def door(folder: Path) -> Iterator[tuple[str, RawUpstream]]:
    """The door on its own server, told of no proxy to trust, before a site that believes everything."""
    with raw_upstream(gullible) as upstream:
        config = configured(folder, upstream.url, "rules: [{from: /gone/*, gone: true}]\n")
        config.write_text(config.read_text("utf-8").replace("server: {trusted_proxies: [127.0.0.1]}\n", ""), encoding="utf-8")
        with hardened(transition_site(config), PATIENT) as base:
            yield base, upstream


def seen(answer: httpx.Response) -> tuple[int, str | None, bytes]:
    return answer.status_code, answer.headers.get("location"), answer.content


def test_no_field_changes_what_the_map_decides(tmp_path: Path) -> None:
    with door(tmp_path) as (base, _), httpx.Client(base_url=base, headers=HEADERS, trust_env=False) as client:
        for target in DECIDED:
            plain = seen(client.get(target))
            for name in ALL:
                answer = client.get(target, headers=[(name, value) for value in VALUES])
                assert seen(answer) == plain, name
                assert CANARY not in str(answer.headers), name
        assert client.get("/moved", headers={"host": CANARY}).status_code == 404


def test_an_old_site_that_believes_everything_is_told_nothing_misleading(tmp_path: Path) -> None:
    with door(tmp_path) as (base, upstream), httpx.Client(base_url=base, headers=HEADERS, trust_env=False) as client:
        plain = seen(client.get("/page"))
        for name in KEPT_BACK:
            for value in VALUES:
                assert seen(client.get("/page", headers={name: value})) == plain, (name, value)
        for name in OTHERS:
            client.get("/page", headers={name: CANARY})

        names = {name.decode() for asked in upstream.asked for name, _ in asked.headers}
        assert names & set(KEPT_BACK) == MADE_ANEW
        assert set(OTHERS) <= names
        assert {(asked.method, asked.target) for asked in upstream.asked} == {("GET", b"/page")}


@pytest.mark.parametrize("name", CACHES)
def test_no_cache_keeps_an_answer_that_such_a_field_made(name: str, tmp_path: Path) -> None:
    """One after the other asks for an address with a field and without it: the second gets what the first would have got."""
    with (
        door(tmp_path) as (direct, _),
        cache(name, tmp_path, direct) as base,
        httpx.Client(base_url=base, headers=HEADERS, trust_env=False) as client,
    ):
        for field, value in product(KEPT_BACK, VALUES[:2]):
            for target in (f"/page/{field}/{len(value)}", f"/moved?{field}={len(value)}"):
                client.get(target, headers={field: value})
                clean = client.get(target)
                assert (clean.headers[TOLD], CANARY in clean.text) == ("HIT", False), (field, value)


@pytest.mark.parametrize("name", CACHES)
def test_no_cache_keeps_a_refusal(name: str, tmp_path: Path) -> None:
    """Fields that are too large, too many or malformed for the door alone deny a page to nobody else."""
    faults: list[dict[str, str]] = [{"x-big": "x" * 8000, "x-bigger": "x" * 7000}, {f"x-{number}": "y" for number in range(110)}]
    faults += [{"x-bell": "a\x07b"}, {"transfer-encoding": "gzip"}, {"content-length": "+1"}, {"x-a b": "c"}]
    with door(tmp_path) as (direct, _), cache(name, tmp_path, direct) as base:
        port = int(base.rpartition(":")[2])
        for place, fields in enumerate(faults):
            target = f"/page/{place}"
            lines = "".join(f"{field}: {value}\r\n" for field, value in fields.items())
            asyncio.run(exchange(port, f"GET {target} HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n{lines}\r\n".encode(), 2))
            assert httpx.get(base + target, headers=HEADERS, trust_env=False).status_code == 200, fields
