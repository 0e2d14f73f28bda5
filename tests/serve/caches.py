"""Shared caches in front of the door: nginx's proxy_cache and Varnish, as they come but for what makes a hit visible."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starlette.types import Receive, Scope, Send

from migrator.app import TransitionSite
from migrator.serve.answer import Answer
from migrator.serve.plain_head import PlainHead
from tests.ports import free_port
from tests.serve.fronts import nginx, running

CACHES = ("nginx", "varnish")
TOLD = "x-cache"  # HIT where the cache alone answered

_NGINX = """
proxy_cache_path {folder}/kept keys_zone=kept:1m use_temp_path=off;
server {{
    listen 127.0.0.1:{port};
    location / {{
        proxy_pass http://{to};
        proxy_http_version 1.1;
        proxy_set_header Host $http_host;
        proxy_set_header Connection "";
        proxy_cache kept;
        proxy_cache_key $http_host$request_uri;
        proxy_cache_revalidate on;
        add_header {told} $upstream_cache_status always;
    }}
}}
"""
_VARNISH = """
vcl 4.1;
backend default {{ .host = "127.0.0.1"; .port = "{to}"; }}
sub vcl_recv {{ unset req.http.Cookie; }}
sub vcl_backend_response {{ set beresp.grace = 0s; set beresp.keep = 1h; }}
sub vcl_deliver {{
    set resp.http.{told} = "MISS";
    if (obj.hits > 0) {{ set resp.http.{told} = "HIT"; }}
}}
"""


class Door:
    """A transition site that another can take the place of while it is served."""

    def __init__(self, site: TransitionSite) -> None:
        self.site = site
        self._all = [site]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the site of the moment does; at shutdown, close the connections of all."""
        if scope["type"] != "lifespan":
            await self.site(scope, receive, send)
            return
        while (await receive())["type"] != "lifespan.shutdown":
            await send({"type": "lifespan.startup.complete"})
        for site in self._all:
            await site.aclose()
        await send({"type": "lifespan.shutdown.complete"})

    def early_answer(self, head: PlainHead) -> Answer | None:
        """What the site of the moment says at once."""
        return self.site.early_answer(head)

    def becomes(self, site: TransitionSite) -> None:
        """Let that one answer from now on."""
        self.site = site
        self._all.append(site)


@contextmanager
def cache(name: str, folder: Path, to: str) -> Iterator[str]:
    """Run that cache in front of the base URL `to`, and give its own; skips the test where it is not installed."""
    port = free_port()
    place = folder / name
    place.mkdir()
    authority = to.removeprefix("http://")
    if name == "nginx":
        command = nginx(place, _NGINX.format(folder=place, port=port, to=authority, told=TOLD))
    else:
        (place / "vcl").write_text(_VARNISH.format(to=authority.rpartition(":")[2], told=TOLD), encoding="utf-8")
        command = ["varnishd", "-F", "-j", "none", "-a", f"127.0.0.1:{port}", "-f", str(place / "vcl")]
        command += ["-n", str(place / "run"), "-s", "malloc,16m", "-T", "none"]
    with running(command, place, port):
        yield f"http://127.0.0.1:{port}"
