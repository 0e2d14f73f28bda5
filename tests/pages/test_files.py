"""Documents are the same where their bytes are."""

from __future__ import annotations

from migrator.pages.files import match_files
from migrator.pages.page import Page

OLD, NEW = "http://old.example", "https://new.example"


def file(url: str, content_hash: str, kind: str = "application/pdf", *, status: int = 200, error: str = "") -> Page:
    return Page(url, url, status, content_type=kind, content_hash=content_hash, size=9, error=error)


def test_a_document_is_found_again_by_its_bytes_whatever_its_name() -> None:
    (suggestion,) = match_files([file(f"{OLD}/a.pdf", "1"), file(f"{OLD}/b.pdf", "2")], [file(f"{NEW}/media/x-1.pdf", "1")])

    assert suggestion.old_url == f"{OLD}/a.pdf"
    assert suggestion.best is not None
    assert (suggestion.best.url, suggestion.best.confidence) == (f"{NEW}/media/x-1.pdf", 0.999)


def test_of_several_addresses_with_the_same_bytes_none_is_sure_and_the_same_name_comes_first() -> None:
    new = [file(f"{NEW}/a/other.pdf", "1"), file(f"{NEW}/b/Report.pdf", "1")]
    (suggestion,) = match_files([file(f"{OLD}/report.PDF", "1")], new)

    assert [candidate.url for candidate in suggestion.candidates] == [f"{NEW}/b/Report.pdf", f"{NEW}/a/other.pdf"]
    assert suggestion.candidates[0].confidence < 0.98


def test_parts_of_pages_pages_failures_and_cut_files_are_left_alone() -> None:
    kinds = ("image/png", "text/css", "text/html", "application/json")
    old = [file(f"{OLD}/{number}", "1", kind) for number, kind in enumerate(kinds)]
    old += [file(f"{OLD}/x", "1", status=404), file(f"{OLD}/y", "1", error="the body is longer than 10 bytes")]

    assert match_files(old, [file(f"{NEW}/1", "1")]) == []
