"""A page's language is what it says, else what its address says, as far as that can be believed."""

from __future__ import annotations

from migrator.pages.language import languages
from tests.pages.making import new_page, page


def test_the_primary_language_counts() -> None:
    assert languages([page("/a", language="en-gb")], [new_page("/a", language="en")]) == (["en"], ["en"])


def test_an_address_speaks_for_a_silent_page_where_the_other_site_has_that_language() -> None:
    old = [page("/es/a", language=""), page("/it/helpdesk", language=""), page("/about", language="en")]
    new = [new_page("/a", language="es"), new_page("/b", language="en")]

    assert languages(old, new) == (["es", "", "en"], ["es", "en"])


def test_what_the_page_says_goes_before_its_address() -> None:
    assert languages([page("/fr/a", language="en")], [new_page("/fr/b", language="fr"), new_page("/c", language="en")])[0] == [
        "en"
    ]


def test_two_sites_that_share_no_language_have_said_nothing() -> None:
    assert languages([page("/a", language="en")] * 2, [new_page("/a", language="uk")]) == (["", ""], [""])
    assert languages([], []) == ([], [])
