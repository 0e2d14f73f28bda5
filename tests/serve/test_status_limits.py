"""The status page where its files are at fault, hostile or very full, and in front of an app."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from starlette.types import Receive, Scope, Send

from migrator.app import TransitionMiddleware
from migrator.errors import ConfigError
from migrator.pages.progress import Group, Move
from migrator.serve.language import load_catalogue
from tests.serve.live import serve
from tests.serve.status_site import client_of, counts, group, keep, moves, progress, status_site, texts, write_update

TAGS = sorted(load_catalogue(None).tags)


@pytest.mark.parametrize(
    "data", [b"", b"{", b'{"version":2,"sites":{}}', b'{"version":1,"sites":{"main":{}}}', b"\xff", b"[" * 100_000]
)
def test_a_broken_snapshot_is_as_none_and_told_in_the_log(tmp_path: Path, data: bytes, caplog: pytest.LogCaptureFixture) -> None:
    keep(tmp_path, progress())
    (tmp_path / ".migrator" / "progress.json").write_bytes(data)
    write_update(tmp_path, "news")
    with client_of(tmp_path) as client:
        told = texts(client.get(""))
    assert "no figures here yet" in told
    assert "news" in told
    assert "progress.json" in caplog.text


def test_a_bad_update_leaves_the_others(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    write_update(tmp_path, "good")
    write_update(tmp_path, "bad", date="soon")
    (tmp_path / "updates" / "latin.md").write_bytes(b"---\ntitle: \xe9\ndate: 2026-11-24\n---\n")
    (tmp_path / "updates" / "large.md").write_text("---\ntitle: x\ndate: 2026-11-24\n---\n" + "x" * 70_000)
    with client_of(tmp_path) as client:
        page = client.get("").text
    assert "update-good" in page
    assert not re.search("update-(bad|latin|large)", page)
    assert all(name in caplog.text for name in ("bad.md:3:7", "latin.md", "large.md"))


def test_the_fullest_page_stays_small(tmp_path: Path) -> None:
    words = "Ünïcödé " * 14
    keep(
        tmp_path,
        progress(
            sections=[group(f"/{'s' * 38}{number:02}/"[-40:], 10, 10) for number in range(50)],
            languages=[group("abcdefghijklmnopqrstuvwxyz"[number % 26] * 2 + "x", 1, 1) for number in range(26)],
            moved=[
                Move(title=words, old="/" + "a" * 290, new="https://n.example/" + "b" * 280, date=one.date) for one in moves(50)
            ],
            days=260,
        ),
    )
    for number in range(60):
        write_update(tmp_path, f"long{number}", "word & " * 300, kind=("update", "problem", "next")[number % 3])
    with client_of(tmp_path) as client:
        for tag in TAGS:
            assert len(client.get(f"?lang={tag}").content) < 30_000
        assert len(client.get("feed.json").json()["items"]) == 72


def test_a_link_in_the_snapshot_that_is_none_is_not_shown(tmp_path: Path) -> None:
    (move, *_) = moves(1)
    bad = Move(title="x", old="/x", new="javascript:alert(1)", date=move.date)
    keep(
        tmp_path,
        progress(moved=[bad, move], sections=[Group(name="/<script>/", pages=counts(1), visits=counts(1)), group("/a/", 1, 1)]),
    )
    with client_of(tmp_path) as client:
        page = client.get("").text
    assert "javascript:" not in page
    assert "<script>" not in page


def test_in_front_of_an_app_the_page_is_the_same(tmp_path: Path) -> None:
    status_site(tmp_path)
    keep(tmp_path, progress())

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("the app was asked")

    with serve(TransitionMiddleware(wrapped, tmp_path / "redirects.yaml")) as base:
        page = httpx.get(f"{base}/_transition/", headers={"Host": "www.old.example"}, trust_env=False)
    assert "1,234" in page.text


def test_a_template_at_fault_is_told_before_a_visitor_comes(tmp_path: Path) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "status.html").write_text("{% if board %}{{ nothing }}{% endif %}{{ view.missing }}")
    with pytest.raises(ConfigError, match=r"status\.html:1"):
        status_site(tmp_path)


def test_json_is_json_for_hostile_names(tmp_path: Path) -> None:
    keep(tmp_path, progress(sections=[group('/"\\</', 1, 1)]))
    with client_of(tmp_path) as client:
        assert json.loads(client.get("progress.json").text)["sections"][0]["name"] == '/"\\</'
