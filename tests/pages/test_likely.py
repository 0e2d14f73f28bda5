"""What an address that leads nowhere may have meant, by the words of the addresses in a map."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.pages.likely import LikelyPage, LikelyTargets, title_of, wanted_page

NEW = "https://www.new.example"
MOVES = [
    ("/news/2004/summer-fete.html", f"{NEW}/stories/a-day-in-june"),
    ("/press/fete2005.html", f"{NEW}/stories/summer-fete-photos"),
    ("/water/wells.htm", f"{NEW}/what-we-do/clean-water"),
    ("/fr/eau.html", f"{NEW}/fr/eau-potable"),
    ("/es/agua.html", f"{NEW}/es/agua-limpia"),
    ("/about/", f"{NEW}/who-we-are"),
    ("/item.asp", NEW + "/"),
    ("/zh/救援", f"{NEW}/zh/%E7%B4%A7%E6%80%A5%E6%95%91%E6%8F%B4"),
]
TARGETS = LikelyTargets(MOVES)


def likely(path: str | bytes, language: str = "en", targets: LikelyTargets = TARGETS, limit: int = 5) -> list[str]:
    raw = path.encode() if isinstance(path, str) else path
    return [page.address.removeprefix(NEW) for page in targets.likely(wanted_page(raw, language), limit)]


def test_the_same_name_comes_first_whether_old_or_new() -> None:
    assert likely("/archive/summer-fete.asp") == ["/stories/a-day-in-june", "/stories/summer-fete-photos"]
    assert likely("/CLEAN_WATER/")[0] == "/what-we-do/clean-water"


def test_else_those_that_share_half_of_its_words() -> None:
    assert likely("/x/photos-of-the-summer.html") == ["/stories/summer-fete-photos"]
    assert likely("/x/photos-of-that-long-winter.html") == []


@pytest.mark.parametrize("path", ["/", "/wp-login.php", "/.env", "/a/b/c", "/%ff%fe", "/" + "x-" * 5000, "//////", "/%00"])
def test_nothing_is_offered_for_what_says_nothing(path: str) -> None:
    assert likely(path) == []


def test_the_language_of_the_address_is_kept_and_else_the_visitor_s() -> None:
    assert likely("/fr/agua-limpia.html") == []
    assert likely("/es/agua-limpia.html") == ["/es/agua-limpia"]
    assert likely("/agua-limpia.html", "es") == ["/es/agua-limpia"]
    assert likely("/agua-limpia.html", "en") == []
    assert likely("/es/summer-fete.html") == []


def test_pages_that_name_no_language_are_for_all_where_there_are_none_that_do() -> None:
    assert likely("/de/summer-fete.html") == ["/stories/a-day-in-june", "/stories/summer-fete-photos"]


def test_words_without_spaces_are_found() -> None:
    assert likely("/zh/紧急".encode()) == ["/zh/%E7%B4%A7%E6%80%A5%E6%95%91%E6%8F%B4"]


def test_words_that_every_address_has_tell_nothing() -> None:
    many = LikelyTargets((f"/{number}", f"{NEW}/news/item{number}") for number in range(200))

    assert likely("/news/nothing", targets=many) == []
    assert likely("/old/item7", targets=many) == ["/news/item7"]


@pytest.mark.parametrize(
    ("address", "title"),
    [
        (f"{NEW}/stories/summer-fete_2004.html", "Summer fete 2004"),
        (f"{NEW}/%E7%B4%A7%E6%80%A5/", "紧急"),
        (f"{NEW}/", "www.new.example"),
        (f"{NEW}/%ff", "www.new.example"),
        (f"{NEW}/<b>alert(1)", "B alert 1"),
    ],
)
def test_a_page_is_called_by_the_last_words_of_its_address(address: str, title: str) -> None:
    assert title_of(address) == title


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (f"{NEW}/zh/%E7%B4%A7?a=%20b", "www.new.example/zh/紧?a= b"),
        (f"{NEW}/%ff", "www.new.example/%ff"),
        (f"{NEW}/%E2%80%AEfdp", "www.new.example/%E2%80%AEfdp"),  # a mark that turns round what follows
    ],
)
def test_an_address_is_shown_as_people_read_it_where_they_can(address: str, shown: str) -> None:
    assert LikelyPage(address, "x").shown == shown


@pytest.mark.parametrize(
    ("path", "text"),
    [("/a/Summer_F%C3%AAte.html", "Summer Fête"), ("/news/", "news"), ("/夏季", "夏季"), ("/%ff", ""), ("/", "")],
)
def test_what_to_search_for_is_the_name_as_people_write_it(path: str, text: str) -> None:
    assert wanted_page(path.encode(), "en").text == text


@given(st.binary(max_size=600), st.sampled_from(["", "en", "fr-CA", "\x00"]), st.integers(0, 7))
def test_no_request_does_harm_and_no_more_comes_than_was_asked_for(path: bytes, language: str, limit: int) -> None:
    assert len(likely(b"/" + path, language, limit=limit)) <= limit


@given(st.lists(st.sampled_from([target for _, target in MOVES if target != NEW + "/"]), min_size=1, max_size=5))
def test_a_page_is_found_by_its_own_name_in_its_own_language(targets: list[str]) -> None:
    made = LikelyTargets(("/old", target) for target in targets)
    for target in targets:
        path = target.removeprefix(NEW)
        assert path in likely(path, targets=made)
