"""What is written on a page is read as a visitor reads it, whatever the bytes."""

from __future__ import annotations

import time
import warnings

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.pages.extract import MAX_ITEMS, MAX_LINE, MAX_TEXT, extract
from migrator.pages.page import Content, Link
from tests.shared import shared_folder

URL = "http://www.old.example/about/index.html"


def read(markup: str, url: str = URL) -> Content:
    return extract(markup.encode(), url, "utf-8")


def test_a_whole_page() -> None:
    content = read(
        """<!doctype html><html lang="en-GB"><head><title>About
        us | Lantern</title><meta name="Description" content=" Who  we are. ">
        <link rel="alternate canonical" href="/about/"></head>
        <body><h1>About <em>us</em></h1><p>We light
        lamps.</p><h2>History</h2><a href="team.html#top"> The <b>team</b></a></body></html>"""
    )

    assert content == Content(
        title="About us | Lantern",
        h1="About us",
        headings=("About us", "History"),
        canonical="http://www.old.example/about/",
        language="en-gb",
        description="Who we are.",
        text="About us\nWe light lamps.\nHistory\nThe team",
        links=(Link("http://www.old.example/about/team.html", "The team"),),
    )


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>one<p>two <b>th</b>ree", "one\ntwo three"),
        ("<td>a<td>b", "a\nb"),
        ("<table><tr><td>a</td><td>b<br>c</td></tr></table>", "a\nb\nc"),
        ("<dl><dt>term<dd>meaning</dl>", "term\nmeaning"),
        ("<figure><img alt=x><figcaption>A well</figcaption></figure>", "A well"),
        ("<pre>a\n  b</pre>", "a b"),
        ("<blockquote>q</blockquote>after", "q\nafter"),
        ("a<script>1</script><style>b{}</style><noscript>c</noscript><template>d</template>e<!-- f -->", "ae"),
        ("<p>x<svg><text>y</text></svg>&nbsp;&amp; z", "x & z"),
        ("<ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>字", "漢字"),
        ("plain &lt;b&gt; text", "plain <b> text"),
        ("", ""),
    ],
)
def test_text_is_one_folded_block_a_line(markup: str, text: str) -> None:
    assert read(markup).text == text


def test_what_stands_outside_the_main_landmark_is_not_the_text() -> None:
    frame = "<header>Site</header><nav>Menu</nav>{}<footer>Imprint</footer>"

    assert read(frame.format("<main><nav>Here</nav><p>Words</p></main>")).text == "Words"
    assert read(frame.format("<div role=main>Words</div>")).text == "Words"
    assert read(frame.format("<main> </main><p>Words</p>")).text == "Site\nWords\nImprint"


def test_navigation_is_the_text_only_of_a_page_that_has_nothing_else() -> None:
    assert read("<h1>Wells</h1><nav>Home › Water</nav><p>Words</p>").text == "Wells\nWords"
    assert read("<nav><ul><li>Wells<li>Pumps</ul></nav>").text == "Wells\nPumps"
    assert read("<main><nav>Here</nav></main><p>Words</p>").text == "Words"


def test_an_image_speaks_for_a_link_or_heading_without_words() -> None:
    content = read("<h1><img alt='Clean water'></h1><a href=/a><img alt=Donate></a><a href=/b>Now<img alt=arrow></a>")

    assert content.h1 == "Clean water"
    assert [link.text for link in content.links] == ["Donate", "Now"]
    assert read("<map><area href=/well alt='The well'></map>").links == (Link("http://www.old.example/well", "The well"),)


def test_the_first_heading_with_words_is_the_h1_and_empty_ones_are_no_headings() -> None:
    content = read("<h2>Before</h2><h1> </h1><h1>First</h1><h1>Second</h1><h6></h6>")

    assert content.h1 == "First"
    assert content.headings == ("Before", "First", "Second")


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("b.html", "http://www.old.example/about/b.html"),
        ("?page=2", "http://www.old.example/about/index.html?page=2"),
        ("//cdn.example/x", "http://cdn.example/x"),
        ("https://www.new.example/#top", "https://www.new.example/"),
        (" /with space ", "http://www.old.example/with%20space"),
        ("#top", URL),
    ],
)
def test_links_are_absolute_and_without_fragment(href: str, url: str) -> None:
    assert [link.url for link in read(f'<a href="{href}">x</a>').links] == [url]


@pytest.mark.parametrize(
    "href", ["mailto:a@b.example", "javascript:1", "data:,x", "ftp://x/", "", "http://[::1", "/" + "x" * 9000]
)
def test_what_is_no_web_address_is_no_link(href: str) -> None:
    content = read(f'<link rel=canonical href="{href}"><a href="{href}">x</a>')

    assert content.links == ()
    assert content.canonical == ""


def test_a_link_is_kept_once_with_the_first_words_it_has() -> None:
    links = read("<a href=/a></a><a href=/b>B</a><a href=/a#x>A</a><a href=/a>again</a><a>no address</a>").links

    assert links == (Link("http://www.old.example/a", "A"), Link("http://www.old.example/b", "B"))


def test_addresses_are_resolved_against_the_pages_own_base() -> None:
    assert read("<base href='/en/'><a href=x>x</a>").links[0].url == "http://www.old.example/en/x"
    assert read("<base href='javascript:1'><a href=x>x</a>").links[0].url == "http://www.old.example/about/x"


@pytest.mark.parametrize(
    ("markup", "language"),
    [
        ("<html lang='pt-BR'>", "pt-br"),
        ("<html lang='en_US'>", "en-us"),
        ("<html xml:lang=fr>", "fr"),
        ("<html lang=''><meta http-equiv=Content-Language content=' DE '>", "de"),
        ("<meta http-equiv=content-language content='en, fr'>", ""),
        ("<html lang='<%= lang %>'>", ""),
        ("<p lang=fr>", ""),
    ],
)
def test_the_language_is_a_lower_case_tag_or_unknown(markup: str, language: str) -> None:
    assert read(markup).language == language


def test_a_declaration_inside_the_page_does_not_spoil_the_text() -> None:
    page = "<?xml version='1.0' encoding='windows-1251'?><html><meta charset=windows-1251><p>яблоко</p>"

    assert extract(page.encode("cp1251"), URL).text == "яблоко"
    assert extract(page.encode(), URL, "utf-8").text == "яблоко"


@pytest.mark.parametrize(
    "body",
    [
        b"<div>" * 2_000_000,
        b"<h1><a href=x>t" * 200_000,
        b"<a " + b" ".join(b"a%d=1" % number for number in range(200_000)) + b">x",
        b"<?xml" * 1_000_000,
        b"<!--" * 1_000_000,
        b"&amp" * 1_000_000,
        b"<li>x" * 1_000_000,
        b"word " * 2_000_000,
    ],
    ids=["depth", "unclosed", "attributes", "declarations", "comments", "entities", "items", "text"],
)
def test_a_hostile_page_costs_little(body: bytes) -> None:
    started = time.monotonic()
    content = extract(body, URL)

    assert time.monotonic() - started < 10
    assert len(content.text) <= MAX_TEXT
    assert len(content.links) <= MAX_ITEMS
    assert len(content.headings) <= MAX_ITEMS


def test_lines_are_bounded() -> None:
    content = read("<title>{0}</title><h1>{0}</h1><meta name=description content='{0}'><a href=/x>{0}</a>".format("word " * 9000))

    assert {len(content.title), len(content.h1), len(content.description), len(content.links[0].text)} == {MAX_LINE - 1}


@given(st.binary(max_size=300), st.sampled_from([URL, "", "not an address", "http://[", "ftp://x/"]))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_it_raise_or_warn(body: bytes, url: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        content = extract(body, url)
    assert "\n\n" not in content.text
    assert not {"\n"} & set(content.title + content.h1 + content.description)


TAGS = [
    "<p>",
    "</p>",
    "<main>",
    "</main>",
    "<nav>",
    "<h1>",
    "</h1>",
    "<a href=/x>",
    "</a>",
    "<br>",
    "<html lang=en>",
    "<base href=/q/>",
]


@given(st.lists(st.sampled_from([*TAGS, "words"]), max_size=30))
@settings(max_examples=150, deadline=None)
def test_no_order_of_tags_makes_it_raise(pieces: list[str]) -> None:
    content = read(" ".join(pieces))

    assert all(line == " ".join(line.split()) and line for line in content.text.split("\n") if content.text)


def test_every_tree_of_html5lib_is_read() -> None:
    for path in sorted(shared_folder("corpora/html5lib-tests/golang-copy/tree-construction").glob("*.dat")):
        for case in path.read_bytes().split(b"#data\n")[1:]:
            extract(case.partition(b"\n#errors")[0], URL)
