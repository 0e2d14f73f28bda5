"""What one map file says, as values, before it is compiled: sites, rules, the shapes of other sections, and what it includes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from migrator.errors import Problem
from migrator.rules.rule import Home, Rule, Site
from migrator.rules.schema import BannerShape, ServerShape, TlsShape, TransitionShape


@dataclass(frozen=True, slots=True)
class MapFile:
    """One file read. `problems` holds everything that is wrong with its form; what they spoil is left out of the rest."""

    sites: tuple[Site, ...] = ()
    rules: tuple[Rule, ...] = ()
    banner: BannerShape | None = None
    include: tuple[str, ...] = ()
    server: ServerShape | None = None
    problems: tuple[Problem, ...] = ()
    transition: TransitionShape | None = None
    tls: Mapping[tuple[str, Home], TlsShape] = field(default_factory=dict)  # by site and the home that it is about
