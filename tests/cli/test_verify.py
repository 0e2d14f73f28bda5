"""`migrator verify` against real servers on loopback: our own transition site, and others that answer otherwise."""

from __future__ import annotations

import csv
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path

import lxml.etree
import pytest
from click.testing import CliRunner, Result

from migrator.app import TransitionSite
from migrator.cli.main import main
from migrator.pages.page import Page, Side
from migrator.settings import load_settings
from tests.cli.running import run
from tests.cli.stored import crawled, visited
from tests.crawl.live_site import LiveSite, Reply, live_site, page, redirect
from tests.ports import free_port
from tests.serve.live import serve
from tests.serve.test_upstream_tls import certificate

RULES = """\
redirects:
  /a: /new-a
  /b: /new-b
rules:
  - {from: /gone, gone: true}
  - {from: /kept, serve: legacy}
  - {from: '/press/*', to: '/news/:splat', status: 308, examples: [{url: /press/x, to: /news/x}]}
"""


class Stage:
    """An old and a new site, and a config that names them."""

    def __init__(self, folder: Path, legacy: LiveSite, new: LiveSite, rules: str = RULES) -> None:
        self.config = folder / "redirects.yaml"
        self.legacy, self.new = legacy, new
        site = f"{{hosts: [old.example], legacy: '{legacy.url}', new: '{new.url}'}}"
        self.config.write_text(f"version: 1\nsites: {{main: {site}}}\n{rules}", encoding="utf-8")

    def verified(self, server: str, *words: object, host: str = "http://old.example") -> Result:
        """Verify what listens at `server` as the old host."""
        connect = server.removeprefix("http://")
        return run("verify", "--config", self.config, "--base", host, "--connect", connect, "--own-site", *words)

    @contextmanager
    def served(self) -> Iterator[str]:
        """Our own transition site for that config."""
        with serve(TransitionSite(load_settings(self.config))) as base:
            yield base


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    new_pages = {f"/{name}": page(title=name) for name in ("new-a", "new-b", "news/x")}
    with live_site({"/kept": page(), "/old": page()}) as legacy, live_site(new_pages) as new:
        yield Stage(tmp_path, legacy, new)


def outcomes(result: Result) -> dict[str, tuple[str, str]]:
    """By path: the outcome, and what is said."""
    found = json.loads(result.stdout)["results"]
    return {one["url"].removeprefix("http://old.example"): (one["outcome"], said(one)) for one in found}


def said(one: dict[str, object]) -> str:
    faults = one["faults"]
    assert isinstance(faults, list)
    return " ".join(fault["kind"] for fault in faults)


def test_our_own_site_answers_every_old_address_as_the_map_decides(stage: Stage) -> None:
    with stage.served() as server:
        result = stage.verified(server, "--json", "--all")

    assert result.exit_code == 0, result.stdout + result.stderr
    assert "5 addresses: 5 passed, 0 failed, 0 could not be checked" in result.stderr
    assert set(outcomes(result)) == {"/a", "/b", "/gone", "/kept", "/press/x"}
    assert {asked.headers["host"] for asked in stage.new.asked} == {stage.new.url.removeprefix("http://")}


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


def test_a_run_that_was_cut_short_goes_on_where_it_stopped(stage: Stage) -> None:
    rest = Reply("", 503, headers={"Retry-After": "9999"})
    answers = {"/a": redirect(f"{stage.new.url}/new-a"), "/b": rest}
    with live_site(answers) as server:
        words = ("verify", "--config", stage.config, "--base", "http://old.example", "--connect", server.url[7:], "--delay", "0")
        first = run(*words, "--json")
        assert first.exit_code == 3
        assert "goes on" in first.stderr
        server.replies["/b"] = redirect(f"{stage.new.url}/new-b")
        server.asked.clear()
        second = run(*words, "--json")

        assert "/a" not in server.targets
        assert "2 addresses were seen by a run that was cut short" in second.stderr
        assert set(outcomes(second)) == {"/gone", "/kept", "/press/x"}
        server.asked.clear()
        run(*words, "--json")
        assert "/a" in server.targets


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


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_the_name_in_tls_stays_the_old_host_s(stage: Stage, tmp_path: Path, name: str) -> None:
    """The certificate is nobody's, so nothing is asked; but the name that was called is heard."""
    called: list[str | None] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path))
    context.sni_callback = lambda _socket, server_name, _context: called.append(server_name)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_shake_hands, args=(listening, context), daemon=True)
        thread.start()
        words = ("--base", "https://old.example", "--connect", f"{name}:{listening.getsockname()[1]}", "--own-site", "--json")
        addresses = tmp_path / "list.txt"
        addresses.write_text("/a\n")
        result = run("verify", "--config", stage.config, *words, "--list", addresses)

    assert set(called) == {"old.example"}
    assert result.exit_code == 3
    assert "certificate" in result.stdout


def _shake_hands(listening: socket.socket, context: ssl.SSLContext) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection, suppress(OSError), context.wrap_socket(connection, server_side=True):
            pass
