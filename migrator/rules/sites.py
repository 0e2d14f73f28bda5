"""From the shape of a site in the file to a Site: hosts made canonical, durations made seconds, addresses checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from migrator.errors import Place, Problem
from migrator.rules.rule import Home, Site
from migrator.rules.schema import SiteShape
from migrator.rules.tls_section import tls_problems
from migrator.urls import Folding, canonical_host, origin_of, query_names, split_url

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
LONGEST = 10 * 366 * 86400  # seconds; what is longer is a slip of the keyboard


def seconds(duration: str) -> int:
    """`30s`, `1h`, `14d` or a bare number of seconds, at most ten years."""
    number, unit = (duration, "s") if duration[-1:].isdigit() else (duration[:-1], duration[-1])
    return min(int(number[:12]) * SECONDS[unit], LONGEST)


def site_from_shape(name: str, shape: SiteShape, problems: list[Problem]) -> Site:
    """The site as a value. What is wrong with it is appended to `problems`, and left out."""
    hosts: list[str] = []
    for host in shape.hosts:
        try:
            hosts.append(canonical_host(host))
        except ValueError:
            problems.append(
                Problem(
                    _place(shape, "hosts"), "bad-host", f"`{host}` is not a host name", "Write only the name: www.old.example."
                )
            )
    problems += _address_problems(shape)
    problems += tls_problems(shape)
    folding = Folding(
        case="case" in shape.ignore,
        trailing_slash="trailing_slash" in shape.ignore,
        index_files="index_files" in shape.ignore,
    )
    significant = frozenset().union(*(query_names(param, folding) for param in shape.significant_params))
    return Site(
        name=name,
        hosts=tuple(dict.fromkeys(hosts)),
        legacy=shape.legacy,
        new=shape.new,
        new_upstream=shape.new_upstream or "",
        allowed_targets=tuple(shape.allowed_targets),
        folding=Folding(folding.case, folding.trailing_slash, folding.index_files, significant),
        unmapped=Home(shape.unmapped),
        archive=shape.archive,
        cache=seconds(shape.cache),
        soak=dt.timedelta(seconds=seconds(shape.soak)),
        place=shape.place,
    )


def _address_problems(shape: SiteShape) -> Iterator[Problem]:
    for key in ("legacy", "new", "new_upstream"):
        url = getattr(shape, key)
        if not url:
            continue
        place = _place(shape, key)
        if origin_of(url) is None:
            yield Problem(place, "bad-url", f"`{url}` is not a URL that a browser accepts", "Check host and port.")
        elif key != "new" and split_url(url)[1:] not in (("", ""), ("/", "")):
            mend = "Write only scheme, host and port: requests go there with the path that the visitor asked for."
            yield Problem(place, "bad-url", f"`{key}` has a path or a query", mend)


def _place(shape: SiteShape, key: str) -> Place:
    return shape.places.get(key, shape.place)
