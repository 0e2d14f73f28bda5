"""A second crawl asks for those pages alone that have changed, and starts from what imported files name too."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from migrator.pages.page import Page, Side
from migrator.pages.visit import Listed, Source
from migrator.store.imports import File
from migrator.store.open import open_store
from tests.cli.running import run
from tests.crawl.live_site import LiveSite, Reply, live_site, page

WEDNESDAY = "Wed, 25 Nov 2026 10:00:00 GMT"


class ChangingSite:
    """Pages with ETags or dates, which answer 304 to whom knows them."""

    def __init__(self) -> None:
        self.pages = {
            "/": page("/a", "/b", "/c"),
            "/a": page("/deep", title="A"),
            "/b": page("/", title="B"),
            "/c": Reply("", 301, headers={"Location": "/b"}),
            "/deep": page(title="Deep"),
            "/unlinked": page(title="Unlinked"),
        }
        self.known: dict[str, dict[str, str]] = {
            "/": {"ETag": '"home-1"'},
            "/a": {"ETag": 'W/"a-1"'},
            "/b": {"Last-Modified": WEDNESDAY},
            "/c": {"ETag": '"c-1"'},
            "/deep": {},
        }

    def answer(self, target: str, headers: Mapping[str, str]) -> Reply:
        """What a path answers."""
        reply, fields = self.pages.get(target, Reply("<h1>Not found</h1>", 404)), self.known.get(target, {})
        asked = headers.get("if-none-match"), headers.get("if-modified-since")
        if fields and asked == (fields.get("ETag"), fields.get("Last-Modified")):
            return Reply("", 304, headers=fields)
        return Reply(reply.body, reply.status, reply.kind, {**reply.headers, **fields})


@pytest.fixture
def changing() -> ChangingSite:
    """What the site holds."""
    return ChangingSite()


@pytest.fixture
def site(changing: ChangingSite) -> Iterator[LiveSite]:
    """The site, served."""
    with live_site(answer=changing.answer) as served:
        yield served


@pytest.fixture
def config(tmp_path: Path, site: LiveSite) -> Path:
    """A config that leads to it."""
    path = tmp_path / "redirects.yaml"
    path.write_text(
        f"version: 1\nsites:\n  main:\n    hosts: [old.example]\n    legacy: {site.url}\n    new: https://new.example\n"
    )
    return path


def crawl(config: Path, *more: str) -> dict[str, object]:
    result = run("crawl", "legacy", "--config", config, "--delay", "0", "--json", *more)
    assert result.exit_code == 0, result.stderr
    told: dict[str, object] = json.loads(result.stdout)
    return told


def kept(config: Path) -> list[Page]:
    with open_store(str(config.parent / ".migrator" / "store.db")) as store:
        return list(store.pages("main", Side.LEGACY))


def conditions(site: LiveSite) -> dict[str, str]:
    """What was asked for on condition, and on which."""
    asked = ((one.target, one.headers.get("if-none-match", one.headers.get("if-modified-since"))) for one in site.asked)
    return {target: condition for target, condition in asked if condition}


def test_what_has_not_changed_is_not_sent_again_and_its_links_are_followed_all_the_same(config: Path, site: LiveSite) -> None:
    assert crawl(config)["unchanged"] == 0
    first = kept(config)
    assert conditions(site) == {}
    site.asked.clear()

    told = crawl(config, "--fresh")

    assert conditions(site) == {"/": '"home-1"', "/a": 'W/"a-1"', "/b": WEDNESDAY}
    assert told["unchanged"] == 3
    assert told["pages"] == 5
    assert kept(config) == first
    assert "3 unchanged since the crawl before" in run("crawl", "legacy", "--config", config).stderr


def test_what_has_changed_is_read_anew(config: Path, site: LiveSite, changing: ChangingSite) -> None:
    crawl(config)
    changing.pages["/a"], changing.known["/a"] = page("/new", title="A, changed"), {"ETag": '"a-2"'}

    assert crawl(config, "--fresh")["unchanged"] == 2

    by_path = {page.url.removeprefix(site.url): page for page in kept(config)}
    assert by_path["/a"].content.title == "A, changed"
    assert by_path["/a"].etag == '"a-2"'
    assert "/new" in by_path
    assert "/deep" not in by_path


def test_a_page_that_leads_on_now_is_followed(config: Path, site: LiveSite, changing: ChangingSite) -> None:
    crawl(config)
    changing.pages["/a"], changing.known["/a"] = Reply("", 301, headers={"Location": "/b"}), {}

    crawl(config, "--fresh")

    by_path = {page.url.removeprefix(site.url): page for page in kept(config)}
    assert (by_path["/a"].status, by_path["/a"].final_url, by_path["/a"].content.title) == (200, f"{site.url}/b", "B")


def test_everything_is_sent_again_where_the_whole_is_asked_for(config: Path, site: LiveSite) -> None:
    crawl(config)
    first = kept(config)
    site.asked.clear()

    assert crawl(config, "--fresh", "--whole")["unchanged"] == 0
    assert conditions(site) == {}
    assert kept(config) == first
    assert run("crawl", "legacy", "--config", config, "--whole").exit_code == 2


def test_a_crawl_starts_from_what_files_name_too(config: Path, site: LiveSite) -> None:
    named = [Listed(f"{site.url}/unlinked", "/unlinked", None, 4), Listed(f"{site.url}/x/x/x/x", "/x/x/x/x")]
    with open_store(str(config.parent / ".migrator" / "store.db")) as store:
        store.take_in("main", Side.LEGACY, File(Source.LOG, "access.log", "1", 1), named)

    told = crawl(config)

    assert told["pages"] == 6
    with open_store(str(config.parent / ".migrator" / "store.db")) as store:
        rows = {one.key: one for one in store.inventory("main", Side.LEGACY)}
    assert (rows["/unlinked"].title, rows["/unlinked"].visits, rows["/unlinked"].sources) == ("Unlinked", 4, (Source.LOG,))
    assert rows["/x/x/x/x"].reason == "path that repeats itself more than 2 times"
