"""What a page's Content Security Policies (CSP Level 3) make of the banner's <style> and <script>, and the least to add to them.

Policies are changed as text, so that everything else in them stays as the page's owner wrote it. Nothing of HTML is known here.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from migrator.serve.headers import Headers

_ENFORCED = b"content-security-policy"
_REPORTED = b"content-security-policy-report-only"
_FIELDS = frozenset((_ENFORCED, _REPORTED))

# From the directive that governs an inline element to the one that it falls back on (CSP Level 3, section 6.8.3).
_STYLE = (b"style-src-elem", b"style-src", b"default-src")
_SCRIPT = (b"script-src-elem", b"script-src", b"default-src")

_NONCE = re.compile(rb"'nonce-([A-Za-z0-9+/_-]+={0,2})'", re.IGNORECASE)
_HASH = re.compile(rb"'sha(?:256|384|512)-[A-Za-z0-9+/_-]+={0,2}'", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Inline:
    """The hash sources, such as 'sha256-…', of all texts that our <style> and <script> elements may have."""

    styles: tuple[bytes, ...] = ()
    scripts: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Grant:
    """Which inline elements of ours a page's policies let work, and the nonces to write on them."""

    style: bool = True
    script: bool = True
    style_nonce: bytes = b""
    script_nonce: bytes = b""


EVERYTHING = Grant()


def hash_source(text: bytes) -> bytes:
    """The source expression that allows an inline element of exactly this text."""
    return b"'sha256-%b'" % b64encode(sha256(text).digest())


def governed(names: Iterable[bytes]) -> bool:
    """Whether fields of these names set a policy."""
    return not _FIELDS.isdisjoint(names)


def grant(headers: Headers, in_page: Sequence[bytes], inline: Inline) -> Grant:
    """What works in a page sent with `amended` headers, where `in_page` are the policies of its own <meta> elements.

    Those of a header can be added to and never stand in the way; those in the page cannot.
    """
    if not in_page and not governed([name for name, _ in headers]):
        return EVERYTHING
    policies = [policy for value in in_page for policy in value.split(b",")]
    style_nonce = _nonce(headers, _STYLE) or _first_nonce(policies, _STYLE)
    script_nonce = _nonce(headers, _SCRIPT) or _first_nonce(policies, _SCRIPT)
    return Grant(
        style=all(not _missing(policy, _STYLE, inline.styles, style_nonce) for policy in policies),
        script=all(not _missing(policy, _SCRIPT, inline.scripts, script_nonce) for policy in policies),
        style_nonce=style_nonce,
        script_nonce=script_nonce,
    )


def amended(headers: Headers, inline: Inline) -> Headers:
    """The headers with our hashes in every policy that would stop us otherwise, those that only report included.

    Where a policy has a nonce, that is used instead. Where it allows everything inline it stays as it is, since a hash would
    switch 'unsafe-inline' off.
    """
    if not governed([name for name, _ in headers]):
        return headers
    style_nonce, script_nonce = _nonce(headers, _STYLE), _nonce(headers, _SCRIPT)

    def with_ours(policy: bytes) -> bytes:
        policy = _added(policy, _STYLE, _missing(policy, _STYLE, inline.styles, style_nonce))
        return _added(policy, _SCRIPT, _missing(policy, _SCRIPT, inline.scripts, script_nonce))

    return [(name, b",".join(map(with_ours, value.split(b","))) if name in _FIELDS else value) for name, value in headers]


def _nonce(headers: Headers, fallbacks: Sequence[bytes]) -> bytes:
    """The nonce of an enforced policy, else of one that only reports; an element can bear only one."""
    policies = [
        policy for field in (_ENFORCED, _REPORTED) for name, value in headers if name == field for policy in value.split(b",")
    ]
    return _first_nonce(policies, fallbacks)


def _first_nonce(policies: Iterable[bytes], fallbacks: Sequence[bytes]) -> bytes:
    for policy in policies:
        _, sources = _governing(policy.split(b";"), fallbacks)
        for source in sources or ():
            if nonce := _NONCE.fullmatch(source):
                return nonce[1]
    return b""


def _missing(policy: bytes, fallbacks: Sequence[bytes], hashes: Sequence[bytes], nonce: bytes) -> list[bytes]:
    """Those of `hashes` that a policy must be given before it allows our elements, which bear `nonce`."""
    _, sources = _governing(policy.split(b";"), fallbacks)
    if sources is None or _allows_all(sources, fallbacks):
        return []
    if nonce and any((found := _NONCE.fullmatch(source)) and found[1] == nonce for source in sources):
        return []
    return [source for source in hashes if source not in sources]


def _allows_all(sources: Sequence[bytes], fallbacks: Sequence[bytes]) -> bool:
    """CSP Level 3, section 6.7.3.2: whether a source list allows all inline behaviour."""
    if any(_NONCE.fullmatch(source) or _HASH.fullmatch(source) for source in sources):
        return False
    keywords = {source.lower() for source in sources}
    return b"'unsafe-inline'" in keywords and not (fallbacks is _SCRIPT and b"'strict-dynamic'" in keywords)


def _governing(directives: Sequence[bytes], fallbacks: Sequence[bytes]) -> tuple[int, list[bytes] | None]:
    """The place and the sources of the directive that decides; of repeated ones the first counts (section 2.2.1)."""
    found: dict[bytes, int] = {}
    for index, directive in enumerate(directives):
        name = directive.split(None, 1)[:1]
        if name and name[0].lower() in fallbacks:
            found.setdefault(name[0].lower(), index)
    index = next((found[name] for name in fallbacks if name in found), -1)
    return index, (None if index < 0 else directives[index].split()[1:])


def _added(policy: bytes, fallbacks: Sequence[bytes], hashes: Sequence[bytes]) -> bytes:
    """A policy with `hashes` in the directive that decides. 'none' goes, as it means nothing beside other sources."""
    if not hashes:
        return policy
    directives = policy.split(b";")
    index, sources = _governing(directives, fallbacks)
    kept = [source for source in sources or () if source.lower() != b"'none'"]
    name = directives[index].split(None, 1)[0]
    if name.lower() == b"default-src":
        # The default goes on to rule everything else, so that a directive of our own repeats it.
        return b";".join([policy.rstrip(b"; "), b" ".join([b" " + fallbacks[1], *kept, *hashes])])
    directives[index] = b" ".join([b" " * (index > 0) + name, *kept, *hashes])
    return b";".join(directives)
