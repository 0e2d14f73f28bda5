"""What h11, a parser that shares nothing with ours, makes of the bytes of a connection."""

from __future__ import annotations

from dataclasses import dataclass

import h11

Fields = frozenset[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Plain:
    """One whole request, with the names of its fields in lower case."""

    method: bytes
    target: bytes
    fields: Fields
    body: bytes


def requests_in(stream: bytes) -> list[Plain]:
    """The whole requests at the start of a stream, up to one that h11 refuses or that ends the connection."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
    connection.receive_data(stream)
    connection.receive_data(b"")
    found: list[Plain] = []
    try:
        while isinstance(request := connection.next_event(), h11.Request):
            body = b""
            while isinstance(event := connection.next_event(), h11.Data):
                body += bytes(event.data)
            if not isinstance(event, h11.EndOfMessage):
                break
            found.append(Plain(request.method, request.target, frozenset(request.headers), body))
            connection.send(h11.Response(status_code=200, headers=[(b"content-length", b"0")]))
            connection.send(h11.EndOfMessage())
            connection.start_next_cycle()
    except h11.ProtocolError:
        pass
    return found
