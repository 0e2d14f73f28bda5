"""What the composition root gives visitors by a file alone: links to the site's own pages, banners by path, helpful dead ends."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup
from starlette.types import Receive, Scope, Send

from migrator.app import TransitionMiddleware
from migrator.store.search_build import build_index
from tests.store.searching import entry

CONFIG = """version: 1
sites: {main: {hosts: [www.old.example], legacy: "http://127.0.0.1:9", new: "https://www.new.example"}}
redirects: {/news/fete.html: /stories/summer-fete}
rules:
  - {from: /gone/*, gone: true}
banner:
  pages: [{paths: [/press/*], moving: true, to: /newsroom/}]
"""


async def legacy(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/html; charset=utf-8")]})
    await send({"type": "http.response.body", "body": b"<!doctype html><title>Old</title><body><p>Old"})


def client(folder: Path, more: str = "") -> httpx.AsyncClient:
    config = folder / "redirects.yaml"
    config.write_text(CONFIG + more, encoding="utf-8")
    app = TransitionMiddleware(legacy, config)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://www.old.example")


def links(answer: httpx.Response) -> list[str]:
    return [str(link["href"]) for link in BeautifulSoup(answer.text, "lxml").select(".migrator-banner a, main a")]


def build_search(folder: Path) -> None:
    build_index(folder / ".migrator" / "search.db", [entry("/help/wells", "Wells and pumps", "Clean water.")], whole=True)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("", []),
        ("transition: {}\n", ["/_transition/", "/_transition/search"]),
        ("transition: {path: /move/}\n", ["/move/", "/move/search"]),
        ("  links: {progress: 'https://x.example/'}\ntransition: {}\n", ["https://x.example/", "/_transition/search"]),
        ("  links: {feedback: /contact}\ntransition: {}\n", ["/_transition/", "/_transition/search", "/contact"]),
    ],
)
async def test_progress_is_the_transition_site_s_own_page_unless_the_file_names_another(
    tmp_path: Path, more: str, expected: list[str]
) -> None:
    build_search(tmp_path)
    asked = client(tmp_path, more)

    assert links(await asked.get("/")) == expected
    gone = await asked.get("/gone/x")
    forms = [str(form["action"]) for form in BeautifulSoup(gone.text, "lxml").select("search form")]
    assert forms == [link for link in expected if link.endswith("/search")]
    assert [link for link in links(gone) if link in expected] == [link for link in expected if link not in forms]


@pytest.mark.anyio
async def test_nothing_leads_to_a_search_without_an_index(tmp_path: Path) -> None:
    asked = client(tmp_path, "transition: {}\n")

    assert links(await asked.get("/")) == ["/_transition/"]
    assert "<form" not in (await asked.get("/gone/x")).text


@pytest.mark.anyio
async def test_an_address_that_is_gone_offers_what_the_search_finds_for_its_words(tmp_path: Path) -> None:
    build_search(tmp_path)
    asked = client(tmp_path, "transition: {}\n")

    assert links(await asked.get("/gone/wells-pumps.html"))[0] == "https://www.new.example/help/wells"
    (tmp_path / ".migrator" / "search.db").write_bytes(b"not an index")
    assert (await asked.get("/gone/wells.html")).status_code == 410


@pytest.mark.anyio
async def test_a_part_of_the_site_has_its_banner(tmp_path: Path) -> None:
    asked = client(tmp_path)

    assert "is moving to our new website" in (await asked.get("/press/x")).text
    assert links(await asked.get("/press/x")) == ["https://www.new.example/newsroom/"]
    assert "is moving to our new website" not in (await asked.get("/")).text


@pytest.mark.anyio
async def test_an_address_that_is_gone_offers_what_the_map_has_of_the_same_name(tmp_path: Path) -> None:
    answer = await client(tmp_path).get("/gone/fete.php")

    assert answer.status_code == 410
    assert links(answer)[0] == "https://www.new.example/stories/summer-fete"
