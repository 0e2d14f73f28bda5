"""`migrator crawl` on real sites: what it keeps, what it says, how it ends, and what a kill costs."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from migrator.cli.main import main
from migrator.pages.page import Page, Side
from migrator.store.open import open_store
from tests.crawl.live_site import LiveSite, Reply, live_site, page

PAGES = 60
KILLS = 5


def a_site() -> dict[str, Reply]:
    """Pages that link to several others, with a redirect, a missing page, a file, a trap and one that robots.txt forbids."""
    replies = {
        f"/{number}": page(*(f"/{(number + step) % PAGES}" for step in (1, 7, 17)), "/x/x/x", "/moved", title=f"Page {number}")
        for number in range(PAGES)
    }
    return {
        **replies,
        "/": page("/0", "/7", "/file.pdf", "/missing", "/private/a"),
        "/moved": Reply("", 301, headers={"Location": "/3"}),
        "/file.pdf": Reply(b"%PDF", kind="application/pdf"),
        "/robots.txt": Reply("User-agent: *\nDisallow: /private/\n", kind="text/plain"),
    }


@pytest.fixture
def site() -> Iterator[LiveSite]:
    """A site to crawl."""
    with live_site(a_site()) as served:
        yield served


@pytest.fixture
def config(tmp_path: Path, site: LiveSite) -> Path:
    """A config whose both sides are that site."""
    path = tmp_path / "redirects.yaml"
    path.write_text(
        f"version: 1\nsites:\n  main:\n    hosts: [www.old.example]\n    legacy: {site.url}\n"
        f"    new: https://www.new.example\n    new_upstream: {site.url}\n"
    )
    return path


def run(config: Path, *words: str) -> Result:
    """Run the command in this process, without a pause between requests unless told."""
    pause = [] if "--delay" in words else ["--delay", "0"]
    return CliRunner().invoke(main, ["crawl", *words, *pause, "--config", str(config)])


def kept(config: Path, side: Side = Side.LEGACY) -> list[Page]:
    with open_store(str(config.parent / ".migrator" / "store.db")) as store:
        return list(store.pages("main", side))


def state(config: Path) -> tuple[list[Page], list[tuple[object, ...]]]:
    """All that a crawl leaves in the store: its pages, and every address with its state."""
    import sqlite3

    connection = sqlite3.connect(config.parent / ".migrator" / "store.db")
    rows = connection.execute("SELECT key, url, depth, source, state, reason FROM frontier ORDER BY key").fetchall()
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
    return kept(config), rows


def test_it_keeps_every_page_and_says_what_it_did(config: Path, site: LiveSite) -> None:
    result = run(config, "legacy", "--json")

    assert result.exit_code == 0
    told = json.loads(result.stdout)
    assert {key: told[key] for key in ("finished", "pages", "redirects", "failures", "due")} == {
        "finished": True,
        "pages": PAGES + 4,
        "redirects": 1,
        "failures": 1,
        "due": 0,
    }
    assert told["skipped"] == {"robots.txt forbids it": 1, "path that repeats itself more than 2 times": 1}
    assert "skipped 1: robots.txt forbids it" in result.stderr
    assert len(kept(config)) == PAGES + 4
    assert kept(config)[0].url == f"{site.url}/"


def test_the_new_side_is_kept_under_its_public_address(config: Path) -> None:
    assert run(config, "new", "--own-site").exit_code == 0

    assert kept(config, Side.NEW)[0].url == "https://www.new.example/"
    assert kept(config, Side.LEGACY) == []


def test_an_own_site_gives_the_same_store_as_a_polite_crawl(config: Path, site: LiveSite) -> None:
    run(config, "legacy")
    polite = kept(config)
    run(config, "legacy", "--own-site", "--fresh")

    assert kept(config) == polite


def test_a_finished_crawl_says_so_and_is_repeated_only_when_told(config: Path, site: LiveSite) -> None:
    run(config, "legacy")
    asked = len(site.asked)

    again = run(config, "legacy", "--json")
    assert (again.exit_code, len(site.asked)) == (0, asked)
    assert "--fresh crawls again" in again.stderr
    assert json.loads(again.stdout)["finished"] is True

    assert run(config, "legacy", "--fresh").exit_code == 0
    assert len(site.asked) == 2 * asked


def test_a_limit_stops_it_and_the_same_command_goes_on(config: Path, site: LiveSite) -> None:
    first = run(config, "legacy", "--limit", "10", "--json")

    assert json.loads(first.stdout)["pages"] == 10
    assert "the same command goes on" in first.stderr
    assert json.loads(run(config, "legacy", "--json").stdout)["pages"] == PAGES + 4
    assert len(site.targets) == PAGES + 6  # the redirect asks for its target, too, and one address is none


def test_a_dry_run_says_what_it_would_do_and_keeps_nothing(config: Path, site: LiveSite) -> None:
    result = run(config, "legacy", "--dry-run", "--json")

    assert json.loads(result.stdout)["start"] == f"{site.url}/"
    assert json.loads(result.stdout)["host"] == "www.old.example"
    assert not (config.parent / ".migrator").exists()
    assert site.targets == []
    assert "1 address known" in run(config, "legacy", "--dry-run").stderr


def test_an_upstream_that_is_not_there_is_exit_3_with_a_message(config: Path, site: LiveSite) -> None:
    config.write_text(config.read_text().replace(str(site.port), "9"))

    result = run(config, "legacy")

    assert result.exit_code == 3
    assert "could not be crawled: no connection to http://127.0.0.1:9" in result.stderr
    assert "Traceback" not in result.output


def test_where_no_page_could_be_read_the_config_is_doubted_and_no_next_step_is_named(config: Path, site: LiveSite) -> None:
    site.replies = {}
    told = run(config, "legacy").stderr

    assert "no page of the legacy site could be read\n    Check `legacy` and the first of `hosts`" in told
    assert "next:" not in told
    site.replies = {"/": Reply("", 301, headers={"Location": "https://www.old.example:8443/"})}
    told = run(config, "legacy", "--fresh").stderr
    assert "the site sends its first page to https://www.old.example:8443/, which is not an address of its own here" in told
    assert "could be read" not in told


def test_a_site_that_forbids_everything_is_exit_3_unless_it_is_ones_own(config: Path, site: LiveSite) -> None:
    site.replies["/robots.txt"] = Reply("User-agent: *\nDisallow: /\n", kind="text/plain")

    result = run(config, "legacy")
    assert result.exit_code == 3
    assert "nothing was crawled (1 address: robots.txt forbids it)" in result.stderr

    assert run(config, "legacy", "--own-site", "--ignore-robots").exit_code == 0
    assert len(kept(config)) == PAGES + 5


@pytest.mark.parametrize(
    "words",
    [
        ["old"],
        ["legacy", "--ignore-robots"],
        ["legacy", "--limit", "0"],
        ["legacy", "--delay", "-1"],
        ["legacy", "--site", "other"],
        ["legacy", "--store", "mysql://x/y"],
    ],
)
def test_what_makes_no_sense_is_refused(config: Path, words: list[str]) -> None:
    result = run(config, *words)

    assert result.exit_code in (2, 3)
    assert "Traceback" not in result.output


def command(config: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "migrator", "crawl", "legacy", "--config", str(config), "--delay", "0.002", *words]


def some_pages_in(config: Path, least: int) -> None:
    """Wait until so many pages are kept."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if (config.parent / ".migrator" / "store.db").exists() and len(kept(config)) >= least:
            return
        time.sleep(0.02)
    pytest.fail("the crawl does not get on")


def heed_interrupts() -> None:
    """What is started in the background, as this suite may be, is started with SIGINT ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@pytest.mark.parametrize("words", [[], ["--own-site"]])
def test_ctrl_c_ends_it_cleanly_and_keeps_what_is_done(config: Path, site: LiveSite, words: list[str]) -> None:
    slow = command(config, "--delay", "0.05", *words)
    with subprocess.Popen(slow, stderr=subprocess.PIPE, text=True, start_new_session=True, preexec_fn=heed_interrupts) as process:
        some_pages_in(config, 3)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: to all processes of the command
        _, told = process.communicate(timeout=20)

    assert process.returncode == 130
    assert "interrupted; the same command goes on where it stopped" in told
    assert "Traceback" not in told
    assert len(kept(config)) >= 3
    run(config, "legacy")
    assert len(kept(config)) == PAGES + 4


@pytest.mark.parametrize("words", [[], ["--own-site"]])
def test_a_crawl_that_is_killed_again_and_again_leaves_the_same_store_as_one_that_is_not(
    config: Path, site: LiveSite, words: list[str]
) -> None:
    run(config, "legacy", *words)
    undisturbed = state(config)
    for file in (config.parent / ".migrator").iterdir():
        file.unlink()

    moments = random.Random(7)
    for kill in range(KILLS):
        with subprocess.Popen(command(config, *words), stderr=subprocess.DEVNULL) as process:
            some_pages_in(config, min(PAGES // 2, 1 + kill * 5))
            time.sleep(moments.uniform(0, 0.05))
            process.send_signal(signal.SIGKILL)
    ended = run(config, "legacy", *words)

    assert ended.exit_code == 0
    pages, rows = state(config)
    assert pages == undisturbed[0]
    if words:  # the order of several at a time decides which link is seen first
        assert [(row[0], *row[4:]) for row in rows] == [(row[0], *row[4:]) for row in undisturbed[1]]
    else:
        assert rows == undisturbed[1]


def test_the_script_runs_the_command() -> None:
    script = Path(__file__).parents[2] / "scripts" / "crawl"

    assert os.access(script, os.X_OK)
    assert 'migrator" crawl "$@"' in script.read_text()
