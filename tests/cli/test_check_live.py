"""`migrator check --live`: what the sites themselves say of a map, asked politely and never where nobody allowed it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.running import run
from tests.crawl.live_site import LiveSite, Reply, live_site, page, redirect


@pytest.fixture
def sites() -> Iterator[tuple[LiveSite, LiveSite]]:
    with live_site({f"/{name}": page() for name in "abcde"}) as legacy, live_site({"/fine": page()}) as new:
        yield legacy, new


def checked(folder: Path, sites: tuple[LiveSite, LiveSite], rules: str, *words: str) -> tuple[list[tuple[str, str]], str]:
    """Level and code of each finding, and what is said on stderr."""
    legacy, new = sites
    config = folder / "redirects.yaml"
    text = f"version: 1\nsites: {{main: {{hosts: [old.example], legacy: '{legacy.url}', new: '{new.url}'}}}}\n{rules}"
    config.write_text(text, encoding="utf-8")
    result = run("check", "--config", config, "--live", "--own-site", "--json", *words)
    if not result.stdout:
        return [], result.stderr
    return [(one["level"], one["code"]) for one in json.loads(result.stdout)], result.stderr


def test_each_new_address_is_asked_and_each_old_one(tmp_path: Path, sites: tuple[LiveSite, LiveSite]) -> None:
    legacy, new = sites
    new.replies |= {"/dead": Reply("", 410), "/moved": redirect("/fine")}
    rules = "redirects: {/a: /fine, /b: /dead, /c: /moved, /d: '/fine#x', /typo: /fine}\nrules: [{from: /p/*, to: '/q/:splat'}]"
    found, _ = checked(tmp_path, sites, rules)

    assert found == [("warning", "dead-target"), ("warning", "redirecting-target"), ("note", "unknown-source")]
    assert sorted(new.targets) == ["/dead", "/fine", "/fine", "/moved"]  # once of itself, once where /moved leads
    assert sorted(legacy.targets) == ["/a", "/b", "/c", "/d", "/typo"]
    assert {asked.headers["host"] for asked in legacy.asked} == {"old.example"}


def test_addresses_as_people_write_them_are_asked_for_escaped(tmp_path: Path, sites: tuple[LiveSite, LiveSite]) -> None:
    rules = "redirects: {/réports/a b.html: /fine}\nrules: [{from: '/q?n=é', to: /fine, query: exact}]"
    found, said = checked(tmp_path, sites, rules)

    assert found == [("note", "unknown-source")] * 2, said
    assert sorted(sites[0].targets) == ["/q?n=%C3%A9", "/r%C3%A9ports/a%20b.html"]


def test_a_finding_that_a_rule_allows_is_none(tmp_path: Path, sites: tuple[LiveSite, LiveSite]) -> None:
    rules = "rules: [{from: /a, to: /dead, allow: {dead-target: it comes tomorrow}}]"

    assert checked(tmp_path, sites, rules)[0] == []


def test_a_target_that_cannot_be_asked_is_a_note(tmp_path: Path, sites: tuple[LiveSite, LiveSite]) -> None:
    with live_site() as inside:
        rules = f"redirects: {{/a: '{inside.url}/secret'}}\n"
        legacy, new = sites
        text = f"hosts: [old.example], allowed_targets: ['{inside.url[7:]}']"
        config = tmp_path / "redirects.yaml"
        site = f"{{{text}, legacy: '{legacy.url}', new: '{new.url}'}}"
        config.write_text(f"version: 1\nsites: {{main: {site}}}\n{rules}", encoding="utf-8")
        result = run("check", "--config", config, "--live", "--own-site")

        assert inside.asked == []
    assert (result.exit_code, "[unchecked-target]" in result.stdout) == (0, True)


def test_a_run_that_was_cut_short_goes_on(tmp_path: Path, sites: tuple[LiveSite, LiveSite]) -> None:
    legacy, new = sites
    legacy.replies["/b"] = Reply("", 503, headers={"Retry-After": "9999"})
    rules = "redirects: {/a: /fine, /b: /fine}"
    assert "goes on" in checked(tmp_path, sites, rules)[1]
    legacy.replies["/b"] = page()
    new.asked.clear()
    found, _ = checked(tmp_path, sites, rules)

    assert (found, new.targets) == ([], [])
    assert not (tmp_path / ".migrator" / "check-live.jsonl").exists()


def test_live_options_go_with_live(tmp_path: Path) -> None:
    assert run("check", "--config", tmp_path / "x.yaml", "--own-site").exit_code == 2
