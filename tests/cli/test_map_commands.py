"""`init`, `explain`, `schema` and the group itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from migrator.app import TransitionSite
from migrator.cli.main import COMMANDS
from migrator.settings import load_settings
from tests.cli.running import run
from tests.rules.making import SITE
from tests.serve.live import serve, talk
from tests.shared import ROOT

RULES = "rules: [{from: /press/*, to: '/news/:splat', note: x}, {from: /z, gone: true, suggest: /y}]\n"


def config(tmp_path: Path) -> Path:
    path = tmp_path / "redirects.yaml"
    path.write_text(SITE + RULES, encoding="utf-8")
    return path


def test_a_first_file_passes_its_own_check(tmp_path: Path) -> None:
    path = tmp_path / "redirects.yaml"

    assert run("init", path, "--name", "Fund: of #1", "--host", "a.example", "--host", "b.example:81").exit_code == 0
    assert run("check", "--config", path, "--strict").exit_code == 0


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "redirects.yaml"
    path.write_text("mine")

    assert run("init", path).exit_code == 2
    assert path.read_text() == "mine"


def test_init_refuses_what_is_no_address(tmp_path: Path) -> None:
    assert run("init", tmp_path / "a.yaml", "--legacy", "ftp://x").exit_code == 2
    assert run("init", tmp_path / "a.yaml", "--host", "a b").exit_code == 2
    assert not list(tmp_path.iterdir())


def test_the_repositorys_own_map_is_the_starter(tmp_path: Path) -> None:
    run("init", tmp_path / "redirects.yaml")

    assert (ROOT / "redirects.yaml").read_text("utf-8") == (tmp_path / "redirects.yaml").read_text("utf-8")


def test_explain_shows_each_step_the_rule_and_the_answer(tmp_path: Path) -> None:
    result = run("explain", "--config", config(tmp_path), "/Press/2019/?a=1")

    assert result.exit_code == 0
    assert "the look-up key: /press/2019" in result.stdout
    assert f"yes: /press/* at {tmp_path}/redirects.yaml:9:9" in result.stdout
    assert "→ 301 to https://www.new.example/news/2019/?a=1 (cached for 3600 s)" in result.stdout


def test_explain_knows_gone_and_strangers(tmp_path: Path) -> None:
    path = config(tmp_path)

    assert "410 gone · suggests https://www.new.example/y" in run("explain", "--config", path, "/z").stdout
    assert "404 not found" in run("explain", "--config", path, "http://stranger.example/z").stdout
    assert run("explain", "--config", path, "press").exit_code == 2


def test_an_explanation_can_be_read_by_a_machine(tmp_path: Path) -> None:
    found = json.loads(run("explain", "--config", config(tmp_path), "/z", "--json").stdout)

    assert (found["decision"], found["answer"], found["rule"]["source"]) == ("gone", "gone", "/z")


def test_a_rule_that_cannot_be_used_is_named_before_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "redirects.yaml"
    path.write_text(SITE + "redirects: {/a: https://stranger.example/}\n", encoding="utf-8")
    result = run("explain", "--config", path, "/a")

    assert result.exit_code == 1
    assert "not used:" in result.stderr
    assert "stranger.example is not allowed" in result.stderr


MANY = """\
transition: {path: /_transition/}
rules:
  - {from: /press/*, to: '/news/:splat'}
  - {from: '/press/:year/:slug', to: '/n/:year'}
  - {from: '/press/:year', to: '/n/:year', ends: 2026-01-01}
  - {from: '/press/a?id=1', to: '/q'}
  - {regex: '^/pre(.*)$', to: '/q'}
  - {from: /z, gone: true}
"""


def many(tmp_path: Path) -> Path:
    path = tmp_path / "redirects.yaml"
    path.write_text(SITE + MANY, encoding="utf-8")
    return path


def explained(path: Path, *words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("explain", "--config", path, "--json", *words).stdout)
    return found


def test_each_rule_that_might_have_answered_is_named_with_the_reason_why_not(tmp_path: Path) -> None:
    others = explained(many(tmp_path), "/press/a?id=2", "--at", "2026-11-24")["considered"]

    assert {one["source"]: one["why"] for one in others} == {
        "/press/:year": "matches, but ended on 2026-01-01",
        "^/pre(.*)$": "matches too, but pattern goes before regex: `/press/*`",
        "/press/a?id=1": "wants the query `id=1`; this one has `id=2`",
        "/press/:year/:slug": "has 3 segments, the address 2",
    }
    text = run("explain", "--config", many(tmp_path), "/press/a").stdout
    assert "   not /press/:year/:slug at " in text


def test_the_day_and_the_method_decide(tmp_path: Path) -> None:
    found = explained(many(tmp_path), "/press/a", "--at", "2025-12-31", "--method", "post")

    assert (found["status"], found["answer"]) == (308, "https://www.new.example/n/a")
    assert found["request"]["day"] == "2025-12-31"
    assert run("explain", "--config", many(tmp_path), "/a", "--at", "tomorrow").exit_code == 2


def test_the_answer_is_told_as_the_door_sends_it(tmp_path: Path) -> None:
    path = many(tmp_path)
    told = explained(path, "/z", "--header", "Accept-Language: fr")["sent"]
    with serve(TransitionSite(load_settings(path))) as base:
        request = b"GET /z HTTP/1.1\r\nHost: www.old.example\r\nAccept-Language: fr\r\nConnection: close\r\n\r\n"
        head = talk(base, request).partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")

    sent = {tuple(line.split(": ", 1)) for line in head[1:]}
    assert told["status"] == 410
    assert dict(told["headers"])["content-language"] == "fr"
    assert {(name, value) for name, value in told["headers"]} == {one for one in sent if one[0] not in ("date", "connection")}


def test_what_a_site_answers_is_not_told(tmp_path: Path) -> None:
    assert explained(many(tmp_path), "/elsewhere")["sent"] is None
    assert "served by the legacy site at http://10.0.0.5:8080" in run("explain", "--config", many(tmp_path), "/elsewhere").stdout


def test_a_host_may_come_as_a_header(tmp_path: Path) -> None:
    assert explained(many(tmp_path), "/z", "--header", "Host: stranger.example")["decision"] == "notfound"
    assert run("explain", "--config", many(tmp_path), "/z", "--header", "Host").exit_code == 2


def test_the_transition_sites_own_pages_are_told_apart(tmp_path: Path) -> None:
    found = run("explain", "--config", many(tmp_path), "/_transition/x")

    assert "a page of the transition site's own" in found.stdout
    assert explained(many(tmp_path), "/_transition/x")["is_own_page"] is True


def test_the_schema_is_json() -> None:
    assert json.loads(run("schema").stdout)["title"] == "redirects.yaml"


def test_every_command_explains_itself() -> None:
    assert run("--help").exit_code == 0
    for name in COMMANDS:
        result = run(name, "--help")
        assert result.exit_code == 0
        assert len(result.stdout) > 200


def test_the_first_of_two_words_names_what_may_follow() -> None:
    result = run("search")

    assert result.exit_code == 2
    assert "`migrator search build`" in result.output
