"""The transition site as it is deployed: the door in front of proxies to live upstreams, and to one that is away."""

from __future__ import annotations

from pathlib import Path

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from migrator.app import transition_site
from tests.ports import free_port
from tests.serve.live import serve


def upstream(name: str) -> ASGIApp:
    async def page(request: Request) -> Response:
        host, path = request.headers["host"], request.url.path
        return HTMLResponse(f"<!doctype html><html lang=en><title>{name}</title><body><p>{name} {host} {path}</body></html>")

    return Starlette(routes=[Route("/{rest:path}", page)])


def site(folder: Path, text: str) -> ASGIApp:
    config = folder / "redirects.yaml"
    config.write_text("version: 1\n" + text, encoding="utf-8")
    return transition_site(config)


def get(base: str, path: str, host: str = "old.example") -> httpx.Response:
    return httpx.get(base + path, headers={"Host": host}, trust_env=False)


def test_each_page_comes_from_the_home_that_the_map_names(tmp_path: Path) -> None:
    with serve(upstream("old")) as old, serve(upstream("new")) as new:
        text = f"""
sites: {{main: {{hosts: [old.example], legacy: "{old}", new: "https://new.example", new_upstream: "{new}/"}}}}
banner: {{skip: [/embed/*]}}
redirects: {{/moved: /there}}
rules: [{{from: /swapped/*, serve: new}}]
"""
        with serve(site(tmp_path, text)) as base:
            assert "<p>old old.example /Page" in get(base, "/Page").text
            assert "data-migrator-banner" in get(base, "/Page").text
            assert "data-migrator-banner" not in get(base, "/embed/x").text
            swapped = get(base, "/swapped/x").text
            assert "<p>new old.example /swapped/x" in swapped
            assert "data-migrator-banner" not in swapped
            assert get(base, "/moved").headers["location"] == "https://new.example/there"


def test_redirects_go_on_while_the_old_site_is_away(tmp_path: Path) -> None:
    text = f"""
sites: {{main: {{hosts: [old.example], legacy: "http://127.0.0.1:{free_port()}", new: "https://new.example"}}}}
banner: {{site_name: Example}}
redirects: {{/moved: /there}}
rules: [{{from: /closed, gone: true}}]
"""
    with serve(site(tmp_path, text)) as base:
        away = get(base, "/page")
        assert (away.status_code, away.headers["retry-after"], away.headers["cache-control"]) == (503, "30", "no-store")
        assert "https://new.example" in away.text
        assert get(base, "/moved").status_code == 301
        assert get(base, "/closed").status_code == 410


def test_each_site_has_a_map_of_its_own(tmp_path: Path) -> None:
    with serve(upstream("one")) as one, serve(upstream("two")) as two:
        text = f"""
sites:
  first: {{hosts: [a.example], legacy: "{one}", new: "https://new.example", unmapped: legacy}}
  second: {{hosts: [b.example, www.b.example], legacy: "{two}", new: "https://new.example", unmapped: not_found}}
rules:
  - {{from: http://a.example/x, to: /from-a}}
  - {{from: /x, site: second, to: /from-b}}
  - {{from: http://www.b.example/kept/*, serve: legacy}}
"""
        with serve(site(tmp_path, text)) as base:
            assert get(base, "/x", "a.example").headers["location"] == "https://new.example/from-a"
            assert get(base, "/x", "www.b.example").headers["location"] == "https://new.example/from-b"
            assert "<p>one a.example:8000 /y" in get(base, "/y", "a.example:8000").text
            assert get(base, "/y", "b.example").status_code == 404
            assert "<p>two b.example /kept/y" in get(base, "/kept/y", "b.example").text
            assert get(base, "/x", "c.example").status_code == 404
