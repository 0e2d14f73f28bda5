"""What a log must not hold, made `***`: what lets somebody in. Text to text; nothing is written here."""

from __future__ import annotations

import re

HIDDEN = "***"

_NAMES = (
    r"(?:[\w.-]{0,40}(?:token|secret|passw(?:or)?d|passwd|api[_-]?key|signature|credential)[\w.-]{0,40}"
    r"|auth|key|pwd|sig|sid|jwt|code|sessionid|jsessionid|phpsessid|access_key)"
)
_RULES = (
    (re.compile(r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie)(['\"]?\s*[:=,]\s*['\"]?)[^\r\n]*"), rf"\1\2{HIDDEN}"),
    (re.compile(r"(?i)\b(bearer|basic|digest|negotiate)\s+[A-Za-z0-9+/._~=-]{8,}"), rf"\1 {HIDDEN}"),
    (re.compile(r"(?i)\b([a-z][a-z0-9+.-]{1,20}://)[^\s/@?#'\"]{1,512}@"), rf"\1{HIDDEN}@"),
    (re.compile(rf"(?i)([?&;]{_NAMES}=)[^&;#\s'\"]*"), rf"\1{HIDDEN}"),
)


def without_secrets(text: str) -> str:
    """`text` with the values of credentials hidden: their fields, schemes, user names in URLs, and tell-tale query keys."""
    for pattern, hidden in _RULES:
        text = pattern.sub(hidden, text)
    return text
