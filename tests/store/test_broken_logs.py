"""The short form of scripts/prove/broken-logs."""

from __future__ import annotations

import random

from tests.store.broken_logs import prove, prove_refusals

PAGES = 20


def test_whatever_is_left_of_a_log_the_first_pages_are_whole_and_the_crawl_goes_on() -> None:
    assert len(prove(40, random.SystemRandom().randrange(10**6), PAGES)) > 5


def test_wherever_writing_is_refused_that_is_said_and_what_was_kept_is_whole() -> None:
    left = prove_refusals(6, random.SystemRandom().randrange(10**6), PAGES)

    assert max(left) <= PAGES
