"""The map in use and the last attempt at a newer one, for readiness, metrics and the status page. Values only."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ReloadState:
    """The state of reloading. Times are Unix times in seconds.

    `ok` is False from the moment a newer map was refused until one is taken, or the files are as they were.
    """

    ok: bool
    version: int  # in use
    digest: str
    rules: int
    since: float  # when this version was taken into use
    looked: float  # when the files were last compared
    problems: tuple[str, ...] = ()  # why a newer map was refused, each with its place and how to mend it
    refused_at: float = 0.0  # 0 where none was
    restart_needed: tuple[str, ...] = ()  # sections of the file whose change waits for a restart

    def as_dict(self) -> dict[str, Any]:
        """The state as JSON has it."""
        return asdict(self)


def state_from(value: Any) -> ReloadState | None:
    """The state that as_dict made, or None."""
    try:
        value = {**value, "problems": tuple(value["problems"]), "restart_needed": tuple(value["restart_needed"])}
        return ReloadState(**value)
    except (TypeError, KeyError):
        return None
