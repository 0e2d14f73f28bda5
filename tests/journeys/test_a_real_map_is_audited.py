"""A real migration's map: right rules are left in peace, rules that lead to a wrong page are found, patterns change nothing."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path

import pytest

from migrator.pages.extract import extract
from migrator.pages.page import Page, Side
from migrator.rules.yaml_edit import set_redirects
from tests.cli.running import run
from tests.cli.stored import SITE, config_with, crawled
from tests.pages.making import NEW, OLD
from tests.shared import shared_folder

NAME = "tts-handbook"
WRONG = 20  # rules that are led elsewhere


@pytest.fixture(scope="module")
def truth() -> Path:
    return shared_folder(f"truth/{NAME}")


@pytest.fixture(scope="module")
def config(truth: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both sites in a store, matched."""
    path = config_with(tmp_path_factory.mktemp("audit"))
    for side, name, base in ((Side.LEGACY, "old", OLD), (Side.NEW, "new", NEW)):
        crawled(path, side, [read(line, base) for line in (truth / f"{name}.jsonl").read_text("utf-8").splitlines()])
    assert run("match", "--config", path).exit_code == 0
    return path


def read(line: str, base: str) -> Page:
    one = json.loads(line)
    url = base + one["url"]
    return Page(url, url, 200, content_type="text/html", content=extract(one["html"].encode(), url, "utf-8"))


def moves(truth: Path) -> dict[str, str]:
    with (truth / "truth.csv").open(encoding="utf-8", newline="") as file:
        return {row["old_url"]: row["new_url"] for row in csv.DictReader(file) if row["kind"] == "moved"}


def audited(config: Path, rules: dict[str, str]) -> set[str]:
    """The old paths that the audit doubts."""
    config.write_text(set_redirects(SITE, rules, str(config)), encoding="utf-8")
    found = json.loads(run("match", "--config", config, "--audit", "--json").stdout)
    return {one["old_url"].removeprefix(OLD).rstrip("/") for one in found}


def test_right_rules_are_left_in_peace_and_wrong_ones_found(config: Path, truth: Path) -> None:
    rules = moves(truth)
    assert len(audited(config, rules)) <= 0.02 * len(rules)

    chance = random.Random(7)
    led_astray = chance.sample(sorted(rules), WRONG)
    pages = sorted(json.loads(line)["url"] for line in (truth / "new.jsonl").read_text("utf-8").splitlines())
    found = audited(config, rules | {old: chance.choice(pages) for old in led_astray})
    assert sum(old.rstrip("/") in found for old in led_astray) >= 0.7 * WRONG


def test_patterns_change_no_answer_and_parity_finds_pairs(config: Path, truth: Path) -> None:
    config.write_text(set_redirects(SITE, moves(truth), str(config)), encoding="utf-8")
    before = json.loads(run("coverage", "--config", config, "--json").stdout)
    assert run("publish", "--config", config, "--patterns", "--min-confidence", 1, "--least", 3).exit_code == 0
    after = json.loads(run("coverage", "--config", config, "--json").stdout)

    assert {name: before["addresses"][name] for name in ("known", "answered")} == {
        "known": after["addresses"]["known"],
        "answered": after["addresses"]["answered"] - after["addresses"]["by_answer"].get("served by a rule", 0),
    }
    rows = json.loads(run("match", "--config", config, "--parity", "--json").stdout)
    assert len(rows) > 50
    assert all(0 <= row["text_found"] <= 1 for row in rows)
