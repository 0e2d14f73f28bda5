"""Bodies decode to what they hold, and never to more than they may."""

from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.crawl.decoding import MAX_MEMBERS, Decoder, DecodingError, gunzipped


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
    for data, coding in ((body, ""), (gzip.compress(body), "gzip")):
        decoder = decoded(coding, data, limit)
        assert bytes(decoder.body) == body[:limit]
        assert decoder.over == (len(body) > limit)


def test_a_bomb_costs_no_more_than_the_limit() -> None:
    bomb = gzip.compress(bytes(200_000_000), 9)
    tracemalloc.start()

    assert len(gunzipped(bomb, 1_000_000)) == 1_000_000
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_a_body_of_endless_empty_members_is_refused() -> None:
    with pytest.raises(DecodingError, match="members"):
        gunzipped(gzip.compress(b"") * (MAX_MEMBERS + 1), 1000)


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip", "x" * 5000])
def test_a_coding_that_was_not_asked_for_is_refused(coding: str) -> None:
    with pytest.raises(DecodingError, match="not asked for"):
        Decoder(coding, 100)


@given(st.binary(min_size=1, max_size=300))
@settings(max_examples=100)
def test_bytes_that_are_no_gzip_decode_or_are_refused(data: bytes) -> None:
    for coding in ("gzip", "deflate"):
        with suppress(DecodingError):
            assert len(decoded(coding, data, 1000).body) <= 1000


def test_a_damaged_body_is_refused() -> None:
    noise = random.Random(1).randbytes(5000)
    damaged = bytearray(gzip.compress(noise))
    damaged[2000] ^= 255
    damaged[-6] ^= 255

    with pytest.raises(DecodingError, match="not what its Content-Encoding says"):
        decoded("gzip", bytes(damaged))
