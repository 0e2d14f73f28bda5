"""Requests with every kind of fault that parsers' own test suites know: a kind, and all its variations.

Each is a request for `NUMBER/…`, which is replaced by a number of its own, so that whoever gets it can tell which it was. Sound
ones are among them: what is refused says little where nothing is let through.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from tests.serve import faults
from tests.serve.faults import BODY, CHUNKED, HOST, LENGTH

NUMBER = b"/000000"
WHOLE = b"5\r\nhello\r\n0\r\n\r\n"
CODED = (CHUNKED, WHOLE)


def numbered_cases() -> Iterator[tuple[str, bytes]]:
    """What each case is, and its bytes, which ask for the path that is its place, with six digits."""
    cases = chain.from_iterable(
        ((kind, number, make) for number, make in enumerate(of_kind())) for kind, of_kind in _KINDS.items()
    )
    for place, (kind, number, request) in enumerate(cases):
        yield f"{kind} {number}", request.replace(NUMBER, path_of(place))


def path_of(place: int) -> bytes:
    """The path by which the case at that place is known."""
    return b"/%06d" % place


def _post(*lines: bytes, body: bytes = BODY, rest: bytes = b"/ HTTP/1.1") -> bytes:
    """A POST with those lines for a head; `rest` ends the first."""
    return b"POST " + NUMBER + rest + b"\r\n" + b"".join(one + b"\r\n" for one in lines if one) + b"\r\n" + body


def _get(line: bytes) -> bytes:
    return line + b"\r\n" + HOST + b"\r\n\r\n"


def _bytes_in_fields() -> Iterator[bytes]:
    for odd in faults.BYTES:
        yield _post(HOST, LENGTH, b"X-a" + odd + b"b: y")
    for odd in faults.ODD:
        yield from (_post(HOST, LENGTH, name + b": y") for name in (odd + b"X-a", b"X-a" + odd))
        yield from (_post(HOST, LENGTH, b"X-a: " + value) for value in (odd + b"y", b"y" + odd, b"y" + odd + b"z"))
    names = (b"X-a", b"X-a y", b":", b": y", b"::", b"X-a:", b"X-a: ", b'"X-a": y', b"X a: y")
    yield from (_post(HOST, LENGTH, line) for line in names)


def _ends_of_lines() -> Iterator[bytes]:
    first, fields = b"POST " + NUMBER + b"/ HTTP/1.1", (HOST, LENGTH, b"X-a: y")
    for end in faults.ENDS:
        yield first + end + HOST + b"\r\n" + LENGTH + b"\r\n\r\n" + BODY
        yield first + b"\r\n" + HOST + b"\r\n" + LENGTH + b"\r\n" + end + BODY
        yield first + b"\r\n" + HOST + b"\r\n" + LENGTH + end + end + BODY
        for field in fields:
            others = b"\r\n".join(one for one in fields if one != field)
            yield _post(field + end + others)
            yield _post(others + b"\r\n" + field + end.removesuffix(b"\r\n"))


def _folds() -> Iterator[bytes]:
    for blank in (b" ", b"\t", b"  ", b" \t", b""):
        for field in (b"X-a: y", HOST, LENGTH, CHUNKED):
            others = [one for one in (HOST, LENGTH) if one != field and not (field == CHUNKED and one == LENGTH)]
            body = WHOLE if field == CHUNKED else BODY
            name, _, value = field.partition(b": ")
            for folded in (
                name + b":\r\n" + blank + value,
                field + b"\r\n" + blank + b"z",
                field + b"\r\n" + blank,
                blank + field,
            ):
                yield _post(*others, folded, body=body)
            yield _post(*others, name + b"\r\n" + blank + b": " + value, body=body)
            yield _post(blank + field, *others, body=body)


def _lengths() -> Iterator[bytes]:
    for value in faults.LENGTHS:
        odd = b"Content-Length: " + value
        yield _post(HOST, odd)
        yield _post(HOST, LENGTH, odd)
        yield _post(HOST, LENGTH, odd.lower())
        yield _post(HOST, odd, b"X: y", LENGTH)
        yield _post(HOST, odd, CHUNKED, body=WHOLE)
    for blank in faults.BLANKS:
        names = (b"Content-Length" + blank, blank + b"Content-Length", b"Content" + blank + b"Length")
        yield from (_post(HOST, name + b": 5") for name in names)
    for told, body in faults.LENGTHS_AND_BODIES:
        yield _post(HOST, b"Content-Length: " + told, body=body)
        yield _post(HOST, b"Content-Length: " + told, body=body, rest=b"/ HTTP/1.0")


def _codings() -> Iterator[bytes]:
    for body in (WHOLE, b"0\r\n\r\n"):
        length = b"Content-Length: %d" % len(body)
        for coding in faults.CODINGS:
            odd = b"Transfer-Encoding: " + coding
            yield _post(HOST, odd, body=body)
            yield _post(HOST, odd, length, body=body)
            yield _post(HOST, CHUNKED, odd, body=body)
            yield _post(HOST, odd, body=body, rest=b"/ HTTP/1.0")
        for name in faults.CODING_NAMES:
            yield _post(HOST, name + b": chunked", body=body)
            yield _post(HOST, length, name + b": chunked", body=body)


def _chunks() -> Iterator[bytes]:
    for before in (b"", b"3\r\nabc\r\n"):
        yield from (_post(HOST, CHUNKED, body=before + size + b"\r\nhello\r\n0\r\n\r\n") for size in faults.SIZES)
        yield from (_post(HOST, CHUNKED, body=before + last) for last in faults.LAST)
    for end in faults.ENDS:
        for one, other in ((end, b"\r\n"), (b"\r\n", end), (end, end)):
            yield _post(HOST, CHUNKED, body=b"5" + one + b"hello" + other + b"0\r\n\r\n")
    for data in (b"hell", b"hello!", b"hello\r\n", b"", b"hello 0\r\n\r\n"):
        yield _post(HOST, CHUNKED, body=b"5\r\n" + data + b"\r\n0\r\n\r\n")


def _first_lines() -> Iterator[bytes]:
    yield from (_get(method + b" " + NUMBER + b"/ HTTP/1.1") for method in faults.METHODS)
    yield from (_get(b"GET " + NUMBER + b"/ " + version) for version in faults.VERSIONS)
    for blank in (*faults.BLANKS, b"", b"  ", b"\r", b"\n", b"\r\n", b"\r\n "):
        yield _get(b"GET" + blank + NUMBER + b"/ HTTP/1.1")
        yield _get(b"GET " + NUMBER + b"/" + blank + b"HTTP/1.1")
    targets = (*faults.TARGETS, *(b"/a" + odd + b"b" for odd in faults.ODD))
    yield from (_get(b"GET " + NUMBER + target + b" HTTP/1.1") for target in targets)
    yield from (_get(b"GET " + target + NUMBER + b" HTTP/1.1") for target in faults.WHOLE_TARGETS)
    yield from (prefix + _post(HOST, LENGTH) for prefix in faults.PREFIXES)
    yield from (_get(line) for line in (b"", b"GET", b"GET ", b"GET  HTTP/1.1", b"hello"))


def _hosts() -> Iterator[bytes]:
    for rest in (b"/ HTTP/1.1", b"/ HTTP/1.0"):
        yield from (_post(host, LENGTH, rest=rest) for host in faults.HOSTS)


def _connections() -> Iterator[bytes]:
    for rest in (b"/ HTTP/1.1", b"/ HTTP/1.0"):
        for framing, body in ((LENGTH, BODY), CODED):
            yield from (_post(HOST, connection, framing, body=body, rest=rest) for connection in faults.CONNECTIONS)


_KINDS: dict[str, Callable[[], Iterator[bytes]]] = {
    "a byte in a field": _bytes_in_fields,
    "an end of a line": _ends_of_lines,
    "a fold": _folds,
    "a length": _lengths,
    "a coding": _codings,
    "a chunk": _chunks,
    "a first line": _first_lines,
    "a host": _hosts,
    "a connection": _connections,
}
