"""Ready vectors are read from what tools write, and whatever is in a file ends in vectors or in a word of what is wrong."""

from __future__ import annotations

import contextlib
import io
import json
import re
import zipfile
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.errors import SourceError
from migrator.pages.embedding_file import MOST_BYTES, MOST_NUMBERS, read_embeddings

A, B = "https://www.old.example/a", "https://www.new.example/b"


def found(body: bytes) -> dict[str, list[float]]:
    """What is read of a file with that body."""
    return {url: [round(float(number), 4) for number in vector] for url, vector in read_embeddings(io.BytesIO(body), "v")}


def npz(arrays: Mapping[str, object]) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **{name: np.array(values) for name, values in arrays.items()})  # type: ignore[arg-type]
    return file.getvalue()


@pytest.mark.parametrize(
    "body",
    [
        npz({"urls": [A, B], "vectors": [[0.5, 1.0], [0.25, -2.0]]}),
        npz({"Address": [A, B], "Embeddings": np.array([[0.5, 1.0], [0.25, -2.0]], dtype=np.float16)}),
        "\n".join(json.dumps({"url": url, "vector": v}) for url, v in ((A, [0.5, 1]), (B, [0.25, -2]))).encode(),
        f'{{"address": "{A}", "embedding": [0.5, 1]}}\r\n\r\n{{"address": "{B}", "embedding": [0.25, -2]}}\r\n'.encode(),
        f'\ufeff"Address","Status Code","embeds 1"\n"{A}","200","0.5, 1.0"\n"{B}","200","0.25,-2"\n'.encode(),
        f"url,(OpenAI) Extract embeddings 1\n{A},[0.5 1.0]\n{B},0.25;-2\n".encode(),
    ],
)
def test_vectors_are_read_from_every_form(body: bytes) -> None:
    assert found(body) == {A: [0.5, 1.0], B: [0.25, -2.0]}


def test_a_row_without_a_vector_is_passed_over() -> None:
    assert found(f"url,vector\n{A},\n{B},1 2\n{A},0 0\n".encode()) == {B: [1.0, 2.0]}
    assert found(f'{{"url": "{A}", "vector": []}}\n{{"url": "{B}", "vector": [1, 2]}}'.encode()) == {B: [1.0, 2.0]}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"url,title\n/a,A\n", "v:1: there is no vector"),
        (b"vector\n1 2\n", "v:1: there is no address"),
        (f"url,vector\n{A},1 2\n{B},1 2 3\n".encode(), "v:3: a vector of 3 numbers, after some of 2"),
        (f"url,vector\n{A},1 two\n".encode(), "v:2: the vector is no list of numbers"),
        (f"url,vector\n{A},1 nan\n".encode(), "v:2: a number of the vector is not finite"),
        (f"url,vector\n{A},1 1e39\n".encode(), "v:2: a number of the vector is not finite"),
        (f'{{"url": "{A}", "vector": [1, [2]]}}'.encode(), "v:1: the vector is no list of numbers"),
        (f'{{"url": "{A}", "vector": {{"a": 1}}}}'.encode(), "v:1: the vector is no list of numbers"),
        (f'{{"url": "{A}", "vector": [{"9" * 400}]}}'.encode(), "v:1: "),
        (b'{"url": 1, "vector"', "v:1: this is no JSON"),
        (b'{"a":' + b"[" * 100_000, "v:1: this is no JSON"),
        (f"url,vector\n{A},{'1 ' * (MOST_NUMBERS + 1)}\n".encode(), f"a vector of {MOST_NUMBERS + 1:,} numbers"),
        (f"url,vector\n{A},{'1' * 500_000}\n".encode(), "v:2: the line is longer than"),
        (b"PK\x03\x04nothing", "this is no NPZ file that can be read"),
        (npz({"urls": [A], "vectors": [[1.0], [2.0]]}), "1 addresses for 2 vectors"),
        (npz({"urls": [A], "vectors": [1.0]}), "in 1 dimensions"),
        (npz({"urls": [A], "vectors": [[float("inf")]]}), "v, row 0: a number of the vector is not finite"),
        (npz({"urls": [A]}), "there is no vector"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(body: bytes, said: str) -> None:
    with pytest.raises(SourceError, match=re.escape(said)):
        found(body)


def test_objects_in_an_archive_are_never_loaded() -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return pytest.fail, ("something in the file was run",)

    file = io.BytesIO()
    trap = np.empty((1, 1), dtype=object)
    trap[0, 0] = Trap()
    np.savez(file, urls=np.array([A]), vectors=trap, allow_pickle=True)

    with pytest.raises(SourceError, match="should hold fractions"):
        found(file.getvalue())


def test_an_array_that_says_it_is_huge_is_not_unpacked() -> None:
    body = npz({"urls": [A], "vectors": [[1.0]]})
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        honest = archive.getinfo("vectors.npy").file_size.to_bytes(4, "little")
    swollen = (MOST_BYTES + 1).to_bytes(4, "little")

    with pytest.raises(SourceError, match=f"larger than {MOST_BYTES:,} bytes"):
        found(body.replace(honest, swollen))


@pytest.mark.parametrize("shape", [(10**9, 1_000), (-1, 2), (2**40, 2**40)])
def test_a_head_that_says_more_than_follows_is_an_error(shape: tuple[int, int]) -> None:
    head, urls, file = io.BytesIO(), io.BytesIO(), io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f4", "fortran_order": False, "shape": shape})
    np.save(urls, np.array([A]))
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("vectors.npy", head.getvalue() + bytes(64))
        archive.writestr("urls.npy", urls.getvalue())

    with pytest.raises(SourceError, match="v: "):
        found(file.getvalue())


@given(
    st.one_of(
        st.binary(max_size=300),
        st.binary(max_size=300).map(lambda rest: b"PK\x03\x04" + rest),
        st.text(max_size=200).map(lambda text: f"url,vector\n{text}".encode("utf-8", "surrogatepass")),
    ),
)
@settings(max_examples=150, deadline=None)
def test_nothing_but_a_source_error_comes_of_any_bytes(body: bytes) -> None:
    with contextlib.suppress(SourceError):
        found(body)


@given(st.binary(min_size=1, max_size=8), st.integers(0, 600))
@settings(max_examples=150, deadline=None)
def test_a_damaged_archive_is_no_more_than_an_error(damage: bytes, at: int) -> None:
    whole = npz({"urls": [A, B], "vectors": [[0.5, 1.0], [0.25, -2.0]]})
    with contextlib.suppress(SourceError):
        found(whole[: at % len(whole)] + damage + whole[at % len(whole) + len(damage) :])
