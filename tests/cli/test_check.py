"""`migrator check`: every broken file gets a clear message and the right exit code, and never a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import lxml.etree
import pytest

from migrator.pages.page import Page, Side
from migrator.rules.problem_codes import CODES
from tests.cli.running import run
from tests.cli.stored import config_with, crawled
from tests.rules.making import SITE


def checked(tmp_path: Path, text: str, *options: str) -> tuple[int, str, str]:
    config = tmp_path / "redirects.yaml"
    config.write_text(text, encoding="utf-8")
    result = run("check", "--config", config, *options)
    return result.exit_code, result.stdout, result.stderr


def test_a_good_map_is_good(tmp_path: Path) -> None:
    code, out, err = checked(tmp_path, SITE + "redirects: {/a: /b}\n")

    assert (code, out) == (0, "")
    assert "1 rule, nothing to mend" in err


def test_a_map_without_rules_says_so(tmp_path: Path) -> None:
    assert checked(tmp_path, SITE)[2].endswith("redirects.yaml: no rules yet, and nothing to mend\n")


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (SITE + "redirects:\n  /a /b\n", 2, ":10:3: error: `redirects` must be a mapping"),
        (SITE + "redirects:\n  /a: /b\n  /c /d\n", 2, ":11:3: error: this is not YAML"),
        (SITE + "redirects: {/a: /b, /a: /c}\n", 2, ":9:21: error: `/a` stands here twice"),
        (SITE + "redirect: {}\n", 2, "Did you mean `redirects`?"),
        (SITE + "rules: [{regex: '(?=a)', to: /b}]\n", 1, ":9:9: error: `(?=a)`: RE2 refuses this expression"),
        (SITE + "redirects: {/a: 'javascript:alert(1)'}\n", 1, ":9:13: error: a target may only be http or https"),
        (SITE + "redirects: {/a: https://old.example/b, /b: https://old.example/a}\n", 1, "leads back to itself"),
        ("", 2, "the file is empty"),
        ("[" * 1_000_000, 2, ":1:21: error: nested deeper than 20 levels"),
        ("{" * 1_000_000, 2, ":1:21: error: nested deeper than 20 levels"),
        ("a: b: c: d\n", 2, "this is not YAML"),
    ],
)
def test_a_broken_file_is_explained(tmp_path: Path, text: str, code: int, said: str) -> None:
    found, out, _ = checked(tmp_path, text)

    assert found == code
    assert said in out


@pytest.mark.parametrize(("name", "said"), [("absent.yaml", "no such file"), (".", "a folder, not a file")])
def test_what_is_no_file_is_explained(tmp_path: Path, name: str, said: str) -> None:
    result = run("check", "--config", tmp_path / name)

    assert result.exit_code == 2
    assert said in result.stdout


def test_bytes_that_are_no_text_are_explained(tmp_path: Path) -> None:
    config = tmp_path / "redirects.yaml"
    config.write_bytes(b"version: 1\n# \xff\n")

    result = run("check", "--config", config)

    assert (result.exit_code, "redirects.yaml:2:3: error: the byte 0xff is not UTF-8" in result.stdout) == (2, True)


def test_warnings_end_with_zero_unless_strict(tmp_path: Path) -> None:
    text = SITE + "rules: [{regex: a, to: /b}]\n"

    assert checked(tmp_path, text)[0] == 0
    assert checked(tmp_path, text, "--strict")[0] == 1


def test_findings_can_be_read_by_a_machine(tmp_path: Path) -> None:
    _, out, _ = checked(tmp_path, SITE + "redirects: {/a: x}\n", "--json")
    (finding,) = json.loads(out)

    assert (finding["code"], finding["level"], finding["place"]["line"]) == ("bad-target", "error", 9)


def test_the_console_command_prints_no_traceback(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "migrator", "check", "--config", str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)

    assert result.returncode == 2
    assert "Traceback" not in result.stdout + result.stderr


CHAIN = SITE.replace("https://www.new.example", "https://www.old.example") + "redirects:\n  /a: /b\n  # end\n  /b: /c\n"


def test_a_fix_shows_its_diff_and_writes_unless_it_is_a_trial(tmp_path: Path) -> None:
    path = tmp_path / "redirects.yaml"

    _, out, err = checked(tmp_path, CHAIN, "--fix", "--dry-run")
    assert "-  /a: /b\n+  /a: /c\n" in out
    assert path.read_text("utf-8") == CHAIN
    assert "1 warning" in err

    code, _, err = checked(tmp_path, CHAIN, "--fix")
    assert path.read_text("utf-8") == CHAIN.replace("/a: /b", "/a: /c")
    assert (code, "nothing to mend" in err) == (0, True)


def test_a_fix_deletes_lines_that_repeat_others_to_the_letter(tmp_path: Path) -> None:
    path = tmp_path / "redirects.yaml"
    repeats = "redirects:\n  /a: /x\n  # mine\n  /b: /y\n  '/a': \"/x\"\n"

    assert "-  '/a': \"/x\"\n" in checked(tmp_path, SITE + repeats, "--fix", "--dry-run")[1]
    assert path.read_text("utf-8") == SITE + repeats
    assert checked(tmp_path, SITE + repeats, "--fix")[0] == 0
    assert path.read_text("utf-8") == SITE + "redirects:\n  /a: /x\n  # mine\n  /b: /y\n"


@pytest.mark.parametrize("second", ["/a: /z", "/a: /x  # mine", "/a: [x]"])
def test_a_fix_leaves_lines_that_say_something_else(tmp_path: Path, second: str) -> None:
    text = SITE + f"redirects:\n  /a: /x\n  {second}\n"

    assert checked(tmp_path, text, "--fix")[0] == 2
    assert (tmp_path / "redirects.yaml").read_text("utf-8") == text


def test_a_fix_reaches_included_files_and_leaves_sheets(tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("redirects:\n  /x: /a  # far\n", encoding="utf-8")
    (tmp_path / "more.csv").write_text("old,new\n/y,/a\n", encoding="utf-8")
    _, _, err = checked(tmp_path, CHAIN + "include: [more.yaml, more.csv]\n", "--fix")

    assert (tmp_path / "more.yaml").read_text("utf-8") == "redirects:\n  /x: /c  # far\n"
    assert (tmp_path / "more.csv").read_text("utf-8") == "old,new\n/y,/a\n"
    assert "more.csv:2" in err


def test_a_fix_keeps_standard_output_for_the_report(tmp_path: Path) -> None:
    _, out, err = checked(tmp_path, CHAIN, "--fix", "--format", "json")

    assert json.loads(out) == []
    assert "+  /a: /c" in err


def test_junit_has_a_case_for_each_finding_and_fails_on_errors_alone(tmp_path: Path) -> None:
    text = SITE + "redirects: {/a: x, '/b\\u0001(.*)': /y}\nrules: [{regex: '<&\"', to: /b}]\n"
    _, out, _ = checked(tmp_path, text.replace("'/b", '"/b').replace("(.*)'", '(.*)"'), "--format", "junit")
    cases = lxml.etree.fromstring(out.encode()).findall(".//testcase")

    assert [case.attrib["name"].rpartition(" ")[2] for case in cases] == ["bad-target", "regex-in-path", "unanchored-regex"]
    assert [case.find("failure") is not None for case in cases] == [True, False, False]
    _, out, _ = checked(tmp_path, SITE, "--format", "junit")
    assert [case.attrib["name"] for case in lxml.etree.fromstring(out.encode()).findall(".//testcase")] == [
        "the map is fit to be served"
    ]


def test_annotations_for_github_name_the_spot_on_one_line_each(tmp_path: Path) -> None:
    _, out, _ = checked(tmp_path, SITE + "redirects: {'/a%0Ab': x, /c: '/d|e'}\n", "--format", "github")
    first, second = out.splitlines()

    assert first.startswith(f"::error file={tmp_path}/redirects.yaml,line=9,col=13,title=bad-target::")
    assert second.startswith("::warning ")


def test_a_report_is_written_to_a_file(tmp_path: Path) -> None:
    _, out, err = checked(tmp_path, SITE + "redirects: {/a: x}\n", "--format", "json", "--output", str(tmp_path / "r.json"))

    assert out == ""
    assert json.loads((tmp_path / "r.json").read_text("utf-8"))[0]["code"] == "bad-target"
    assert "1 error" in err


def test_the_crawl_of_the_new_site_is_asked_where_there_is_one(tmp_path: Path) -> None:
    gone = "https://www.new.example/gone"
    crawled(config_with(tmp_path), Side.NEW, [Page(gone, gone, 404)])
    _, out, _ = checked(tmp_path, SITE + "redirects: {/a: /gone, /b: /fine}\n")

    assert "[dead-target]" in out
    assert out.count("warning") == 1


def test_a_store_that_is_none_does_not_keep_the_map_from_being_checked(tmp_path: Path) -> None:
    (tmp_path / "broken.db").write_text("this is no database, but a long enough text to be taken for one" * 99)
    code, _, err = checked(tmp_path, SITE + "redirects: {/a: /b}\n", "--store", str(tmp_path / "broken.db"))

    assert code == 0
    assert "was not looked at" in err


def test_each_code_is_explained_by_the_command() -> None:
    result = run("explain-code", "shadowed-rule")

    assert result.exit_code == 0
    assert "never reached" in result.stdout
    assert "allow: {shadowed-rule:" in result.stdout
    assert "allow:" not in run("explain-code", "loop").stdout
    assert "did you mean `loop`" in run("explain-code", "lop").stderr
    assert run("explain-code", "lop").exit_code == 2
    listed = run("explain-code").stdout
    assert all(code in listed for code in CODES)


@pytest.mark.parametrize("command", ["check", "verify"])
def test_findings_never_take_the_place_of_a_map_or_a_sheet(tmp_path: Path, command: str) -> None:
    config = config_with(tmp_path, "redirects: {/a: /b}\n")
    before = config.read_bytes()

    result = run(command, "--config", config, "--output", config)

    assert result.exit_code == 2
    assert "would be lost; name another file" in result.output
    assert config.read_bytes() == before


@pytest.mark.parametrize(
    ("file", "text", "code"),
    [
        ("gone.html", "{% if %}", "template-syntax"),
        ("status.html", "{{ nobody }}", "template-failed"),
        ("words/en.yaml", "no_such_word: x\n", "words"),
    ],
)
def test_templates_that_would_keep_a_server_from_starting_are_found(tmp_path: Path, file: str, text: str, code: str) -> None:
    config = config_with(tmp_path, "redirects: {/a: /b}\ntransition: {}\n")
    (tmp_path / "templates" / file).parent.mkdir(parents=True)
    (tmp_path / "templates" / file).write_text(text, encoding="utf-8")

    result = run("check", "--config", config)

    assert result.exit_code == 1, result.output
    assert f"templates/{file}" in result.stdout
    assert f"[{code}]" in result.stdout
