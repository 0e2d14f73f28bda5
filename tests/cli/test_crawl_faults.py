"""The short form of scripts/prove/crawl-faults."""

from __future__ import annotations

import random

import pytest

from tests.cli.crawl_faults import injects, prove


@pytest.mark.skipif(not injects(), reason="strace is not installed, or may not trace here")
def test_whichever_write_fails_or_is_the_last_the_crawl_goes_on_and_ends_as_if_undisturbed() -> None:
    place = random.SystemRandom().randrange(60, 160)

    came = prove(("pwrite64:error=EIO", "pwrite64:signal=KILL"), (7, place), pages=20)

    assert came.total() == 4
