"""Reads redirects.yaml, what it includes and the environment, once. Each room gets only its own options; none imports this."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from migrator.errors import ConfigError, Place, Problem
from migrator.rules.banner_section import banner_problems, palettes
from migrator.rules.bulk import no_collections
from migrator.rules.checks import check_map, errors_only
from migrator.rules.formats.neutral_csv import Row, read_rows
from migrator.rules.map_file import MapFile
from migrator.rules.rows import rule_of
from migrator.rules.rule import Home, Rule, Site
from migrator.rules.schema import BannerShape, ServerShape, TlsShape, TransitionShape
from migrator.rules.search_rules import SearchRules, read_search_rules
from migrator.rules.server_section import networks, size_in_bytes
from migrator.rules.table import RuleTable
from migrator.rules.tls_section import server_name
from migrator.rules.yaml_text import read_included_map, read_map, site_of_source
from migrator.serve.options import (
    BannerOptions,
    GateOptions,
    PageBanner,
    RequestLimits,
    TransitionOptions,
    UpstreamOptions,
    UpstreamTls,
    WatchOptions,
)
from migrator.serve.upstream_tls import tls_faults
from migrator.store.map_files import Files, is_map_in_yaml, read_text

STATE_FOLDER = ".migrator"
SEARCH_FILE = "search.yaml"  # beside the config


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything one run of Migrator was told."""

    config: Path
    sites: Mapping[str, Site]
    rules: tuple[Rule, ...]
    banner: BannerOptions | None
    transition: TransitionOptions | None  # None: the site has no pages of its own
    upstream: UpstreamOptions
    gate: GateOptions
    watch: WatchOptions
    state: Path  # the folder of what is remembered and made
    store_url: str
    templates: Path | None  # the operator's own folder; it wins over the shipped one
    tls: Mapping[tuple[str, Home], TlsShape]  # of upstreams that have a section for it, by site and home

    def table(self) -> RuleTable:
        """The compiled map. Raises ConfigError where the checks find an error in it."""
        with no_collections():
            table = RuleTable(self.sites.values(), self.rules)
            if errors := errors_only(check_map(table)):
                raise ConfigError(errors)
        return table

    @property
    def search_index(self) -> Path:
        """Where the search index is."""
        return self.config.parent / STATE_FOLDER / "search.db"

    @property
    def search_misses(self) -> Path:
        """Where the words are counted that the index does not have."""
        return self.config.parent / STATE_FOLDER / "search-misses.jsonl"

    def search_rules(self) -> SearchRules:
        """What search.yaml says. Raises ConfigError where something is wrong with it."""
        rules = read_search(self.config)
        if rules.problems:
            raise ConfigError(rules.problems)
        return rules

    def upstreams(self, *homes: Home) -> dict[tuple[str, Home], UpstreamOptions]:
        """The options for every upstream of these homes, by site and home. Raises ConfigError where a file is no good."""
        whose = [(site.name, home) for site in self.sites.values() for home in homes if site.upstream(home)]
        sections = {key: self.tls[key] for key in whose if key in self.tls}
        folder = self.config.parent
        if problems := tls_file_problems(sections.values(), folder):
            raise ConfigError(problems)
        tls = {key: _upstream_tls(section, folder) for key, section in sections.items()}
        return {key: replace(self.upstream, tls=tls.get(key)) for key in whose}


def load_settings(config: Path, store: str | None = None) -> Settings:
    """The settings that `config` and the environment give. Raises ConfigError with every problem of the files' form."""
    found = read_config(config)
    banner_errors = errors_only(list(banner_problems(found.banner))) if found.banner else []
    if found.problems or banner_errors:
        raise ConfigError([*found.problems, *banner_errors])
    return settings_of(found, config, store)


def settings_of(found: MapFile, config: Path, store: str | None = None) -> Settings:
    """The settings that a main file without problems, and the environment, give."""
    return Settings(
        config=config,
        sites={site.name: site for site in found.sites},
        rules=found.rules,
        banner=_banner_options(found.banner) if found.banner else None,
        transition=transition_options(config, found.transition) if found.transition else None,
        upstream=UpstreamOptions(),
        gate=_gate_options(found.server or ServerShape()),
        watch=_watch_options(found.server or ServerShape()),
        state=state_folder(config),
        store_url=store_address(config, store),
        templates=_templates(config),
        tls=found.tls,
    )


def state_folder(config: Path) -> Path:
    """Where the store and all that is made from it is kept: $MIGRATOR_STATE, else `.migrator` beside the file."""
    return Path(os.environ.get("MIGRATOR_STATE") or config.parent / STATE_FOLDER)


def store_address(config: Path, store: str | None = None) -> str:
    """Where crawls and suggestions are kept: a file or a database URL. `store` is what the command line says, if it does."""
    return store or os.environ.get("MIGRATOR_STORE") or str(state_folder(config) / "store.db")


def read_config(config: Path, text: str | None = None, files: Files | None = None) -> MapFile:
    """The main file and all that it includes, as one. Never raises for what is in them; see its `problems`.

    `text` stands in for what is in the main file: a map can be tried before it is written. `files` gives the files.
    """
    files = files or Files()
    if text is None:
        text, problem = files.text(config)
        if problem:
            return MapFile(problems=(problem,))
    with no_collections():
        main = read_map(text, str(config))
        rules, problems = list(main.rules), list(main.problems)
        for included in _included(config, main, files, problems):
            rules += included.rules
            problems += included.problems
    problems.sort(key=lambda one: one.place)
    return replace(main, rules=tuple(rules), problems=tuple(problems))


def read_search(config: Path) -> SearchRules:
    """The search.yaml beside a config; empty where there is none. Never raises for what is in it; see its `problems`."""
    path = config.parent / SEARCH_FILE
    if not path.exists():
        return SearchRules()
    text, problem = read_text(path)
    return SearchRules(problems=(problem,)) if problem else read_search_rules(text, str(path))


def tls_file_problems(sections: Iterable[TlsShape], folder: Path) -> list[Problem]:
    """What is wrong with the files that these sections name, relative to `folder`. Only who serves or checks needs them."""
    return [
        Problem(section.places.get(fault.option, section.place), "tls-file", f"{fault.option}: {fault}", fault.mend)
        for section in sections
        for fault in tls_faults(UpstreamTls(**_tls_files(section, folder), server_name=""))
    ]


def _included(config: Path, main: MapFile, files: Files, problems: list[Problem]) -> Iterator[MapFile]:
    found: list[Path] = []
    for pattern in main.include:
        paths = files.matching(config, pattern)
        if not paths:
            message = f"include: no file matches `{pattern}`"
            problems.append(Problem(Place(str(config)), "no-include", message, "Paths are relative to this file's folder."))
        found += paths
    apart = files.apart(found)
    return (_read_include(path, main.sites, files) for path in found if path not in apart)


def _read_include(path: Path, sites: tuple[Site, ...], files: Files) -> MapFile:
    text, problem = files.text(path)
    if problem:
        return MapFile(problems=(problem,))
    if is_map_in_yaml(path):
        return read_included_map(text, str(path), sites)
    rows, problems = read_rows(text, str(path))
    rules = [rule for row in rows if (rule := _row_rule(row, sites, problems))]
    return MapFile(rules=tuple(rules), problems=tuple(problems))


def _row_rule(row: Row, sites: tuple[Site, ...], problems: list[Problem]) -> Rule | None:
    site, problem = site_of_source(row.old, "", list(sites), row.place)
    if problem:
        problems.append(problem)
        return None
    return rule_of(row, site)


def _banner_options(shape: BannerShape) -> BannerOptions:
    links = shape.links
    named = {"progress": links.progress, "search": links.search, "feedback": links.feedback} if links else {}
    light, dark = palettes(shape)
    return BannerOptions(
        site_name=shape.site_name,
        starts=shape.starts,
        ends=shape.ends,
        dismissible=shape.dismissible,
        skip=tuple(shape.skip),
        messages=shape.messages,
        links={name: url for name, url in named.items() if url},
        light=light,
        dark=dark,
        pages=tuple(PageBanner(paths=tuple(p.paths), moving=p.moving, to=p.to, messages=p.messages) for p in shape.pages),
    )


def transition_options(config: Path, shape: TransitionShape) -> TransitionOptions:
    """The section `transition:` of that config, its paths made whole."""
    return TransitionOptions(
        path=shape.path,
        language=shape.language,
        messages=shape.messages,
        updates=config.parent / shape.updates,
        snapshot=snapshot_path(config),
        indexed=shape.robots == "index",
        public_url=f"{shape.public_url.rstrip('/')}/" if shape.public_url else "",
        old_sitemap=shape.old_sitemap,
    )


def snapshot_path(config: Path) -> Path:
    """Where `migrator status` and `migrator publish` leave the figures for that config."""
    return state_folder(config) / "progress.json"


def _gate_options(shape: ServerShape) -> GateOptions:
    return GateOptions(limits=RequestLimits(body=size_in_bytes(shape.max_body)), trusted_proxies=networks(shape))


def _watch_options(shape: ServerShape) -> WatchOptions:
    host, _, port = shape.admin.rpartition(":")
    return WatchOptions(ignored=tuple(shape.ignore_missing), admin=(host.strip("[]"), int(port)) if shape.admin else None)


def _upstream_tls(section: TlsShape, folder: Path) -> UpstreamTls:
    return UpstreamTls(**_tls_files(section, folder), server_name=server_name(section))


def _tls_files(section: TlsShape, folder: Path) -> dict[str, Path | None]:
    named = {name: getattr(section, name) for name in ("ca_file", "client_certificate", "client_key")}
    return {name: folder / path if path else None for name, path in named.items()}


def templates_folder(config: Path) -> Path:
    """Where the operator's own templates are, or would be."""
    named = os.environ.get("MIGRATOR_TEMPLATES")
    return Path(named) if named else config.parent / "templates"


def _templates(config: Path) -> Path | None:
    folder = templates_folder(config)
    return folder if folder.is_dir() else None
