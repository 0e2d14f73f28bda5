"""How many answers before the answer an upstream may send: aiohttp itself reads 1xx for as long as they come."""

from __future__ import annotations

from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.http import HttpProcessingError, RawResponseMessage

MOST_INTERIM = 32  # in a row; Early Hints and progress reports are a few


class BoundedConnector(aiohttp.TCPConnector):
    """A connector whose connections end where more than MOST_INTERIM interim answers come in a row (RFC 9110 section 15.2)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._factory = partial(_BoundedHandler, loop=self._loop)  # type: ignore[assignment]  # aiohttp takes no class for it


class _BoundedHandler(ResponseHandler):
    _interim = 0

    def feed_data(self, data: tuple[RawResponseMessage, Any], size: int = 0) -> None:
        if self._interim > MOST_INTERIM:
            return
        self._interim = self._interim + 1 if data[0].code < 200 else 0
        if self._interim <= MOST_INTERIM:
            super().feed_data(data, size)
            return
        self.set_exception(HttpProcessingError(code=502, message="interim answers without end"))  # whoever reads it closes
