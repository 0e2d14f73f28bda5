"""The crawler on real sites: what is found, under which address, and what ends a crawl."""

from __future__ import annotations

from dataclasses import replace

import pytest

from migrator.crawl.options import CrawlOptions
from migrator.errors import CrawlError
from migrator.pages.page import Hop, Side
from tests.crawl.crawling import QUICK, crawled
from tests.crawl.live_site import Reply, live_site, page, redirect, site_at

OWN = replace(QUICK, own_site=True)


def test_every_page_that_links_reach_is_visited_once() -> None:
    replies = {"/": page("/a", "/b"), "/a": page("/b", "/", "/c.html"), "/b": page("/a"), "/c.html": page("/a", title="C")}

    with live_site(replies) as site:
        result = crawled(site_at(site.url))

        assert sorted(result.pages) == ["/", "/a", "/b", "/c.html"]
        assert sorted(site.targets) == ["/", "/a", "/b", "/c.html"]
        assert result.pages["/c.html"].content.title == "C"
        assert result.pages["/c.html"].is_readable
        assert len(result.pages["/c.html"].content_hash) == 64


def test_an_own_site_is_read_in_processes_and_gives_the_same_pages() -> None:
    replies = {"/": page(*(f"/{number}" for number in range(40))), **{f"/{number}": page("/") for number in range(40)}}

    with live_site(replies) as site:
        polite, own = crawled(site_at(site.url)), crawled(site_at(site.url), options=OWN)

    assert len(own.pages) == 41
    assert own.pages == polite.pages


def test_all_names_of_the_site_and_the_upstream_itself_are_one_site() -> None:
    with live_site() as site:
        site.replies = {
            "/": page(
                "http://www.old.example/a",
                "https://OLD.example:443/b#part",
                f"{site.url}/c",
                "//old.example/d",
                "https://other.example/e",
                f"http://127.0.0.1:{site.port + 1}/f",
            )
        }
        result = crawled(site_at(site.url))

        assert sorted(result.pages) == ["/", "/a", "/b", "/c", "/d"]
        links = [link.url for link in result.pages["/"].content.links]
        assert links[:4] == [f"{site.url}/{path}" for path in "abcd"]
        assert links[4] == "https://other.example/e"


def test_the_upstream_is_asked_under_the_public_name() -> None:
    with live_site({"/": page()}) as site:
        crawled(site_at(site.url))

        assert {one.headers["host"] for one in site.asked} == {"www.old.example"}


def test_the_new_site_is_asked_at_its_upstream_and_recorded_under_its_public_address() -> None:
    replies = {"/": page("/a", "https://www.new.example/b", "https://www.old.example/c"), "/a": page(), "/b": page()}

    with live_site(replies) as site:
        result = crawled(site_at("http://127.0.0.1:9", new_upstream=site.url), Side.NEW)

        assert [visit.page.url for visit in result.visits if visit.page] == [
            "https://www.new.example/",
            "https://www.new.example/a",
            "https://www.new.example/b",
        ]
        assert {one.headers["host"] for one in site.asked} == {"www.new.example"}


def test_spellings_of_one_old_address_are_visited_once_and_of_a_new_one_each() -> None:
    links = ("/Page.html", "/page.html", "/dir", "/dir/", "/x?b=2&a=1", "/x?a=1&b=2", "/x?utm_source=n&a=1&b=2")

    with live_site({"/": page(*links)}) as site:
        old = crawled(site_at(site.url))
        new = crawled(site_at(site.url, new=site.url), Side.NEW)

    assert sorted(old.pages) == ["/", "/Page.html", "/dir", "/x?b=2&a=1"]
    assert sorted(new.pages) == ["/", "/Page.html", "/dir", "/dir/", "/page.html", "/x?b=2&a=1"]


def test_a_redirect_is_followed_and_each_hop_is_kept() -> None:
    replies = {"/": page("/old"), "/old": redirect("/older", 302), "/older": redirect("/now"), "/now": page(title="Now")}

    with live_site(replies) as site:
        result = crawled(site_at(site.url))

        moved = result.pages["/old"]
        assert (moved.final_url, moved.status, moved.content.title) == (f"{site.url}/now", 200, "Now")
        assert moved.hops == (Hop(f"{site.url}/old", 302), Hop(f"{site.url}/older", 301))
        assert sorted(result.pages) == ["/", "/now", "/old", "/older"]


def test_a_redirect_that_leads_off_the_site_is_recorded_and_not_followed() -> None:
    with live_site({"/": page("/out"), "/out": redirect("https://other.example/there")}) as site:
        out = crawled(site_at(site.url)).pages["/out"]

    assert (out.final_url, out.status, out.error) == ("https://other.example/there", 301, "redirects to another site")


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data/", "http://127.1:{other}/", "http://0x7f000001:{other}/", "http://[::1]:{other}/"],
)
def test_a_redirect_into_the_private_network_is_never_asked(target: str) -> None:
    with live_site() as inner, live_site() as site:
        site.replies = {"/": redirect(target.replace("{other}", str(inner.port)), 302)}
        result = crawled(site_at(site.url))

        assert result.pages["/"].error == "redirects to another site"
        assert inner.asked == []


def test_a_loop_of_redirects_ends_with_its_reason() -> None:
    replies = {"/": page("/a", "/self"), "/a": redirect("/b"), "/b": redirect("/a"), "/self": redirect("/self")}

    with live_site(replies) as site:
        result = crawled(site_at(site.url))

    assert {path: result.pages[path].error for path in ("/a", "/b", "/self")} == dict.fromkeys(
        ("/a", "/b", "/self"), "redirects in a loop"
    )


def test_an_endless_chain_of_redirects_ends() -> None:
    def answer(target: str, headers: object) -> Reply:
        return redirect(f"/{int(target.strip('/') or 0) + 1}")

    with live_site({"/robots.txt": Reply("", 404), "/sitemap.xml": Reply("", 404)}, answer) as site:
        result = crawled(site_at(site.url), options=replace(QUICK, max_depth=4))

    assert result.pages["/"].error == "redirects more than 5 times"
    assert len(result.pages) < 40
    assert set(result.skipped.values()) == {"more than 4 links from the start"}


def test_a_file_is_an_inventory_row_too() -> None:
    replies = {"/": page("/a.pdf", "/gone.pdf"), "/a.pdf": Reply(b"%PDF-1.4 \0\xff", kind="application/pdf")}

    with live_site(replies) as site:
        result = crawled(site_at(site.url))

    assert (result.pages["/a.pdf"].content_type, result.pages["/a.pdf"].size) == ("application/pdf", 11)
    assert not result.pages["/a.pdf"].is_readable
    assert result.pages["/gone.pdf"].status == 404


def test_a_page_that_gives_no_answer_is_recorded_with_its_error_after_retries() -> None:
    def answer(target: str, headers: object) -> Reply:
        return Reply("", headers={"Content-Length": "50"})  # less comes than was promised

    with live_site({"/": page("/cut"), "/robots.txt": Reply("", 404), "/sitemap.xml": Reply("", 404)}, answer) as site:
        cut = crawled(site_at(site.url), options=replace(QUICK, gap_timeout=0.2)).pages["/cut"]

        assert cut.status == 0
        assert "no answer in time" in cut.error or "no valid answer" in cut.error
        assert site.targets.count("/cut") == 1 + QUICK.retries


def test_a_site_that_is_down_from_the_start_is_said_to_be() -> None:
    with live_site() as site:
        pass

    with pytest.raises(CrawlError, match="could not be crawled: no connection"):
        crawled(site_at(site.url))


@pytest.mark.parametrize("options", [QUICK, OWN])
def test_a_site_that_goes_away_ends_the_crawl_and_its_pages_are_not_recorded_as_failures(options: CrawlOptions) -> None:
    taken: set[str] = set()

    def going(target: str, headers: object) -> Reply:
        site.replies.pop("/")  # from now on nothing answers
        site.answer = gone
        return gone(target, headers)

    def gone(target: str, headers: object) -> Reply:
        taken.add(target)
        return Reply("", 503)

    absent = {"/robots.txt": Reply("", 404), "/sitemap.xml": Reply("", 404)}
    replies = {"/": page(*(f"/{number}" for number in range(60))), **absent}
    with live_site(replies, going) as site, pytest.raises(CrawlError, match="stopped answering"):
        crawled(site_at(site.url), options=replace(options, retries=1))

    assert 8 <= len(taken) <= 45


def test_pages_that_fail_on_a_site_that_stands_are_recorded_as_failures() -> None:
    links = [f"/{number}" for number in range(12)]

    with live_site({"/": page(*links), "/robots.txt": Reply("", 404)}, lambda target, headers: Reply("", 503)) as site:
        result = crawled(site_at(site.url), options=replace(QUICK, retries=0))

    assert [result.pages[link].status for link in links] == [503] * 12


def test_the_limit_ends_a_run() -> None:
    with live_site({"/": page(*(f"/{number}" for number in range(30)))}) as site:
        assert len(crawled(site_at(site.url), options=replace(QUICK, max_pages=7)).pages) == 7
        assert len(crawled(site_at(site.url), options=replace(OWN, max_pages=7)).pages) == 7


def test_no_cookie_is_ever_sent_back() -> None:
    home = page("/a", "/b")
    with live_site({"/": Reply(home.body, headers={"Set-Cookie": "session=1; Path=/"}), "/a": page()}) as site:
        crawled(site_at(site.url))

        assert not any("cookie" in one.headers for one in site.asked)
