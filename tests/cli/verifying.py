"""An old site, a new one and a map between them, for the tests of `migrator verify`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import Result

from migrator.app import TransitionSite
from migrator.settings import load_settings
from tests.cli.running import run
from tests.crawl.live_site import LiveSite, live_site, page
from tests.serve.live import serve

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

    def listed(self, *addresses: str) -> str:
        """A file of these addresses, by its name."""
        path = self.config.parent / "listed.txt"
        path.write_text("\n".join(addresses), encoding="utf-8")
        return str(path)

    @contextmanager
    def served(self) -> Iterator[str]:
        """Our own transition site for that config."""
        with serve(TransitionSite(load_settings(self.config))) as base:
            yield base


@contextmanager
def on_stage(folder: Path) -> Iterator[Stage]:
    """A stage with two old pages and three new ones."""
    new_pages = {f"/{name}": page(title=name) for name in ("new-a", "new-b", "news/x")}
    with live_site({"/kept": page(), "/old": page()}) as legacy, live_site(new_pages) as new:
        yield Stage(folder, legacy, new)


def outcomes(result: Result) -> dict[str, tuple[str, str]]:
    """By path: the outcome, and what is said."""
    found = json.loads(result.stdout)["results"]
    return {one["url"].removeprefix("http://old.example"): (one["outcome"], said(one)) for one in found}


def said(one: dict[str, object]) -> str:
    faults = one["faults"]
    assert isinstance(faults, list)
    return " ".join(fault["kind"] for fault in faults)
