"""What only tracks visitors is no part of an address."""

from __future__ import annotations

import pytest

from migrator.pages.tracking import without_tracking
from migrator.urls import Folding, look_up_key


@pytest.mark.parametrize(
    ("url", "left"),
    [
        ("http://h/a?utm_source=x&utm_medium=mail", "http://h/a"),
        ("http://h/a?b=%7e&UTM_Source=x&&a+b=1", "http://h/a?b=%7e&&a+b=1"),
        ("http://h/a?%75tm_source=x&id=7", "http://h/a?id=7"),
        ("http://h/a?", "http://h/a?"),
        ("http://h/utm_source=x", "http://h/utm_source=x"),
        ("http://h/a?gclid=1?b=2", "http://h/a"),
    ],
)
def test_what_only_tracks_visitors_goes_and_the_rest_stays_to_the_byte(url: str, left: str) -> None:
    assert without_tracking(url, Folding()) == left
    assert without_tracking(left, Folding()) == left


def test_a_tracking_key_that_the_operator_calls_significant_chooses_a_page() -> None:
    crawl = Folding(significant_params=frozenset({"utm_page"}), every_param=True)

    assert without_tracking("/x?utm_page=2&utm_source=a", crawl) == "/x?utm_page=2"
    assert str(look_up_key("/x", "utm_page=2&utm_source=a", crawl)) == "/x?utm_page=2"
