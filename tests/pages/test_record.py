"""What a page says beside its text: its trail, its other languages, its dates, images and files, what it asks of engines."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.pages.extract import MAX_ITEMS, Reading, read
from migrator.pages.figures import MAX_IMAGES
from migrator.pages.metadata import MAX_ALTERNATES, asks_for_noindex
from migrator.pages.page import Alternate, Content, Image

URL = "http://www.old.example/about/index.html"


def reading(markup: str) -> Reading:
    return read(markup.encode(), URL, "utf-8")


def content(markup: str) -> Content:
    return reading(markup).content


def json_ld(value: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


TRAIL = ("Home", "What we do", "Wells")


@pytest.mark.parametrize(
    "markup",
    [
        "<nav aria-label=Breadcrumb><ol><li><a href=/>Home</a><li><a href=/w>What we do</a><li>Wells</ol></nav>",
        "<div class='page-breadcrumbs'><a href=/>Home</a> &gt; <a href=/w>What we do</a> &gt; Wells</div>",
        "<ul class=breadcrumb><li><a href=/>Home</a> <span>/</span></li><li>What we do /<li class=active>Wells</ul>",
        "<p id=breadcrumbs>Home » What we do » Wells</p>",
        "<div class=bread_crumb>Home / What we do / Wells</div>",
        "<ol itemscope itemtype='https://schema.org/BreadcrumbList'><li><a><span itemprop=name>Home</span></a>"
        "<meta itemprop=position content=1><li><span itemprop=name>What we do</span><li>Wells</ol>",
        "<nav aria-label=breadcrumb><ol class=breadcrumb><li>Home<li>What  we\ndo<li>Wells</ol></nav><p class=breadcrumb>X",
    ],
)
def test_a_trail_that_is_shown_is_read(markup: str) -> None:
    assert content(f"<body>{markup}<h1>Wells</h1><p>Text</p>").breadcrumbs == TRAIL


@pytest.mark.parametrize(
    "value",
    [
        {
            "@type": "BreadcrumbList",
            "itemListElement": [
                {"@type": "ListItem", "position": 3, "name": "Wells"},
                {"@type": "ListItem", "position": 1, "item": {"@id": "/", "name": "Home"}},
                {"@type": "ListItem", "position": "2", "name": "What we  do", "item": "/w"},
            ],
        },
        {"@graph": [{"@type": "WebSite"}, {"@type": ["BreadcrumbList"], "itemListElement": [{"name": name} for name in TRAIL]}]},
        [{"@type": "http://schema.org/BreadcrumbList", "itemListElement": [{"name": [name]} for name in TRAIL]}],
    ],
)
def test_a_trail_in_json_ld_is_read_and_comes_first(value: object) -> None:
    assert content(f"{json_ld(value)}<nav aria-label=breadcrumb><a>Other</a></nav>").breadcrumbs == TRAIL


def test_a_page_that_calls_itself_one_is_no_trail() -> None:
    assert content("<div class=has-breadcrumb>" + "<p>word</p>" * 50 + "</div>").breadcrumbs == ()
    assert content("<body class=with-breadcrumbs><p>word</p>").breadcrumbs == ()
    assert content("<script>var breadcrumb = 'a > b'</script><nav aria-label=Main><a>Home</a></nav>").breadcrumbs == ()


def test_other_languages_are_read_with_their_addresses() -> None:
    found = content(
        "<link rel=alternate hreflang=fr href=/fr/><link rel=alternate hreflang=PT_br href=/pt/>"
        "<link rel=stylesheet hreflang=es href=/e><link rel=alternate hreflang=x-default href=/>"
        "<link rel=alternate hreflang=fr href=/second><link rel=alternate hreflang='??' href=/x>"
        "<link rel=alternate hreflang=de href='javascript:1'><link rel=alternate type=application/rss+xml href=/feed>"
    ).hreflang

    home = "http://www.old.example"
    assert found == (Alternate("fr", f"{home}/fr/"), Alternate("pt-br", f"{home}/pt/"), Alternate("x-default", f"{home}/"))


@pytest.mark.parametrize(
    ("markup", "published", "modified"),
    [
        ("<meta property='article:published_time' content='2020-03-01T10:00:00+02:00'>", "2020-03-01T08:00:00Z", ""),
        ("<meta name=DC.date.modified content=2021-05-06><meta name=date content=2019>", "2019", "2021-05-06"),
        ("<span itemprop=datePublished content='2018-01-02'></span>", "2018-01-02", ""),
        ("<time itemprop=dateModified datetime='2018-01-03T00:00'>3 Jan</time>", "2018-01-03T00:00:00", "2018-01-03T00:00:00"),
        ("<time datetime=2017-06-01>1 June</time><time datetime=2017-06-01>again</time>", "2017-06-01", ""),
        ("<time datetime=2017-06-01>one</time><time datetime=2017-06-02>of a list</time>", "", ""),
        (
            json_ld({"@type": "NewsArticle", "datePublished": "2016-01-01", "dateModified": ["2016-02-02"]}),
            "2016-01-01",
            "2016-02-02",
        ),
        (json_ld({"@graph": [{"@type": "Event", "datePublished": "2015-01-01"}]}), "", ""),
        ("<meta name=date content='03/04/2020'><meta name=pubdate content=soon>", "", ""),
        (
            "<meta property=article:published_time content=2001-01-01>"
            + json_ld({"@type": "WebPage", "datePublished": "2002-01-01"}),
            "2002-01-01",
            "",
        ),
    ],
)
def test_dates_are_read_the_surest_first(markup: str, published: str, modified: str) -> None:
    found = content(markup)

    assert (found.published, found.modified) == (published, modified)


def test_images_are_read_with_what_stands_for_them_and_beneath_them() -> None:
    found = content(
        "<figure><img src=a.jpg alt=' A  well '><figcaption>The well of <b>Ada</b></figcaption></figure>"
        "<img src=/b.png><img alt='again' src=a.jpg><img src='data:image/gif;base64,R0' data-src=/late.jpg>"
        "<img srcset='/small.jpg 1x, /large.jpg 2x'><img width=1 height=1 src=/count.gif><img src='javascript:1'>"
        "<figure><figcaption>None</figcaption></figure>"
    ).images

    home = "http://www.old.example"
    assert found == (
        Image(f"{home}/about/a.jpg", "A well", "The well of Ada"),
        Image(f"{home}/b.png"),
        Image(f"{home}/late.jpg"),
        Image(f"{home}/small.jpg"),
    )


def test_files_that_a_page_links_to_or_shows_are_assets() -> None:
    found = content(
        "<a href=/Report.PDF?v=2>Report</a><a href=/page.html>Page</a><a href=/folder.pdf/>no</a><a href=/a?file=x.pdf>no</a>"
        "<object data=/form.docx></object><embed src=/talk.mp3><video src=/film.mp4></video><a href=/Report.PDF?v=2#p2>again</a>"
    ).assets

    names = {url.removeprefix("http://www.old.example") for url in found}
    assert names == {"/Report.PDF?v=2", "/talk.mp3", "/form.docx", "/film.mp4"}
    assert len(found) == len(names)


def test_a_frame_in_a_page_is_linked_to() -> None:
    links = content("<iframe src=/map.html title='The  map'>no frames</iframe><frameset><frame src=/f.html></frameset>").links

    assert [link.url.removeprefix("http://www.old.example") for link in links] == ["/map.html", "/f.html"][: len(links)]
    assert links[0].text == "The map"


@pytest.mark.parametrize(
    ("directives", "asked"),
    [
        ("noindex", True),
        ("NOINDEX, follow", True),
        ("none", True),
        ("index, follow", False),
        ("max-snippet: 20, noindex", True),
        ("otherbot: noindex", False),
        ("unavailable_after: 25 Jun 2030 15:00:00 PST", False),
        ("noindexing", False),
        ("", False),
    ],
)
def test_a_page_may_ask_to_be_left_out_of_indexes(directives: str, asked: bool) -> None:
    assert asks_for_noindex(directives) is asked
    assert reading(f'<meta name="Robots" content="{directives}">').noindex is asked
    assert not reading(f'<meta name="otherbot" content="{directives}">').noindex


def test_a_language_that_the_page_does_not_tell_is_told_by_its_text_and_marked() -> None:
    text = "<p>Nous avons construit des puits dans les villages de la région, et les enfants vont à l'école avec leurs amis.</p>"

    assert content(text).language == "fr-x-detected"
    assert content(f"<html lang=fr-CA>{text}").language == "fr-ca"
    assert content("<p>Short.").language == ""


@pytest.mark.parametrize(
    "markup",
    [
        "<link rel=alternate hreflang=a{0} href=/{0}>",
        "<img src=/{0}.png alt={0}>",
        "<a href=/{0}.pdf>{0}</a>",
        "<nav aria-label=breadcrumb><a>{0}</a>",
        "<figure><img src=/{0}.png><figcaption>{0}",
        "<time datetime=2020-01-01>",
        '<script type="application/ld+json">{{"@type":"BreadcrumbList","itemListElement":{{"name":"{0}"}}}}</script>',
        "<div itemprop=datePublished class=breadcrumb>{0}",
    ],
)
def test_what_never_ends_is_cut(markup: str) -> None:
    found = content("".join(markup.format(number) for number in range(20_000)))

    assert len(found.hreflang) <= MAX_ALTERNATES
    assert len(found.images) <= MAX_IMAGES
    assert len(found.assets) <= MAX_ITEMS
    assert len(found.breadcrumbs) <= 100


@pytest.mark.parametrize(
    "script",
    [
        "[" * 100_000,
        '{"@graph":' * 50_000,
        "1" * 100_000,
        '{"@type":"BreadcrumbList","itemListElement":[[],1,null,{"position":"x"}]}',
        "{",
    ],
)
def test_json_ld_that_is_none_says_nothing(script: str) -> None:
    assert content(f"<script type=application/ld+json>{script}</script>").breadcrumbs == ()


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8) | st.just("BreadcrumbList"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["@type", "@graph", "name", "item", "position", "itemListElement", "datePublished"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(VALUES)
@settings(max_examples=200, deadline=None)
def test_no_json_ld_makes_it_raise(value: object) -> None:
    found = content(json_ld(value))

    assert all(step == " ".join(step.split()) and step for step in found.breadcrumbs)
