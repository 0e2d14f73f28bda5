"""A transition site with a search index, as `migrator search build` leaves it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from starlette.types import ASGIApp

from migrator.app import transition_site
from migrator.pages.search_entry import Entry
from migrator.store.search_build import build_index
from tests.store.searching import entry

CONFIG = """\
version: 1
sites: {main: {hosts: [www.old.example, 127.0.0.1], legacy: "http://127.0.0.1:9", new: "https://www.new.example"}}
transition: {}
banner: {site_name: Children First, links: {feedback: "https://www.new.example/feedback"}}
"""
PAGES = (
    entry("/water/wells", "Clean water", "Wells are dug in the dry season. Children fetch water."),
    entry("/health/measles", "Measles week", "Vaccine for children in every village of the delta."),
    entry("/choir.html", "The carol choir", "Our choir sings carols in the village.", origin="old", section=""),
    entry("/fr/ecoles", "Écoles", "Les écoles du village.", language="fr", section="ecoles"),
    entry("/ar/atfal", "صحة الأطفال", "الماء والأطفال في القرية", language="ar", section="atfal"),
)


def searchable(folder: Path, pages: Iterable[Entry] | None = PAGES, search: str = "") -> ASGIApp:
    """The site, with an index of `pages` unless they are None, and that search.yaml."""
    if pages is not None:
        build_index(folder / ".migrator" / "search.db", pages, whole=True)
    if search:
        (folder / "search.yaml").write_text(search, encoding="utf-8")
    (folder / "redirects.yaml").write_text(CONFIG, encoding="utf-8")
    return transition_site(folder / "redirects.yaml")
