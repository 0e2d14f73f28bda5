"""What a suggestion is as a whole is said once, and of a lost folder once for all its pages."""

from __future__ import annotations

from migrator.pages.matching import match
from migrator.pages.profile import profiles
from migrator.pages.remarks import remarked
from migrator.pages.settled import match_redirected
from migrator.pages.suggestion import Candidate, Kind, Suggestion
from migrator.pages.suggestion_changes import Changes, changes
from tests.pages.making import NEW, OLD, SENTENCES, new_page, page, prose


def kinds(*found: tuple[str, tuple[Candidate, ...]]) -> list[frozenset[Kind]]:
    """The kinds of suggestions for old pages of much text, given the candidates of each."""
    olds = profiles([page(path, " ".join(prose(n, 9).split("\n"))) for n, (path, _) in enumerate(found)], ["en"] * len(found))
    pairs = [(old, candidates) for old, (_, candidates) in zip(olds, found, strict=True)]
    return [suggestion.kinds for suggestion in remarked(pairs, [False] * len(pairs))]


def one(path: str, confidence: float = 0.9) -> Candidate:
    return Candidate(NEW + path, confidence)


def test_two_candidates_nearly_as_likely_are_called_so() -> None:
    assert kinds(("/a", (one("/x", 0.5), one("/y", 0.3)))) == [{Kind.AMBIGUOUS}]
    assert kinds(("/a", (one("/x", 0.5), one("/y", 0.1)))) == [frozenset()]


def test_pages_that_lead_to_one_are_merged_if_they_are_sure_enough() -> None:
    assert kinds(("/a", (one("/x"),)), ("/b", (one("/x"),)), ("/c", (one("/y"),))) == [{Kind.MERGED}, {Kind.MERGED}, frozenset()]
    assert kinds(("/a", (one("/x"),)), ("/b", (one("/x", 0.3),))) == [frozenset(), frozenset()]


def test_a_folder_without_a_match_is_one_decision_unless_one_of_its_pages_has_one() -> None:
    lost = {Kind.NO_PAGE, Kind.NO_PAGE_IN_FOLDER}
    assert kinds(("/f/a", ()), ("/f/b", ())) == [lost, lost]
    assert kinds(("/f/a", ()), ("/f/b", (one("/x"),))) == [{Kind.NO_PAGE}, frozenset()]
    assert kinds(("/a", ()), ("/b", ())) == [{Kind.NO_PAGE}, {Kind.NO_PAGE}]


def test_the_same_address_and_another_language_are_told() -> None:
    old = [page("/eau", prose(0), language="fr"), page("/en", prose(6))]
    new = [new_page("/eau", prose(0)), new_page("/fr", prose(4), language="fr")]
    found = match(old, new, across_languages=True)

    assert found[0].best
    assert found[0].best.url == f"{NEW}/eau"
    assert {Kind.SAME_ADDRESS, Kind.OTHER_LANGUAGE} <= found[0].kinds


def test_what_the_old_site_redirects_to_the_new_one_is_settled() -> None:
    old = [
        page("/seen", status=301, final=f"{NEW}/a"),
        page("/unseen", status=301, final=f"{NEW}/b"),
        page("/away", status=301, final="http://elsewhere.example/"),
        page("/here", prose(0), final="/there"),
        page("/there", prose(0)),
    ]
    found = match_redirected(old, [new_page("/a", SENTENCES[0])])

    assert [(each.old_url, each.best.url, each.best.confidence) for each in found if each.best] == [
        (f"{OLD}/seen", f"{NEW}/a", 0.999),
        (f"{OLD}/unseen", f"{NEW}/b", 0.9),
    ]
    assert all(each.kinds == {Kind.REDIRECTED} for each in found)


def test_a_site_that_moved_within_its_own_host_is_not_settled_by_its_own_redirects() -> None:
    old = [page("/a", prose(0), final="/b"), page("/b", prose(0))]

    assert match_redirected(old, [page("/b", prose(0))]) == []


def test_what_changed_between_two_runs_is_told_by_old_address() -> None:
    before = [Suggestion("a", (one("/x"),)), Suggestion("b", (one("/y"),)), Suggestion("c")]
    after = [Suggestion("a", (one("/x", 0.2),)), Suggestion("b"), Suggestion("d")]

    assert changes(before, after) == Changes(new=("d",), changed=("b",), gone=("c",))
    assert changes(before, before) == Changes((), (), ())


def test_pages_elsewhere_do_not_change_the_answers() -> None:
    old = [page(f"/a/{n}", prose(n), title=f"Title {SENTENCES[n][:12]}") for n in range(6)]
    new = [new_page(f"/b/{n}", prose(n), title=f"Title {SENTENCES[n][:12]}") for n in range(6)]
    more = [new_page("/other", "Something else that no old page speaks about in any way.", title="Other")]

    assert changes(match(old, new), match(old, [*new, *more])) == Changes((), (), ())
