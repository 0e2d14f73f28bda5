"""The shape of redirects.yaml: every key, its type, its default and its help. Emits JSON Schema; reads no text."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from migrator.errors import Place

Duration = Annotated[str, Meta(pattern=r"^\d+[smhdw]?$", description="A number and s, m, h, d or w: 30s, 1h, 14d.")]
HttpUrl = Annotated[str, Meta(pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://", description="An absolute http or https URL.")]
Link = Annotated[
    str,
    Meta(pattern=r"^([Hh][Tt][Tt][Pp][Ss]?://|/$|/[^/\\])", description="A path on the same host, or an absolute http(s) URL."),
]
Colour = Annotated[str, Meta(pattern=r"^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$(?!\n)", description="A colour as #rrggbb or #rgb.")]
Size = Annotated[
    str, Meta(pattern=r"^(\d+([KMG]B)?|unlimited)$", description="A number and KB, MB or GB (of 1024), or unlimited: 100MB.")
]
Text = Annotated[str, Meta(description="Plain text; markup is shown, not run.")]
Ignored = Literal["case", "trailing_slash", "index_files"]


class Located(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A part of the file that knows where it stands; `places` has the spot of each key that was written."""

    place: Place = Place("")
    places: dict[str, Place] = {}


class TlsShape(Located):
    """How the proxy and an upstream with https prove to each other who they are; paths are relative to the file."""

    ca_file: Annotated[str, Meta(description="PEM file of the authorities to trust, instead of the system's.")] = ""
    server_name: Annotated[str, Meta(description="The name its certificate must have. Default: the host of its address.")] = ""
    client_certificate: Annotated[str, Meta(description="PEM file with the proxy's own certificate and its chain.")] = ""
    client_key: Annotated[str, Meta(description="PEM file with its key. Default: in the certificate's file.")] = ""


class SiteShape(Located):
    """One site that moves."""

    hosts: Annotated[list[str], Meta(min_length=1, description="Public hosts of the old site; all share one map.")]
    legacy: Annotated[HttpUrl, Meta(description="Where the old site is reached: the upstream of everything not moved.")]
    new: Annotated[HttpUrl, Meta(description="Public base of the new site; targets that begin with / are resolved against it.")]
    new_upstream: Annotated[HttpUrl, Meta(description="Where `serve: new` pages come from, under the old host.")] | None = None
    upstream_tls: Annotated[TlsShape, Meta(description="For a `legacy` with https.")] | None = None
    new_upstream_tls: Annotated[TlsShape, Meta(description="For a `new_upstream` with https.")] | None = None
    allowed_targets: Annotated[list[str], Meta(description="More hosts a rule may lead to; *.x is any host below x.")] = []
    significant_params: Annotated[list[str], Meta(description="Query keys that choose a page; look-up ignores all others.")] = []
    ignore: Annotated[list[Ignored], Meta(description="What look-up folds. Default: all three.")] = msgspec.field(
        default_factory=lambda: ["case", "trailing_slash", "index_files"]
    )
    unmapped: Annotated[
        Literal["legacy", "new", "not_found"],
        Meta(description="Who answers an address without a rule. new without new_upstream redirects there, path kept."),
    ] = "legacy"
    archive: Annotated[str, Meta(description="Address of archived copies; {timestamp} and {url} are filled in.")] = ""
    cache: Annotated[Duration, Meta(description="max-age of redirects, 301 too, so that a mistake heals.")] = "1h"
    soak: Annotated[Duration, Meta(description="A rule younger than this (see added) answers 302 or 307.")] = "0"


class LinksShape(Located):
    """Links in the banner and in the notices, all optional."""

    progress: Annotated[Link | None, Meta(description="Default: the transition site's own page, where `transition` is set.")] = (
        None
    )
    search: Annotated[Link | None, Meta(description="Default: the transition site's own search, where there is one.")] = None
    feedback: Link | None = None


class PaletteShape(Located):
    """Colours of the banner; what is left out is the shipped colour."""

    background: Colour | None = None
    text: Colour | None = None
    link: Colour | None = None
    line: Annotated[Colour | None, Meta(description="The edge below the banner.")] = None


class ColoursShape(Located):
    """Colours of the banner by what the visitor prefers."""

    light: PaletteShape | None = None
    dark: PaletteShape | None = None


class PageBannerShape(Located):
    """Another banner on some pages; the first entry that names a page's path counts."""

    paths: Annotated[list[str], Meta(min_length=1, description="Paths that carry it; * stands for anything.")]
    moving: Annotated[bool, Meta(description="The pages are about to move, or have moved in part; says so.")] = False
    to: Annotated[
        str, Meta(description="Their new version: a path on the new site or a URL. Default, where moving: what the map will say.")
    ] = ""
    messages: Annotated[dict[str, Text], Meta(description="Language tag to message; over the shipped ones.")] = {}


class BannerShape(Located):
    """The banner on pages of the old site."""

    site_name: Text = ""
    starts: Annotated[dt.date, Meta(description="First day (UTC) the banner is shown.")] | None = None
    ends: Annotated[dt.date, Meta(description="First day (UTC) it is no longer shown.")] | None = None
    dismissible: Annotated[bool, Meta(description="Visitors may hide it; it comes back when its text changes.")] = False
    skip: Annotated[list[str], Meta(description="Paths that never carry it; * stands for anything.")] = []
    messages: Annotated[dict[str, Text], Meta(description="Language tag to message; over the shipped ones.")] = {}
    links: LinksShape | None = None
    colours: ColoursShape | None = None
    pages: Annotated[list[PageBannerShape], Meta(description="Another banner on some pages.")] = []


class TransitionShape(Located):
    """The transition site's own pages: how far the move is, and search."""

    path: Annotated[
        str, Meta(pattern=r"^/([A-Za-z0-9._~-]+/)+$", description="Where they are, below every host of the sites.")
    ] = "/_transition/"
    language: Annotated[
        str,
        Meta(
            pattern=r"^[a-z]{2,3}(-[a-z0-9]{1,8})*$", description="Of updates that name none, and where nobody asks for another."
        ),
    ] = "en"
    messages: Annotated[
        dict[str, Text], Meta(description="Language tag to what is happening and why; over the shipped ones.")
    ] = {}
    updates: Annotated[str, Meta(description="Folder of dated updates in Markdown, relative to the file.")] = "updates"
    robots: Annotated[Literal["index", "noindex"], Meta(description="Whether search engines may list the status page.")] = "index"
    public_url: (
        Annotated[HttpUrl, Meta(description="Address of the front page, ending in /. Default: the site's first host and `path`.")]
        | None
    ) = None
    old_sitemap: Annotated[
        bool,
        Meta(description="Answer /sitemap.xml and /robots.txt with the old addresses that redirect, in the old site's place."),
    ] = False


class ServerShape(Located):
    """How requests reach the transition site."""

    trusted_proxies: Annotated[
        list[str], Meta(description="Addresses or networks whose X-Forwarded-For and X-Forwarded-Proto are believed.")
    ] = []
    max_body: Annotated[Size, Meta(description="The largest request body that is passed on; a larger one is answered 413.")] = (
        "100MB"
    )
    admin: Annotated[
        str,
        Meta(
            pattern=r"^((\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):\d{1,5})?$",
            description="Address and port of probes and metrics, such as 127.0.0.1:9100. Default: none.",
        ),
    ] = ""
    ignore_missing: Annotated[
        list[str], Meta(description="Paths that are never counted as missing addresses; * stands for anything.")
    ] = []


class ExampleShape(Located):
    """A request and the answer it must get; run by check, at start and at reload."""

    url: Annotated[str, Meta(description="An old address, with its query if it has one.")]
    to: Annotated[str, Meta(description="The target it must lead to; or gone, legacy, new, not_found.")]


class RuleShape(Located):
    """A rule in the long form: one of from and regex, and one of to, gone and serve."""

    source: Annotated[str, Meta(description="An old path; /x/* is a subtree, /:name one segment.")] = msgspec.field(
        name="from", default=""
    )
    regex: Annotated[
        str, Meta(description="RE2, anchored as written, on the canonical path; \\1 in `to` is its first group.")
    ] = ""
    site: Annotated[str, Meta(description="The site it belongs to; needed where there are several and `from` has no host.")] = ""
    to: Annotated[str, Meta(description="Where it leads: a path on the new site, or an absolute URL.")] = ""
    gone: Annotated[bool, Meta(description="Answer 410 with a helpful page.")] = False
    serve: Annotated[Literal["legacy", "new"], Meta(description="An exception: serve it from there.")] | None = None
    status: Annotated[Literal[301, 302, 303, 307, 308], Meta(description="Default 301.")] = 301
    query: Annotated[
        Literal["keep", "drop", "exact"],
        Meta(description="keep carries the query on, drop loses it, exact matches only this very query."),
    ] = "keep"
    suggest: Annotated[str, Meta(description="For gone: the page to offer instead.")] = ""
    archive: Annotated[HttpUrl, Meta(description="For gone: the archived copy.")] | None = None
    note: Text = ""
    added: dt.date | None = None
    starts: dt.date | None = None
    ends: dt.date | None = None
    examples: list[ExampleShape] = []
    allow: Annotated[dict[str, Text], Meta(description="Warnings and notes that are none here: code -> the reason.")] = {}


Redirects = Annotated[dict[str, str], Meta(description="The short form: exact old path -> new address.")]


class FileShape(Located):
    """redirects.yaml: what moves where."""

    version: Annotated[Literal[1], Meta(description="The version of this format.")]
    sites: Annotated[dict[str, SiteShape], Meta(min_length=1)]
    banner: BannerShape | None = None
    transition: TransitionShape | None = None
    server: ServerShape | None = None
    redirects: Redirects | None = None
    rules: list[RuleShape] | None = None
    include: (
        Annotated[list[str], Meta(description="More map files (YAML or CSV), relative to this one; * is a wildcard.")] | None
    ) = None


class IncludeShape(Located):
    """A map file that redirects.yaml includes: rules only."""

    version: Literal[1] = 1
    redirects: Redirects | None = None
    rules: list[RuleShape] | None = None


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 7, which editors read) of redirects.yaml."""
    (root,), components = msgspec.json.schema_components([FileShape], ref_template="#/definitions/{name}")
    for component in components.values():
        for hidden in ("place", "places"):
            component.get("properties", {}).pop(hidden, None)
    components.pop("Place", None)
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "redirects.yaml", **root, "definitions": components}
