"""Migrator carries an organisation from an old web site to a new one without breaking a link.

The public names are `TransitionMiddleware`, `RuleTable`, `Rule` and `MigratorError`; they load on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from migrator.app import TransitionMiddleware
    from migrator.errors import MigratorError
    from migrator.rules.rule import Rule
    from migrator.rules.table import RuleTable

__all__ = ["MigratorError", "Rule", "RuleTable", "TransitionMiddleware"]

_ROOMS = {
    "MigratorError": "migrator.errors",
    "Rule": "migrator.rules.rule",
    "RuleTable": "migrator.rules.table",
    "TransitionMiddleware": "migrator.app",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module 'migrator' has no attribute {name!r}")
    return getattr(importlib.import_module(_ROOMS[name]), name)
