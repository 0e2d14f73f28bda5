"""Paths that try to climb out of their folder: every spelling of two dots and of a slash that some server takes for one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import product

# Resolved by every server: once decoded, they are two dots, or one.
DOTS = (b"..", b"%2e%2e", b"%2E%2e", b".%2E", b"%2e.", b".", b"%2e", b"..;jsessionid=1", b"%2e.;JSESSIONID=a", b".;jsessionid=1")
# Names like others, whatever a careless server makes of them.
NO_DOTS = (
    *(b"%252e%252e", b"%252e.", b"%25252e%25252e", b"%%32%65%%32%65", b"%2%65%2%65", b"%25%32%65%25%32%65"),  # decoded twice
    *(b"%c0%ae%c0%ae", b"%C0%2e%C0%2e", b"%e0%80%ae%e0%80%ae", b"%f0%80%80%ae.", b"\xc0\xae\xc0\xae", b"%c0%5e."),  # overlong
    *(b"%ef%bc%8e%ef%bc%8e", b"\xef\xbc\x8e\xef\xbc\x8e", b"%e2%80%a5", b"%e3%80%82%e3%80%82"),  # dots of other scripts
    *(b"%uff0e%uff0e", b"%u002e%u002e", b"&#46;&#46;", b"\\u002e\\u002e"),  # not even escapes of URLs
    *(b"..;", b"..;a=b", b".;.", b"..%3b", b";..", b"..%3bjsessionid=1"),  # with parameters
    *(b"...", b"....", b"..%00", b"%00..", b"..%20", b"..%09", b".%0d.", b"..+", b"..~", b"..::$INDEX_ALLOCATION"),
    *(b"..\t", b".\x00.", b".. ", b"\x7f.."),  # which no request may hold
)
SEPARATORS = (b"/", b"//", b"/./", b"/%2e/", b"/x/../")
NO_SEPARATORS = (
    *(b"\\", b"\\\\", b"%2f", b"%2F", b"%5c", b"%5C", b"%2f%2f", b"%5c%2f"),
    *(b"%252f", b"%255c", b"%25252f", b"%%32%66", b"%%35%63"),
    *(b"%c0%af", b"%C1%9C", b"%e0%80%af", b"%e0%81%9c", b"%f0%80%80%af", b"\xc0\xaf", b"\xc1\x9c"),
    *(b"%ef%bc%8f", b"%ef%bc%bc", b"%e2%88%95", b"%e2%88%96", b"\xef\xbc\x8f", b"%u2215", b"%u2216", b"%uEFC8"),
    *(b"%00", b":", b"%3a", b";", b"\n", b"\t"),
)
MIXED = (b"/\\", b"\\/", b"%2f/", b"/%2f", b"%5c/", b"/%5c", b";/", b"/;/", b"/.;/", b"%3b/", b"%00/", b"/%09/", b"/\t/")
# What is left when a filter takes `../` out once.
NESTED = (
    b"....//",
    b"..././",
    b"....\\/",
    b"....\\\\",
    b"...\\.\\",
    b"....%2f%2f",
    b".../...//",
    b"..%2f../",
    b".%2e./..//",
    b"..;/..;/",
)
DEPTHS = (1, 2, 3, 9)
GOAL = b"secret"
STARTS = (b"/", b"/docs/", b"/docs/a/b/", b"/docs", b"/DOCS/./")
ABSOLUTE = (
    *(b"/etc/passwd", b"//etc/passwd", b"///etc/passwd", b"/%2fetc%2fpasswd", b"/./.htpasswd", b"/.%67it/config", b"/~root/"),
    *(b"/C:/windows/win.ini", b"/c:\\windows\\win.ini", b"/C%3a%5cboot.ini", b"/C|/boot.ini", b"/c:secret", b"/docs/C:../secret"),
    *(b"/\\\\host\\share\\secret", b"//host/share/secret", b"/%5c%5chost%5cshare", b"/\\\\?\\C:\\secret", b"/\\\\.\\pipe\\x"),
    *(b"/file:///etc/passwd", b"/docs/file:///etc/passwd", b"/docs//secret", b"/docs///../secret", b"/proc/self/cwd/secret"),
    *(b"/docs/secret%00.html", b"/secret%00", b"/secret%23", b"/secret%3f", b"/secret;x", b"/secret%20", b"/secret."),
    *(b"/secret::$DATA", b"/secret%2e", b"/secret%2f", b"/SECRET%5c", b"/secret/..%2fsecret"),
)

_DOT = re.compile(rb"%2e", re.IGNORECASE)
_SESSION = re.compile(rb";jsessionid=[^;]*", re.IGNORECASE)


@cache
def traversals() -> tuple[bytes, ...]:
    """Every path of the list, once."""
    return tuple(dict.fromkeys((*ABSOLUTE, *_climbing())))


def _climbing() -> Iterator[bytes]:
    pairs = [dots + separator for dots, separator in product((*DOTS, *NO_DOTS), (*SEPARATORS, *NO_SEPARATORS, *MIXED))]
    for start, up, depth in product(STARTS, (*pairs, *NESTED), DEPTHS):
        yield start + up * depth + GOAL
    for start, dots, depth in product(STARTS, (*DOTS, *NO_DOTS), DEPTHS):
        yield start + b"/".join([dots] * depth)  # ends in dots, without a slash
        yield start + b"secret/" + b"/".join([dots] * depth) + b"/secret"


def segments(path: bytes) -> list[bytes]:
    """The segments that a path comes to: dots resolved, session ids dropped. Written apart from what it judges."""
    kept: list[bytes] = []
    parts = [_SESSION.sub(b"", _DOT.sub(b".", part)) for part in path.split(b"/")[1:]]
    for part in parts:
        if part == b"..":
            kept = kept[:-1]
        elif part != b".":
            kept.append(part)
    return [*kept, b""] if parts[-1] in (b".", b"..") else kept
