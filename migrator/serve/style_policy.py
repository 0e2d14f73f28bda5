"""The Content-Security-Policy of pages of our own, which bring their styles with them. Text in, one field's value out."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256

_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)


def style_policy(page: str) -> bytes:
    """Allows the page's own styles by their hashes, and images of the same site; no script, nothing from elsewhere."""
    hashes = [b64encode(sha256(style.encode()).digest()).decode("ascii") for style in _STYLE.findall(page)]
    styles = " ".join(f"'sha256-{digest}'" for digest in hashes) or "'none'"
    rules = ("default-src 'none'", f"style-src {styles}", "img-src 'self' data:", "base-uri 'none'", "form-action 'self'")
    return "; ".join(rules).encode("ascii")
