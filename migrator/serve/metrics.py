"""The metrics there are: names, labels, and what each says. docs/watching.md has this as a table. No number here."""

from __future__ import annotations

from typing import NamedTuple

PREFIX = "migrator_"


class Metric(NamedTuple):
    """One metric. `kind` is counter, gauge or histogram; `over` says how a gauge of several workers becomes one number."""

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str
    over: str = "sum"  # or max, min


REDIRECTS = "redirects_total"
DEAD_ENDS = "dead_ends_total"
SERVED = "served_total"
OWN_PAGES = "own_pages_total"
REFUSED = "refused_total"
LOCATION_REFUSED = "location_refused_total"
INJECTED = "banner_injected_total"
SKIPPED = "banner_skipped_total"
DURATION = "upstream_request_duration_seconds"
UPSTREAM_ERRORS = "upstream_errors_total"
BREAKER = "upstream_breaker_open"
IN_FLIGHT = "requests_in_flight"
UP = "worker_up"
HEARTBEAT = "worker_heartbeat_timestamp_seconds"
STARTED = "worker_starts_total"
BUSY = "reload_under_way"
RULES = "rules"
MAP_VERSION = "map_version"
RELOAD_OK = "config_last_reload_successful"
RELOADED = "config_last_reload_success_timestamp_seconds"
COUNTS_LOST = "counts_lost_total"
SERIES_LOST = "series_lost_total"
BUILD = "build_info"

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)  # seconds

METRICS = (
    Metric(REDIRECTS, "counter", ("code", "rule_type"), "redirects; rule_type is exact, pattern, regex or unmapped"),
    Metric(DEAD_ENDS, "counter", ("kind",), "pages of our own that say gone (410), not_found (404) or unknown_host (404)"),
    Metric(SERVED, "counter", ("site", "home"), "requests left to the old site (legacy) or to the new one (new)"),
    Metric(OWN_PAGES, "counter", ("page",), "requests for the transition site's own pages, search among them, by name"),
    Metric(REFUSED, "counter", ("code",), "requests that the gate refused as malformed, too large or too slow"),
    Metric(LOCATION_REFUSED, "counter", (), "redirects that would have left their host, answered 404 instead"),
    Metric(INJECTED, "counter", ("lang",), "pages that got the banner, by the language of the page ('' where it says none)"),
    Metric(SKIPPED, "counter", ("reason",), "answers of the old site without the banner, by reason"),
    Metric(DURATION, "histogram", ("site", "home"), "from a request to an upstream to the head of its answer"),
    Metric(
        UPSTREAM_ERRORS, "counter", ("site", "home", "kind"), "requests that an upstream failed: unreachable, timeout or broken"
    ),
    Metric(BREAKER, "gauge", ("site", "home"), "1 while an upstream is left alone after repeated failures", "max"),
    Metric(IN_FLIGHT, "gauge", (), "requests under way, those that the map alone answers left out"),
    Metric(UP, "gauge", (), "workers that take requests"),
    Metric(HEARTBEAT, "gauge", (), "when the most silent worker last said that it lives", "min"),
    Metric(STARTED, "counter", (), "starts of workers, the first ones too"),
    Metric(BUSY, "gauge", (), "1 while a newer map is looked at", "max"),
    Metric(RULES, "gauge", ("type",), "rules of the map in use: exact, pattern or regex", "max"),
    Metric(MAP_VERSION, "gauge", (), "the version of the map in use, of several the oldest", "min"),
    Metric(RELOAD_OK, "gauge", (), "0 while the files are refused and an older map goes on", "min"),
    Metric(RELOADED, "gauge", (), "when the map in use was taken into use", "max"),
    Metric(COUNTS_LOST, "counter", ("what",), "hits and missing addresses that never reached the store"),
    Metric(SERIES_LOST, "counter", (), "counted without labels, because there are too many values of them"),
    Metric(BUILD, "gauge", ("version", "python"), "always 1", "max"),
)
BY_NAME = {metric.name: metric for metric in METRICS}
UNLABELLED = tuple(metric.name for metric in METRICS if not metric.labels)
GAUGES = tuple(metric.name for metric in METRICS if metric.kind == "gauge")
