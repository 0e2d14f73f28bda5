"""Maps exported for other servers are accepted as they stand, and answer as our own map decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.rules.formats import haproxy, nginx
from migrator.rules.formats.export import Export
from migrator.rules.table import SiteTable
from tests.formats.asking import differences
from tests.formats.generated import generated, requests
from tests.ports import free_port
from tests.serve import fronts
from tests.serve.fronts import running

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


SERVERS: dict[str, tuple[Callable[[SiteTable, dt.date], Export], Command]] = {
    "nginx": (nginx.write, _nginx),
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
