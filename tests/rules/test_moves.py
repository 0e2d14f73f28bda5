"""What a single move may be an example of."""

from __future__ import annotations

import pytest

from migrator.rules.moves import moves_of


@pytest.mark.parametrize(
    ("old", "to", "expected"),
    [
        ("/a/x", "/b/x", {"/a/:page": "/b/:page", "/a/*": "/b/:splat"}),
        ("/a/x.html", "/b/x/", {"/a/:page.html": "/b/:page/"}),
        ("/a/x.html", "/b/x.html", {"/a/:page": "/b/:page", "/a/*": "/b/:splat"}),
        (
            "/a/s/x",
            "/b/s/x",
            {"/a/s/:page": "/b/s/:page", "/a/s/*": "/b/s/:splat", "/a/:folder/:page": "/b/:folder/:page", "/a/*": "/b/:splat"},
        ),
        ("/a/x", "https://w.example/x", {"/a/:page": "https://w.example/:page", "/a/*": "https://w.example/:splat"}),
        ("/x", "/b/x", {}),
        ("/a/x", "/b/y", {}),
        ("/a/x", "/b/x#top", {}),
        ("/a/x", "/b/x?y=1", {}),
        ("/a/:x", "/b/:x", {}),
        ("/a/x", "https://w.example", {}),
        ("/a/", "/b/", {}),
        ("", "/b", {}),
    ],
)
def test_moves(old: str, to: str, expected: dict[str, str]) -> None:
    assert {move.source: move.to for move in moves_of(old, to)} == expected
