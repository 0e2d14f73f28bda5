"""Maps exported for other servers are accepted as they stand, and answer as our own map decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.rules.formats import apache, caddy, haproxy, nginx, varnish
from migrator.rules.formats.export import Export
from migrator.rules.table import RuleTable, SiteTable
from migrator.rules.yaml_text import read_map
from tests.formats.asking import differences
from tests.formats.generated import SITE, generated, requests
from tests.ports import free_port
from tests.serve import fronts
from tests.serve.fronts import running

APACHE_MODULES = "/usr/lib/apache2/modules"
QUICKLY = (
    "exec gcc -O0 -fpic -shared -w -o %o %s"  # Varnish compiles its configuration; two thousand rules take half a minute with -O2
)
TODAY = dt.date(2026, 11, 24)
Command = Callable[[Path, int], list[str]]


def _nginx(folder: Path, port: int) -> list[str]:
    server = f"server {{ listen 127.0.0.1:{port}; include {folder}/migrator.conf; location / {{ return 200; }} }}"
    return fronts.nginx(folder, f"include {folder}/migrator-maps.conf;\n{server}")


def _haproxy(folder: Path, port: int) -> list[str]:
    lines = (folder / "migrator.cfg").read_text("utf-8").replace(haproxy.FOLDER, str(folder))
    head = "defaults\n    mode http\n    timeout client 20s\n    timeout server 20s\n    timeout connect 5s\n"
    front = f"frontend old\n    bind 127.0.0.1:{port}\n{lines}    http-request return status 200\n"
    (folder / "haproxy.cfg").write_text(head + front, "utf-8")
    return ["haproxy", "-db", "-f", str(folder / "haproxy.cfg")]


def _apache(folder: Path, port: int) -> list[str]:
    modules = "".join(
        f"LoadModule {name}_module {APACHE_MODULES}/mod_{name}.so\n" for name in ("mpm_event", "authz_core", "rewrite", "headers")
    )
    (folder / "www").mkdir()
    (folder / "www" / "index.html").write_text("legacy")
    host = (
        f"<VirtualHost *:{port}>\nDefine MIGRATOR_FOLDER {folder}\nInclude {folder}/migrator.conf\n"
        'RewriteCond %{ENV:migrator_status} "^0?$"\nRewriteRule ^ /index.html\n</VirtualHost>\n'
    )
    (folder / "httpd.conf").write_text(
        f"ServerName www.old.example\nListen 127.0.0.1:{port}\nPidFile {folder}/pid\nDefaultRuntimeDir {folder}\n{modules}"
        f"DocumentRoot {folder}/www\nErrorLog /dev/stderr\nLogLevel warn\nMaxConnectionsPerChild 0\nKeepAlive On\n{host}"
    )
    return ["apache2", "-X", "-d", str(folder), "-f", str(folder / "httpd.conf")]


def _caddy(folder: Path, port: int) -> list[str]:
    site = f"http://:{port} {{\n\tbind 127.0.0.1\n\timport migrator\n\thandle {{\n\t\trespond 200\n\t}}\n}}\n"
    text = f"{{\n\tadmin off\n\tauto_https off\n}}\nimport {folder}/migrator.caddy\n{site}"
    (folder / "Caddyfile").write_text(text, "utf-8")
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


def _varnish(folder: Path, port: int) -> list[str]:
    own = "sub vcl_recv { return (synth(200)); }"
    text = f'vcl 4.1;\nbackend default none;\ninclude "{folder}/migrator.vcl";\n{own}\n'
    (folder / "default.vcl").write_text(text, "utf-8")
    words = ["-F", "-j", "none", "-a", f"127.0.0.1:{port}", "-n", str(folder / "state"), "-f", str(folder / "default.vcl")]
    return ["varnishd", *words, "-s", "default,1m", "-p", f"cc_command={QUICKLY}"]


SERVERS: dict[str, tuple[Callable[[SiteTable, dt.date], Export], Command]] = {
    "nginx": (nginx.write, _nginx),
    "apache2": (apache.write, _apache),
    "caddy": (caddy.write, _caddy),
    "varnish": (varnish.write, _varnish),
    "haproxy": (haproxy.write, _haproxy),
}


@pytest.mark.parametrize("ignore", ["[]", "[case]", "[trailing_slash]", "[index_files, case]"])
@pytest.mark.parametrize("name", SERVERS)
def test_a_site_that_folds_less_is_answered_as_its_map_decides(name: str, ignore: str, tmp_path: Path) -> None:
    write, command = SERVERS[name]
    table = generated(150, ignore)
    export = write(table.tables["main"], TODAY)
    for file, text in export.files.items():
        (tmp_path / file).write_text(text, "utf-8", "surrogateescape")
    left_out = {remark.rule.place for remark in export.remarks if remark.is_left_out}
    port = free_port()

    with running(command(tmp_path, port), tmp_path, port):
        wrong = differences(port, table, (one for one in requests(table) if one[0].place not in left_out))

    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:20])
    assert all(remark.rule.source.count("?") for remark in export.remarks if remark.is_left_out)


@pytest.mark.parametrize("name", SERVERS)
def test_every_rule_of_two_thousand_is_answered_as_the_map_decides(name: str, tmp_path: Path) -> None:
    write, command = SERVERS[name]
    table = generated()
    export = write(table.tables["main"], TODAY)
    for file, text in export.files.items():
        (tmp_path / file).write_text(text, "utf-8", "surrogateescape")
    port = free_port()

    with running(command(tmp_path, port), tmp_path, port):
        wrong = differences(port, table, requests(table))

    assert not wrong, f"{len(wrong)}:\n" + "\n".join(wrong[:20])
    assert not [remark for remark in export.remarks if remark.is_left_out]
    assert export.said == len(table) >= 2000


@pytest.mark.parametrize("name", SERVERS)
def test_no_rule_writes_a_line_of_a_configuration(name: str) -> None:
    """What a hostile sheet could bring into the map stays a word of the files; an expression with a line break is left out."""
    hostile = """\
rules:
  - {from: '/a"; } return 301 https://evil.example/; %23', to: '/b"; $evil ${evil} %{evil} {evil} `evil` \\ evil'}
  - {from: '/c/*', to: '/d"};/:splat?e=$1&f=`{g}`"}#h"}'}
  - {regex: "^/x$\\nRewriteRule ^ https://evil.example/ [R]", to: /y}
"""
    made = read_map(SITE + hostile, "redirects.yaml")
    table = RuleTable(made.sites, made.rules)
    export = SERVERS[name][0](table.tables["main"], TODAY)

    assert len(table) == 3
    assert [remark.rule.kind for remark in export.remarks if "control character" in remark.text] == ["regex"]
    for text in export.files.values():
        lines = [line.strip() for line in text.splitlines()]
        assert not any(line.startswith(("RewriteRule ^ https://evil", "return 301 https://evil")) for line in lines)


@pytest.mark.parametrize("name", SERVERS)
def test_signs_of_a_configuration_in_a_rule_are_only_text(name: str, tmp_path: Path) -> None:
    write, command = SERVERS[name]
    rules = """\
rules:
  - {from: '/a"; } return 301; %23x', to: '/b;$evil,%25{evil}'}
  - {from: "/quo'te\\"d/$1/(x)/*", to: '/d;[R=302]/:splat?e=$1,%251#h'}
  - {regex: '^/re"(\\w+)\\\\$', to: '/r/\\1'}
  - {regex: '^/re2/("?\\w+)$', to: '/r/\\1'}
"""
    made = read_map(SITE + rules, "redirects.yaml")
    table = RuleTable(made.sites, made.rules)
    export = write(table.tables["main"], TODAY)
    for file, text in export.files.items():
        (tmp_path / file).write_text(text, "utf-8", "surrogateescape")
    by_source = [one.rule for one in table.tables["main"]]
    asked = ["/a%22;%20%7D%20return%20301;%20%23x", "/quo'te%22d/$1/(x)/y", "/re2/abc", "/quo'te%22d/$1/(x)/..%2f..%2fy", "/none"]
    port = free_port()

    with running(command(tmp_path, port), tmp_path, port):
        wrong = differences(port, table, [(by_source[0], "GET", target) for target in asked])

    assert not [one for one in wrong if ".." not in one], wrong
