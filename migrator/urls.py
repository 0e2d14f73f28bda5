"""The only URL code in the house: canonical keys, hosts, safe targets. Pure text to text; bytes sent upstream never pass here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote, unquote_to_bytes

import ada_url

DEFAULT_PORTS = {"http": "80", "https": "443"}
# Tracking keys that no site uses to choose a page; the crawler drops them, look-up never sees them.
TRACKING = re.compile(r"^(?:utm_\w+|gclid|fbclid|msclkid|mc_[ce]id|_ga|yclid|igshid)$", re.IGNORECASE)

_SESSION = re.compile(r";jsessionid=[^/;]*", re.IGNORECASE)
_INDEX_FILE = re.compile(r"/(?:index\.(?:html?|shtml|xhtml|php\d?|aspx?|jsp|cfm)|default\.(?:html?|aspx?))$", re.IGNORECASE)
# RFC 3986 pchar and "/": what may stand in a path as it is. "%" is judged by what follows it.
_PATH_OK = re.compile(rb"[A-Za-z0-9\-._~!$&'()*+,;=:@/]*")
_PATH_PIECE = re.compile(rb"%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~!$&'()*+,;=:@/]")
_UNRESERVED_ONLY = re.compile(rb"[A-Za-z0-9\-._~]*")
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_HOST_OF_URL = re.compile(r"(?i)https?:[/\\]{2}([^/\\?]*)")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\x00-\x20\x7f:/\\?#@%\[\]]+)(?::(\d{1,5}))?")
_CASE_PIECE = re.compile(r"((?:%[89A-F][0-9A-F])+)|(%[0-9A-F]{2})|([A-Z]+)")
_QUERY_PIECE = re.compile(rb"%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&()*+,;=:@/?%\[\]|{}^`]")


@dataclass(frozen=True, slots=True)
class Folding:
    """What look-up treats as the same address on one site (`ignore` and `significant_params` of redirects.yaml)."""

    case: bool = True
    trailing_slash: bool = True
    index_files: bool = True
    significant_params: frozenset[str] = frozenset()
    every_param: bool = False  # the crawler's view: all parameters choose a page, save tracking ones


class Key(NamedTuple):
    """The look-up key of one address. `path` and `query` are folded; `shown` keeps case and slash, for captures."""

    path: str
    query: str
    shown: str

    def __str__(self) -> str:
        return f"{self.path}?{self.query}" if self.query else self.path


def look_up_key(path: bytes | str, query: bytes | str, folding: Folding) -> Key:
    """The one function that makes a key, for the file, the importers, the crawler and the request alike.

    `path` and `query` are as they came (text is UTF-8). Dot segments as RFC 3986 section 5.2.4, percent-encoding as
    section 6.2.2 with unreserved characters decoded once; `%2F`, `%5C` and `%25` stay. Idempotent.
    """
    shown = encoded_path(_bytes(path))
    if ";" in shown or "/." in shown:
        shown = _without_dots(_without_session(shown))
    if folding.index_files:
        shown = without_index_file(shown)
    return Key(_folded_path(shown, folding), _significant_query(_bytes(query), folding) if query else "", shown)


def split_url(url: str) -> tuple[str, str, str]:
    """Split an address of a file or a link into (host or "", path, query) without judging it; the fragment is dropped."""
    url = url.partition("#")[0].strip()
    host = ""
    if not url.startswith("/") and (match := _HOST_OF_URL.match(url)):
        host, url = match[1].rpartition("@")[2], url[match.end() :]
    path, _, query = url.partition("?")
    return host, path, query


def canonical_host(host: str) -> str:
    """`host` or `host:port` as compared: UTS 46 A-labels, lower case, no trailing dot, no default port.

    Raises ValueError where it is no host a browser would accept.
    """
    match = _HOST.fullmatch(host.strip(" "))
    try:
        # The final dot goes after parsing: UTS 46 knows other full stops too.
        name = str(ada_url.URL(f"http://{match[1]}/").hostname).removesuffix(".") if match else ""
    except ValueError:
        name = ""
    if match is None or not name or name.endswith("."):
        raise ValueError(f"not a host name: {host!r}")
    port = match[2]
    return name if port in (None, "80", "443") else f"{name}:{int(port)}"


@dataclass(frozen=True, slots=True)
class Origin:
    """Scheme, host and port of an absolute http(s) URL, canonical."""

    scheme: str
    netloc: str

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}"


def origin_of(url: str) -> Origin | None:
    """The origin a browser would go to for `url` (WHATWG URL, by ada), or None where it is not absolute http(s)."""
    try:
        parsed = ada_url.URL(url)
    except ValueError:
        return None
    scheme = parsed.protocol.removesuffix(":")
    if scheme not in DEFAULT_PORTS or parsed.username or parsed.password:
        return None
    return Origin(scheme, parsed.host.removesuffix("."))


def is_link(url: str) -> bool:
    """Whether a page may link to `url`: an absolute http(s) URL, or a path that stays on the page's host wherever it is read."""
    if not url.startswith("/"):
        return origin_of(url) is not None
    try:
        return str(ada_url.URL(url, "http://page.invalid/").origin) == "http://page.invalid"
    except ValueError:
        return False


def normal_url(url: str, base: str | None = None) -> str | None:
    """`url` resolved against `base` as a browser does, without its fragment; None where it is not http(s)."""
    try:
        parsed = ada_url.URL(url, base) if base else ada_url.URL(url)
    except ValueError:
        return None
    if parsed.protocol not in ("http:", "https:"):
        return None
    parsed.hash = ""
    return str(parsed.href)


def host_allowed(netloc: str, allowed: Iterable[str]) -> bool:
    """Whether `netloc` (host, or host:port where not the default) is on the list; `*.x` stands for any host below x."""
    for entry in allowed:
        if entry == netloc or (entry.startswith("*.") and netloc.endswith(entry[1:]) and len(netloc) > len(entry) - 1):
            return True
    return False


def merge_query(target: str, query: bytes, consumed: frozenset[str] = frozenset(), case: bool = False) -> str:
    """`target` with the request's raw `query` added: the target's own keys win, `consumed` keys go, the fragment stays last."""
    if not query:
        return target
    address, mark, fragment = target.partition("#")
    _, _, own = address.partition("?")
    taken = {_component(name, case) for name, _ in _pairs(own.encode())} | consumed
    kept = [pair for pair in query.split(b"&") if pair and _component(pair.partition(b"=")[0], case) not in taken]
    if not kept:
        return target
    carried = b"&".join(_QUERY_PIECE.sub(_percent, pair) for pair in kept).decode("ascii")
    joint = "" if address.endswith(("?", "&")) else "&" if own else "?"
    return f"{address}{joint}{carried}{mark}{fragment}"


def query_names(query: str, folding: Folding) -> frozenset[str]:
    """The names in a query as look-up compares them."""
    if not query:
        return frozenset()
    return frozenset(_component(name, folding.case) for name, _ in _pairs(query.encode()))


def whole_query(query: bytes | str, folding: Folding) -> str:
    """Every parameter of a query, canonical and sorted: what a rule with `query: exact` is compared by."""
    if not query:
        return ""
    pairs = [(_component(n, folding.case), _component(v, folding.case)) for n, v in _pairs(_bytes(query))]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")


def _percent(match: re.Match[bytes]) -> bytes:
    return b"".join(b"%%%02X" % byte for byte in match[0])


def _path_piece(match: re.Match[bytes]) -> bytes:
    piece = match[0]
    if len(piece) == 3:
        byte = int(piece[1:], 16)
        return bytes([byte]) if byte in _UNRESERVED else piece.upper()
    return b"%%%02X" % piece[0]


def encoded_path(raw: bytes) -> str:
    """`raw` as ASCII: unreserved characters decoded once, hexadecimal upper-case, all else that is no pchar escaped."""
    if not raw.startswith(b"/"):
        raw = b"/" + raw
    if _PATH_OK.fullmatch(raw):
        return raw.decode("ascii")
    return _PATH_PIECE.sub(_path_piece, raw).decode("ascii")


def resolved_path(raw: bytes) -> str:
    """`raw` encoded as above, with its dot segments resolved (RFC 3986 section 5.2.4)."""
    return _without_dots(encoded_path(raw))


def _without_dots(path: str) -> str:
    if "/." not in path:
        return path
    kept: list[str] = []
    segments = path.split("/")[1:]
    for number, segment in enumerate(segments):
        last = number == len(segments) - 1
        if segment in (".", ".."):
            if segment == ".." and kept:
                kept.pop()
            if last:
                kept.append("")
        else:
            kept.append(segment)
    return "/" + "/".join(kept)


def _without_session(path: str) -> str:
    return _SESSION.sub("", path) if ";" in path else path


def without_index_file(path: str) -> str:
    """`path` with a final index.html, default.aspx or the like taken off, down to its folder."""
    last = path.rfind("/")
    return path[: last + 1] if _INDEX_FILE.match(path, last) else path


def _folded_path(path: str, folding: Folding) -> str:
    """Fold until nothing changes: a slash taken off may lay bare an index file, and the other way round."""
    folded = path
    if folding.case:
        folded = fold_case(path)
        if "%" in path:  # folding a letter such as U+017F may complete what the session rule drops
            folded = _without_dots(_without_session(folded))
        else:
            path = folded
    while True:
        if folding.trailing_slash and folded.endswith("/"):
            folded = folded.rstrip("/") or "/"
        if folded == path:
            return folded
        path = folded
        if folding.index_files:
            folded = without_index_file(folded)


def fold_case(path: str) -> str:
    """A canonical path without case, beyond ASCII too where its bytes are UTF-8; escapes keep upper-case digits."""
    return path.lower() if "%" not in path else _CASE_PIECE.sub(_lower_piece, path)


def _lower_piece(match: re.Match[str]) -> str:
    run, escape, letters = match.groups()
    if letters:
        return str(letters).lower()
    if escape:
        return str(escape)
    try:
        folded = unquote_to_bytes(run).decode("utf-8").casefold()
    except UnicodeDecodeError:
        return str(run)
    return quote(folded, safe="")


def _pairs(query: bytes) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, _, value in (part.partition(b"=") for part in query.split(b"&") if part)]


def _component(raw: bytes, case: bool) -> str:
    if _UNRESERVED_ONLY.fullmatch(raw):
        text = raw.decode("ascii")
        return text.lower() if case else text
    decoded = unquote_to_bytes(raw.replace(b"+", b" "))
    if case:
        try:
            decoded = decoded.decode("utf-8").casefold().encode()
        except UnicodeDecodeError:
            decoded = decoded.lower()
    return quote(decoded, safe="")


def only_tracks(name: str, folding: Folding) -> bool:
    """Whether a key tells where a visitor came from and nothing else; what the operator calls significant chooses a page."""
    return name not in folding.significant_params and TRACKING.match(name) is not None


def _significant_query(query: bytes, folding: Folding) -> str:
    if not query or not (folding.significant_params or folding.every_param):
        return ""
    pairs = [(_component(name, folding.case), value) for name, value in _pairs(query)]
    if folding.every_param:
        pairs = [pair for pair in pairs if not only_tracks(pair[0], folding)]
    else:
        pairs = [pair for pair in pairs if pair[0] in folding.significant_params]
    return "&".join(sorted(f"{name}={_component(value, folding.case)}" for name, value in pairs))
