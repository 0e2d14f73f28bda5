"""Pages with a banner, redirects and notices in real shared caches: everyone gets what they would get without one."""

from __future__ import annotations

import gzip
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import httpx
import pytest

from migrator.app import TransitionSite, transition_site
from tests.ports import free_port
from tests.serve.caches import CACHES, TOLD, Door, cache
from tests.serve.fronted import PATIENT
from tests.serve.hardened import hardened
from tests.serve.live import eventually
from tests.serve.origin import PAGE, PDF, Origin
from tests.serve.raw_upstream import raw_upstream

FIRST_BANNER = "{site_name: Example, dismissible: true}"
BANNER = b"data-migrator-banner"
BROWSER = {"host": "old.example", "accept": "text/html,*/*", "accept-encoding": "identity"}
FRAGMENTS = (
    {"Sec-Fetch-Dest": "empty"},
    {"Sec-Fetch-Dest": "iframe"},
    {"X-Requested-With": "XMLHttpRequest"},
    {"HX-Request": "true"},
    {"Turbo-Frame": "part"},
)


@dataclass
class Way:
    """The cache, the door behind it, the old site behind both."""

    client: httpx.Client
    door: Door
    origin: Origin
    site: Callable[..., TransitionSite]

    def get(self, target: str, method: str = "GET", **fields: str) -> httpx.Response:
        """What a browser gets there; `accept_language="fr"` adds a field."""
        headers = BROWSER | {name.replace("_", "-").lower(): value for name, value in fields.items()}
        return self.client.request(method, target, headers=headers)

    def once_stale(self, target: str, **fields: str) -> httpx.Response:
        """The first answer there that the cache did not give by itself."""
        got: list[httpx.Response] = []

        def is_asked() -> bool:
            got[:] = [self.get(target, **fields)]
            return got[0].headers[TOLD] != "HIT"

        assert eventually(is_asked, seconds=8)
        return got[0]


def site(folder: Path, legacy: str, name: str, banner: str = FIRST_BANNER, new: str = "new.example") -> TransitionSite:
    """A transition site, from a file of that name, with that banner or none."""
    to = f'new: "https://{new}"'
    lines = [
        "version: 1\nsites:",
        f'  main: {{hosts: [old.example], legacy: "{legacy}", {to}}}',
        f'  brief: {{hosts: [brief.example], legacy: "{legacy}", {to}, cache: 1s}}',
        f'  away: {{hosts: [away.example], legacy: "http://127.0.0.1:{free_port()}", {to}}}',
        f"banner: {banner}" if banner else "",
        "rules:",
        '- {from: /moved/*, to: "/there/:splat", site: main}',
        '- {from: /moved/*, to: "/there/:splat", site: brief}',
        "- {from: /gone/*, gone: true, site: main}",
    ]
    config = folder / f"{name}.yaml"
    config.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return transition_site(config)


@pytest.fixture(scope="module", params=CACHES)
def way(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Way]:
    folder, origin = tmp_path_factory.mktemp("cached"), Origin()
    with raw_upstream(origin) as upstream:
        door = Door(site(folder, upstream.url, "first"))
        with (
            hardened(door, PATIENT) as address,
            cache(request.param, folder, address) as base,
            httpx.Client(base_url=base, trust_env=False) as client,
        ):
            yield Way(client, door, origin, partial(site, folder, upstream.url))


@pytest.fixture(autouse=True)
def as_at_first(way: Way) -> Iterator[None]:
    yield
    way.door.becomes(way.site("first"))
    way.origin.reset()


def test_a_page_is_kept_with_its_banner_and_known_by_its_tag(way: Way) -> None:
    first, second = way.get("/page"), way.get("/page")
    tag = first.headers["etag"]

    assert BANNER in first.content
    assert (second.content, second.headers["etag"], second.headers[TOLD]) == (first.content, tag, "HIT")
    assert way.get("/page", "HEAD").headers.get("content-length") == str(len(first.content))
    assert way.get("/page", if_none_match=tag).status_code == 304
    assert way.get("/page", if_none_match='"v1"').content == first.content
    assert way.origin.times("/page") == 1


def test_head_first_keeps_no_page_without_its_body(way: Way) -> None:
    assert way.get("/headed", "HEAD").status_code == 200
    assert BANNER in way.get("/headed").content


def test_a_stale_page_follows_the_banner_as_it_begins_changes_and_ends(way: Way) -> None:
    way.origin.control = b"max-age=1"
    way.door.becomes(way.site("none", ""))
    before = way.get("/before")
    way.door.becomes(way.site("first"))
    kept, wrong = way.get("/kept"), way.get("/moved/wrong", host="brief.example")
    begun, confirmed = way.once_stale("/before", if_none_match='"v1"'), way.once_stale("/kept")
    assert (before.content, BANNER in begun.content) == (PAGE, True)
    assert (confirmed.status_code, confirmed.content, confirmed.headers["etag"]) == (200, kept.content, kept.headers["etag"])
    assert way.origin.asked[-1].field("if-none-match") == [b'"v1"']

    way.door.becomes(way.site("second", '{site_name: Another, skip: ["/before"]}', new="right.example"))
    changed = way.once_stale("/kept", if_none_match=kept.headers["etag"])
    ended = way.once_stale("/before", if_none_match=begun.headers["etag"])
    healed = way.once_stale("/moved/wrong", host="brief.example")
    assert (changed.status_code, b"Another" in changed.content, changed.headers["etag"] != kept.headers["etag"]) == (
        200,
        True,
        True,
    )
    assert (ended.status_code, ended.content) == (200, PAGE)
    assert [answer.headers["location"] for answer in (wrong, healed)] == [
        f"https://{host}.example/there/wrong" for host in ("new", "right")
    ]


@pytest.mark.parametrize("fields", FRAGMENTS, ids=lambda fields: next(iter(fields)))
def test_a_part_of_a_page_and_the_page_are_kept_apart(way: Way, fields: dict[str, str]) -> None:
    target = f"/apart/{'-'.join((*fields, *fields.values()))}"
    for which in ("part-first", "page-first"):
        asked = [fields, {}, fields, {}]
        answers = [way.get(f"{target}/{which}", **one) for one in (asked if which == "part-first" else asked[::-1])]
        parts, pages = answers[which != "part-first" :: 2], answers[which == "part-first" :: 2]

        assert [part.content for part in parts] == [PAGE] * 2
        assert all(BANNER in page.content for page in pages)
        assert [answer.headers[TOLD] for answer in answers[2:]] == ["HIT"] * 2


def test_what_the_old_site_varies_by_still_counts(way: Way) -> None:
    way.origin.fields = [b"Vary: Accept-Language"]
    french, english = way.get("/words", accept_language="fr"), way.get("/words", accept_language="en")
    part = way.get("/words", accept_language="fr", sec_fetch_dest="empty")

    assert (b"Une page" in french.content, BANNER in french.content) == (True, True)
    assert (b"A page" in english.content, BANNER in english.content) == (True, True)
    assert (b"Une page" in part.content, BANNER in part.content) == (True, False)
    assert way.get("/words", accept_language="en").headers[TOLD] == "HIT"


def test_coded_and_plain_pages_are_the_same_page(way: Way) -> None:
    plain = way.get("/zip")
    coded = way.get("/zip", accept_encoding="gzip")
    with way.client.stream("GET", "/zip", headers=BROWSER | {"accept-encoding": "gzip"}) as response:
        wire = b"".join(response.iter_raw())

    assert plain.content == coded.content
    assert BANNER in plain.content
    assert gzip.decompress(wire) == plain.content
    assert way.get("/zip", accept_encoding="gzip", if_none_match=coded.headers["etag"]).status_code == 304
    assert "content-encoding" not in way.get("/zip").headers


def test_ranges_are_of_the_bytes_that_the_tag_names(way: Way) -> None:
    part = way.get("/ranged", range="bytes=0-20")
    page = way.get("/ranged")
    later = way.get("/ranged", range="bytes=10-29", if_range=page.headers["etag"])
    other = way.get("/ranged", range="bytes=10-29", if_range='"v1"')

    assert part.content == (page.content if part.status_code == 200 else page.content[:21])
    assert later.content == (page.content if later.status_code == 200 else page.content[10:30])
    assert (other.status_code, other.content) == (200, page.content)
    assert way.get("/data", range="bytes=5-24").content == PDF[5:25]
    assert way.get("/data").content == PDF


def test_no_cookie_makes_a_variant_and_none_is_set(way: Way) -> None:
    answers = [way.get("/dismissed", cookie=cookie) for cookie in ("", "migrator=hidden", "session=1")]

    assert len({answer.content for answer in answers}) == 1
    assert way.origin.times("/dismissed") == 1
    assert not any("set-cookie" in answer.headers or "cookie" in answer.headers["vary"].lower() for answer in answers)


def test_a_page_with_a_cookie_of_its_own_is_kept_for_nobody_else(way: Way) -> None:
    way.origin.fields = [b"Set-Cookie: session=1"]

    assert [way.get("/private").headers[TOLD] for _ in range(2)] == ["MISS"] * 2
    assert way.get("/private").headers["set-cookie"] == "session=1"


@pytest.mark.parametrize("control", ["no-store", "private", "no-cache"])
def test_what_the_old_site_forbids_to_keep_is_not_kept(way: Way, control: str) -> None:
    way.origin.control = control.encode()

    assert [way.get(f"/{control}").headers[TOLD] for _ in range(2)] == ["MISS"] * 2


def test_a_redirect_is_kept_by_its_address_and_its_host(way: Way) -> None:
    answers = [way.get(f"/moved/a{query}") for query in ("", "", "?b=1", "?b=1")]

    assert [answer.headers["location"] for answer in answers] == ["https://new.example/there/a"] * 2 + [
        "https://new.example/there/a?b=1"
    ] * 2
    assert [answer.headers[TOLD] for answer in answers] == ["MISS", "HIT"] * 2
    assert way.get("/moved/a", host="stranger.example").status_code == 404
    assert way.get("/moved/a", "HEAD").headers["location"] == "https://new.example/there/a"
    assert way.get("/moved/a", "POST").status_code == 308


@pytest.mark.parametrize(("target", "status", "host"), [("/gone/a", 410, "old.example"), ("/none", 404, "stranger.example")])
def test_notices_are_kept_for_each_language(way: Way, target: str, status: int, host: str) -> None:
    answers = [way.get(target, accept_language=language, host=host) for language in ("fr", "en", "fr", "en")]

    assert [answer.status_code for answer in answers] == [status] * 4
    assert [answer.headers["content-language"] for answer in answers] == ["fr", "en"] * 2
    assert [answer.headers[TOLD] for answer in answers[2:]] == ["HIT" if status == 410 else "MISS"] * 2


def test_an_apology_is_never_kept(way: Way) -> None:
    answers = [way.get("/page", host="away.example") for _ in range(2)]

    assert [(answer.status_code, answer.headers[TOLD]) for answer in answers] == [(503, "MISS")] * 2
