"""The sections for TLS in redirects.yaml: what they come to for each upstream, and every fault at its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from migrator.app import transition_site
from migrator.cli.main import main
from migrator.errors import ConfigError
from migrator.rules.rule import Home
from migrator.serve.options import UpstreamTls
from migrator.settings import load_settings, read_config
from tests.serve.test_upstream_tls import certificate

SITES = """\
version: 1
sites:
  main:
    hosts: [www.old.example]
    legacy: {legacy}
    new: https://www.new.example
    {more}
  other:
    hosts: [other.example]
    legacy: http://10.0.0.7
    new: https://www.new.example
"""
SECURE = "https://10.0.0.5"


def written(folder: Path, more: str, legacy: str = SECURE) -> Path:
    config = folder / "redirects.yaml"
    config.write_text(SITES.format(legacy=legacy, more=more), encoding="utf-8")
    return config


def codes(config: Path) -> list[tuple[str, int, int]]:
    return [(problem.code, problem.place.line, problem.place.column) for problem in read_config(config).problems]


def test_each_upstream_has_options_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "tls").mkdir()
    both = certificate(tmp_path / "tls").relative_to(tmp_path)
    old = f"upstream_tls: {{ca_file: {both}, server_name: WWW.Bücher.example., client_certificate: {both}}}"
    new = f"new_upstream: https://10.0.0.6\n    new_upstream_tls: {{ca_file: {tmp_path / both}}}"

    options = load_settings(written(tmp_path, f"{old}\n    {new}")).upstreams(*Home)

    assert {key: one.tls for key, one in options.items()} == {
        ("main", Home.LEGACY): UpstreamTls(
            ca_file=tmp_path / both, server_name="www.xn--bcher-kva.example", client_certificate=tmp_path / both
        ),
        ("main", Home.NEW): UpstreamTls(ca_file=tmp_path / both),
        ("other", Home.LEGACY): None,
    }


@pytest.mark.parametrize(
    ("written_as", "name"),
    [("www.old.example", "www.old.example"), ("10.0.0.5", "10.0.0.5"), ("'[FD00::05]'", "fd00::5"), ("'fd00::5'", "fd00::5")],
)
def test_a_server_s_name_is_made_canonical(written_as: str, name: str, tmp_path: Path) -> None:
    options = load_settings(written(tmp_path, f"upstream_tls: {{server_name: {written_as}}}")).upstreams(Home.LEGACY)

    assert options["main", Home.LEGACY].tls == UpstreamTls(server_name=name)


@pytest.mark.parametrize("name", ["www.old.example:443", "'*.old.example'", "https://old.example", "a b", "'[::1'", "'::1]x'"])
def test_what_no_certificate_is_for_is_no_server_s_name(name: str, tmp_path: Path) -> None:
    assert codes(written(tmp_path, f"upstream_tls: {{server_name: {name}}}")) == [("bad-server-name", 7, 33)]


@pytest.mark.parametrize(
    ("more", "legacy", "found"),
    [
        ("upstream_tls: {ca_file: a.pem}", "http://10.0.0.5", ("no-https", 7, 19)),
        ("new_upstream_tls: {ca_file: a.pem}", SECURE, ("no-https", 7, 23)),
        ("new_upstream: http://10.0.0.6\n    new_upstream_tls: {}", SECURE, ("no-https", 8, 23)),
        ("upstream_tls: {client_key: a.pem}", SECURE, ("lone-key", 7, 32)),
        ("upstream_tls: {verify: no}", SECURE, ("unknown-key", 7, 20)),
        ("upstream_tls: {ca_file: [a.pem]}", SECURE, ("wrong-type", 7, 29)),
        ("upstream_tls: a.pem", SECURE, ("wrong-type", 7, 19)),
    ],
)
def test_a_fault_of_form_is_told_at_its_place(more: str, legacy: str, found: tuple[str, int, int], tmp_path: Path) -> None:
    """There is no way to turn verification off."""
    assert codes(written(tmp_path, more, legacy)) == [found]


def test_a_file_that_cannot_be_used_stops_the_server_at_its_place_and_nobody_else(tmp_path: Path) -> None:
    (tmp_path / "words.pem").write_text("These are no certificates.\n")
    config = written(tmp_path, "upstream_tls:\n      ca_file: words.pem\n      client_certificate: absent.pem")

    load_settings(config).table()
    assert load_settings(config).upstreams(Home.NEW) == {}
    with pytest.raises(ConfigError) as caught:
        transition_site(config)
    assert [(problem.code, problem.place.line, problem.place.column) for problem in caught.value.problems] == [
        ("tls-file", 8, 16),
        ("tls-file", 9, 27),
    ]
    assert "has no certificate in PEM form" in caught.value.problems[0].message
    assert f"there is no file {tmp_path / 'absent.pem'}" in caught.value.problems[1].message


def test_check_tells_of_it_too(tmp_path: Path) -> None:
    config = written(tmp_path, "upstream_tls: {ca_file: absent.pem}")
    result = CliRunner().invoke(main, ["check", "--config", str(config)])

    assert result.exit_code == 1
    assert f"{config}:7:29: error: ca_file: there is no file" in result.stdout
