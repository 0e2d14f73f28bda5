"""Which answers may carry the banner, by their headers and those of the request. Looks at no body and changes no header."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from migrator.serve.codings import decodable
from migrator.serve.headers import Headers

MARK = b"x-migrator-banner"  # an answer with this field has been through here already

# Request fields that choose between a page with a banner and the same bytes without it.
VARIES_BY = (b"Sec-Fetch-Dest", b"X-Requested-With", b"HX-Request", b"HX-Boosted", b"Turbo-Frame")
# These only ever add a banner, and hardly two requests share their values; named where they were sent.
_VARIES_BY_IF_SENT = (b"HX-Target", b"X-Turbo-Request-Id")

_WITHOUT_CONTENT = frozenset((204, 205, 206))
_HTML = re.compile(rb"[\t ]*text/html[\t ]*(?:;.*)?", re.IGNORECASE | re.DOTALL)
_CHARSET = re.compile(rb";[\t ]*charset[\t ]*=[\t ]*[\"']?([^\"';\t ]+)", re.IGNORECASE)
# Encodings in which markup is not written in ASCII's bytes, or text is (Encoding Standard, sections 4.2 and 14).
_NOT_ASCII = re.compile(
    rb"utf-?(?:7|16|32)|unicode|ucs-?2|iso-10646|iso-2022-|hz-gb-2312|cs(?:unicode|iso2022)|replacement", re.IGNORECASE
)
_DATA = re.compile(r"\.(?:pdf|docx?|xlsx?|pptx?|odt|csv|txt|xml|json|zip|jpe?g|png|gif|svg|webp|mp[34])\Z", re.IGNORECASE)
_LANGUAGE = re.compile(rb"[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}")
# What browsers know by name, roughly; any other name leaves it to the page to say.
_KNOWN = re.compile(
    rb"utf-?8|unicode-1-1-utf-8|(?:us-)?ascii|(?:x-)?(?:windows-?|cp)\d{3,4}|iso-?8859-?\d+(?:-[ie])?|latin-?\d|koi8-?[ru]?"
    rb"|(?:x-)?mac-?\w+|(?:x-)?sjis|shift[-_]jis|ms_kanji|euc-(?:jp|kr)|ks_c_5601-1987|gbk?|gb_?2312|gb18030|big5(?:-hkscs)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Html:
    """What the headers of an HTML answer say of its body."""

    coding: str = ""  # one that can be undone here, or "" for none
    encoding_known: bool = False
    language: str = ""


def field(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    """All values of a list field, joined as RFC 9110 section 5.3 has it; b"" where there is none."""
    return b", ".join([value for key, value in headers if key == name])


def by_name(headers: Headers) -> dict[bytes, bytes]:
    """The values of all fields by name, as `field` has each; a repeated Content-Type is worth nothing."""
    found = dict(headers)
    if len(found) < len(headers):
        found = {}
        for name, value in headers:
            found[name] = found[name] + b", " + value if name in found else value
        if sum(name == b"content-type" for name, _ in headers) > 1:
            del found[b"content-type"]
    return found


def members(value: bytes) -> list[bytes]:
    """The members of a comma-separated field value, in lower case."""
    return [member for part in value.lower().split(b",") if (member := part.strip(b" \t"))]


def may_be_page(sent: Mapping[bytes, bytes]) -> bool:
    """Whether a request with these fields may be for a whole page in a window of its own, not for a part, a frame or data."""
    if sent.get(b"hx-boosted") == b"true" and b"hx-target" not in sent:
        return True  # htmx swaps the whole body
    if b"x-turbo-request-id" in sent and b"turbo-frame" not in sent:
        return True  # and so does Turbo Drive
    destination = sent.get(b"sec-fetch-dest")
    if destination is not None:
        return destination == b"document"
    script = sent.get(b"x-requested-with", b"").lower() == b"xmlhttprequest"  # Android's WebView sends an app's name
    return not script and b"hx-request" not in sent and b"turbo-frame" not in sent


def wants_page(path: str, sent: Mapping[bytes, bytes]) -> bool:
    """Whether a request that may be for a page surely is: what its client has cached of it is then a page too."""
    return not _DATA.search(path) and (b"sec-fetch-dest" in sent or b"text/html" in sent.get(b"accept", b""))


def varying(sent: Mapping[bytes, bytes]) -> tuple[bytes, ...]:
    """The names for Vary of what decided in a request with these fields."""
    if b"hx-target" in sent or b"x-turbo-request-id" in sent:
        return (*VARIES_BY, *(name for name in _VARIES_BY_IF_SENT if name.lower() in sent))
    return VARIES_BY


def html_answer(status: int, fields: Mapping[bytes, bytes]) -> Html | None:
    """What is to be known of an answer that may carry a banner, of its fields `by_name`; None where it may not."""
    if status < 200 or 300 <= status < 400 or status in _WITHOUT_CONTENT or fields.get(MARK):
        return None
    kind = fields.get(b"content-type", b"")
    charset = _CHARSET.search(kind)
    if not _HTML.fullmatch(kind) or (charset and _NOT_ASCII.match(charset[1])):
        return None
    disposition = fields.get(b"content-disposition", b"").partition(b";")[0].strip().lower()
    if disposition not in (b"", b"inline") or b"no-transform" in members(fields.get(b"cache-control", b"")):
        return None
    coding = _coding(fields.get(b"content-encoding", b""))
    if coding is None:
        return None
    language = _LANGUAGE.fullmatch(fields.get(b"content-language", b""))
    encoding_known = charset is not None and _KNOWN.fullmatch(charset[1]) is not None
    return Html(coding, encoding_known, language[0].decode("ascii") if language else "")


def _coding(value: bytes) -> str | None:
    codings = [coding for coding in members(value) if coding != b"identity"]
    if not codings:
        return ""
    coding = codings[0].removeprefix(b"x-").decode("latin-1")
    return coding if len(codings) == 1 and coding in decodable() else None
