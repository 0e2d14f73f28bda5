"""ASGI apps of the peers that proxy: `fastapi_proxy` and `asgi_proxy`, each to $PEER_UPSTREAM, each made only when asked for.

It runs in an environment of its own, where nothing of Migrator is.
"""

from __future__ import annotations

import os
from typing import Any

UPSTREAM = os.environ["PEER_UPSTREAM"]


def fastapi_proxy() -> Any:
    """fastapi-proxy-lib as its documentation starts it."""
    from fastapi_proxy_lib.fastapi.app import reverse_http_app

    return reverse_http_app(base_url=f"{UPSTREAM}/")


def asgi_proxy() -> Any:
    """asgi-proxy-lib as its documentation starts it, but for the lifespan, which it takes no part in."""
    from asgi_proxy import asgi_proxy as made

    return made(UPSTREAM)
