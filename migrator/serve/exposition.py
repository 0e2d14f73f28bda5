"""The numbers of all workers as one set, and as Prometheus reads them. It only reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from migrator.serve.metrics import BY_NAME, GAUGES, METRICS, PREFIX, SERIES_LOST, UP, Metric
from migrator.serve.slabs import Series, Slab, Slabs

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SUM, EVERYTHING = "sum", "+Inf"  # labels of a histogram's parts, beside its upper bounds

Numbers = dict[str, dict[tuple[str, ...], float]]


def value_of(series: Iterable[Series], name: str) -> float:
    """The number of a metric without labels; 0 where there is none yet."""
    return next((one.value for one in series if one.metric == name), 0.0)


def gathered(slabs: Iterable[Slab]) -> Numbers:
    """The numbers of all workers by metric and labels. Gauges of a worker that is not there say nothing any more."""
    numbers: Numbers = {metric.name: {} for metric in METRICS}
    for slab in slabs:
        series = slab.series()
        up = value_of(series, UP) > 0
        for name, labels, value in series:
            if name in numbers and (up or name not in GAUGES):
                _take(numbers[name], labels, value, BY_NAME[name].over)
        _take(numbers[SERIES_LOST], (), slab.lost, SUM)
    return numbers


def exposition(slabs: Slabs) -> bytes:
    """What /metrics answers."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(slabs))
    return generate_latest(registry)


class _Numbers(Collector):
    def __init__(self, slabs: Slabs) -> None:
        self._slabs = slabs

    def collect(self) -> Iterator[Family]:
        numbers = gathered(self._slabs.all())
        for metric in METRICS:
            yield _family(metric, numbers[metric.name])


def _take(found: dict[tuple[str, ...], float], labels: tuple[str, ...], value: float, over: str) -> None:
    if labels not in found:
        found[labels] = value
    elif over == SUM:
        found[labels] += value
    else:
        found[labels] = max(found[labels], value) if over == "max" else min(found[labels], value)


def _family(metric: Metric, series: dict[tuple[str, ...], float]) -> Family:
    name = PREFIX + metric.name
    if metric.kind == "histogram":
        return _histogram(name, metric, series)
    made = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family: Family = made(name, metric.meaning, labels=metric.labels)
    for labels, value in sorted(series.items()):
        family.add_metric(labels, value)  # type: ignore[attr-defined]
    return family


def _histogram(name: str, metric: Metric, series: dict[tuple[str, ...], float]) -> Family:
    family = HistogramMetricFamily(name, metric.meaning, labels=metric.labels)
    for whose in sorted({labels[:-1] for labels in series}):
        parts = {labels[-1]: value for labels, value in series.items() if labels[:-1] == whose}
        total = parts.pop(SUM, 0.0)
        counted, buckets = 0.0, []
        for bound in sorted(parts, key=float):
            counted += parts[bound]
            buckets.append((bound, counted))
        family.add_metric(whose, buckets, total)
    return family
