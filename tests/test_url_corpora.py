"""URLs of other projects' corpora: keys are idempotent on them, hosts and origins those of a browser."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from typing import Any

import ada_url

from migrator.urls import Folding, canonical_host, look_up_key, normal_url, origin_of, split_url
from tests.shared import shared_folder
from tests.test_urls import FOLDED, LITERAL


def strings(value: object) -> Iterator[str]:
    """Every text in a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from strings(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from (name, *strings(one))


def test_the_key_is_idempotent_on_the_canonicalisation_corpora() -> None:
    folder = shared_folder("corpora/url-canonical")
    urls = {text for file in folder.glob("*.json") for text in strings(json.loads(file.read_text("utf-8")))}
    for sheet in folder.glob("*.csv"):
        with sheet.open(encoding="utf-8", newline="") as file:
            urls.update(cell.strip() for row in csv.reader(file) for cell in row)
    for url in urls:
        _, path, query = split_url(url)
        for folding in (LITERAL, FOLDED, Folding(every_param=True)):
            key = look_up_key(path, query, folding)
            assert look_up_key(key.path, key.query, folding)[:2] == key[:2], url
    assert len(urls) > 1800


WPT = ("urltestdata.json", "urltestdata-javascript-only.json", "ada_extra_urltestdata.json", "ada_long_urltestdata.json")


def cases(*names: str) -> Iterator[dict[str, Any]]:
    """The cases of these files of the WPT corpus; comments are left out."""
    for name in names:
        for case in json.loads((shared_folder("corpora/wpt-url") / name).read_text("utf-8")):
            if isinstance(case, dict) and not re.search(r"[\ud800-\udfff]", case["input"]):  # half a letter: no file holds one
                yield case


def test_origins_and_links_agree_with_browsers_on_the_wpt_urls() -> None:
    count = 0
    for case in cases(*WPT):
        base = case.get("base")
        base = None if base in (None, "about:blank") else base
        href = case.get("href", "")
        is_web = not case.get("failure") and href.startswith(("http://", "https://"))
        assert normal_url(case["input"], base) == (href.partition("#")[0] if is_web else None), case
        if base is None:
            has_credentials = bool(case.get("username") or case.get("password"))
            origin = origin_of(case["input"])
            expected = f"{case['protocol']}//{case['host'].removesuffix('.')}" if is_web and not has_credentials else "None"
            assert str(origin) == expected, case
        count += 1
    assert count > 850


def test_hosts_agree_with_browsers_on_the_idna_corpora() -> None:
    count = 0
    for case in cases("IdnaTestV2.json", "IdnaTestV2-removed.json", "toascii.json", "verifydnslength_tests.json"):
        host = case["input"].removeprefix("http://")
        expected = browser_host(host)
        if "output" in case:
            assert expected == (case["output"] or None), case
        try:
            found: str | None = canonical_host(host)
        except ValueError:
            found = None
        if re.search(r"[%\x00-\x20\x7f/?#@\\:]", host):
            assert found in (None, expected), case  # no name that a Host field may hold (RFC 9110 section 7.2)
        else:
            name = (expected or "").removesuffix(".")
            assert found == (name if name and not name.endswith(".") else None), case
        count += 1
    assert count > 2700


def browser_host(host: str) -> str | None:
    try:
        return str(ada_url.URL(f"https://{host}/x").hostname) if host else None
    except ValueError:
        return None
