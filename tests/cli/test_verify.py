"""`migrator verify` against real servers on loopback: our own transition site, and others that answer otherwise."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import lxml.etree
import pytest
from click.testing import CliRunner

from migrator.cli.main import main
from migrator.pages.page import Page, Side
from tests.cli.running import run
from tests.cli.stored import crawled, visited
from tests.cli.verifying import Stage, on_stage, outcomes
from tests.crawl.live_site import Reply, live_site, page, redirect
from tests.ports import free_port


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with on_stage(tmp_path) as made:
        yield made


def test_our_own_site_answers_every_old_address_as_the_map_decides(stage: Stage) -> None:
    with stage.served() as server:
        result = stage.verified(server, "--json", "--all")

    assert result.exit_code == 0, result.stdout + result.stderr
    assert "5 addresses: 5 passed, 0 failed, 0 could not be checked" in result.stderr
    assert set(outcomes(result)) == {"/a", "/b", "/gone", "/kept", "/press/x"}
    assert {asked.headers["host"] for asked in stage.new.asked} == {stage.new.url.removeprefix("http://")}


def test_addresses_as_people_write_them_are_asked_for_escaped(tmp_path: Path) -> None:
    rules = 'redirects: {"/réports/ein bericht.html": /new-a, "/old": /new-b}'
    with live_site() as legacy, live_site({"/new-a": page(), "/new-b": page()}) as new:
        stage = Stage(tmp_path, legacy, new, rules)
        with stage.served() as server:
            result = stage.verified(server, "--json", "--list", stage.listed("/réports/ein bericht.html", "/old"))
            whole = stage.verified(server, "--json", "--all")

    assert (result.exit_code, whole.exit_code) == (0, 0), result.stdout + whole.stdout
    assert outcomes(whole)["/réports/ein bericht.html"] == ("passed", "")


def test_a_server_with_another_map_fails_where_it_differs(stage: Stage) -> None:
    answers = {
        "/a": redirect(f"{stage.new.url}/elsewhere"),
        "/b": redirect(f"{stage.new.url}/new-b", 302),
        "/gone": page(),
        "/kept": Reply("", 500),
    }
    with live_site(answers) as server:
        result = stage.verified(server.url, "--json")
        assert {asked.headers["host"] for asked in server.asked} == {"old.example"}

    assert result.exit_code == 1
    assert outcomes(result) == {
        "/a": ("failed", "target"),
        "/b": ("failed", "status"),
        "/gone": ("failed", "status"),
        "/kept": ("failed", "status"),
        "/press/x": ("failed", "status target"),
    }


@pytest.mark.parametrize(
    ("answer", "kinds"),
    [
        (Reply("", 404), "final-status"),
        (Reply('<html><link rel=canonical href="/other"><p>x</html>'), "canonical"),
        (Reply('<html><link rel=canonical href="/new-a"><p>x</html>'), ""),
        (Reply("<html><meta name=robots content=noindex><p>x</html>"), "noindex"),
        (Reply("x", headers={"X-Robots-Tag": "noindex"}), "noindex"),
        (redirect("/new-b"), "hops"),
    ],
)
def test_the_page_at_the_end_is_looked_at(stage: Stage, answer: Reply, kinds: str) -> None:
    stage.new.replies["/new-a"] = answer
    with stage.served() as server:
        result = stage.verified(server, "--json", "--all")

    assert outcomes(result)["/a"] == ("failed" if kinds else "passed", kinds)
    assert result.exit_code == (1 if kinds else 0)


def test_a_new_site_that_does_not_answer_leaves_its_addresses_unchecked(stage: Stage) -> None:
    stage.new.server.server_close()
    text = stage.config.read_text("utf-8").replace(stage.new.url, f"http://127.0.0.1:{free_port()}")
    stage.config.write_text(text, encoding="utf-8")
    with stage.served() as server:
        result = stage.verified(server, "--json", "--delay", "0")

    assert result.exit_code == 3
    assert {outcome for outcome, _ in outcomes(result).values()} == {"unchecked"}
    assert set(outcomes(result)) == {"/a", "/b", "/press/x"}


def test_a_site_that_is_not_there_is_not_asked_for_every_address(stage: Stage) -> None:
    listed = stage.listed(*(f"/page-{number}" for number in range(30)))
    result = stage.verified(f"http://127.0.0.1:{free_port()}", "--list", listed)

    assert result.exit_code == 3
    assert "none of the first 10 addresses was answered: no connection to" in result.stderr
    assert result.stdout == ""


def test_a_target_that_loops_is_found(stage: Stage) -> None:
    stage.new.replies["/new-a"] = redirect("/new-a2")
    stage.new.replies["/new-a2"] = redirect("/new-a")
    with stage.served() as server:
        result = stage.verified(server, "--json")

    assert outcomes(result) == {"/a": ("failed", "hops")}


def test_the_inventory_is_asked_for_with_what_a_crawl_got(stage: Stage) -> None:
    base = stage.legacy.url
    crawled(stage.config, Side.LEGACY, [Page(f"{base}/old", f"{base}/old", 200), Page(f"{base}/dead", f"{base}/dead", 404)])
    visited(stage.config, [(f"{base}/visited", 3)])
    with stage.served() as server:
        result = stage.verified(server, "--json", "--all", "--only", "inventory")

    assert outcomes(result) == {"/old": ("passed", ""), "/dead": ("passed", ""), "/visited": ("failed", "status")}


def test_a_list_is_asked_for_and_nothing_else(stage: Stage) -> None:
    with stage.served() as server:
        words = ["verify", "--config", str(stage.config), "--base", "http://old.example", "--connect", server[7:], "--own-site"]
        result = CliRunner().invoke(main, [*words, "--list", "-", "--json", "--all"], input="/a?utm_source=x\n/old\n")

    assert outcomes(result) == {"/a?utm_source=x": ("failed", "final-status"), "/old": ("passed", "")}


def test_failures_go_to_a_sheet_and_every_case_to_junit(stage: Stage, tmp_path: Path) -> None:
    stage.new.replies["/new-a"] = Reply("", 410)
    with stage.served() as server:
        result = stage.verified(server, "--format", "junit", "--failures", tmp_path / "f.csv")
    cases = lxml.etree.fromstring(result.stdout.encode()).findall(".//testcase")
    rows = list(csv.DictReader((tmp_path / "f.csv").read_text("utf-8").splitlines()))

    assert (len(cases), sum(case.find("failure") is not None for case in cases)) == (5, 1)
    assert [(row["old_url"], row["expected_status"], row["status"]) for row in rows] == [("http://old.example/a", "301", "301")]
    assert rows[0]["rule"].startswith(str(stage.config))


def test_annotations_stand_at_the_line_of_the_rule(stage: Stage) -> None:
    stage.new.replies["/new-b"] = Reply("", 404)
    with stage.served() as server:
        result = stage.verified(server, "--format", "github")

    assert result.stdout.startswith(f"::error file={stage.config},line=5,col=3,title=failed::http://old.example/b: ends at")


def test_one_request_at_a_time_is_made_unless_the_site_is_ones_own(stage: Stage) -> None:
    with live_site({}) as server:
        run("verify", "--config", stage.config, "--base", "http://old.example", "--connect", server.url[7:], "--delay", "0.01")
        asked = sorted(server.asked, key=lambda one: one.came)

    assert all(one.left <= other.came for one, other in pairwise(asked))


def test_nothing_private_is_asked_that_the_file_does_not_name_as_a_site(tmp_path: Path) -> None:
    with live_site() as inside, live_site() as legacy, live_site() as new:
        rules = f"redirects: {{/a: '{inside.url}/secret'}}\n"
        stage = Stage(tmp_path, legacy, new, rules)
        text = stage.config.read_text("utf-8").replace("hosts:", f"allowed_targets: ['{inside.url[7:]}'], hosts:")
        stage.config.write_text(text, encoding="utf-8")
        with stage.served() as server:
            result = stage.verified(server, "--json")

        assert inside.asked == []
    assert outcomes(result)["/a"][0] == "unchecked"
    assert "not on the open internet" in result.stdout


@pytest.mark.parametrize("words", [("--connect", "nowhere"), ("--connect", "a:99999999"), ("--base", "old.example")])
def test_what_is_no_address_is_refused(stage: Stage, words: tuple[str, str]) -> None:
    assert run("verify", "--config", stage.config, *words).exit_code == 2


def test_a_map_that_names_no_address_is_refused(stage: Stage) -> None:
    text = stage.config.read_text("utf-8")
    stage.config.write_text(text[: text.index("redirects:")], encoding="utf-8")
    result = run("verify", "--config", stage.config)

    assert (result.exit_code, "no old address is known" in result.stderr) == (2, True)
