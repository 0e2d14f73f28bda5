"""Maps exported for other servers are accepted as they stand, and answer as our own map decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.rules.formats import apache, caddy, haproxy, nginx, varnish
from migrator.rules.formats.export import Export
from migrator.rules.table import SiteTable
from tests.formats.asking import differences
from tests.formats.generated import generated, requests
from tests.ports import free_port
from tests.serve import fronts
from tests.serve.fronts import running

APACHE_MODULES = "/usr/lib/apache2/modules"
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
    return ["varnishd", *words, "-s", "default,1m", "-p", "workspace_client=256k"]


SERVERS: dict[str, tuple[Callable[[SiteTable, dt.date], Export], Command]] = {
    "nginx": (nginx.write, _nginx),
    "apache2": (apache.write, _apache),
    "caddy": (caddy.write, _caddy),
    "varnish": (varnish.write, _varnish),
    "haproxy": (haproxy.write, _haproxy),
}


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
