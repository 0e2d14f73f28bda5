"""HTTP/2 as bytes, with fields that no library would write: one request on a connection of its own (RFC 9113, RFC 7541)."""

from __future__ import annotations

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _SETTINGS = 0, 1, 4
_END_STREAM, _END_HEADERS = 1, 4
_LARGEST_IN_ONE = 127


def request(fields: list[tuple[bytes, bytes]], body: bytes = b"") -> bytes:
    """The bytes of a connection that asks for that, and says no more."""
    block = b"".join(b"\0" + _text(name) + _text(value) for name, value in fields)
    flags = _END_HEADERS | (0 if body else _END_STREAM)
    data = _frame(_DATA, _END_STREAM, body) if body else b""
    return _PREFACE + _frame(_SETTINGS, 0, b"", stream=0) + _frame(_HEADERS, flags, block) + data


def _frame(kind: int, flags: int, payload: bytes, stream: int = 1) -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def _text(text: bytes) -> bytes:
    """A literal without Huffman's code, after its length (RFC 7541 sections 5.1 and 5.2)."""
    if len(text) < _LARGEST_IN_ONE:
        return bytes([len(text)]) + text
    left, length = len(text) - _LARGEST_IN_ONE, bytes([_LARGEST_IN_ONE])
    while left >= 128:
        length += bytes([left % 128 + 128])
        left //= 128
    return length + bytes([left]) + text
