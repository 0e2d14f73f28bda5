"""Reading the files: what they include, and every way in which a file cannot be read."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.errors import ConfigError
from migrator.settings import load_settings, read_config
from tests.rules.making import SITE


def written(folder: Path, text: str, name: str = "redirects.yaml") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_included_files_mean_the_same_as_the_main_one(tmp_path: Path) -> None:
    config = written(tmp_path, SITE + "redirects: {/a: /b}\ninclude: [maps/*.csv, maps/*.yaml]\n")
    written(tmp_path, "old;new\n/c;/d\n/e;;\n", "maps/one.csv")
    written(tmp_path, "redirects: {/g: /h}\nrules: [{from: /i/*, gone: true}]\n", "maps/two.yaml")

    found = read_config(config)

    assert [rule.source for rule in found.rules] == ["/a", "/c", "/g", "/i/*"]
    assert [str(problem.place) for problem in found.problems] == [f"{tmp_path / 'maps/one.csv'}:3:1"]


def test_an_include_that_matches_nothing_is_a_problem(tmp_path: Path) -> None:
    found = read_config(written(tmp_path, SITE + "include: [maps/*.csv]\n"))

    assert [problem.code for problem in found.problems] == ["no-include"]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    config = tmp_path / "redirects.yaml"
    config.write_bytes(b"\xef\xbb\xbf" + SITE.encode())

    assert load_settings(config).sites["main"].hosts == ("www.old.example", "old.example")


def test_a_file_that_cannot_be_read_is_a_clear_problem(tmp_path: Path) -> None:
    latin = tmp_path / "latin.yaml"
    latin.write_bytes(SITE.encode() + b"# caf\xe9\n")
    cases = {
        tmp_path / "absent.yaml": "no-file",
        tmp_path: "is-a-folder",
        Path("/dev/zero"): "unreadable",
        latin: "not-utf-8",
    }
    for path, code in cases.items():
        with pytest.raises(ConfigError) as caught:
            load_settings(path)
        assert [problem.code for problem in caught.value.problems] == [code]
    assert (caught.value.problems[0].place.line, caught.value.problems[0].place.column) == (9, 6)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_a_clear_problem(tmp_path: Path) -> None:
    config = written(tmp_path, SITE)
    config.chmod(0)

    with pytest.raises(ConfigError, match="may not be read"):
        load_settings(config)


def test_the_store_is_beside_the_config_unless_said_otherwise(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = written(tmp_path, SITE)

    assert load_settings(config).store_url == str(tmp_path / ".migrator" / "store.db")
    monkeypatch.setenv("MIGRATOR_STORE", "postgresql://db/x")
    assert load_settings(config).store_url == "postgresql://db/x"
    assert load_settings(config, "other.db").store_url == "other.db"


def test_an_operators_own_templates_are_found_beside_the_config(tmp_path: Path) -> None:
    config = written(tmp_path, SITE)

    assert load_settings(config).templates is None
    (tmp_path / "templates").mkdir()
    assert load_settings(config).templates == tmp_path / "templates"


def test_a_map_with_an_error_is_not_compiled(tmp_path: Path) -> None:
    settings = load_settings(written(tmp_path, SITE + "redirects: {/a: 'javascript:x'}\n"))

    with pytest.raises(ConfigError, match="only be http or https"):
        settings.table()


def test_the_banner_is_off_unless_the_file_has_one(tmp_path: Path) -> None:
    assert load_settings(written(tmp_path, SITE)).banner is None
    banner = load_settings(written(tmp_path, SITE + "banner: {site_name: X, links: {search: https://n/s}}\n")).banner
    assert banner is not None
    assert (banner.site_name, dict(banner.links)) == ("X", {"search": "https://n/s"})
