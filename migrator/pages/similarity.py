"""How alike an old page and a candidate are in themselves. What the neighbours did is not looked at here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from migrator.pages.candidates import Pairs, Vectors, candidates, vectors, with_offers
from migrator.pages.offers import offers
from migrator.pages.profile import Profile
from migrator.pages.vectors import Floats, Places, products, shares

SIGNALS = ("shape", "words", "both", "same_path", "slug", "folder_name", "relative_shape", "relative_slug", "passages")


def compare(
    legacy: Sequence[Profile], new: Sequence[Profile], *, across: bool = False, further: Places | None = None
) -> tuple[Pairs, Floats]:
    """The candidates of every old page, and a row of SIGNALS (each 0 to 1) for every pair; `across` languages where asked.

    `further` are the codes of candidates that another source offers.
    """
    left, right = vectors(legacy, new)
    pairs = candidates(legacy, new, left, right, across=across)
    alike = (
        products(left.shape, right.shape, pairs.old, pairs.new) + products(left.words, right.words, pairs.old, pairs.new)
    ) / 2
    offered = offers(legacy, new, pairs, alike, across=across)
    pairs = with_offers(pairs, offered if further is None else np.concatenate((offered, further)))
    return pairs, likeness(legacy, new, left, right, pairs)


def likeness(legacy: Sequence[Profile], new: Sequence[Profile], left: Vectors, right: Vectors, pairs: Pairs) -> Floats:
    """A row of SIGNALS (each 0 to 1) for every pair."""
    shape = products(left.shape, right.shape, pairs.old, pairs.new)
    alike = products(left.words, right.words, pairs.old, pairs.new)
    slug = products(left.slug, right.slug, pairs.old, pairs.new)
    named = products(left.folder_name, right.slug, pairs.old, pairs.new) * (1 - slug)
    kept = products(shares(left.passages), right.passages, pairs.old, pairs.new)
    roots = {profile.folder for profile in legacy}
    leaf = np.array([profile.path not in roots for profile in legacy], dtype=bool)
    signals = (
        *(shape, alike, shape * alike, _same(legacy, new, pairs), slug, named * leaf[pairs.old]),
        *(_relative(shape, pairs), _relative(slug, pairs), kept),
    )
    return np.column_stack(signals)


def _same(legacy: Sequence[Profile], new: Sequence[Profile], pairs: Pairs) -> Floats:
    same = (legacy[old].path == new[place].path for old, place in zip(pairs.old, pairs.new, strict=True))
    return np.fromiter(same, dtype=np.float64, count=len(pairs.old))


def _relative(values: Floats, pairs: Pairs) -> Floats:
    """Each value as a share of the highest that the old page's candidates reach."""
    return values / np.maximum(pairs.most(values), 1e-9)[pairs.old]
