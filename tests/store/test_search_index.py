"""What a query finds, in which order, and what is said where that is little or nothing."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.errors import SearchIndexError, SearchTooLong
from migrator.pages.search_result import Query, Rung
from migrator.rules.search_rules import Pin, SearchRules
from migrator.store.search_build import build_index
from migrator.store.search_index import SearchIndex
from tests.store.searching import NEW, OLD, addresses, asked, entry, index

PAGES = (
    entry("/water/wells", "Clean water", "Wells are dug in the dry season. Children fetch water.", former=("How we dig wells",)),
    entry("/water/pumps", "Pump menders", "The pump of the village is mended by the village."),
    entry("/health/measles", "Measles week", "Vaccine for children in every village of the delta."),
    entry("/choir.html", "The carol choir", "Our choir sings carols. The station is cold.", origin="old", section=""),
    entry("/fr/ecoles", "Écoles", "Les écoles prêtent des lanternes aux enfants. Le village.", language="fr", section="ecoles"),
    entry("/ar/atfal", "صحة الأطفال", "الماء والأطفال في القرية", language="ar", section="atfal"),
    entry("/zh/jiankang", "儿童健康", "清洁的水对儿童健康很重要", language="zh", section="jiankang"),
    entry("/de/wasser", "Trinkwasserversorgung", "Sauberes Trinkwasser für alle. Wasser, trink! Versorgung.", language="de"),
)


@pytest.fixture(scope="module")
def searched(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    return index(tmp_path_factory.mktemp("index"), PAGES)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("wells", "/water/wells"),
        ("WELL", "/water/wells"),
        ("how we dig wells", "/water/wells"),
        ("vaccines", "/health/measles"),
        ("carol", "/choir.html"),
        ("école", "/fr/ecoles"),
        ("ecoles", "/fr/ecoles"),
        ("أطفال", "/ar/atfal"),
        ("والأطفال", "/ar/atfal"),
        ("儿童", "/zh/jiankang"),
        ("水", "/zh/jiankang"),
        ("儿童健康", "/zh/jiankang"),
        ("Versorgung", "/de/wasser"),
        ("wasserversorgung", "/de/wasser"),
        ('"dry season"', "/water/wells"),
    ],
)
def test_a_page_is_found_by(searched: SearchIndex, text: str, path: str) -> None:
    found = searched.search(Query(text))
    assert addresses(found)[0] == path
    assert found.rung == Rung.ALL


def test_a_word_in_the_title_weighs_more_than_one_in_the_text(tmp_path: Path) -> None:
    pages = [entry("/a", "Other", "pump " * 3 + "x " * 40), entry("/b", "Pump", "x " * 40)]
    assert asked(index(tmp_path, pages), "pump") == ["/b", "/a"]


def test_of_two_alike_the_new_page_comes_first_and_the_old_one_is_told_apart(tmp_path: Path) -> None:
    pages = [entry("/a", "Pump", "mended", origin="old"), entry("/b", "Pump", "mended")]
    hits = index(tmp_path, pages).search(Query("pump")).hits
    assert [(hit.address, hit.is_new) for hit in hits] == [(f"{NEW}/b", True), (f"{OLD}/a", False)]


def test_the_readers_language_comes_first_and_none_is_left_out(searched: SearchIndex) -> None:
    assert asked(searched, "village", reads="fr")[0] == "/fr/ecoles"
    assert asked(searched, "village", reads="en")[-1] == "/fr/ecoles"


def test_a_stem_of_one_language_is_no_word_of_another(tmp_path: Path) -> None:
    """French takes the s from news; English pages with new are not meant."""
    pages = [entry("/a", "A new pump"), entry("/b", "Les news", language="fr"), entry("/c", "News of the week")]
    assert sorted(asked(index(tmp_path, pages), "news")) == ["/b", "/c"]


def test_results_can_be_narrowed_and_the_ways_are_counted(searched: SearchIndex) -> None:
    found = searched.search(Query("village"))
    assert dict(found.languages) == {"en": 2, "fr": 1}
    assert dict(found.sections) == {"water": 1, "health": 1, "ecoles": 1}
    narrowed = searched.search(Query("village", language="en", section="water"))
    assert addresses(narrowed) == ["/water/pumps"]
    assert (dict(narrowed.languages), dict(narrowed.sections)) == ({"en": 1}, {"water": 1, "health": 1})
    assert searched.search(Query("village", site="other")).total == 0


def test_all_words_then_most_then_any(searched: SearchIndex) -> None:
    assert searched.search(Query("children water wells")).rung == Rung.ALL
    most = searched.search(Query("children water wells measles"))
    assert (most.rung, addresses(most)) == (Rung.MOST, ["/water/wells"])
    some = searched.search(Query("carol unheardof measles zyx"))
    assert (some.rung, sorted(addresses(some))) == (Rung.ANY, ["/choir.html", "/health/measles"])
    none = searched.search(Query("unheardof"))
    assert (none.rung, none.total, none.unknown) == (Rung.NONE, 0, ("unheardof",))


def test_a_phrase_is_found_in_its_order_alone(searched: SearchIndex) -> None:
    assert asked(searched, '"carol choir"') == ["/choir.html"]
    assert searched.search(Query('"choir carol"')).total == 0


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("mesles", "measles"),
        ("vilage pumps", "village pumps"),
        ("vacicnee", "vaccine"),
        ("wells", ""),
        ("qqqq", ""),
        ("x1y2", ""),
    ],
)
def test_what_may_have_been_meant_is_offered(searched: SearchIndex, text: str, meant: str) -> None:
    assert searched.search(Query(text)).meant == meant


def test_synonyms_are_looked_for_as_well_and_pins_come_with_their_words(tmp_path: Path) -> None:
    pin = Pin(("give money", "donate"), f"{NEW}/give", "Give")
    rules = SearchRules((("jab", "vaccine", "carol choir"),), (pin,))
    made = index(tmp_path, PAGES, rules)
    assert sorted(asked(made, "jab")) == ["/choir.html", "/health/measles"]
    assert made.search(Query("money give")).pins == (pin,)
    assert made.search(Query("Donate")).pins == (pin,)
    assert made.search(Query("give")).pins == ()


def test_many_results_go_over_pages_without_gap_or_repetition(tmp_path: Path) -> None:
    made = index(tmp_path, [entry(f"/p/{number:03}", "Pump", "x " * (number % 7)) for number in range(95)])
    pages = [made.search(Query("pump", page=page)) for page in range(1, 11)]
    every = [path for page in pages for path in addresses(page)]
    assert len(every) == len(set(every)) == 95
    assert (pages[0].total, pages[0].pages, len(pages[9].hits)) == (95, 10, 5)


def test_words_that_most_pages_have_choose_none_but_are_found_alone(tmp_path: Path) -> None:
    made = index(tmp_path, [entry(f"/{number}", f"Page {number}", "the pump" if number else "pump") for number in range(20)])
    assert made.search(Query("the")).total == 19
    assert asked(made, "the 0") == ["/0"]


def test_likely_pages_are_offered_for_words_of_an_address(searched: SearchIndex) -> None:
    hits = searched.likely(["water", "wells", "html"], language="en", site="main", limit=1)
    assert [hit.address for hit in hits] == [f"{NEW}/water/wells"]
    assert searched.likely([], limit=3) == []
    assert searched.likely(["water", "raffle", "tombola", "lottery"]) == []


@given(text=st.text(max_size=300), page=st.integers(1, 20))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_whatever_is_typed_is_answered(searched: SearchIndex, text: str, page: int) -> None:
    found = searched.search(Query(text, page=page))
    assert (found.total == 0) == (found.rung == Rung.NONE)


WORD = st.text("abdehlnorst", min_size=3, max_size=9)


@given(word=WORD, others=st.lists(WORD, max_size=5), language=st.sampled_from(["en", "fr", "de", "es", "ru", "ar", "sw", ""]))
@settings(max_examples=25, deadline=None)
def test_a_word_of_a_page_finds_the_page(
    tmp_path_factory: pytest.TempPathFactory, word: str, others: list[str], language: str
) -> None:
    pages = [entry("/has", "A page", f"{' '.join(others)} {word}", language=language), entry("/other", "Other", "x")]
    assert "/has" in asked(index(tmp_path_factory.mktemp("law"), pages), word)


def test_without_an_index_it_is_said_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SearchIndexError, match="migrator search build"):
        SearchIndex(tmp_path / "search.db").search(Query("x"))


def test_what_is_no_index_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "search.db"
    path.write_bytes(b"no index " * 1000)
    with pytest.raises(SearchIndexError, match="--whole"):
        SearchIndex(path).search(Query("x"))
    with sqlite3.connect(tmp_path / "other.db") as other:
        other.execute("CREATE TABLE x (y)")
    other.close()
    with pytest.raises(SearchIndexError, match="another version"):
        SearchIndex(tmp_path / "other.db").search(Query("x"))


def test_a_search_that_takes_too_long_is_given_up(tmp_path: Path) -> None:
    build_index(tmp_path / "search.db", [entry(f"/{number}", "Pump", "the pump " * 20) for number in range(2000)])
    with pytest.raises(SearchTooLong):
        SearchIndex(tmp_path / "search.db", seconds=-1.0).search(Query("pump the"))


def test_every_thread_sees_the_index_that_took_the_place_of_another(tmp_path: Path) -> None:
    made = index(tmp_path, PAGES[:2])
    results: list[list[str]] = []

    def ask() -> None:
        results.append(asked(made, "measles"))

    for every in (PAGES[:2], PAGES[:3]):
        build_index(tmp_path / "search.db", every)
        ask()
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert results == [[], [], ["/health/measles"], ["/health/measles"]]
