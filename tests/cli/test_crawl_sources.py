"""`migrator crawl` with files: lists, list mode, bounds from the command line, and web archives in the place of a site."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import Result

from migrator.pages.page import Page, Side
from migrator.pages.visit import Source
from migrator.store.inventory import Known
from migrator.store.open import open_store
from tests.cli.running import run
from tests.crawl.live_site import LiveSite, Reply, live_site, page, redirect

SITE = {
    "/": page("/a", "/b?x=1", "/b?x=2", "/news/1"),
    "/a": page("/deep"),
    "/deep": page("/deeper"),
    "/deeper": page(),
    "/b?x=1": page(),
    "/b?x=2": page(),
    "/news/1": page("/news/2"),
    "/news/2": page(),
    "/lonely": page("/unlisted"),
    "/print/a": page(),
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveSite]:
    """A live site and its config in the working folder."""
    monkeypatch.chdir(tmp_path)
    with live_site(SITE) as served:
        Path("redirects.yaml").write_text(
            f"version: 1\nsites:\n  main:\n    hosts: [www.old.example]\n    legacy: {served.url}\n    new: https://www.new.example\n"
        )
        yield served


def crawl(*words: object) -> Result:
    return run("crawl", "legacy", "--delay", "0", *words)


def kept(crawl_number: int | None = None) -> dict[str, Known]:
    with open_store(".migrator/store.db") as store:
        return {"/" + one.url.split("/", 3)[3]: one for one in store.inventory("main", Side.LEGACY, number=crawl_number)}


def visited() -> list[str]:
    return [path for path, one in kept().items() if one.state == "done"]


def pages() -> dict[str, Page]:
    with open_store(".migrator/store.db") as store:
        return {page.url: page for page in store.pages("main", Side.LEGACY)}


@pytest.mark.usefixtures("site")
def test_what_files_name_is_visited_beside_what_links_lead_to() -> None:
    Path("urls.txt").write_text("/lonely\n/print/a\n")
    Path("more.csv").write_text("url,visits\n/absent,3\n")
    run("sources", "legacy", "more.csv")

    assert crawl("--list", "urls.txt", "--exclude", "/print/").exit_code == 0
    assert visited() == [
        "/",
        "/a",
        "/absent",
        "/b?x=1",
        "/b?x=2",
        "/deep",
        "/deeper",
        "/lonely",
        "/news/1",
        "/news/2",
        "/unlisted",
    ]
    assert kept()["/print/a"].reason == "left out by --exclude"


@pytest.mark.usefixtures("site")
def test_in_list_mode_nothing_else_is_visited(site: LiveSite) -> None:
    Path("urls.txt").write_text("/lonely\n/a\n/lonely\n")
    Path("before.txt").write_text("/deeper\n")
    run("sources", "legacy", "before.txt")

    assert crawl("--list", "urls.txt", "--no-links").exit_code == 0
    assert visited() == ["/a", "/lonely"]
    assert site.targets[:2] in (["/a", "/lonely"], ["/lonely", "/a"])
    assert kept()["/unlisted"].reason == "more than 0 links from the start"
    assert kept()["/deeper"].state == "listed"


@pytest.mark.usefixtures("site")
def test_a_list_that_comes_later_joins_the_crawl_under_way() -> None:
    crawl("--limit", "2")
    Path("urls.txt").write_text("/lonely\n")

    assert crawl("--list", "urls.txt").exit_code == 0
    assert "/lonely" in visited()
    Path("urls.txt").write_text("/print/a\n")
    assert "--fresh crawls again" in crawl("--list", "urls.txt").stderr
    assert kept()["/print/a"].state == "listed"


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--max-depth", "0"), ["/"]),
        (("--max-depth", "1"), ["/", "/a", "/b?x=1", "/b?x=2", "/news/1"]),
        (("--max-variants", "1"), ["/", "/a", "/b?x=1", "/deep", "/deeper", "/news/1", "/news/2"]),
        (("--include", "/news/"), ["/", "/news/1", "/news/2"]),
        (("--include", "/NEWS/*", "--include", "*x=1"), ["/", "/b?x=1", "/news/1", "/news/2"]),
        (("--exclude", "/deep*", "--exclude", "*?*"), ["/", "/a", "/news/1", "/news/2"]),
        (("--include", "/news/", "--exclude", "*/2"), ["/", "/news/1"]),
    ],
)
def test_the_bounds_of_a_crawl_can_be_told(words: tuple[str, ...], found: list[str]) -> None:
    assert crawl(*words).exit_code == 0
    assert visited() == found


@pytest.mark.usefixtures("site")
def test_a_dry_run_counts_what_files_name_and_keeps_nothing() -> None:
    Path("urls.txt").write_text("/lonely\n/print/a\n/\n")
    plan = json.loads(crawl("--list", "urls.txt", "--exclude", "/print/", "--dry-run", "--json").stdout)
    assert {name: plan[name] for name in ("known", "listed", "skipped")} == {"known": 2, "listed": 1, "skipped": 1}
    assert not Path(".migrator").exists()

    run("sources", "legacy", "urls.txt")
    result = crawl("--dry-run")
    assert "with 3 addresses known so far (2 from files; 0 skipped)" in result.stderr
    alone = json.loads(crawl("--list", "urls.txt", "--no-links", "--dry-run", "--json").stdout)
    assert (alone["known"], alone["listed"]) == (3, 3)


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--no-links",), "--no-links visits what --list names"),
        (("--list", "redirects.yaml", "--warc", "redirects.yaml"), "give one of them"),
        (("--list", "absent.txt"), "absent.txt: No such file"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: tuple[str, ...], told: str) -> None:
    result = crawl(*words)

    assert result.exit_code == 2
    assert told in result.stderr


def archived(url: str, reply: Reply, extra: str = "") -> bytes:
    body = reply.body.encode() if isinstance(reply.body, str) else reply.body
    fields = "".join(f"{name}: {value}\r\n" for name, value in {"Content-Type": reply.kind, **reply.headers}.items())
    payload = f"HTTP/1.1 {reply.status} OK\r\n{fields}\r\n".encode() + body
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n{extra}"
    head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(payload)}\r\n\r\n"
    return gzip.compress(head.encode() + payload + b"\r\n\r\n")


@pytest.fixture
def archive(site: LiveSite) -> Path:
    """An archive of the live site, under its public name, with a redirect, a page of another site and one that was cut."""
    pytest.importorskip("warcio")
    replies = {**SITE, "/moved": redirect("/a"), "/cut": page(body="x" * 500)}
    path = Path("site.warc.gz")
    records = [archived(f"http://www.old.example{target}", reply) for target, reply in replies.items() if target != "/cut"]
    records += [
        archived("http://other.example/", page()),
        archived("http://www.old.example/cut", page(), "WARC-Truncated: length\r\n"),
    ]
    path.write_bytes(b"".join(records))
    return path


def test_an_archive_is_poured_in_as_the_live_site_is(site: LiveSite, archive: Path) -> None:
    Path("urls.txt").write_text("/lonely\n/print/a\n/moved\n")
    site.replies["/moved"] = redirect("/a")
    assert crawl("--list", "urls.txt").exit_code == 0
    live = pages()
    asked = len(site.asked)

    result = crawl("--warc", archive, "--fresh")
    assert result.exit_code == 0
    assert len(site.asked) == asked
    assert "13 records: 12 addresses of the site" in result.stderr

    of_archive = pages()
    assert of_archive.pop(f"{site.url}/cut").error == "the archive holds only its beginning (length)"
    live.pop(f"{site.url}/unlisted")
    assert kept()["/unlisted"].reason == "not in the archive"
    assert of_archive.keys() == live.keys()
    for url, was in live.items():
        now = of_archive[url]
        assert (now.status, now.final_url, now.hops, now.content_hash, now.content) == (
            *(was.status, was.final_url, was.hops, was.content_hash),
            was.content,
        )
    assert list(kept()["/lonely"].sources) == ["list", "warc"]


def test_an_archive_is_gone_on_with_and_never_mixed_with_the_live_site(site: LiveSite, archive: Path) -> None:
    result = crawl("--warc", archive, "--limit", "3")
    assert "still due" in result.stderr
    refused = crawl()
    assert refused.exit_code == 2
    assert "give --warc again" in refused.stderr

    assert crawl("--warc", archive, "--own-site").exit_code == 0
    assert len(visited()) == 12
    assert crawl("--fresh", "--limit", "1").exit_code == 0
    assert "of the live site" in crawl("--warc", archive).stderr
    assert site.targets[0] == "/"


@pytest.mark.usefixtures("site")
def test_an_archive_is_looked_at_without_keeping_anything(archive: Path) -> None:
    result = crawl("--warc", archive, "--dry-run", "--json")

    assert json.loads(result.stdout) == {"site": "main", "side": "legacy", "known": 12, "records": 13}
    assert not Path(".migrator").exists()


@pytest.mark.usefixtures("site")
def test_archives_that_are_none_or_hold_nothing_are_refused(tmp_path: Path) -> None:
    pytest.importorskip("warcio")
    other, junk = tmp_path / "other.warc.gz", tmp_path / "junk.warc"
    other.write_bytes(archived("http://other.example/", page()))
    junk.write_bytes(b"junk\n" * 100)

    assert "the archives hold nothing of" in crawl("--warc", other).stderr
    assert "no web archive that can be read" in crawl("--warc", junk).stderr
    assert crawl("--warc", junk).exit_code == 2


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("more", [(), ("--own-site",)])
def test_an_address_of_a_file_that_a_page_links_to_is_spelled_as_there(more: tuple[str, ...]) -> None:
    Path("clicks.csv").write_text("Page,Clicks\n/DEEP/,5\n/Lonely?utm_source=mail,7\n/News/1?gclid=x,9\n")
    run("sources", "legacy", "clicks.csv")

    crawl(*more)

    assert {"/deep", "/news/1", "/Lonely"} < set(kept())
    assert (kept()["/deep"].visits, kept()["/deep"].depth) == (5, 0)
    assert Source.LINK in kept()["/deep"].sources


@pytest.mark.usefixtures("site")
def test_after_a_crawl_that_reached_its_end_the_way_to_what_a_list_names_is_told() -> None:
    Path("late.txt").write_text("/lonely\n")
    assert "next: `migrator crawl legacy` visits them too" in run("sources", "legacy", "late.txt").stderr
    assert "next: `migrator crawl new`" in crawl().stderr
    assert "next: `migrator crawl legacy --fresh` visits them too" in run("sources", "legacy", "late.txt").stderr
    Path("later.txt").write_text("/print/a\n")

    told = crawl("--list", "later.txt").stderr

    assert "visits nothing more; --fresh crawls again; what --list names is kept for that" in told
    assert told.endswith("next: `migrator crawl legacy --fresh`\n")
    assert kept()["/print/a"].state == "listed"
    crawl("--fresh", "--limit", "1")
    assert "the crawl under way began without what is new here" in run("sources", "legacy", "later.txt").stderr
    crawl()
    crawl("--fresh")
    assert kept()["/print/a"].state == "done"


def test_the_next_step_is_one_that_is_not_done(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with live_site({"/": page()}) as old, live_site({"/": page()}) as new:
        Path("redirects.yaml").write_text(
            f"version: 1\nsites:\n  main: {{hosts: [www.old.example], legacy: '{old.url}', new: '{new.url}'}}\n"
        )
        assert "next: `migrator crawl legacy`" in run("crawl", "new", "--delay", "0").stderr
        assert "next: `migrator match --csv review.csv`" in crawl().stderr
