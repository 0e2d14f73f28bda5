"""Whether a `<noscript>` leaves browsers with and without scripting at the same place. One element at a time."""

from __future__ import annotations

import re

from migrator.serve.html_tokens import Kind, Token, Tokenizer

VOID = frozenset(
    b"area base basefont bgsound br col embed frame hr image img input keygen link meta param source track wbr".split()
)
# What changes how the rest is read, or where it goes in the tree, without being closed at its end tag.
_RISKY = frozenset(b"body form frame frameset head html math noscript plaintext select svg table template".split())
_END = re.compile(rb"</noscript[\t\n\f\r />]", re.IGNORECASE)


class Noscript:
    """Follows the tokens of one `<noscript>`, which are those of a browser without scripting.

    With scripting the content is raw text up to the first `</noscript>`. Both agree on what follows where that one is
    the end tag and all that the content opened has been closed; only then can a banner stand right for both.
    """

    def __init__(self, start: int) -> None:
        self.start = start  # of the content, in the document
        self._open: list[bytes] = []

    def take(self, token: Token, tokens: Tokenizer) -> bool | None:
        """True where the element ended well, False where the two browsers part, None while it goes on."""
        if token.kind is Kind.START:
            if token.name in _RISKY:
                return False
            if token.name not in VOID:
                self._open.append(token.name)
        elif token.kind is Kind.END:
            if token.name == b"noscript" and not self._open:
                return not _END.search(tokens.text(self.start, token.start))
            if not self._open or self._open.pop() != token.name:
                return False
        return None
