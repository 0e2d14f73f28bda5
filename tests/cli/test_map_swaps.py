"""A part of what scripts/prove/swaps does: new maps under load, with no request lost and no answer from neither map."""

from __future__ import annotations

from pathlib import Path

from tests.cli.map_swaps import swapped


def test_maps_are_swapped_under_load_without_a_failed_request(tmp_path: Path) -> None:
    load, sizes = swapped(tmp_path, swaps=4, workers=2, rules=200)

    assert load.wrong == []
    assert load.asked > 0
    assert len(sizes) == 4
