"""Content codings are undone and done again as streams, and no body makes them use more memory than its pieces."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.errors import UpstreamError
from migrator.serve.codings import PIECE, decodable, decoder, encoder
from tests.shared import shared_folder

CODINGS = pytest.mark.parametrize("coding", decodable())


def decoded(coding: str, data: bytes, step: int = 0) -> tuple[bytes, bool]:
    """The content of a coded body that comes `step` bytes at a time, and whether its coding ended."""
    undoing = decoder(coding)
    parts: Iterable[bytes] = (data[start : start + step] for start in range(0, len(data), step)) if step else [data]
    return b"".join(piece for part in parts for piece in undoing.decode(part)), undoing.finished


def coded(coding: str, *parts: bytes) -> bytes:
    """A whole coded body."""
    doing = encoder(coding)
    return b"".join(doing.encode(part) + doing.flush() for part in parts) + doing.finish()


def test_gzip_and_deflate_are_always_there() -> None:
    assert {"gzip", "deflate"} <= set(decodable())


@CODINGS
@settings(max_examples=25)
@given(parts=st.lists(st.binary(max_size=400), max_size=5), step=st.integers(1, 50))
def test_what_is_coded_comes_back(coding: str, parts: list[bytes], step: int) -> None:
    assert decoded(coding, coded(coding, *parts), step) == (b"".join(parts), True)


@CODINGS
def test_a_flush_lets_the_recipient_read_all_so_far(coding: str) -> None:
    doing, undoing = encoder(coding), decoder(coding)
    for part in (b"<html>", b"<body>", b"text" * 1000):
        assert b"".join(undoing.decode(doing.encode(part) + doing.flush())) == part
    assert not undoing.finished
    assert list(undoing.decode(doing.finish())) == []
    assert undoing.finished


@CODINGS
def test_a_bomb_is_given_in_small_pieces(coding: str) -> None:
    zeros = bytes(1024 * 1024)
    bomb = coded(coding, *[zeros] * 64)
    tracemalloc.start()
    try:
        sizes = [len(piece) for piece in decoder(coding).decode(bomb)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(sizes) == 64 * len(zeros)
    assert max(sizes) <= 4 * len(zeros)
    assert peak < 16 * len(zeros)


@CODINGS
def test_what_is_not_in_the_coding_is_refused(coding: str) -> None:
    with pytest.raises(UpstreamError, match="Content-Encoding"):
        decoded(coding, b"\x1f\x8b<!doctype html><title>not coded at all</title>" * 3)


@CODINGS
def test_a_body_that_is_cut_short_is_not_finished(coding: str) -> None:
    whole = coded(coding, b"text" * 1000)
    assert not decoded(coding, whole[:-5])[1]
    assert not decoded(coding, whole[:1])[1]
    assert not decoded(coding, b"")[1]


def test_gzip_of_several_members_is_one_body() -> None:
    assert decoded("gzip", gzip.compress(b"a") + gzip.compress(b"b") + b"\0" * 8) == (b"ab", True)


def test_deflate_without_its_header_is_understood() -> None:
    raw = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    body = raw.compress(b"text" * 50_000) + raw.flush()
    for step in (0, 1, PIECE):
        assert decoded("deflate", body, step) == (b"text" * 50_000, True)


def test_zstd_of_several_frames_is_one_body() -> None:
    zstandard = pytest.importorskip("zstandard")
    assert decoded("zstd", zstandard.compress(b"a") + zstandard.compress(b"b"), 3) == (b"ab", True)


def test_the_brotli_streams_of_its_own_project_are_read() -> None:
    pytest.importorskip("brotli")
    files = sorted(shared_folder("corpora/decompression/brotli").glob("*.compressed*"))
    assert len(files) > 40
    for file in files:
        content, finished = decoded("br", file.read_bytes())
        original = file.with_name(file.name.partition(".compressed")[0])
        assert finished
        assert not original.is_file() or content == original.read_bytes()


def test_the_zstd_streams_of_its_own_project_are_read_or_refused() -> None:
    pytest.importorskip("zstandard")
    folder = shared_folder("corpora/decompression/zstd")
    for file in sorted(folder.glob("golden-decompression/*.zst")):
        assert decoded("zstd", file.read_bytes())[1]
    for file in sorted(folder.glob("golden-decompression-errors/*.zst")):
        with pytest.raises(UpstreamError):
            decoded("zstd", file.read_bytes())
