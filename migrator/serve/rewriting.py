"""The body of one answer on its way through: its coding undone, the banner put in, the coding done again. No headers, no ASGI."""

from __future__ import annotations

from collections.abc import Iterator

from migrator.errors import UpstreamError
from migrator.serve.codings import decoder, encoder
from migrator.serve.finding import Outcome
from migrator.serve.insertion import Insertion

_BOMB_RATIO = 100


class Rewriting:
    """One body in one coding ("" for none). `pieces` gives rewritten content, `encoded` makes it ready to be sent."""

    def __init__(self, coding: str, insertion: Insertion) -> None:
        self.insertion = insertion
        self._decoder = decoder(coding) if coding else None
        self._encoder = encoder(coding) if coding else None
        self._taken = 0
        self._content = 0

    @property
    def is_coded(self) -> bool:
        """Whether what is sent is made anew, byte for byte."""
        return self._decoder is not None

    @property
    def is_settled(self) -> bool:
        """Whether it is known what becomes of the page."""
        return self.insertion.outcome is not Outcome.PENDING

    def pieces(self, data: bytes, *, last: bool) -> Iterator[bytes]:
        """The content that `data` yields. Raises UpstreamError where it is not in its coding, or ends before its end."""
        self._taken += len(data)
        if self._decoder is None:
            yield self.insertion.feed(data)
        else:
            for piece in self._decoder.decode(data):
                self._content += len(piece)
                yield self.insertion.feed(piece)
            if last and self._taken and not self._decoder.finished:
                raise UpstreamError("the body ends before its content coding does")
        if last:
            yield self.insertion.end()

    def inflates(self, beyond: int) -> bool:
        """Whether there is more content than `beyond` bytes, and more than any honest page has for its coded size."""
        return self._content > max(beyond, _BOMB_RATIO * self._taken)

    def encoded(self, content: bytes, *, last: bool) -> bytes:
        """`content` as it is sent; all of it can be read by the recipient at once."""
        if self._encoder is None:
            return content
        return self._encoder.encode(content) + (self._encoder.finish() if last else self._encoder.flush())
