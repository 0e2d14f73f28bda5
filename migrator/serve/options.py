"""What the visitor's door can be told, with defaults. Read from redirects.yaml by settings.py, never here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class BannerOptions:
    """The banner on legacy pages."""

    site_name: str = ""
    starts: dt.date | None = None  # first day (UTC) it is shown; None: at once
    ends: dt.date | None = None  # first day (UTC) it no longer is; None: never
    dismissible: bool = False
    skip: tuple[str, ...] = ()  # path patterns such as /embed/* that never carry it
    messages: Mapping[str, str] = field(default_factory=dict)  # language -> text; over the shipped ones
    links: Mapping[str, str] = field(default_factory=dict)  # progress, search, feedback -> absolute URL


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamOptions:
    """How long the proxy waits for an upstream; seconds."""

    connect_timeout: float = 3.0
    first_byte_timeout: float = 30.0
    gap_timeout: float = 30.0
    connections: int = 256
