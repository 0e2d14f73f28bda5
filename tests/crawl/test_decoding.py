"""Bodies decode to what they hold, and never to more than they may."""

from __future__ import annotations

import functools
import gzip
import importlib
import importlib.util
import random
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.crawl.decoding import FREE, MAX_MEMBERS, Decoder, DecodingError, accepted, gunzipped
from tests.shared import shared_folder


def decoded(coding: str, data: bytes, limit: int = 1_000_000, step: int = 7) -> Decoder:
    decoder = Decoder(coding, limit)
    for start in range(0, len(data), step):
        decoder.feed(data[start : start + step])
    return decoder


RAW = zlib.compressobj(wbits=-15)
SENT: dict[str, Callable[[bytes], bytes]] = {
    "": lambda body: body,
    "identity": lambda body: body,
    "gzip": gzip.compress,
    "X-GZIP": lambda body: gzip.compress(body[:50]) + gzip.compress(body[50:]) + b"\0" * 30,
    "deflate": zlib.compress,
}
OPTIONAL = {"br": "brotli", "zstd": "zstandard"}
for coding, package, level in (("br", "brotli", {"quality": 5}), ("zstd", "zstandard", {})):
    if coding in accepted():
        SENT[coding] = functools.partial(importlib.import_module(package).compress, **level)
COMPRESSED = sorted(SENT.keys() - {"", "identity"})


@given(st.sampled_from(sorted(SENT)), st.binary(max_size=2000), st.integers(1, 3000))
@settings(max_examples=100)
def test_every_coding_asked_for_gives_the_body_back(coding: str, body: bytes, step: int) -> None:
    decoder = decoded(coding, SENT[coding](body), step=step)

    assert bytes(decoder.body) == body
    assert not decoder.over


def test_deflate_without_its_wrapper_decodes_as_browsers_do_it() -> None:
    raw = RAW.compress(b"some text") + RAW.flush()

    assert bytes(decoded("deflate", raw).body) == b"some text"


@given(st.binary(max_size=500), st.integers(0, 600))
@settings(max_examples=100)
def test_a_body_is_cut_at_the_limit_and_only_there(body: bytes, limit: int) -> None:
    for coding, sent in SENT.items():
        decoder = decoded(coding, sent(body), limit)
        assert bytes(decoder.body) == body[:limit]
        assert decoder.over == (len(body) > limit)


def test_what_is_accepted_is_what_is_installed() -> None:
    for coding, package in OPTIONAL.items():
        assert (coding in accepted().split(", ")) == (importlib.util.find_spec(package) is not None)
    assert accepted().startswith("gzip")


@pytest.mark.parametrize("coding", COMPRESSED)
def test_a_bomb_is_let_go_of_before_it_goes_off(coding: str) -> None:
    bomb = SENT[coding](bytes(100_000_000))
    decoder = Decoder(coding, 10_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(DecodingError, match="swells to more than"):
            decoder.feed(bomb)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 8 * FREE
    assert not decoder.body


def test_a_bomb_below_that_costs_no_more_than_the_limit() -> None:
    assert len(gunzipped(gzip.compress(bytes(200_000_000), 9), 1_000_000)) == 1_000_000


@pytest.mark.parametrize("coding", COMPRESSED)
def test_a_page_that_repeats_itself_is_no_bomb(coding: str) -> None:
    row = "<tr><td class='number'>{:06}</td><td><a href='/country/{:06}'>Country {}</a></td></tr>\n"
    table = "".join(row.format(number, number, number % 7) for number in range(60_000)).encode()

    assert bytes(decoded(coding, SENT[coding](table), 10_000_000, step=30_000).body) == table


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_body_of_endless_empty_members_is_refused(coding: str) -> None:
    if coding not in SENT:
        pytest.skip(f"{coding} is not installed")
    with pytest.raises(DecodingError, match="members"):
        decoded(coding, SENT[coding](b"") * (MAX_MEMBERS + 1), 1000, step=4000)


@pytest.mark.parametrize("coding", ["gzip, gzip", "compress", "x" * 5000])
def test_a_coding_that_was_not_asked_for_is_refused(coding: str) -> None:
    with pytest.raises(DecodingError, match="not asked for"):
        Decoder(coding, 100)


def test_the_brotli_streams_of_its_own_project_are_read() -> None:
    pytest.importorskip("brotli")
    files = sorted(shared_folder("corpora/decompression/brotli").glob("*.compressed*"))

    assert len(files) > 40
    for file in files:
        original = file.with_name(file.name.partition(".compressed")[0])
        body = bytes(decoded("br", file.read_bytes(), 1_000_000, step=4000).body)
        assert not original.is_file() or body == original.read_bytes()[:1_000_000]


def test_the_zstd_streams_of_its_own_project_are_read_or_refused() -> None:
    pytest.importorskip("zstandard")
    folder = shared_folder("corpora/decompression/zstd")

    for file in sorted(folder.glob("golden-decompression/*.zst")):
        decoded("zstd", file.read_bytes(), 10_000_000)
    for file in sorted(folder.glob("golden-decompression-errors/*.zst")):
        with pytest.raises(DecodingError):
            decoded("zstd", file.read_bytes(), 10_000_000)


@given(st.binary(min_size=1, max_size=300))
@settings(max_examples=100)
def test_bytes_that_are_in_no_coding_decode_or_are_refused(data: bytes) -> None:
    for coding in COMPRESSED:
        with suppress(DecodingError):
            assert len(decoded(coding, data, 1000).body) <= 1000


def test_a_damaged_body_is_refused() -> None:
    noise = random.Random(1).randbytes(5000)
    damaged = bytearray(gzip.compress(noise))
    damaged[2000] ^= 255
    damaged[-6] ^= 255

    with pytest.raises(DecodingError, match="not what its Content-Encoding says"):
        decoded("gzip", bytes(damaged))
