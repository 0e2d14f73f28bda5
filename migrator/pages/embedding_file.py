"""Ready vectors of pages from a file of NPZ, JSON lines or CSV: bytes to (URL, vector). Which pages there are is not known here.

Needs the optional part `match`. The file is taken for hostile: everything is bounded, and nothing in it is run.
"""

from __future__ import annotations

import csv
import io
import json
import math
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from migrator.errors import SourceError
from migrator.pages.file_lines import as_utf8, byte_lines, decoded

Vector = npt.NDArray[np.float32]

MOST_NUMBERS = 4_096  # of one vector
MOST_BYTES = 2**30  # of one array in an NPZ file, unpacked; it is held in memory
LONGEST_LINE = 400_000  # bytes
LONGEST_ADDRESS = 8_000  # characters

_PIECE = 262_144
_ZIP = b"PK\x03\x04"
_ADDRESSES = ("address", "url", "urls", "page", "page url", "loc")
_VECTORS = ("vector", "vectors")
_NOT_A_VECTOR = "is no list of numbers"


def read_embeddings(file: IO[bytes], name: str) -> Iterator[tuple[str, Vector]]:
    """The address and the vector of each row that has both; `file` must be seekable, `name` tells where in errors.

    NPZ: an array of addresses (`urls`) and one of vectors (`vectors`), a row each. JSON lines: `url` and `vector`. CSV: a column
    `url` or `address`, and one of which the name has "embed" in it, as `embeds 1`, or is `vector`: numbers in one cell.
    Raises SourceError where a row cannot be read, or has more or fewer numbers than the first.
    """
    head = file.read(_PIECE)
    file.seek(0)
    if head.startswith(_ZIP):
        yield from _alike(_from_npz(file, name))
        return
    lines = _lines(iter(lambda: file.read(_PIECE), b""), name)
    rows = _from_json(lines, name) if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else _from_csv(lines, name)
    yield from _alike(rows)


def _alike(rows: Iterable[tuple[str, str, Vector]]) -> Iterator[tuple[str, Vector]]:
    """The rows, all with as many numbers."""
    count = 0
    for place, url, vector in rows:
        count = count or len(vector)
        if len(vector) != count:
            raise SourceError(
                f"{place}: a vector of {len(vector)} numbers, after some of {count}\n    all must come from one model"
            )
        if not np.isfinite(vector).all():
            raise SourceError(f"{place}: a number of the vector is not finite")
        if vector.any() and len(url) <= LONGEST_ADDRESS:
            yield url, vector


def _lines(pieces: Iterable[bytes], name: str) -> Iterator[str]:
    for number, line in enumerate(byte_lines(as_utf8(pieces), LONGEST_LINE), start=1):
        if line is None:
            raise SourceError(f"{name}:{number}: the line is longer than {LONGEST_LINE:,} bytes")
        yield decoded(line)


def _from_json(lines: Iterable[str], name: str) -> Iterator[tuple[str, str, Vector]]:
    for number, line in enumerate(lines, start=1):
        place = f"{name}:{number}"
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise SourceError(
                f'{place}: this is no JSON\n    each line should read {{"url": "https://…", "vector": [0.1, …]}}'
            ) from None
        names = {str(key).strip().lower(): key for key in row} if isinstance(row, dict) else {}
        url, vector = _columns(list(names), place)
        if row[names[vector]]:
            yield place, str(row[names[url]]), _vector(row[names[vector]], place)


def _from_csv(lines: Iterable[str], name: str) -> Iterator[tuple[str, str, Vector]]:
    reader = csv.reader(lines)
    names: list[str] = []
    try:
        for cells in reader:
            place = f"{name}:{reader.line_num}"
            if not names:
                names = [cell.strip().lower() for cell in cells]
                continue
            row = dict(zip(names, cells, strict=False))
            url, vector = _columns(names, f"{name}:1")
            if said := row.get(vector, "").strip().strip("[]").strip():
                yield place, row.get(url, "").strip(), _vector(said.replace(",", " ").replace(";", " ").split(), place)
    except csv.Error as error:
        raise SourceError(f"{name}:{reader.line_num}: this is no CSV: {error}") from None


def _columns(names: list[str], place: str) -> tuple[str, str]:
    """The names of the address and of the vector."""
    url = next((name for name in _ADDRESSES if name in names), None)
    vector = next((name for name in names if "embed" in name or name in _VECTORS), None)
    if url is None or vector is None:
        missing = "address (`url`)" if url is None else "vector (`vector`, or a name with `embed` in it, as `embeds 1`)"
        raise SourceError(f"{place}: there is no {missing}")
    return url, vector


def _vector(numbers: Any, place: str) -> Vector:
    if not isinstance(numbers, list) or not all(isinstance(one, str | int | float) for one in numbers):
        raise SourceError(f"{place}: the vector {_NOT_A_VECTOR}")
    if len(numbers) > MOST_NUMBERS:
        raise SourceError(f"{place}: a vector of {len(numbers):,} numbers; {MOST_NUMBERS:,} are read at most")
    try:
        return np.array([_number(one) for one in numbers], dtype=np.float32)
    except (ValueError, OverflowError):
        raise SourceError(f"{place}: the vector {_NOT_A_VECTOR}") from None


def _number(one: str | float) -> float:
    """That number; infinite where it is greater than a vector holds."""
    number = float(one)
    return number if abs(number) < float(np.finfo(np.float32).max) else math.inf


def _from_npz(file: IO[bytes], name: str) -> Iterator[tuple[str, str, Vector]]:
    try:
        with zipfile.ZipFile(file) as archive:
            names = {member.removesuffix(".npy").lower(): member for member in archive.namelist()[:100]}
            url, vector = _columns(list(names), name)
            urls = _array(archive, names[url], name, kinds="U", dimensions=1)
            table = _array(archive, names[vector], name, kinds="f", dimensions=2)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise SourceError(f"{name}: this is no NPZ file that can be read: {error}") from None
    if len(urls) != len(table):
        raise SourceError(f"{name}: {len(urls):,} addresses for {len(table):,} vectors")
    for number, address in enumerate(urls.tolist()):
        with np.errstate(over="ignore"):  # infinite then, which is refused
            yield f"{name}, row {number}", address, table[number].astype(np.float32)


def _array(archive: zipfile.ZipFile, member: str, name: str, kinds: str, dimensions: int) -> npt.NDArray[Any]:
    """One array, after its head has told how much it is. Objects, which could run something, are never read."""
    said = archive.getinfo(member)
    if said.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError("it is packed in a way that NumPy never uses")
    if said.file_size > MOST_BYTES:
        raise SourceError(f"{name}: `{member}` is larger than {MOST_BYTES:,} bytes\n    split the file, one for each site")
    body = archive.read(said)  # no more than it said
    stream = io.BytesIO(body)
    version = np.lib.format.read_magic(stream)
    read_head = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, is_by_column, kind = read_head(stream)
    if kind.kind not in kinds or len(shape) != dimensions:
        wanted = "text" if kinds == "U" else "fractions, a row for each address"
        raise SourceError(f"{name}: `{member}` should hold {wanted}; it holds {kind} in {len(shape)} dimensions")
    if dimensions > 1 and shape[1] > MOST_NUMBERS:
        raise SourceError(f"{name}: vectors of {shape[1]:,} numbers; {MOST_NUMBERS:,} are read at most")
    numbers = np.frombuffer(body, dtype=kind, count=math.prod(shape), offset=stream.tell())
    return numbers.reshape(shape, order="F" if is_by_column else "C")
