"""What is remembered of a page is what would be found in it anew, however it comes, and takes little memory."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.serve.finding import Finding, Outcome
from migrator.serve.insertion import Insertion
from migrator.serve.known_heads import LONGEST, KnownHeads
from tests.serve.html5lib import BANNER, tree_documents
from tests.serve.injected import HTML, PAGE, ask
from tests.serve.test_document_trees import PREFIXES
from tests.serve.test_html_tokens import MARKUP
from tests.serve.test_insertion import EXPLICIT, IMPLIED, PROLOGUE_PARTS, REFUSED, SKIP_LINKS

_PLACED = [page.replace(b"@", b"") for page in (EXPLICIT | IMPLIED | SKIP_LINKS).values()]
_OF_A_DOCUMENT = st.one_of(
    st.lists(st.sampled_from(PROLOGUE_PARTS), max_size=12).map(b"".join),
    st.tuples(st.sampled_from([b"", b"<!doctype html>", b"<html><body>", b"<title>x</title></head>"]), MARKUP).map(b"".join),
    st.sampled_from(_PLACED),
)
_DOCUMENTS = st.tuples(_OF_A_DOCUMENT, st.sampled_from([b"", b"x" * 400, b"<p>" * 400, b"<meta charset=utf-8>" * 80])).map(
    b"".join
)


class _Forgetful(KnownHeads):
    """Leaves every page to the stream."""

    def find(self, data: bytes, encoding_known: bool) -> Finding | None:
        return None


def _found(document: bytes, cuts: list[int], *, encoding_known: bool) -> Finding | None:
    insertion = Insertion(lambda language, policies: BANNER, encoding_known=encoding_known)
    for start, end in pairwise([0, *cuts, len(document)]):
        insertion.feed(document[start:end])
    return insertion.finding


@settings(max_examples=300)
@given(_DOCUMENTS, st.booleans(), st.data())
def test_what_is_found_at_a_glance_is_what_is_found_by_the_stream(document: bytes, known: bool, data: st.DataObject) -> None:
    heads = KnownHeads()
    found = heads.find(document, known)
    assert heads.find(document, known) == found
    if found is not None:
        cuts = sorted(data.draw(st.sets(st.integers(0, len(document)), max_size=4)))
        assert _found(document, cuts, encoding_known=known) == found


@pytest.mark.parametrize("page", [*_PLACED, *(page for _, page in REFUSED.values())])
@pytest.mark.parametrize("known", [False, True])
def test_nor_does_the_rest_of_the_page_matter(page: bytes, known: bool) -> None:
    found = KnownHeads().find(page, known)
    for rest in (b"", b"<body><frameset>", b"<meta charset=utf-8>" * 80, b"\0" * 2000):
        assert found is None or _found(page + rest, [], encoding_known=known) == found


def test_every_document_of_the_public_tests_is_found_alike() -> None:
    glances = 0
    for document in (prefix + text for text in tree_documents() for prefix in PREFIXES[:3]):
        found = KnownHeads().find(document, True)
        glances += found is not None
        assert found is None or _found(document, [], encoding_known=True) == found, document
    assert glances > 1_000


@settings(max_examples=150)
@given(
    st.lists(_DOCUMENTS, min_size=1, max_size=3),
    st.sampled_from([HTML, (b"content-type", b"text/html")]),
    st.booleans(),
    st.data(),
)
def test_the_client_cannot_tell_whether_a_page_is_known(
    documents: list[bytes], kind: tuple[bytes, bytes], told: bool, data: st.DataObject
) -> None:
    heads = KnownHeads()
    for document in [*documents, *documents]:
        cuts = sorted(data.draw(st.sets(st.integers(0, len(document)), max_size=3)))
        chunks = [document[start:end] for start, end in pairwise([0, *cuts, len(document)])]
        headers = [kind, (b"etag", b'"e"'), *([(b"content-length", b"%d" % len(document))] if told else [])]
        assert ask(chunks, headers, heads=heads).messages == ask(chunks, headers, heads=_Forgetful()).messages


@pytest.mark.parametrize("heads", [KnownHeads(), _Forgetful()], ids=["known", "forgotten"])
def test_pages_that_differ_in_one_byte_are_told_apart(heads: KnownHeads) -> None:
    asked: list[str] = []
    for language in ("fr", "fa", "fr"):
        page = PAGE.replace(b"lang=en", b"lang=" + language.encode())
        ask([page], heads=heads, banner=lambda known, _: asked.append(known) or BANNER)  # type: ignore[func-returns-value]
    assert asked == ["fr", "fa", "fr"]


def test_pages_that_differ_only_in_their_last_decisive_byte_are_told_apart() -> None:
    """A link is no skip link by the first letter of its address."""
    heads = KnownHeads()
    opening = b"<!doctype html><html><head><title>x</title></head><body>"
    for address, place in ((b"#m", 0), (b"/m", 1), (b"#m", 0)):
        link = b'<a href="%b">Skip</a>' % address
        banner_last = [opening + link + BANNER, opening + BANNER + link]
        assert ask([opening + link + b"<p>x"], heads=heads).body == banner_last[place] + b"<p>x"


def test_a_fault_in_the_banner_costs_a_known_page_only_the_banner(caplog: pytest.LogCaptureFixture) -> None:
    def broken(*_: object) -> bytes:
        raise KeyError

    heads = KnownHeads()
    assert [ask(heads=heads, banner=broken).body for _ in range(2)] == [PAGE, PAGE]
    assert "the banner was left out of a page" in caplog.text


def test_a_banner_of_another_size_may_stand_in_a_known_page_where_the_first_may_not() -> None:
    page = b"<html><body>" + b"x" * 950 + b"<meta charset=utf-8>" + b"x" * 200
    heads, kind = KnownHeads(), [(b"content-type", b"text/html")]
    found = heads.find(page, False)
    assert found is not None
    assert found.outcome is Outcome.EXPLICIT
    assert ask([page], kind, heads=heads).body == page
    assert ask([page], kind, heads=heads, banner=lambda *_: b"<p>").body == page.replace(b"<body>", b"<body><p>")


def test_what_is_remembered_is_bounded() -> None:
    heads = KnownHeads(memory=200_000)
    tracemalloc.start()
    try:
        for number in range(3000):
            assert heads.find(PAGE.replace(b"Old", b"%d" % number) + b"x" * 1000, False) is not None
        now, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert now < 400_000


@pytest.mark.parametrize(
    "page", [b"<html><style>" + b"x" * LONGEST + b"</style><body><h1>x", b"<!doctype html><title>x</title><p>"]
)
def test_a_page_whose_body_is_not_found_at_a_glance_is_left_to_the_stream(page: bytes) -> None:
    assert KnownHeads().find(page, True) is None
    assert BANNER in ask([page]).body
