"""What one map file says, as values, before it is compiled: sites, rules, the shapes of other sections, and what it includes."""

from __future__ import annotations

from dataclasses import dataclass

from migrator.errors import Problem
from migrator.rules.rule import Rule, Site
from migrator.rules.schema import BannerShape, ServerShape


@dataclass(frozen=True, slots=True)
class MapFile:
    """One file read. `problems` holds everything that is wrong with its form; what they spoil is left out of the rest."""

    sites: tuple[Site, ...] = ()
    rules: tuple[Rule, ...] = ()
    banner: BannerShape | None = None
    include: tuple[str, ...] = ()
    server: ServerShape | None = None
    problems: tuple[Problem, ...] = ()
