"""A crawl marks the pages that are none and those that nearly repeat another, and says so."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from click.testing import CliRunner, Result

from migrator.cli.main import main
from migrator.pages.page import Page, Side
from migrator.store.open import open_store
from tests.crawl.live_site import Answering, LiveSite, Reply, live_site, page

MENU = "<nav><p>Home and our work all over the world</p><p>News of the week for everyone who cares</p></nav>"
ABOUT = " ".join(f"Lantern number {number} was lit in village {number} by the people there." for number in range(40))
ABSENT = {"/robots.txt": Reply("", 404), "/sitemap.xml": Reply("", 404)}


def text(body: str, title: str = "A page") -> Reply:
    return page(title=title, body=f"{MENU}<p>{body}</p>")


def own(name: str) -> str:
    return " ".join(f"{name}{number}" for number in range(60))


def crawled(folder: Path, site: LiveSite) -> tuple[Result, dict[str, Page]]:
    """What the command says and what it keeps, by path."""
    config = folder / "redirects.yaml"
    config.write_text(
        f"version: 1\nsites:\n  main: {{hosts: [www.old.example], legacy: '{site.url}', new: 'https://www.new.example'}}\n"
    )
    result = CliRunner().invoke(main, ["crawl", "legacy", "--config", str(config), "--own-site"])
    with open_store(f"sqlite:///{folder}/.migrator/store.db") as store:
        return result, {one.url.removeprefix(site.url): one for one in store.pages("main", Side.LEGACY)}


def test_near_duplicates_are_marked_with_the_page_they_repeat(tmp_path: Path) -> None:
    replies = {
        "/": page("/about", "/about-print", "/other", "/one.pdf", "/copies/one.pdf"),
        "/about": text(ABOUT),
        "/about-print": text(f"{ABOUT} Printed for you."),
        "/other": text(own("other")),
        "/one.pdf": Reply(b"%PDF-1 the same", kind="application/pdf"),
        "/copies/one.pdf": Reply(b"%PDF-1 the same", kind="application/pdf"),
    }
    with live_site({**ABSENT, **replies}) as site:
        result, pages = crawled(tmp_path, site)

    marked = {path: one.near_duplicate_of.removeprefix(site.url) for path, one in pages.items() if one.near_duplicate_of}
    assert marked == {"/about-print": "/about", "/copies/one.pdf": "/one.pdf"}
    assert "2 pages that nearly repeat another" in result.stderr
    assert not any(one.soft_404 for one in pages.values())


def shop(missing: Reply) -> Answering:
    """A site of a few pages that answers `missing` for whatever it does not have."""
    articles = {f"/shop/{name}.html": text(own(name), title=name) for name in ("lamp", "wick", "oil", "stand", "glass", "box")}
    pages = {"/": page(*articles, "/shop/gone.html", "/about"), "/about": text(ABOUT), **articles}

    def answer(target: str, headers: Mapping[str, str]) -> Reply:
        return pages.get(target, missing)

    return answer


def soft_404s(folder: Path, missing: Reply) -> dict[str, str]:
    with live_site(ABSENT, shop(missing)) as site:
        result, pages = crawled(folder, site)
        assert result.exit_code == 0
        assert sum("cannot-be" in target for target in site.targets) <= 8
    return {path: one.soft_404 for path, one in pages.items() if one.soft_404}


def test_a_page_that_says_that_it_is_not_there_is_none(tmp_path: Path) -> None:
    found = soft_404s(tmp_path, text("We looked everywhere.", title="Page not found – Lantern"))

    assert found == {"/shop/gone.html": "it says “Page not found”"}


def test_a_page_that_reads_like_what_cannot_be_is_none(tmp_path: Path) -> None:
    found = soft_404s(tmp_path, text("Sorry, this article has been sold and will not come back to our shelves.", title="Shop"))

    assert found == {"/shop/gone.html": "it reads like the answer to an address that cannot be"}


def test_a_redirect_to_where_all_that_is_missing_leads_is_none(tmp_path: Path) -> None:
    found = soft_404s(tmp_path, Reply("", 302, headers={"Location": "/about"}))

    assert found == {"/shop/gone.html": "it leads to where an address that cannot be leads"}


def test_a_true_404_marks_nothing(tmp_path: Path) -> None:
    assert soft_404s(tmp_path, Reply("<h1>Page not found</h1>", 404)) == {}


def test_a_site_that_shows_its_first_page_for_everything_marks_nothing(tmp_path: Path) -> None:
    shell = Reply("<title>App</title><main><h1>Welcome to the lantern app</h1><p>It loads, please wait a little.</p></main>")

    with live_site(ABSENT, lambda target, _: page("/a", "/b", title="App") if target == "/" else shell) as site:
        _, pages = crawled(tmp_path, site)

    assert {path for path, one in pages.items() if one.soft_404} == {"/a", "/b"}
    with live_site(ABSENT, lambda target, _: Reply(f"{shell.body!s}<a href=/a></a><a href=/b></a>")) as site:
        (tmp_path / "again").mkdir()
        _, pages = crawled(tmp_path / "again", site)
    assert not any(one.soft_404 for one in pages.values())
