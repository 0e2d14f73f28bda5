"""`migrator publish --patterns`: one rule in the place of many, with what it covers and leaves alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.pages.page import Side
from migrator.pages.suggestion import Candidate, Suggestion
from tests.cli.running import run
from tests.cli.stored import config_with, crawled, suggested
from tests.pages.making import NEW, OLD, page

NAMES = ("wells", "schools", "measles", "floods", "choir", "lamps")
RULES = """\
redirects:
  # asked for by the press office
  /news/first.html: /stories/first/
  /news/moved.html: /about/   # not a story
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A map with two rules of its own, and a folder of which six pages are sure and one is open."""
    path = config_with(tmp_path, RULES)
    crawled(path, Side.LEGACY, [page(f"/news/{name}.html") for name in (*NAMES, "first", "moved", "open")])
    moves = [Suggestion(f"{OLD}/news/{name}.html", (Candidate(f"{NEW}/stories/{name}/", 0.99),)) for name in NAMES]
    suggested(path, [*moves, Suggestion(f"{OLD}/news/open.html", (Candidate(f"{NEW}/stories/open/", 0.6),))])
    return path


def answers(config: Path) -> list[str]:
    """What the map answers to every known address."""
    urls = [f"/news/{name}.html" for name in (*NAMES, "first", "moved", "open")]
    return [run("explain", url, "--config", config).stdout.partition("→ ")[2].splitlines()[0] for url in urls]


def test_a_pattern_takes_the_place_of_its_rules_and_answers_the_same(config: Path) -> None:
    other = config_with(config.parent / ".migrator", RULES)
    store = ("--store", config.parent / ".migrator" / "store.db")
    assert run("publish", "--config", other, *store).exit_code == 0
    result = run("publish", "--config", config, "--patterns")

    text = config.read_text("utf-8")
    assert result.exit_code == 0
    assert "from: /news/:page.html\n    to: /stories/:page/\n" in text
    assert "  - from: /news/open.html\n    serve: legacy\n    note: " in text
    assert "# asked for by the press office\n  /news/first.html" in text
    assert "# not a story" in text
    assert "/news/wells.html" not in text
    assert answers(config) == answers(other)
    assert run("check", "--config", config).exit_code == 0


def test_what_it_covers_and_leaves_alone_is_told(config: Path) -> None:
    before = config.read_bytes()
    result = run("publish", "--config", config, "--patterns", "--dry-run")

    assert config.read_bytes() == before
    assert "+  - from: /news/:page.html" in result.stdout
    assert "/news/:page.html → /stories/:page/ would take the place of 6 rules:" in result.stderr
    assert "  covers /news/choir.html, /news/floods.html, /news/lamps.html and 3 more" in result.stderr
    assert "  stay rules of their own: /news/moved.html" in result.stderr
    assert "  exceptions, on the old site as before and still to be decided: /news/open.html" in result.stderr


def test_rules_of_an_earlier_run_are_taken_too(config: Path) -> None:
    run("publish", "--config", config)
    assert "/news/wells.html" in config.read_text("utf-8")
    result = run("publish", "--config", config, "--patterns")

    assert f"1 pattern took the place of 6 rules in {config}\n" in result.stderr
    assert "0 rules" not in result.stderr

    assert (result.exit_code, "/news/wells.html" in config.read_text("utf-8")) == (0, False)
    again = config.read_bytes()
    assert run("publish", "--config", config, "--patterns").exit_code == 0
    assert config.read_bytes() == again


def test_the_least_number_of_rules_may_be_raised(config: Path) -> None:
    result = run("publish", "--config", config, "--patterns", "--least", 7)

    assert "no folder moved so consistently" in result.stderr
    assert "/news/wells.html: /stories/wells/" in config.read_text("utf-8")


def test_of_several_sites_only_the_one_is_touched(tmp_path: Path) -> None:
    other = "  shop: {hosts: [shop.example], legacy: 'http://shop.example', new: 'https://new.shop.example'}\n"
    rules = "".join(f"  http://{host}/a/{name}: /b/{name}\n" for host in ("www.old.example", "shop.example") for name in NAMES)
    path = config_with(tmp_path, f"{other}redirects:\n{rules}  http://shop.example/a/more: /elsewhere\n")
    assert run("publish", "--config", path, "--patterns", "--site", "main").exit_code == 0

    text = path.read_text("utf-8")
    assert "from: http://www.old.example/a/:page\n    to: /b/:page\n" in text.replace('"', "")
    assert text.count("http://shop.example/a/") == len(NAMES) + 1
    assert "serve:" not in text


def test_a_map_without_suggestions_may_be_tidied(tmp_path: Path) -> None:
    path = config_with(tmp_path, "redirects:\n" + "".join(f"  /a/{name}: /b/{name}\n" for name in NAMES))
    assert run("publish", "--config", path, "--patterns").exit_code == 0

    assert "from: /a/:page\n    to: /b/:page\n" in path.read_text("utf-8").replace('"', "")
