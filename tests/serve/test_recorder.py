"""What the door tells is counted once and as what it was; made-up addresses fill no memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from migrator.app import TransitionSite
from migrator.pages.counts import OTHERS, Batch, Lack
from migrator.rules.decision import NotFound
from migrator.rules.rule import Site
from migrator.rules.table import Request
from migrator.serve import visit_counts
from migrator.serve.exposition import gathered
from migrator.serve.ledger import Ledger
from migrator.serve.metrics import COUNTS_LOST, INJECTED, LOCATION_REFUSED, METRICS, OWN_PAGES, SKIPPED
from migrator.serve.recorder import Recorder
from migrator.serve.slabs import Slabs
from migrator.serve.visit_counts import VisitCounts
from migrator.serve.watching import Watching
from migrator.settings import load_settings
from migrator.store.store import Store
from tests.serve.live import serve, talk
from tests.serve.raw_upstream import raw_upstream
from tests.shared import ROOT

SITE = Site("main", ("old.example",), "http://127.0.0.1:9", "https://new.example")
PAGE = b"<!doctype html><html lang=%b><body>hello"
MAP = """version: 1
sites: {{main: {{hosts: [old.example], legacy: "{upstream}", new: "https://new.example"}}}}
banner: {{site_name: Example, skip: ["/embed/*"]}}
transition: {{}}
"""


def answer(body: bytes, kind: bytes = b"text/html") -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%b" % (kind, len(body), body)


@contextmanager
def counting(folder: Path, said: bytes) -> Iterator[tuple[str, Slabs]]:
    """A transition site in front of a site that always says that."""
    slabs = Slabs(1)
    with raw_upstream(said) as upstream:
        (folder / "redirects.yaml").write_text(MAP.format(upstream=upstream.url), encoding="utf-8")
        settings = load_settings(folder / "redirects.yaml")
        site = TransitionSite(settings, watching=Watching(slabs.slab(0), settings.watch))
        with serve(site) as base:
            yield base, slabs


def ask(base: str, path: bytes, fields: bytes = b"", method: bytes = b"GET") -> bytes:
    return talk(base, b"%b %b HTTP/1.1\r\nHost: old.example\r\n%bConnection: close\r\n\r\n" % (method, path, fields))


@pytest.mark.parametrize(
    ("said", "path", "fields", "metric", "label"),
    [
        (answer(PAGE % b"fr-CA"), b"/", b"", INJECTED, "fr"),
        (answer(PAGE % b"'<b>'"), b"/", b"", INJECTED, ""),
        (answer(b"x" * 10, b"image/png"), b"/", b"", SKIPPED, "not-html"),
        (answer(PAGE % b"en"), b"/", b"Sec-Fetch-Dest: iframe\r\n", SKIPPED, "not-a-page"),
        (answer(b"<!doctype html><frameset>"), b"/", b"", SKIPPED, "frameset"),
        (answer(b"<!doctype html><!-- no end"), b"/", b"", SKIPPED, "unfinished"),
        (answer(PAGE % b"en"), b"/embed/x", b"", SKIPPED, "not-shown"),
    ],
)
def test_what_became_of_each_answer_is_counted(
    tmp_path: Path, said: bytes, path: bytes, fields: bytes, metric: str, label: str
) -> None:
    with counting(tmp_path, said) as (base, slabs):
        ask(base, path, fields)
        numbers = gathered(slabs.all())

    assert numbers[metric] == {(label,): 1}
    assert numbers[SKIPPED if metric == INJECTED else INJECTED] == {}


def test_pages_of_the_sites_own_are_counted_by_names_that_are_known(tmp_path: Path) -> None:
    with counting(tmp_path, answer(b"")) as (base, slabs):
        for path in (b"/_transition/", b"/_transition/made-up", b"/_transition/progress.json"):
            ask(base, path)
        pages = {labels[0] for labels in gathered(slabs.all())[OWN_PAGES]}

    assert pages <= {"front", "progress.json"}
    assert "front" in pages


def test_a_location_that_would_have_left_is_counted() -> None:
    slab = Slabs(1).slab(0)
    recorder = Recorder(slab)
    scope = {"type": "http", "headers": []}
    recorder.decided(NotFound("it would have left", None, SITE, is_refusal=True), Request(b"/"), scope)
    recorder.decided(NotFound("no rule", None, SITE), Request(b"/"), scope)

    assert [one.value for one in slab.series() if one.metric == LOCATION_REFUSED] == [1]


def test_made_up_addresses_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visit_counts, "MOST_MISSING", 10)
    visits = VisitCounts()
    for number in range(100):
        visits.miss(Lack.NOT_FOUND, SITE, Request(b"/%d" % number))

    missing = visits.collect("2026-11-24").missing
    assert len(missing) == 11
    assert sum(missing.values()) == 100
    assert {name.key: count for name, count in missing.items()}[OTHERS] == 90
    assert not visits.collect("2026-11-24")


def test_what_a_store_that_fails_never_gets_is_told() -> None:
    def failing(url: str) -> Store:
        raise OSError("gone")

    lost: dict[str, int] = {}
    ledger = Ledger("store.db", lambda what, count: lost.update({what: lost.get(what, 0) + count}), failing)
    ledger.start()
    visits = VisitCounts()
    visits.miss(Lack.GONE, SITE, Request(b"/a"))
    ledger.give(visits.collect("2026-11-24"))
    ledger.give(Batch("2026-11-25"))
    ledger.stop(5)

    assert lost == {"hits": 0, "missing": 1}
    assert COUNTS_LOST in {metric.name for metric in METRICS}


def test_every_metric_is_documented_with_its_labels_and_meaning() -> None:
    page = (ROOT / "docs" / "watching.md").read_text("utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| `migrator_")]

    expected = [
        f"| `migrator_{one.name}` | {one.kind} | {', '.join(f'`{label}`' for label in one.labels) or '–'} | {one.meaning} |"
        for one in METRICS
    ]
    assert rows == expected
