"""Bodies that are small on the wire and a gigabyte when decoded, as pages of a site that is crawled, and what memory that takes.

Runs by itself as `python -m tests.crawl.bombs GIGABYTES`; the crawler is `migrator crawl`, a process of its own.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

from migrator.crawl.decoding import accepted
from migrator.pages.page import Page, Side
from migrator.store.open import open_store
from tests.crawl.live_site import Reply, live_site, page

BLOCK = 1 << 20
MOST_GROWTH = 50_000  # KB
OPENING = b"<!doctype html><title>Bomb</title><body><p>"


def bomb(coding: str, gigabytes: float) -> bytes:
    """A page and so many gigabytes of zeros in a coding."""
    compress, flush = _compressor(coding)
    parts = [compress(OPENING), *(compress(bytes(BLOCK)) for _ in range(int(gigabytes * 1024))), flush()]
    return b"".join(parts)


def codings() -> list[str]:
    """Those that the crawler asks for."""
    return [coding for coding in accepted().split(", ") if coding != "identity"]


def crawled(folder: Path, bombs: Mapping[str, bytes]) -> tuple[dict[str, Page], int]:
    """What a crawl of a site with these bombs keeps, by path, and the most memory that it took, in KB."""
    replies = {f"/{coding}": Reply(body, headers={"Content-Encoding": coding}) for coding, body in bombs.items()}
    replies |= {"/": page(*replies, "/end"), "/end": page(), "/robots.txt": Reply("", 404), "/sitemap.xml": Reply("", 404)}
    with live_site(replies) as site:
        config = folder / "redirects.yaml"
        config.write_text(
            f"version: 1\nsites:\n  main: {{hosts: [old.example], legacy: '{site.url}', new: 'https://new.example'}}\n"
        )
        store = f"sqlite:///{folder}/store-{len(bombs)}.db"
        command = [sys.executable, "-m", "migrator", "crawl", "legacy", "--delay", "0", "--config", str(config), "--store", store]
        process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        with open_store(store) as opened:
            kept = {one.url.removeprefix(site.url): one for one in opened.pages("main", Side.LEGACY)}
    return kept, usage.ru_maxrss


def prove(gigabytes: float, folder: Path) -> bool:
    """Crawl with and without bombs; prints what each was listed as, and whether memory stayed flat."""
    _, before = crawled(folder, {})
    bombs = {coding: bomb(coding, gigabytes) for coding in codings()}
    kept, most = crawled(folder, bombs)
    for coding, body in bombs.items():
        print(f"{coding:5} {len(body):>10,} bytes on the wire: {kept[f'/{coding}'].error}")
    print(f"{most - before:,} KB more memory than without them")
    return most - before < MOST_GROWTH and all(kept[f"/{coding}"].error for coding in bombs) and "/end" in kept


def _compressor(coding: str) -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    if coding == "br":
        brotli = importlib.import_module("brotli").Compressor(quality=1)
        return brotli.process, brotli.finish
    if coding == "zstd":
        zstd = importlib.import_module("zstandard").ZstdCompressor(level=1).compressobj()
        return zstd.compress, zstd.flush
    gzip = zlib.compressobj(1, zlib.DEFLATED, 31)
    return gzip.compress, gzip.flush


def main(gigabytes: str) -> int:
    """Prove it."""
    with tempfile.TemporaryDirectory() as folder:
        return 0 if prove(float(gigabytes), Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
