"""Old pages find their new pages, with a confidence that knows its limits."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace

import pytest

from migrator.pages.matching import FLOOR, MOST_CANDIDATES, match
from migrator.pages.page import Page
from migrator.pages.suggestion import Suggestion
from tests.pages.making import NEW, OLD, SENTENCES, new_page, page, prose

TOPICS = (
    "wells",
    "volunteers",
    "accounts",
    "measles",
    "lanterns",
    "orders",
    "minutes",
    "floods",
    "spectacles",
    "camp",
    "choir",
    "seeds",
)


def old_site() -> list[Page]:
    frame = "Lantern\nHome\n{}\nCopyright Lantern"
    return [
        page(f"/fieldwork/{name}.html", frame.format(SENTENCES[n]), title=f"Our {name} | Lantern")
        for n, name in enumerate(TOPICS)
    ]


def new_site() -> list[Page]:
    frame = "The Lantern Trust\n{}\nPrivacy"
    return [
        new_page(f"/projects/{name}", frame.format(SENTENCES[n]), title=f"About {name} – Trust") for n, name in enumerate(TOPICS)
    ]


def answers(suggestions: list[Suggestion]) -> dict[str, str]:
    """Old path to the best new path, "" where none matches."""
    return {one.old_url.removeprefix(OLD): one.best.url.removeprefix(NEW) if one.best else "" for one in suggestions}


def test_a_site_that_moved_as_a_whole_is_found_again_with_confidence() -> None:
    found = match(old_site(), new_site())

    assert answers(found) == {f"/fieldwork/{name}.html": f"/projects/{name}" for name in TOPICS}
    assert all(one.best and one.best.confidence >= 0.9 for one in found)
    assert all(one.best and one.best.evidence for one in found)


def test_candidates_are_at_most_five_and_best_first() -> None:
    for one in match(old_site(), new_site()):
        confidences = [candidate.confidence for candidate in one.candidates]
        assert len(confidences) <= MOST_CANDIDATES
        assert confidences == sorted(confidences, reverse=True)
        assert confidences[0] >= FLOOR
        assert sum(confidences[1:]) < 1


def test_the_same_pages_give_the_same_answer() -> None:
    old, new = old_site(), new_site()
    assert match(old, new) == match(old, new)

    shuffled = random.Random(7).sample(new, len(new))
    assert answers(match(old, shuffled)) == answers(match(old, new))


def test_twins_are_not_told_apart_by_luck() -> None:
    twins = [
        new_page("/deploy/checklist", prose(3, 6), title="Checklist"),
        new_page("/manage/checklist", prose(3, 6), title="Checklist"),
    ]
    (one,) = match([page("/apps/checklist.html", prose(3, 6), title="Checklist")], [*twins, *new_site()])

    assert one.best
    assert one.best.confidence < 0.6
    assert {candidate.url for candidate in one.candidates[:2]} == {twin.url for twin in twins}
    assert "the second candidate is nearly as likely" in one.remark


def test_a_page_without_a_successor_gets_none_and_says_so() -> None:
    lonely = page("/raffle.html", "Tombola prizes were drawn by the mayor at noon.", title="Raffle")
    one = match([*old_site(), lonely], new_site())[-1]

    assert one.candidates == ()
    assert one.remark == "no new page is like it; it has little text (9 words)"


def test_nothing_is_certain() -> None:
    (one,) = match([page("/a", prose(0), title="A")], [new_page("/a", prose(0), title="A")])

    assert one.best
    assert 0.98 <= one.best.confidence < 1


def test_several_old_pages_may_lead_to_one() -> None:
    old = [page(f"/donate/{name}.html", SENTENCES[n], title=name) for n, name in ((5, "Orders"), (0, "Wells"), (2, "Accounts"))]
    merged = new_page("/ways-to-give", "\n".join(SENTENCES[n] for n in (5, 0, 2)), title="Ways to give")
    others = [new_page(f"/news/{n}", SENTENCES[n], title=f"News {n}") for n in (7, 8, 9, 10)]

    assert set(answers(match(old, [merged, *others])).values()) == {"/ways-to-give"}


def test_pages_in_another_language_are_no_candidates() -> None:
    old = [page("/fr/eau", prose(0), title="Eau", language="fr"), page("/en/water", prose(4), title="Water")]
    new = [
        new_page("/water", prose(0), title="Eau", language="en"),
        new_page("/fr/puits", prose(6), title="Puits", language="fr"),
    ]

    assert all(candidate.url == f"{NEW}/fr/puits" for candidate in match(old, new)[0].candidates)


def test_japanese_pages_are_matched_by_their_text() -> None:
    texts = [
        "井戸は乾季に掘られ、川床まで歩いて行けます。",
        "ワクチンは八度以下に保たなければなりません。",
        "教師は学期ごとに教材を借りて郵便で返します。",
    ]
    old = [page(f"/ja/{n}.html", text, title=f"頁{n}", language="ja") for n, text in enumerate(texts)]
    new = [new_page(f"/jp/p{9 - n}", f"{text}詳しくは事務局へ。", title="事業", language="ja") for n, text in enumerate(texts)]

    assert list(answers(match(old, new)).values()) == ["/jp/p9", "/jp/p8", "/jp/p7"]


def test_only_readable_old_pages_that_stay_on_the_site_need_an_answer() -> None:
    old = [
        page("/a", prose(0)),
        page("/missing", status=404),
        page("/file.pdf", content_type="application/pdf"),
        page("/away", final="http://elsewhere.example/x"),
        page("/b", prose(0), final="/a"),
    ]
    found = match(old, [new_page("/a", prose(0))])

    assert [one.old_url.removeprefix(OLD) for one in found] == ["/a", "/b"]
    assert f"the old site itself leads to {OLD}/a" in found[1].remark


def test_a_new_page_reached_by_several_addresses_is_one_candidate_at_the_address_that_answers() -> None:
    new = [new_page("/x", prose(0), final="/y"), new_page("/y", prose(0)), new_page("/gone", prose(0), status=404)]
    new.append(new_page("/sign-in", prose(0), final="https://elsewhere.example/"))
    (one,) = match([page("/a", prose(0))], new)

    assert [candidate.url for candidate in one.candidates] == [f"{NEW}/y"]


@pytest.mark.parametrize("text", ["", "word", "\u0000", "🕯️", "a " * 50_000])
def test_odd_texts_do_no_harm(text: str) -> None:
    old, new = page("/", text, language=""), new_page("/", text, language="")

    assert answers(match([old, page("/?a=%FF", text)], [new, new_page("/%FF", text)]))["/"] == "/"


def test_empty_sites_have_empty_answers() -> None:
    assert match([], []) == []
    assert match([], new_site()) == []
    assert [one.candidates for one in match(old_site()[:2], [])] == [(), ()]


def test_progress_is_told_in_stages() -> None:
    told: list[str] = []
    match(old_site(), new_site(), lambda stage, done, total: told.append(stage))

    assert told == ["reading the pages", "comparing", "asking the neighbours", "gathering evidence"]


def test_pages_that_link_alike_are_preferred() -> None:
    old = [*old_site(), page("/list.html", "Read more.", links=["/fieldwork/wells.html", "/fieldwork/choir.html"])]
    new = [
        *new_site(),
        new_page("/one", "Read more."),
        new_page("/two", "Read more.", links=["/projects/wells", "/projects/choir"]),
    ]

    assert answers(match(old, new))["/list.html"] == "/two"


def test_without_the_optional_part_it_says_how_to_install_it() -> None:
    code = "import sys; sys.modules['scipy'] = None; import migrator.pages.matching"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert "pip install 'migrator[match]'" in result.stderr


def test_a_page_is_not_changed_by_being_matched() -> None:
    old, new = old_site(), new_site()
    before = [replace(one) for one in [*old, *new]]
    match(old, new)

    assert [*old, *new] == before
