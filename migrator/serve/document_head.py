"""Where the body of an HTML document begins: the tree builder's insertion modes up to there (HTML Standard, 13.2.6.4).

Decides nothing about what follows in the body.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from html import unescape

from migrator.serve.html_syntax import ATTRIBUTES, BOUNDARY, any_case, attributes
from migrator.serve.html_tokens import Kind, Token, Tokenizer
from migrator.serve.noscript import Noscript
from migrator.serve.prescan import UTF_8_MARK

_HEAD_ONLY = frozenset(b"base basefont bgsound head html link meta noframes script style template title".split())
_IMPLYING_ENDS = frozenset((b"body", b"html", b"br"))
# In some of these, the names of elements no longer tell how their content is read. From others, where they are not closed,
# formatting leaks out of the template (the markers in the list of active formatting elements, 13.2.4.3).
_UNREADABLE_IN_TEMPLATE = frozenset(
    b"applet caption col colgroup marquee math noscript object plaintext select svg td th".split()
)
_EVIDENCE = frozenset((b"html", b"head", b"body", b"title"))


def _raw_element(name: bytes) -> bytes:
    closing = rb"</" + any_case(name) + BOUNDARY
    inside = rb"(?:[^<]++|<(?!!--|" + closing[1:] + rb"))*"
    return rb"<" + any_case(name) + BOUNDARY + ATTRIBUTES + rb">" + inside + closing + ATTRIBUTES + rb">"


# An attribute that tells of policies is none of these.
_DULL_ATTRIBUTES = ATTRIBUTES.replace(rb"|[^", rb"|(?!" + any_case(b"http") + rb"-)[^", 1)

_DULL = (
    rb"[\t\n\f\r ]++"
    rb"|<" + any_case(b"link") + BOUNDARY + ATTRIBUTES + rb">"
    rb"|<" + any_case(b"meta") + BOUNDARY + _DULL_ATTRIBUTES + rb">"
    rb"|<!--(?!-?>)(?:[^-]++|-(?!-!?>))*--!?>"
    rb"|" + _raw_element(b"script") + rb"|" + _raw_element(b"style")
)
# Runs of whole tokens that `DocumentHead.take` would let go by, matched at once because heads consist mostly of these.
DULL = re.compile(rb"(?:" + _DULL + rb")*")

# And those that most documents begin with, up to the body's tag or to the first that is less usual.
_PROLOGUE = re.compile(
    rb"(?:[\t\n\f\r ]++|<!(?i:doctype)[^>]*+>)*"
    rb"(<" + any_case(b"html") + BOUNDARY + ATTRIBUTES + rb">)"
    rb"(?:" + _DULL + rb"|<" + any_case(b"head") + BOUNDARY + ATTRIBUTES + rb">|" + _raw_element(b"title") + rb")*"
    rb"(?:(</" + any_case(b"head") + BOUNDARY + ATTRIBUTES + rb">)(?:" + _DULL + rb")*)?"
)

_HTML_DOCTYPE = re.compile(rb"<!doctype[\t\n\f\r ]*html[\t\n\f\r >]", re.IGNORECASE)
_UNSEEN = UTF_8_MARK + b"\t\n\f\r "
_LANGUAGE = re.compile(rb"[A-Za-z0-9]{1,8}(?:-[A-Za-z0-9]{1,8}){0,8}")
_AMP = re.compile(rb"(?:amp|\xe2\x9a\xa1(?:\xef\xb8\x8f)?)(?:4ads|4email)?")


class Body(Enum):
    """How the body begins, or why no banner may be put into it."""

    EXPLICIT = auto()
    IMPLIED = auto()
    FRAMESET = auto()
    AMP = auto()
    NOT_A_DOCUMENT = auto()
    UNREADABLE = auto()


class DocumentHead:
    """Follows the tokens before the body.

    The modes "initial", "before html", "before head" and "in head" are one here: they differ in the tree that they make,
    not in where a token of theirs makes the body begin. What remains is whether the head has been closed, and
    how many templates are open.
    """

    def __init__(self) -> None:
        self.language = ""
        self.policies: list[bytes] = []  # the page's own, each as a Content-Security-Policy field would have it
        self.stray: int | None = None  # where byte order marks stand that are text, as they are after the first
        self.is_document = False  # a doctype or an element has been seen that only documents have
        self._closed = False
        self._templates = 0
        self._noscript: Noscript | None = None

    @property
    def ready(self) -> bool:
        """Whether the body could begin here: no element is open whose content is not the head's own."""
        return self._noscript is None and not self._templates and self.stray is None

    @property
    def held(self) -> int | None:
        """From where the document is still needed, beside the token that is not yet whole."""
        return self._noscript.start if self._noscript is not None else self.stray

    def begin(self, tokens: Tokenizer, longest: int) -> Body | None:
        """Take the first tokens at once, as far as they are whole and usual; the result is that of taking them one by one."""
        found = tokens.pass_over(_PROLOGUE, longest, longest)
        if found is None:
            return None
        self.is_document = True
        self._closed = found[2] is not None
        return self._html(attributes(found[1]))

    def take(self, token: Token, tokens: Tokenizer) -> Body | None:
        """How the body begins, at this token; None where it does not begin yet."""
        if self._noscript is not None:
            return self._in_noscript(self._noscript, token, tokens)
        if self._templates:
            return self._in_template(token)
        body = self._markup(token, tokens)
        return body if self.stray is None else self._after_stray(token, body)

    def _markup(self, token: Token, tokens: Tokenizer) -> Body | None:
        if token.kind is Kind.START:
            return self._start_tag(token, tokens)
        if token.kind is Kind.DOCTYPE:
            self.is_document |= _HTML_DOCTYPE.match(tokens.text(token.start, token.end)) is not None
            return None
        if token.kind is Kind.TEXT and not self.is_document and not tokens.text(token.start, token.end).strip(_UNSEEN):
            self.stray = token.start if self.stray is None else self.stray
            return None
        if token.kind is Kind.END and token.name not in _IMPLYING_ENDS:
            self._closed |= token.name == b"head"
            return None
        return self._implied()

    def _after_stray(self, token: Token, body: Body | None) -> Body | None:
        """Stray text has opened the body; whether this is a document, what comes next must tell."""
        if body is Body.AMP or (body is None and token.kind is Kind.TEXT):
            return body
        return self._implied()

    def _implied(self) -> Body:
        return Body.IMPLIED if self.is_document else Body.NOT_A_DOCUMENT

    def _in_noscript(self, noscript: Noscript, token: Token, tokens: Tokenizer) -> Body | None:
        ended = noscript.take(token, tokens)
        if ended:
            self._noscript = None
        return Body.UNREADABLE if ended is False else None

    def _in_template(self, token: Token) -> Body | None:
        if token.name == b"template":
            self._templates += 1 if token.kind is Kind.START else -1
        elif token.kind is Kind.START and token.name in _UNREADABLE_IN_TEMPLATE:
            return Body.UNREADABLE
        return None

    def _start_tag(self, token: Token, tokens: Tokenizer) -> Body | None:
        name = token.name
        if name in _EVIDENCE:
            self.is_document = True
        if name == b"body":
            return Body.EXPLICIT
        if name == b"frameset":
            return Body.FRAMESET
        if name == b"noscript" and not self._closed:
            self._noscript = Noscript(token.end)
            return None
        if name not in _HEAD_ONLY:
            return self._implied()
        if name == b"template":
            self._templates = 1
        elif name == b"html":
            return self._html(attributes(tokens.text(token.start, token.end)))
        elif name == b"meta":
            self._meta(attributes(tokens.text(token.start, token.end)))
        return None

    def _meta(self, found: dict[bytes, bytes]) -> None:
        if found.get(b"http-equiv", b"").lower() == b"content-security-policy":
            policy = unescape(found.get(b"content", b"").decode("latin-1"))
            self.policies.append(policy.encode("latin-1", "replace"))

    def _html(self, found: dict[bytes, bytes]) -> Body | None:
        language = found.get(b"lang", b"").strip()
        if not self.language and _LANGUAGE.fullmatch(language):
            self.language = language.decode("ascii")
        return Body.AMP if any(map(_AMP.fullmatch, found)) else None
