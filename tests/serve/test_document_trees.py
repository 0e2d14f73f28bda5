"""With the banner taken out, an independent parser (Lexbor) sees the same tree; and the banner stands first in the body."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from migrator.serve.finding import Outcome
from migrator.serve.insertion import Insertion
from tests.serve.html5lib import BANNER, encoding_documents, tree_documents

_INSERTED = (Outcome.EXPLICIT, Outcome.IMPLIED)
# So that documents which say nothing of themselves are taken for pages too.
PREFIXES = (b"", b"<!DOCTYPE html>", b"<title>a</title></head>", b"<html><template></template>")
_OPENINGS = (
    *(b"<!DOCTYPE html>", b"<html><head>", b"<title>x</title></head>", b"<html><body>", b"<html><body><div>"),
    *(b"<html><head><noscript>", b"<html><head><template>", b"<html><body><a href=#x>Skip</a>", b"<title>x</title><noscript>"),
)
_NAMES = (
    b"a b p div span ul li nav h1 html head body title script style noscript template frameset svg math select option table tr "
    b"td iframe textarea noframes form object button xmp br img input meta link base col frame plaintext foreignObject header"
).split()
_TEXTS = b"text|\n|&nbsp;|&#32;|&#9|&|\0|<!-->|<!--|-->|<!DOCTYPE html>|<a href=#x>|<body a='>'>|<!x>|</>|<|<x|<div id=page>|]]>"
_PIECES = [
    *(b"<%b>" % name for name in _NAMES),
    *(b"</%b>" % name for name in _NAMES),
    *_TEXTS.split(b"|"),
    b"|",
    b"\xef\xbb\xbf",
]


SCRIPTING = pytest.mark.parametrize("scripting", [False, True], ids=["without scripts", "with scripts"])


def insert(document: bytes, cuts: Sequence[int] = (), banner: bytes = BANNER) -> tuple[bytes, Outcome]:
    """What becomes of a document that comes in pieces."""
    insertion = Insertion(lambda language, policies: banner)
    sent = b"".join(insertion.feed(document[start:end]) for start, end in zip([0, *cuts], [*cuts, len(document)], strict=True))
    return sent + insertion.end(), insertion.outcome


def _tree(parent: Any, banners: list[Any]) -> list[Any]:
    """The nodes below `parent` without banners, neighbouring texts joined as they were before a banner came between."""
    nodes: list[Any] = []
    child = parent.first_child
    while child is not None:
        if child.is_element_node and "data-migrator-banner" in child.attributes:
            banners.append(child)
        elif child.is_text_node and nodes and isinstance(nodes[-1], str):
            nodes[-1] += child.text_content
        elif child.is_text_node:
            nodes.append(child.text_content)
        elif child.is_comment_node:
            nodes.append(("!", child.comment_content))
        else:
            content = child.html if child.tag == "template" else None
            nodes.append((child.tag, tuple(child.attributes.items()), content, tuple(_tree(child, banners))))
        child = child.next
    return nodes


def parse(document: bytes, *, scripting: bool = False) -> tuple[list[Any], list[Any], LexborHTMLParser]:
    """A document's tree without banners as a browser with or without scripts has it, the banners, and their parser."""
    parser = LexborHTMLParser(document, scripting=scripting)
    banners: list[Any] = []
    assert parser.root is not None
    return _tree(parser.root.parent, banners), banners, parser


def _stands_first(banner: Any) -> bool:
    before = banner.prev
    while before is not None and not before.is_element_node:
        before = before.prev
    return before is None and banner.parent.tag == "body"


@SCRIPTING
@pytest.mark.parametrize("prefix", PREFIXES)
def test_every_tree_is_the_same_but_for_a_banner_first_in_its_body(prefix: bytes, scripting: bool) -> None:
    outcomes: Counter[Outcome] = Counter()
    for document in (prefix + text for text in tree_documents()):
        sent, outcome = insert(document)
        outcomes[outcome] += 1
        if outcome not in _INSERTED:
            assert sent == document
            continue
        assert sent.replace(BANNER, b"", 1) == document
        before, _, _owner = parse(document, scripting=scripting)
        after, banners, _other = parse(sent, scripting=scripting)
        assert after == before, document
        assert [_stands_first(banner) for banner in banners] == [True], document
    assert outcomes.total() > 1_700
    assert outcomes[Outcome.EXPLICIT] + outcomes[Outcome.IMPLIED] > 650
    assert not outcomes[Outcome.FAILED]


@SCRIPTING
@settings(max_examples=400)
@given(opening=st.sampled_from(_OPENINGS), pieces=st.lists(st.sampled_from(_PIECES), max_size=12))
def test_so_is_every_tree_that_chance_makes(scripting: bool, opening: bytes, pieces: list[bytes]) -> None:
    document = opening + b"".join(pieces)
    sent, outcome = insert(document)
    if outcome in _INSERTED:
        after, banners, _owner = parse(sent, scripting=scripting)
        assert after == parse(document, scripting=scripting)[0]
        assert len(banners) == 1


def test_chunks_change_nothing() -> None:
    chance = random.Random(7)
    for document in (prefix + text for text in tree_documents() for prefix in PREFIXES[:2]):
        whole = insert(document)
        for cut in chance.sample(range(1, len(document)), min(8, len(document) - 1)) if len(document) > 1 else ():
            assert insert(document, [cut]) == whole, (document, cut)
        assert insert(document, range(1, len(document))) == whole, document


def test_no_banner_hides_what_a_page_says_of_its_encoding() -> None:
    """Browsers look for it in 1,024 bytes only; here by the regular expression of Beautiful Soup."""
    detector = pytest.importorskip("bs4.dammit").EncodingDetector
    documents = encoding_documents()
    assert len(documents) > 80
    for document in documents:
        sent, outcome = insert(document, banner=b"<section>%b</section>" % (b"x" * 1800))
        assert outcome is not Outcome.FAILED
        said = [
            detector.find_declared_encoding(text[:1024], is_html=True, search_entire_document=True) for text in (document, sent)
        ]
        assert said[0] == said[1], document
