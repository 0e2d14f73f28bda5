"""Frames are parts of a page that has its banner already: they carry none, and a frameset is left as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.legacy import BANNER, Document, LegacySite, document, legacy_site

FRAMESET = (
    '<html lang=en><head><title>Old</title></head><frameset cols="50%,50%"><frame src="/part"><frame src="/part">'
    "<noframes><body>No frames</body></noframes></frameset></html>"
)
DOCUMENTS = {
    "/part": document("<h1>Part</h1>"),
    "/inline": document('<h1>Whole</h1><iframe src="/part"></iframe><object data="/part" type="text/html"></object>'),
    "/frames": Document(FRAMESET),
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LegacySite]:
    with legacy_site(DOCUMENTS, tmp_path_factory.mktemp("site"), proxied=True) as running:
        yield running


def test_a_page_in_a_frame_carries_none(site: LegacySite, tab: Page) -> None:
    tab.goto(f"{site.secure_base}/inline", wait_until="load")
    parts = [frame for frame in tab.frames if frame != tab.main_frame]

    assert tab.locator(BANNER).count() == 1
    assert [frame.text_content("h1") for frame in parts] == ["Part", "Part"]
    assert not any(frame.locator(BANNER).count() for frame in parts)


def test_a_frameset_keeps_its_frames_and_none_of_them_a_banner(site: LegacySite, tab: Page) -> None:
    answer = tab.goto(f"{site.secure_base}/frames", wait_until="load")

    assert answer
    assert answer.text() == FRAMESET
    assert [frame.text_content("h1") for frame in tab.frames[1:]] == ["Part", "Part"]
    assert not any(frame.locator(BANNER).count() for frame in tab.frames)


def test_a_page_in_a_frame_of_its_own_window_is_left_by_the_banners_links(site: LegacySite, tab: Page) -> None:
    """Over plain http browsers do not say that they load a frame, so that a banner may be in it."""
    tab.route("https://www.new.example/**", lambda route: route.fulfill(body="the new site"))
    tab.goto(f"{site.base}/inline", wait_until="load")
    tab.frames[1].click(f"{BANNER} a >> nth=0")

    tab.wait_for_url("https://www.new.example/progress")
