"""What the visitor's door can be told, with defaults. Read from redirects.yaml by settings.py, never here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path

from migrator.rules.colours import DARK, LIGHT, Palette

Network = IPv4Network | IPv6Network

_LARGEST_MESSAGE = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class PageBanner:
    """Another banner on some pages of the legacy site."""

    paths: tuple[str, ...]  # patterns such as /press/*
    moving: bool = False  # says that its page is about to move, or has in part
    to: str = ""  # where the new version of all these pages is: an absolute URL, or a path on the new site
    messages: Mapping[str, str] = field(default_factory=dict)  # language -> text; over the shipped ones


@dataclass(frozen=True, slots=True, kw_only=True)
class BannerOptions:
    """The banner on legacy pages."""

    site_name: str = ""
    starts: dt.date | None = None  # first day (UTC) it is shown; None: at once
    ends: dt.date | None = None  # first day (UTC) it no longer is; None: never
    dismissible: bool = False
    skip: tuple[str, ...] = ()  # path patterns such as /embed/* that never carry it
    messages: Mapping[str, str] = field(default_factory=dict)  # language -> text; over the shipped ones
    links: Mapping[str, str] = field(default_factory=dict)  # progress, search, feedback, other_version -> URL or path
    light: Palette = LIGHT
    dark: Palette = DARK
    moving: bool = False  # says that the page it is on moves, where no message of its own says otherwise
    pages: tuple[PageBanner, ...] = ()  # the first that names a page's path counts


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionOptions:
    """The transition site's own pages."""

    path: str = "/_transition/"  # begins and ends with a slash
    language: str = "en"  # a lower-case tag
    messages: Mapping[str, str] = field(default_factory=dict)  # language -> what is happening and why; over the shipped ones
    updates: Path = Path("updates")  # a folder of Markdown files
    snapshot: Path = Path(".migrator/progress.json")  # the figures, as `migrator status` writes them
    indexed: bool = True  # whether search engines may list the status page
    public_url: str = ""  # of the front page, with its slash; "": the site's first host and `path`
    old_sitemap: bool = False  # whether /sitemap.xml and /robots.txt tell of the old addresses that redirect


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamTls:
    """How the proxy and one upstream with https prove to each other who they are; all files are PEM."""

    ca_file: Path | None = None  # the authorities to trust; None: the system's
    server_name: str = ""  # what its certificate must be for; "": the host of its address
    client_certificate: Path | None = None  # the proxy's own, with its chain
    client_key: Path | None = None  # None: in the certificate's file


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamOptions:
    """How long the proxy waits for an upstream (seconds), and how much it asks of it at a time."""

    connect_timeout: float = 3.0
    first_byte_timeout: float = 30.0
    gap_timeout: float = 30.0
    connections: int = 256  # requests at a time; as many again wait for their turn
    turn_timeout: float = 3.0  # how long they wait
    websockets: int = 256  # at a time, beside the requests
    largest_message: int = _LARGEST_MESSAGE  # bytes, of one WebSocket message from the upstream
    tls: UpstreamTls | None = None  # None: its host's certificate, by the system's authorities


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLimits:
    """How large a request may be; bytes, unless the name says otherwise."""

    target: int = 8192  # more is 414
    field: int = 8192  # one field's name and value; more is 431, as for the next two
    fields: int = 32768  # all of them
    field_count: int = 100
    body: int | None = 100 << 20  # more is 413; None: no bound


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions:
    """What the request gate lets through, and whose word it takes for another's address."""

    limits: RequestLimits = RequestLimits()
    trusted_proxies: tuple[Network, ...] = ()  # peers whose X-Forwarded-For and X-Forwarded-Proto are believed


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionOptions:
    """How long a connection may keep the server waiting; seconds."""

    head: float = 20.0  # from a request's first byte to its last field; a new connection's silence counts
    body_gap: float = 30.0  # between two parts of a body
    body_rate: float = 500.0  # bytes a second that a body must come with on the whole, after `body_gap` for a start
    write_stall: float = 30.0  # a client that takes nothing of an answer
    keep_alive: int = 75  # between two requests
    parting: float = 5.0  # for a client to read an answer that came before its request was whole


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchOptions:
    """What the operator sees of the service, and of its visitors' requests."""

    ignored: tuple[str, ...] = ()  # path patterns such as /embed/* of addresses that are never missing
    admin: tuple[str, int] | None = None  # where the operator's port is; None: there is none
    identify: bool = False  # whether each request has an id, upstream and in the log
    log_requests: bool = False  # whether each request has a line in the log
    collect_every: float = 10.0  # seconds between two writings of hits and missing addresses


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How the server runs."""

    workers: int = 1
    grace: int = 30  # seconds for requests under way when the server is told to stop
    access_log: bool = False
    log_format: str = "text"  # or json
    drain: float = 0.0  # seconds from the word to stop, during which requests are still taken but readiness is refused
    largest_message: int = _LARGEST_MESSAGE  # bytes, of one WebSocket message from a client
    limits: RequestLimits = RequestLimits()
    connection: ConnectionOptions = ConnectionOptions()
