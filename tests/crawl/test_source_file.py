"""Files of addresses are read through once, uncompressed, and known again; shipped lists tell robots and probes."""

from __future__ import annotations

import gzip
import hashlib
import tracemalloc
from pathlib import Path

import pytest

from migrator.crawl.source_file import SourceFile
from migrator.errors import SourceError
from migrator.pages.noise import bot_judge, probe_judge

BODY = b"0123456789" * 100_000


def read(source: SourceFile) -> bytes:
    return b"".join(source.pieces())


def sha(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def test_a_file_and_its_compressed_copy_are_one(tmp_path: Path) -> None:
    plain, packed = tmp_path / "a.log", tmp_path / "a.log.gz"
    plain.write_bytes(BODY)
    packed.write_bytes(gzip.compress(BODY[:300_000]) + gzip.compress(BODY[300_000:]))

    for path in (plain, packed):
        source = SourceFile(path)
        assert read(source) == BODY
        assert (source.digest, source.size, source.fault, source.name) == (sha(BODY), len(BODY), "", path.name)


def test_the_digests_of_its_beginnings_are_known(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(BODY)
    source = SourceFile(path, [0, 7, 262_144, 300_000, len(BODY), len(BODY) + 1])
    read(source)

    assert source.digests_at == {size: sha(BODY[:size]) for size in (0, 7, 262_144, 300_000, len(BODY))}


@pytest.mark.parametrize("body", [gzip.compress(BODY)[:-9], gzip.compress(BODY)[:1000], b"\x1f\x8bjunk"])
def test_a_damaged_compressed_file_is_read_as_far_as_it_goes(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / "a.gz"
    path.write_bytes(body)
    source = SourceFile(path)

    assert BODY.startswith(read(source)[: source.size])
    assert "damaged" in source.fault


def test_a_bomb_costs_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    with gzip.open(path, "wb", 9) as file:
        for _ in range(100):
            file.write(bytes(1_000_000))
    source = SourceFile(path)
    tracemalloc.start()
    assert sum(map(len, source.pieces())) == 100_000_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 5_000_000


def test_progress_is_told_in_bytes_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(BODY)
    told: list[tuple[int, int]] = []
    read(SourceFile(path, tell=lambda done, whole: told.append((done, whole))))

    assert told == sorted(told)
    assert told[-1] == (len(BODY), len(BODY))


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is a folder"):
        read(SourceFile(tmp_path))


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0)",
        "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)",
        "facebookexternalhit/1.1",
        "curl/8.5.0",
        "python-requests/2.32",
        "Wget/1.21",
        "Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/120.0",
        "Screaming Frog SEO Spider/20",
        "Pingdom.com_bot_version_1.4",
        "Go-http-client/1.1",
        "migrator/0.1.0 (+https://new.example)",
    ],
)
def test_robots_are_told(agent: str) -> None:
    assert bot_judge()(agent)


@pytest.mark.parametrize(
    "agent",
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Safari/604.1",
        "Mozilla/5.0 (Linux; Android 10; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36",
        "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
        "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0)",
        "Opera/9.80 (J2ME/MIDP; Opera Mini/7.1) Presto/2.12 Version/12.16",
        "Lynx/2.9.0",
        "Mozilla/5.0 (Linux; Android 13; SAMSUNG SM-A536B) SamsungBrowser/26.0 Chrome/122.0 Mobile Safari/537.36",
    ],
)
def test_browsers_are_people(agent: str) -> None:
    assert not bot_judge()(agent)


def test_probes_are_told_from_pages() -> None:
    assert all(map(probe_judge(), ("/.env", "/WP-LOGIN.php", "/old/.git/config", "/phpMyAdmin/index.php", "/../../etc/passwd")))
    assert not any(map(probe_judge(), ("/about.html", "/shellfish", "/news/item.php", "/environment", "/administration/")))
