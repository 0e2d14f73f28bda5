"""The pages of the transition site's own, at their fullest, on a real server: for tests that look at them and for screenshots."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import Receive, Scope, Send

from migrator.errors import UpstreamUnreachable
from migrator.serve.dead_ends import DeadEnds
from migrator.serve.language import load_catalogue
from migrator.serve.middleware import Transition
from migrator.serve.notices import Notices
from migrator.templating import environment
from tests.rules.making import table
from tests.serve.live import serve

RULES = """\
version: 1
sites:
  main:
    hosts: [www.old.example, localhost]
    legacy: http://127.0.0.1:9
    new: https://www.new.example
    unmapped: not_found
    archive: "https://archive.example/{timestamp}/{url}"
redirects:
  /news/a.html: /stories/the-summer-fete-by-the-river-and-all-that-came-of-it-in-the-years-since-then
  /news/b.html: /stories/summer-party
  /fr/c.html: /fr/fete-d-ete-au-bord-de-l-eau
  /zh/d.html: /zh/%E5%A4%8F%E5%AD%A3%E6%B4%BB%E5%8A%A8
  /ar/e.html: /ar/%D9%85%D9%87%D8%B1%D8%AC%D8%A7%D9%86-%D8%A7%D9%84%D8%B5%D9%8A%D9%81
rules:
  - {from: /:language/down/*, serve: legacy}
  - {from: /:language/gone/*, gone: true, suggest: /help}
"""
TAGS = load_catalogue(None).tags
# What each language's visitor came for; the words are found in the map.
NAMES = {"fr": "fete-d-ete.html", "zh": "夏季活动", "ar": "مهرجان-الصيف"}
PATHS = {
    "gone": "/{tag}/gone/{name}",
    "not found": "/{tag}/{name}",
    "not found and nothing like it": "/{tag}/xyzzy",
    "unavailable": "/{tag}/down/{name}",
}


def path(kind: str, tag: str) -> str:
    """Where to find a page of that kind in that language."""
    return PATHS[kind].format(tag=tag, name=NAMES.get(tag, "summer-fete.html"))


@contextmanager
def public_site(name: str = "Children First") -> Iterator[str]:
    """The address of a site that has a notice of every kind at the paths above, with all that one can offer."""
    rules = table(RULES, "")
    links = {"progress": "/_transition/", "feedback": "https://www.new.example/feedback"}
    notices = Notices(
        environment(None),
        load_catalogue(None),
        site_name=name,
        links=links,
        dead_ends=DeadEnds(rules),
        search="/_transition/search",
    )

    async def away(scope: Scope, receive: Receive, send: Send) -> None:
        raise UpstreamUnreachable("away")

    async def answering(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                await door(scope, receive, send)
            except UpstreamUnreachable:
                answer = notices.unavailable(scope, 502, rules.sites["main"])
                await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
                await send({"type": "http.response.body", "body": answer.body})

    door = Transition(table=rules, notices=notices, homes={}, fallback=away)
    with serve(answering) as base:
        yield base.replace("127.0.0.1", "www.old.example")
