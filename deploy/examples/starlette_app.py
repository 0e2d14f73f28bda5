"""The transition site inside an app of your own: run it with `uvicorn starlette_app:app` beside a redirects.yaml."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from migrator import TransitionMiddleware


async def old_page(request: Request) -> HTMLResponse:
    """What the old site answers; the banner is put into it."""
    return HTMLResponse("<!doctype html><html lang=en><title>Old page</title><body><h1>An old page</h1></body></html>")


inner = Starlette(routes=[Route("/{path:path}", old_page)])

# Around the app rather than by add_middleware, so that a map that cannot be used keeps the server from starting.
app = TransitionMiddleware(inner, config="redirects.yaml")
